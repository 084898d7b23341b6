package import SystemPackage

/// A 3390 volume in a file: uncompressed CKD (`CKD_P370`), the same bytes Hercules uses.
///
/// ## Order of writes
/// Every write goes to the file (`pwrite`) before the device presents device end, so it survives a SIGKILL of this
/// process; with `sync` each step below is on the medium (`fdatasync`) before the next, so it survives the host, too.
///
/// Updates in place (`update`) change bytes of one key or data area and nothing else.
///
/// Formatting changes what the bytes mean, and goes in steps, after each of which the track is a good one:
/// 1. `truncate`: the format mark is set at the end of the slot, then an end marker takes the place of the first count
///    that goes. The track is shorter.
/// 2. `append`, first half: key, data and the next end marker are written behind the end marker, where nobody looks.
/// 3. `append`, second half: the count replaces the end marker. The track is longer by one whole record. (A count that
///    lies across two host pages is written from the right, so that a torn one begins with FF and its CCHH is that of no
///    record of the track.)
/// 4. `endFormatting`: the mark is removed.
///
/// Old data is thus never read under a new count. A mark found by `check` means that the formatting was never seen to
/// end.
///
/// ## Concurrency
/// One user at a time, from any thread (the channel calls its device that way). Processes keep each other out with a lock:
/// several may read one image, one alone may write it.
package final class CKDImage: @unchecked Sendable {
  package let path: FilePath
  package let geometry: CKDGeometry
  package let isReadOnly: Bool
  /// Whether writes are on the medium before they are acknowledged.
  package let sync: Bool
  let file: ImageFile
  private var cache: [TrackBuffer] = []
  private let cacheSize: Int
  private var clock: UInt64 = 0
  /// By track index, what is known of tracks that were once read and since then not formatted.
  private var shapes: [TrackShape?]
  /// The track that is being written without having been read. It is not in `cache`.
  private let overwritten = TrackBuffer()

  /// Opens and locks an image. Nothing is written.
  /// - Parameter cachedTracks: how many tracks stay in memory, at least 1.
  package init(
    path: FilePath, readOnly: Bool = false, sync: Bool = false, cachedTracks: Int = 16
  ) throws(CKDImageError) {
    self.path = path
    isReadOnly = readOnly
    self.sync = sync
    cacheSize = max(1, cachedTracks)
    file = try ImageFile(path, readOnly: readOnly)
    let header = try file.read(count: CKDGeometry.headerSize, at: 0)
    guard !header.isEmpty else { throw .notAnImage(path, "it is empty") }
    geometry = try CKDImageHeader.geometry(header, fileSize: try file.size(), path: path)
    shapes = Array(repeating: nil, count: geometry.tracks)
  }

  // MARK: Reading

  /// The track's buffer, read from the file when it is not in memory. A track that is not valid has its fault in
  /// `layout.fault`; that is the guest's to find out.
  package func track(_ address: TrackAddress) throws(CKDImageError) -> TrackBuffer {
    if let buffer = cached(address) { return buffer }
    guard geometry.contains(address) else { throw .outsideVolume(path, address) }
    let buffer: TrackBuffer
    if cache.count >= cacheSize, let victim = cache.min(by: { $0.age < $1.age }) {
      buffer = victim
    } else {
      buffer = TrackBuffer()
      cache.append(buffer)
    }
    try load(address, into: buffer)
    buffer.lastUse = clock
    return buffer
  }

  /// The track's buffer for an `update` that overwrites keys and data: only its counts are sure to be there. Nothing is read
  /// when they are known.
  package func trackToOverwrite(_ address: TrackAddress) throws(CKDImageError) -> TrackBuffer {
    if let buffer = cached(address) { return buffer }
    guard geometry.contains(address), let shape = shapes[address.index] else { return try track(address) }
    overwritten.setCounts(shape, at: address)
    return overwritten
  }

  private func cached(_ address: TrackAddress) -> TrackBuffer? {
    clock &+= 1
    for buffer in cache where buffer.isValid && buffer.address == address {
      buffer.lastUse = clock
      return buffer
    }
    return nil
  }

  private func load(_ address: TrackAddress, into buffer: TrackBuffer) throws(CKDImageError) {
    buffer.isValid = false
    let n = try file.read(buffer.memory, at: geometry.fileOffset(of: address))
    guard n == CKDGeometry.trackSize else { throw .shrunk(path, address) }
    buffer.address = address
    buffer.layout.scan(buffer.bytes, at: address)
    buffer.isBeingFormatted = FormatMark.isSet(in: buffer.bytes)
    buffer.isValid = true
    shapes[address.index] = TrackShape(buffer.layout, at: address)
  }

  /// A copy of the track as a value.
  /// - Throws: `CKDImageError.invalidTrack` when it is not a good one.
  package func readTrack(_ address: TrackAddress) throws(CKDImageError) -> Track {
    let bytes = Array(try track(address).bytes)
    do throws(TrackFormatError) { return try Track(bytes: bytes, at: address) } catch {
      throw .invalidTrack(path, address, error)
    }
  }

  // MARK: Writing

  /// Writes to the file what was put into the buffer at `range`: keys and data; counts in the range are as they were.
  /// On an error memory and file may differ; the buffer is dropped and the track read anew next time.
  package func update(_ track: TrackBuffer, _ range: Range<Int>) throws(CKDImageError) {
    try write(track, range)
    try acknowledge()
  }

  /// Drops the buffer: what was put into it is not to be written. The track is read anew next time.
  package func discard(_ track: TrackBuffer) { track.isValid = false }

  /// Keeps the first `count` records of the track (record 0 is one of them, and stays) and sets the format mark.
  package func truncate(_ track: TrackBuffer, keeping count: Int) throws(CKDImageError) {
    let kept = min(max(count, 1), track.layout.records.count)
    guard kept > 0 else { return try reset(track) }
    let end = track.layout.records[kept - 1].end
    // Another program's track may be fuller than a 3390's; then there is no room for the mark.
    if end + Count.size <= FormatMark.offset { try mark(track) }
    guard end != track.layout.end || track.layout.fault != nil else { return }
    track.layout.records.removeSubrange(kept...)
    track.layout.end = end
    track.layout.fault = nil
    track.store(TrackLayout.endMarker, at: end)
    try put(track, end..<end + Count.size)
    try acknowledge()
  }

  /// Makes the track an empty one (home address, standard record 0) and sets the format mark; mends any track.
  package func reset(_ track: TrackBuffer) throws(CKDImageError) {
    try mark(track)
    let empty = Track(empty: track.address)
    let head = 0..<TrackLayout.homeAddressSize + TrackLayout.recordZeroSize + Count.size
    empty.bytes.withUnsafeBytes { track.mutableBytes(head).copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[head])) }
    track.layout = empty.layout
    try put(track, head)
    try acknowledge()
  }

  /// Appends a record whose key and data are in the buffer already, eight bytes behind the end of the track
  /// (`layout.end + 8`). The track was truncated before, so that it has the format mark; the record fits
  /// (`TrackLayout.fits`).
  package func append(_ track: TrackBuffer, _ count: Count) throws(CKDImageError) {
    precondition(track.isBeingFormatted && track.layout.fault == nil, "append to a track that was not truncated")
    precondition(track.layout.fits(count, keeping: track.layout.records.count), "append beyond the track's end")
    let record = TrackRecord(count: count, offset: track.layout.end)
    track.store(TrackLayout.endMarker, at: record.end)
    try put(track, record.keyOffset..<record.end + Count.size)
    try acknowledge()
    try putCount(record, of: track)
    track.layout.records.append(record)
    track.layout.end = record.end
  }

  /// Rewrites record 0, which ends all records behind it. Its key and data are in the buffer at their places behind the
  /// home address.
  package func replaceRecordZero(_ track: TrackBuffer, _ count: Count) throws(CKDImageError) {
    precondition(track.layout.fits(count, keeping: 0), "record 0 beyond the track's end")
    try mark(track)
    let record = TrackRecord(count: count, offset: TrackLayout.homeAddressSize)
    let id = UInt64(track.address.cylinder) << 16 | UInt64(track.address.head)
    withUnsafeBytes(of: (id << 24).bigEndian) { track.mutableBytes(0..<5).copyBytes(from: $0.prefix(5)) }
    track.store(count.encoded, at: record.offset)
    track.store(TrackLayout.endMarker, at: record.end)
    try put(track, 0..<record.end + Count.size)
    try acknowledge()
    track.layout.records = [record]
    track.layout.end = record.end
    track.layout.fault = nil
  }

  /// Removes the format mark: the formatting of this track is complete, or the guest is told that it failed.
  package func endFormatting(_ track: TrackBuffer) throws(CKDImageError) {
    guard track.isBeingFormatted else { return }
    let range = FormatMark.offset..<CKDGeometry.trackSize
    track.mutableBytes(range).initializeMemory(as: UInt8.self, repeating: 0)
    try put(track, range)
    try acknowledge()
    track.isBeingFormatted = false
  }

  /// Writes a whole track in the order described above.
  package func writeTrack(_ track: Track) throws(CKDImageError) {
    let buffer = try self.track(track.address)
    let zero = track.records[0]
    let sameZero =
      buffer.layout.records.first?.count == zero.count && buffer.bytes[zero.data].elementsEqual(track.data(of: zero))
      && buffer.bytes[zero.key].elementsEqual(track.key(of: zero))
    if sameZero {
      try truncate(buffer, keeping: 1)
    } else {
      try mark(buffer)
      track.bytes.withUnsafeBytes {
        buffer.mutableBytes(zero.keyOffset..<zero.end).copyMemory(from: .init(rebasing: $0[zero.keyOffset..<zero.end]))
      }
      try replaceRecordZero(buffer, zero.count)
    }
    try appendAll(of: track, to: buffer)
    try endFormatting(buffer)
  }

  /// Steps 2 and 3 for all records behind record 0 at once: the first count is written last.
  private func appendAll(of track: Track, to buffer: TrackBuffer) throws(CKDImageError) {
    guard track.records.count > 1 else { return }
    let first = track.records[1]
    let rest = first.keyOffset..<track.layout.end + Count.size
    track.bytes.withUnsafeBytes { buffer.mutableBytes(rest).copyMemory(from: .init(rebasing: $0[rest])) }
    try put(buffer, rest)
    try acknowledge()
    try putCount(first, of: buffer)
    buffer.layout = track.layout
  }

  /// Step 3: the count takes the place of the end marker, from the right where two of the host's pages hold it.
  private func putCount(_ record: TrackRecord, of track: TrackBuffer) throws(CKDImageError) {
    track.store(record.count.encoded, at: record.offset)
    let pageRest = 4096 - (geometry.fileOffset(of: track.address) + record.offset) % 4096
    let split = record.offset + min(pageRest, Count.size)
    if split < record.keyOffset {
      try put(track, split..<record.keyOffset)
      try acknowledge()
    }
    try put(track, record.offset..<split)
    try acknowledge()
  }

  private func mark(_ track: TrackBuffer) throws(CKDImageError) {
    guard !track.isBeingFormatted else { return }
    track.mutableBytes(FormatMark.offset..<CKDGeometry.trackSize).copyBytes(from: FormatMark.bytes)
    try put(track, FormatMark.offset..<CKDGeometry.trackSize)
    try acknowledge()
    track.isBeingFormatted = true
  }

  /// Writes what changes what the track's bytes mean.
  private func put(_ track: TrackBuffer, _ range: Range<Int>) throws(CKDImageError) {
    shapes[track.address.index] = nil
    try write(track, range)
  }

  private func write(_ track: TrackBuffer, _ range: Range<Int>) throws(CKDImageError) {
    track.isValid = false
    try file.write(.init(rebasing: track.bytes[range]), at: geometry.fileOffset(of: track.address) + range.lowerBound)
    track.isValid = true
  }

  private func acknowledge() throws(CKDImageError) {
    if sync { try file.synchronize() }
  }
}
