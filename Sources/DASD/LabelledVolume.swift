package import SystemPackage

/// A volume of the compatible disk layout with its label and VTOC: what Linux makes partitions of.
///
/// Opening reads and checks, and writes nothing. One user at a time, as with its image.
package final class LabelledVolume {
  package let image: CKDImage
  package let label: VolumeLabel
  package internal(set) var vtoc: VTOC

  package var path: FilePath { image.path }
  package var geometry: CKDGeometry { image.geometry }

  /// Tells how far long work is: done and all, in any unit.
  package typealias Progress = (_ done: Int, _ all: Int) -> Void

  /// Reads label and VTOC.
  /// - Throws: `VolumeError` when they are missing or make no sense, `CKDImageError` when the image cannot be read.
  package init(_ image: CKDImage) throws {
    self.image = image
    label = try Self.readLabel(image)
    vtoc = try Self.readVTOC(image, label)
  }

  private static func readLabel(_ image: CKDImage) throws -> VolumeLabel {
    let home = VolumeLabel.home
    let data: ArraySlice<UInt8>
    do {
      let track = try image.readTrack(home.track)
      guard let record = track.record(home.record) else { throw missingLabel(image) }
      data = track.data(of: record)
    } catch CKDImageError.invalidTrack { throw missingLabel(image) }
    guard let label = VolumeLabel(data) else {
      let found = EBCDIC.decode(data.prefix(4))
      let what = ["LNX1", "CMS1"].contains(found) ? "the label is \(found), not VOL1" : "\(home) holds no VOL1 label"
      throw VolumeError(.unsuitable, image.path, "\(what); only the compatible disk layout has partitions (dasdfmt -d cdl)")
    }
    return label
  }

  private static func missingLabel(_ image: CKDImage) -> VolumeError {
    VolumeError(
      .unsuitable, image.path,
      "no volume label: \(VolumeLabel.home) is missing; format it with dasdfmt in a guest, or make one with `ironload dasd create`"
    )
  }

  private static func readVTOC(_ image: CKDImage, _ label: VolumeLabel) throws -> VTOC {
    let geometry = image.geometry
    func bad(_ why: String) -> VolumeError {
      VolumeError(.unsuitable, image.path, "the VTOC is damaged: \(why); restore the image or run fdasd in a guest")
    }
    guard geometry.contains(label.vtoc.track), label.vtoc.record == 1 else {
      throw bad("the label says it begins at \(label.vtoc)")
    }
    var slots = try readSlots(image, label.vtoc.track)
    guard let own = VTOC(slots: slots).description else { throw bad("\(label.vtoc) is no format-4 DSCB") }
    guard own.cylinders == geometry.cylinders, own.heads == CKDGeometry.heads else {
      throw bad("it describes \(own.cylinders) cylinders of \(own.heads) heads, the image has \(geometry.cylinders) of 15")
    }
    guard own.extent.first == label.vtoc.track, let tracks = own.extent.tracks(in: geometry) else {
      throw bad("its extent is from \(own.extent.first) to \(own.extent.last)")
    }
    for index in tracks.dropFirst() {
      if let address = TrackAddress(index: index) { slots += try readSlots(image, address) }
    }
    return VTOC(slots: slots)
  }

  private static func readSlots(_ image: CKDImage, _ address: TrackAddress) throws -> [VTOC.Slot] {
    let track = try image.readTrack(address)
    return try track.records.dropFirst().map { record in
      guard let dscb = DSCB(key: track.key(of: record), data: track.data(of: record)) else {
        throw VolumeError(
          .unsuitable, image.path,
          "the VTOC is damaged: \(record.count.id) is not a DSCB; restore the image or run fdasd in a guest")
      }
      return VTOC.Slot(id: record.count.id, dscb: dscb)
    }
  }
}

extension LabelledVolume {
  /// Makes a new volume in a new file: formatted, labelled, with at most one partition.
  /// - Parameters:
  ///   - serial: a valid volume serial.
  ///   - partition: the tracks of the partition, behind track 1; nil for none.
  /// - Throws: `CKDImageError`.
  package static func create(
    path: FilePath, geometry: CKDGeometry, serial: String, partition: Range<Int>?, date: LabelDate,
    progress: Progress = { _, _ in }
  ) throws {
    let vtocID = RecordID(track: CompatibleLayout.vtocTrack, record: 1)
    guard let label = VolumeLabel(serial: serial, vtoc: vtocID) else {
      preconditionFailure("the volume serial must be checked before")
    }
    var vtoc = VTOC(empty: geometry)
    if let partition {
      try vtoc.add(
        name: dataSetName(serial: serial, partition: 1, qualifier: "NATIVE"), serial: label.serialBytes, tracks: partition,
        geometry: geometry, date: date)
    }
    try CKDImage.create(
      path: path, geometry: geometry, format: { CompatibleLayout.format(&$0, label: label, vtoc: vtoc) },
      progress: { progress($0, geometry.cylinders) })
  }

  /// The name `fdasd` gives a partition.
  static func dataSetName(serial: String, partition: Int, qualifier: String) -> String {
    let digits = String(partition)
    return "LINUX.V\(serial).PART\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).\(qualifier)"
  }
}
