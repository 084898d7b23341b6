/// The volume table of contents: all its DSCBs in the order of the volume, and what they say about the tracks.
package struct VTOC: Hashable, Sendable {
  /// One record of the VTOC.
  package struct Slot: Hashable, Sendable {
    package let id: RecordID
    package var dscb: DSCB

    package init(id: RecordID, dscb: DSCB) {
      self.id = id
      self.dscb = dscb
    }
  }

  /// A data set, and the partition that Linux makes of it.
  package struct Dataset: Hashable, Sendable {
    package let description: Format1DSCB
    /// Where its format-1 DSCB is.
    package let id: RecordID
    /// All extents, those of format-3 DSCBs included.
    package let extents: [DatasetExtent]
    /// 1 for `/dev/dasdX1`, 2 for `/dev/dasdX2`...; nil when Linux does not see it.
    package let partition: Int?
    package var name: String { description.name }
  }

  package internal(set) var slots: [Slot]

  /// Linux serves at most three partitions of a DASD (two bits of the minor number, one value is the whole device).
  package static let maximumPartitions = 3

  package init(slots: [Slot]) { self.slots = slots }

  /// The VTOC of a new volume: no data sets, everything free.
  package init(empty geometry: CKDGeometry) {
    slots = (1...CompatibleLayout.blocksPerTrack).map {
      Slot(id: RecordID(track: CompatibleLayout.vtocTrack, record: UInt8($0)), dscb: DSCB())
    }
    slots[0].dscb = Format4DSCB(geometry: geometry, vtoc: CompatibleLayout.vtocTrack).dscb
    // One piece of free space always fits.
    _ = rewriteFreeSpace(geometry)
  }

  /// The VTOC's description; nil when its first record is none.
  package var description: Format4DSCB? { slots.first.flatMap { Format4DSCB($0.dscb) } }

  /// The data sets in the order of the VTOC.
  package var datasets: [Dataset] {
    let numbers = partitionNumbers
    return slots.compactMap { slot in
      guard let description = Format1DSCB(slot.dscb) else { return nil }
      return Dataset(
        description: description, id: slot.id, extents: description.extents + moreExtents(of: description),
        partition: numbers[slot.id])
    }
  }

  /// Extents in format-3 DSCBs. A chain that leads in a circle or out of the VTOC ends where it does.
  private func moreExtents(of description: Format1DSCB) -> [DatasetExtent] {
    var found: [DatasetExtent] = []
    var next = description.next
    var seen: Set<RecordID> = []
    while let id = next, seen.insert(id).inserted, let slot = slots.first(where: { $0.id == id }),
      let block = Format3DSCB(slot.dscb)
    {
      found += block.extents
      next = block.next
    }
    return found
  }

  /// Partitions as Linux counts them (`block/partitions/ibm.c`): from the third record on, formats 4, 5, 7 and 9 are passed
  /// over, 1 and 8 count, anything else ends the search.
  private var partitionNumbers: [RecordID: Int] {
    var numbers: [RecordID: Int] = [:]
    for slot in slots.dropFirst(2) {
      switch slot.dscb.format {
      case .format4, .format5, .format7, .format9: continue
      case .format1, .format8: numbers[slot.id] = numbers.count + 1
      default: return numbers
      }
      if numbers.count == Self.maximumPartitions { return numbers }
    }
    return numbers
  }

  /// Tracks that belong to nobody, in ascending order, as the extents say. What lies outside the volume is ignored.
  package func freeTracks(_ geometry: CKDGeometry) -> [Range<Int>] {
    var used = datasets.flatMap { $0.extents.compactMap { $0.tracks(in: geometry) } }
    used.append(0..<min(CompatibleLayout.reservedTracks, geometry.tracks))
    if let own = description?.extent.tracks(in: geometry) { used.append(own) }
    var free: [Range<Int>] = []
    var next = 0
    for range in used.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > next { free.append(next..<range.lowerBound) }
      next = max(next, range.upperBound)
    }
    if next < geometry.tracks { free.append(next..<geometry.tracks) }
    return free
  }
}
