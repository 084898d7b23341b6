extension VTOC {
  /// Why a VTOC cannot be changed by us: one line for the operator, without the volume's name.
  package struct Refusal: Error, Hashable, Sendable { package let reason: String }

  /// Adds a data set of one extent in the first free slot that Linux sees.
  /// - Parameters:
  ///   - name: at most 44 characters; what is already there under this name must have been removed.
  ///   - tracks: free tracks of the volume.
  package mutating func add(
    name: String, serial: [UInt8], tracks: Range<Int>, geometry: CKDGeometry, date: LabelDate
  ) throws(Refusal) {
    try checkChangeable(geometry)
    guard let first = TrackAddress(index: tracks.lowerBound), let last = TrackAddress(index: tracks.upperBound - 1),
      freeTracks(geometry).contains(where: { $0.contains(tracks.lowerBound) && $0.upperBound >= tracks.upperBound }),
      let block = Format1DSCB(
        name: name, serial: serial, extent: DatasetExtent(first: first, last: last),
        blockSize: UInt16(CompatibleLayout.blockSize), date: date)
    else { preconditionFailure("a data set must have a valid name and lie in free space") }
    guard let slot = slots.indices.dropFirst(2).first(where: { slots[$0].dscb.format == .free }) else {
      throw Refusal(reason: "the VTOC has no free DSCB; remove a partition in a guest with fdasd")
    }
    slots[slot].dscb = block.dscb
    try update(geometry)
  }

  /// Removes a data set and closes the gap, so that Linux goes on seeing what comes behind it.
  package mutating func remove(_ dataset: Dataset, geometry: CKDGeometry) throws(Refusal) {
    try checkChangeable(geometry)
    guard let index = slots.firstIndex(where: { $0.id == dataset.id }) else { return }
    for i in index..<slots.count { slots[i].dscb = i + 1 < slots.count ? slots[i + 1].dscb : DSCB() }
    try update(geometry)
  }

  /// The form that `fdasd` writes is the one we change; others (z/OS with an index, several tracks, format-3 chains) are
  /// somebody else's.
  private func checkChangeable(_ geometry: CKDGeometry) throws(Refusal) {
    let tracks = Set(slots.map(\.id.track))
    let formats = slots.map(\.dscb.format)
    let big = geometry.tracks > FreeSpaceDSCB.largestForFormat5
    let head: [DSCB.Format] = [.format4, .format5] + (big ? [.format7] : [])
    guard tracks.count == 1, formats.count >= head.count, Array(formats.prefix(head.count)) == head,
      formats.dropFirst(head.count).allSatisfy({ $0 == .format1 || $0 == .free })
    else { throw Refusal(reason: "the VTOC was not written by fdasd or ironload, and is left alone") }
  }

  private mutating func update(_ geometry: CKDGeometry) throws(Refusal) {
    guard var own = description else { return }
    let used = slots.filter { $0.dscb.format == .format1 }
    own.highest = used.last?.id ?? RecordID(cylinder: 0, head: 0, record: 0)
    own.unused = max(0, slots.count - 2 - used.count)
    slots[0].dscb = own.dscb
    guard rewriteFreeSpace(geometry) else { throw Refusal(reason: "the free space is in too many pieces for one DSCB") }
  }

  /// Makes the format-5 and, on a large volume, format-7 DSCB say what the extents leave free.
  /// - Returns: false when there are more pieces than fit.
  mutating func rewriteFreeSpace(_ geometry: CKDGeometry) -> Bool {
    let free = freeTracks(geometry)
    guard geometry.tracks > FreeSpaceDSCB.largestForFormat5 else {
      guard let block = FreeSpaceDSCB(.format5, free: free) else { return false }
      slots[1].dscb = block.dscb
      return true
    }
    guard let none = FreeSpaceDSCB(.format5, free: []), let block = FreeSpaceDSCB(.format7, free: free),
      var own = description
    else { return false }
    own.useFormat7(at: slots[2].id)
    slots[0].dscb = own.dscb
    slots[1].dscb = none.dscb
    slots[2].dscb = block.dscb
    return true
  }
}
