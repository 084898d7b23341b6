internal import SystemPackage

/// The first 512 bytes of an image, as Hercules writes them.
///
/// ```
/// 0          8       12          16     17    18      20             32       512
/// | CKD_P370 | heads | track size | type | seq | hicyl | serial number | zeros ... |    numbers little-endian
/// ```
/// The type byte is the low byte of the device type (0x90: 3390). The sequence number counts the files of a volume that
/// is split over several; 0 is the one and only file.
enum CKDImageHeader {
  static let identifier = Array("CKD_P370".utf8)
  static let deviceType: UInt8 = 0x90

  /// The header of a new 3390 image.
  static func make(serial: [UInt8]) -> [UInt8] {
    var bytes = identifier
    for word in [UInt32(CKDGeometry.heads), UInt32(CKDGeometry.trackSize)] {
      withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
    bytes += [deviceType, 0, 0, 0] + serial.prefix(12)
    return bytes + [UInt8](repeating: 0, count: CKDGeometry.headerSize - bytes.count)
  }

  /// The geometry of the image that begins with `bytes` and has `fileSize` bytes.
  static func geometry(_ bytes: [UInt8], fileSize: Int, path: FilePath) throws(CKDImageError) -> CKDGeometry {
    if bytes.allSatisfy({ $0 == 0 }), !bytes.isEmpty {
      throw .notAnImage(path, "its header is empty: its creation did not finish; create it anew")
    }
    guard bytes.starts(with: identifier) else { throw .notAnImage(path, foreign(bytes)) }
    guard bytes.count == CKDGeometry.headerSize else { throw .truncated(path, size: fileSize) }
    guard bytes[16] == deviceType else {
      throw .wrongGeometry(path, "its header says device type 33\(hexadecimal(bytes[16])), expected 3390")
    }
    let heads = littleEndian(bytes[8..<12])
    let trackSize = littleEndian(bytes[12..<16])
    guard heads == CKDGeometry.heads, trackSize == CKDGeometry.trackSize else {
      throw .wrongGeometry(path, "\(heads) heads and tracks of \(trackSize) bytes, expected 15 and \(CKDGeometry.trackSize)")
    }
    guard bytes[17] <= 1 else { throw .wrongGeometry(path, "it is file \(bytes[17]) of a split volume; join it with dasdcopy") }
    let highest = Int(littleEndian(bytes[18..<20]))
    let (tracks, rest) = (fileSize - CKDGeometry.headerSize).quotientAndRemainder(dividingBy: CKDGeometry.trackSize)
    let (cylinders, odd) = tracks.quotientAndRemainder(dividingBy: CKDGeometry.heads)
    guard rest == 0, odd == 0, cylinders > 0 else { throw .truncated(path, size: fileSize) }
    guard bytes[17] == 0 || highest == 0 || highest == cylinders - 1 else {
      throw .wrongGeometry(path, "it is the first file of a split volume; join it with dasdcopy")
    }
    guard let geometry = CKDGeometry(cylinders: cylinders) else {
      throw .wrongGeometry(path, "\(cylinders) cylinders, at most \(CKDGeometry.maximumCylinders) are possible")
    }
    return geometry
  }

  private static func foreign(_ bytes: [UInt8]) -> String {
    if bytes.starts(with: Array("CKD_C370".utf8)) || bytes.starts(with: Array("CKD_C064".utf8)) {
      return "it is a compressed one (CCKD); convert it with Hercules' cckd2ckd"
    }
    if bytes.starts(with: [0x1F, 0x8B]) { return "it is gzip-compressed; unpack it with `gzip -d`" }
    return "it does not begin with CKD_P370"
  }

  private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}
