extension LabelledVolume {
  /// A partition as Linux sees it: the first extent of its data set, in blocks of one size.
  package struct Partition: Sendable {
    package let number: Int
    package let name: String
    package let tracks: Range<Int>
    /// 512, 1024, 2048 or 4096.
    package let blockSize: Int
    package let blocksPerTrack: Int
    package var size: Int { tracks.count * blocksPerTrack * blockSize }
    package var trackSize: Int { blocksPerTrack * blockSize }
  }

  /// Finds a partition and reads its block size off its first track.
  /// - Throws: `VolumeError` when the volume has no such partition or its tracks are not for Linux.
  package func partition(_ number: Int) throws -> Partition {
    let known = vtoc.datasets.compactMap(\.partition)
    guard let dataset = vtoc.datasets.first(where: { $0.partition == number }) else {
      let have = known.isEmpty ? "none" : known.map(String.init).joined(separator: ", ")
      throw VolumeError(.noPartition, path, "no partition \(number); partitions here: \(have)")
    }
    guard let extent = dataset.description.extents.first, let tracks = extent.tracks(in: geometry),
      tracks.lowerBound >= CompatibleLayout.reservedTracks, let first = TrackAddress(index: tracks.lowerBound)
    else { throw VolumeError(.unsuitable, path, "the extent of partition \(number) (\(dataset.name)) is not on the volume") }
    let blockSize = try image.track(first).records.dropFirst().first.map { Int($0.count.dataLength) } ?? 0
    guard [512, 1024, 2048, 4096].contains(blockSize) else {
      throw unsuitable(first, "has no blocks of 512 to 4096 bytes")
    }
    return Partition(
      number: number, name: dataset.name, tracks: tracks, blockSize: blockSize,
      blocksPerTrack: TrackCapacity.records(keyLength: 0, dataLength: blockSize))
  }

  /// Reads a partition track by track, in order.
  /// - Parameter receive: gets the data of one track after the other.
  /// - Throws: `VolumeError` when a track is not formatted for Linux, `CKDImageError`, what `receive` throws.
  package func export(
    _ partition: Partition, progress: Progress = { _, _ in }, receive: ([UInt8]) throws -> Void
  ) throws {
    for (done, index) in partition.tracks.enumerated() {
      let track = try checkedTrack(index, partition)
      var data: [UInt8] = []
      data.reserveCapacity(partition.trackSize)
      for record in track.records.dropFirst() { data.append(contentsOf: track.data(of: record)) }
      try receive(data)
      progress(done + 1, partition.tracks.count)
    }
  }

  /// Looks at all tracks of a partition, so that writing may begin.
  package func check(_ partition: Partition, progress: Progress = { _, _ in }) throws {
    for (done, index) in partition.tracks.enumerated() {
      _ = try checkedTrack(index, partition)
      progress(done + 1, partition.tracks.count)
    }
  }

  /// Writes a partition track by track, in order; `check` was called before. Blocks that do not change are not written.
  /// - Parameter next: the data of the next track, which may be short or empty at the end: the rest becomes zeros.
  package func fill(_ partition: Partition, progress: Progress = { _, _ in }, next: (_ size: Int) throws -> [UInt8]) throws {
    for (done, index) in partition.tracks.enumerated() {
      let data = try next(partition.trackSize)
      let track = try checkedTrack(index, partition)
      try put(data, on: track)
      progress(done + 1, partition.tracks.count)
    }
  }

  /// Puts data into the records of a track behind record 0, one after the other; what is missing becomes zeros.
  func put(_ data: [UInt8], on track: TrackBuffer) throws {
    var offset = 0
    for record in track.records.dropFirst() {
      let size = record.data.count
      let part = offset < data.count ? Array(data[offset..<min(offset + size, data.count)]) : []
      let block = part + [UInt8](repeating: 0, count: size - part.count)
      offset += size
      guard !track.data(of: record).elementsEqual(block) else { continue }
      track.mutableBytes(record.data).copyBytes(from: block)
      try image.update(track, record.data)
    }
  }

  private func checkedTrack(_ index: Int, _ partition: Partition) throws -> TrackBuffer {
    guard let address = TrackAddress(index: index) else {
      throw VolumeError(.unsuitable, path, "partition \(partition.number) goes beyond the volume")
    }
    let track = try image.track(address)
    if let fault = track.layout.fault { throw unsuitable(address, "is damaged (\(fault))") }
    if track.isBeingFormatted { throw unsuitable(address, "was being formatted when its writer stopped") }
    let records = track.records.dropFirst()
    let regular =
      records.count == partition.blocksPerTrack
      && records.enumerated().allSatisfy { position, record in
        record.count.keyLength == 0 && Int(record.count.dataLength) == partition.blockSize
          && record.count.id == RecordID(track: address, record: UInt8(position + 1))
      }
    guard regular else {
      throw unsuitable(address, "does not have \(partition.blocksPerTrack) blocks of \(partition.blockSize) bytes")
    }
    return track
  }

  func unsuitable(_ address: TrackAddress, _ why: String) -> VolumeError {
    VolumeError(.unsuitable, path, "\(address) \(why); run `ironload dasd check`, then format it in a guest with dasdfmt")
  }
}
