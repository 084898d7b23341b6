extension LabelledVolume {
  /// The last qualifier of the loader's data set. Linux counts it as a partition, behind those in front of it.
  package static let loaderQualifier = "IRONLOAD"

  /// Our loader's data set, when the volume has one.
  package var loader: VTOC.Dataset? { vtoc.datasets.first { $0.name.hasSuffix("." + Self.loaderQualifier) } }

  /// Where a loader went.
  package struct LoaderPlace: Hashable, Sendable {
    package let name: String
    package let tracks: Range<Int>
  }

  /// Makes the volume load a storage image: takes a data set at the end of the free space for the channel program and what
  /// it loads, in the place of an earlier loader of ours.
  ///
  /// All checks come before the first write. While the volume is being written its IPL records are those of a volume that
  /// nobody loads from, so that a load after a crash ends in a disabled wait and not in the middle of two kernels.
  /// - Throws: `VolumeError` (nothing is written then), `CKDImageError`.
  package func install(_ program: LoadProgram, date: LabelDate, progress: Progress = { _, _ in }) throws -> LoaderPlace {
    let records = try loadRecords()
    let (changed, place) = try plan(program, date)
    let tracks = place.tracks
    for index in tracks { _ = try blockTrack(index) }
    try write(records, CompatibleLayout.emptyIPL1, CompatibleLayout.emptyIPL2)
    try replaceVTOC(changed)
    for (done, index) in tracks.enumerated() {
      let blocks = done * CompatibleLayout.blocksPerTrack..<(done + 1) * CompatibleLayout.blocksPerTrack
      try put(blocks.flatMap { program.block($0, first: tracks.lowerBound) }, on: try blockTrack(index))
      progress(done + 1, tracks.count)
    }
    try write(records, program.ipl1, program.ipl2(first: tracks.lowerBound))
    return place
  }

  /// The VTOC with room for the program, and where that is.
  private func plan(_ program: LoadProgram, _ date: LabelDate) throws -> (VTOC, LoaderPlace) {
    do {
      var changed = vtoc
      if let old = loader { try changed.remove(old, geometry: geometry) }
      let tracks = try findRoom(changed, program.trackCount)
      let number = changed.datasets.compactMap(\.partition).count + 1
      let name = Self.dataSetName(serial: label.serial, partition: number, qualifier: Self.loaderQualifier)
      try changed.add(name: name, serial: label.serialBytes, tracks: tracks, geometry: geometry, date: date)
      return (changed, LoaderPlace(name: name, tracks: tracks))
    } catch let refusal as VTOC.Refusal {
      throw VolumeError(.unsuitable, path, refusal.reason)
    }
  }

  /// Records 1 and 2 of track 0, as large as this layout has them.
  private func loadRecords() throws -> [TrackRecord] {
    let address = VolumeLabel.home.track
    let track = try image.readTrack(address)
    let records = [track.record(1), track.record(2)].compactMap(\.self)
    guard records.map(\.count.dataLength) == [UInt16(CompatibleLayout.ipl1Size), UInt16(CompatibleLayout.ipl2Size)] else {
      throw unsuitable(address, "has no IPL records of 24 and 144 bytes")
    }
    return records
  }

  private func findRoom(_ vtoc: VTOC, _ count: Int) throws -> Range<Int> {
    let free = vtoc.freeTracks(geometry)
    if let room = free.last(where: { $0.count >= count }) { return room.upperBound - count..<room.upperBound }
    let largest = free.map(\.count).max() ?? 0
    let cylinders = (count + CKDGeometry.heads - 1) / CKDGeometry.heads
    throw VolumeError(
      .noRoom, path,
      "no room for the loader: it takes \(count) tracks in one piece, the largest free piece has \(largest); "
        + "make the volume with `--boot-cylinders \(cylinders)`")
  }

  private func blockTrack(_ index: Int) throws -> TrackBuffer {
    guard let address = TrackAddress(index: index) else {
      throw VolumeError(.unsuitable, path, "track \(index) is not on the volume")
    }
    let track = try image.track(address)
    guard CompatibleLayout.isDataTrack(track.layout), !track.isBeingFormatted else {
      throw unsuitable(address, "does not have 12 blocks of 4096 bytes")
    }
    return track
  }

  private func write(_ records: [TrackRecord], _ contents: [UInt8]...) throws {
    for (record, data) in zip(records, contents) {
      let track = try image.track(VolumeLabel.home.track)
      track.mutableBytes(record.data).copyBytes(from: data)
      try image.update(track, record.data)
    }
  }

  /// Writes the DSCBs that differ.
  private func replaceVTOC(_ new: VTOC) throws {
    for (old, slot) in zip(vtoc.slots, new.slots) where old != slot {
      let track = try image.track(slot.id.track)
      guard let record = track.records.dropFirst().first(where: { $0.count.id == slot.id }) else { continue }
      track.mutableBytes(record.keyOffset..<record.end).copyBytes(from: slot.dscb.key + slot.dscb.data)
      try image.update(track, record.keyOffset..<record.end)
    }
    vtoc = new
  }
}
