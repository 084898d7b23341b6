/// What a Linux kernel for s390x and whoever loads it agree on: where it begins, and where it finds its initial RAM disk and
/// its parameters.
///
/// ```
/// 0x10000   entry; 0x10008 "S390EP"
/// 0x10408   initrd: address, 0x10410 length (8 bytes each, big-endian)
/// 0x10430   longest parameter line with its NUL (8 bytes; zero means 896)
/// 0x10480   parameter line, ASCII, NUL-terminated
/// 0x800000  initrd, or the next MiB that is 1 MiB behind the kernel; the kernel moves it when it needs the room
/// ```
/// Source: Linux `arch/s390/boot/head.S` and `arch/s390/include/asm/setup.h`, QEMU `hw/s390x/ipl.c`.
package enum LinuxParameterArea {
  package static let entry = 0x10000
  static let magic = Array("S390EP".utf8)
  /// The area's first byte; it ends with the parameter line.
  package static let start = 0x10400
  package static let initrd = 0x10408
  package static let commandLineSize = 0x10430
  package static let commandLine = 0x10480
  static let defaultCommandLineSize = 896
  package static let lowestInitrd = 0x80_0000

  /// Whether a flat image for address 0 is a Linux kernel.
  package static func isLinux(flat kernel: [UInt8]) -> Bool {
    kernel.count > entry + 16 && kernel[entry + 8..<entry + 14].elementsEqual(magic)
  }

  /// - Throws: when a kernel ends before its parameter line: then it is not whole.
  package static func checkLength(flat kernel: [UInt8]) throws(Refusal) {
    guard kernel.count >= commandLine + 8 else {
      throw Refusal(reason: "ends before its parameter area at 0x10480; the file is cut short, copy it again")
    }
  }

  /// The lowest place for an initrd: the first MiB that is 1 MiB behind the kernel.
  package static func placeBehind(kernelEnd end: Int) -> Int {
    let mebibyte = 1 << 20
    let (room, overflow) = end.addingReportingOverflow(mebibyte + mebibyte - 1)
    return overflow ? Int.max & ~(mebibyte - 1) : room / mebibyte * mebibyte
  }

  /// Where an initrd goes when nobody says otherwise.
  package static func placeOfInitrd(kernelEnd end: Int) -> Int { max(lowestInitrd, placeBehind(kernelEnd: end)) }

  /// Why a kernel or its parameter line is refused.
  package struct Refusal: Error, Hashable, Sendable { package let reason: String }

  /// The parameter line with its NUL. Bytes with the leftmost bit on would make Linux take the line for EBCDIC.
  /// - Parameter limit: what the kernel says at `commandLineSize`.
  package static func line(_ arguments: String, limit: UInt64) throws(Refusal) -> [UInt8] {
    guard arguments.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw Refusal(reason: "the parameters have characters that are not printable ASCII; leave them out")
    }
    let line = Array(arguments.utf8) + [0]
    let longest = limit == 0 ? defaultCommandLineSize : Int(clamping: limit)
    guard line.count <= longest else {
      throw Refusal(reason: "the parameters have \(line.count - 1) characters, this kernel takes \(longest - 1)")
    }
    return line
  }
}
