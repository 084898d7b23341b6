package import SystemPackage

extension CKDImage {
  /// Makes a new image file; the file must not exist yet. The header is written last, so a creation that did not finish
  /// leaves a file that says so when it is opened.
  /// - Parameters:
  ///   - serial: twelve EBCDIC or ASCII characters for the header's serial number; Hercules has digits there.
  ///   - format: called once for each track, in order, with an empty track (home address, standard record 0): the
  ///     records to put there.
  ///   - progress: called after each cylinder with the number of cylinders done.
  package static func create(
    path: FilePath, geometry: CKDGeometry, serial: String = "000000000000", format: (inout Track) -> Void = { _ in },
    progress: (Int) -> Void = { _ in }
  ) throws(CKDImageError) {
    let file = try ImageFile(path, readOnly: false, create: true)
    do throws(CKDImageError) {
      try file.setSize(geometry.fileSize)
      for cylinder in 0..<geometry.cylinders {
        for head in 0..<CKDGeometry.heads {
          let address = TrackAddress(cylinder: UInt16(cylinder), head: UInt16(head))
          var track = Track(empty: address)
          format(&track)
          // What follows the end marker stays a hole in the file: it reads as zeros.
          try file.write(Array(track.bytes[..<(track.layout.end + Count.size)]), at: geometry.fileOffset(of: address))
        }
        progress(cylinder + 1)
      }
      try file.write(CKDImageHeader.make(serial: Array(serial.utf8)), at: 0)
      try file.synchronize()
    } catch {
      file.remove()
      throw error
    }
  }
}
