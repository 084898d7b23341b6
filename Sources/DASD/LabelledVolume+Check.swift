extension LabelledVolume {
  /// What is wrong with label and VTOC, one line each; the tracks themselves are `CKDImage.check`'s.
  package func checkContents() -> [String] {
    var findings: [String] = []
    var owners: [(tracks: Range<Int>, name: String)] = []
    if let own = vtoc.description?.extent.tracks(in: geometry) { owners.append((own, "the VTOC")) }
    for dataset in vtoc.datasets {
      if dataset.extents.isEmpty { findings.append("data set \(dataset.name) has no extent") }
      if dataset.extents.count != dataset.description.extentCount {
        findings.append(
          "data set \(dataset.name) should have \(dataset.description.extentCount) extents and has \(dataset.extents.count)")
      }
      for extent in dataset.extents {
        guard let tracks = extent.tracks(in: geometry) else {
          findings.append("data set \(dataset.name): extent from \(extent.first) to \(extent.last) is not on the volume")
          continue
        }
        for other in owners where other.tracks.overlaps(tracks) {
          let track = max(tracks.lowerBound, other.tracks.lowerBound)
          findings.append("data set \(dataset.name) overlaps \(other.name) at track \(track)")
        }
        owners.append((tracks, dataset.name))
      }
    }
    for slot in vtoc.slots where slot.dscb.format == nil { findings.append("\(slot.id) is a DSCB of no known format") }
    return findings + checkFreeSpace()
  }

  /// Free space as the format-5 or format-7 DSCBs have it against what the extents leave.
  private func checkFreeSpace() -> [String] {
    let format: DSCB.Format = geometry.tracks > FreeSpaceDSCB.largestForFormat5 ? .format7 : .format5
    let blocks = vtoc.slots.compactMap { FreeSpaceDSCB($0.dscb) }.filter { $0.format == format }
    let listed = blocks.flatMap(\.free).sorted { $0.lowerBound < $1.lowerBound }
    guard !blocks.isEmpty, listed != vtoc.freeTracks(geometry) else { return [] }
    return ["the free-space DSCB does not say what the data sets leave free; fdasd in a guest mends it"]
  }
}
