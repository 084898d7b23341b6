/// The shape of a 3390 volume: any number of cylinders of 15 tracks, each a slot of 56,832 bytes in the image.
///
/// The slot is the track length of a 3390 (56,664 bytes of data in one record) with home address, record 0 and the
/// record's count, rounded up to 512: the size Hercules' `dasdinit` uses, so images travel.
package struct CKDGeometry: Hashable, Sendable {
  /// Tracks in a cylinder.
  package static let heads = 15
  /// Bytes of one track's slot in the image.
  package static let trackSize = 56_832
  /// Bytes in front of the first track.
  package static let headerSize = 512
  /// The largest number of cylinders a 16-bit cylinder address of this format serves (a 3390 model A has at most that
  /// many in its base addressing space).
  package static let maximumCylinders = 65_520

  /// Cylinders of this volume, 1 to 65,520.
  package let cylinders: Int

  /// - Returns: nil when `cylinders` is not in 1...65,520.
  package init?(cylinders: Int) {
    guard (1...Self.maximumCylinders).contains(cylinders) else { return nil }
    self.cylinders = cylinders
  }

  /// Tracks of the volume.
  package var tracks: Int { cylinders * Self.heads }
  /// Bytes of the image file.
  package var fileSize: Int { Self.headerSize + tracks * Self.trackSize }

  package func contains(_ address: TrackAddress) -> Bool {
    Int(address.cylinder) < cylinders && Int(address.head) < Self.heads
  }

  /// The file offset of a track's slot; the track is one of this volume.
  package func fileOffset(of address: TrackAddress) -> Int {
    precondition(contains(address), "track \(address) is not on a volume of \(cylinders) cylinders")
    return Self.headerSize + address.index * Self.trackSize
  }
}
