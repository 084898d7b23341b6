/// A track in use: its slot in memory, and its records. `CKDImage` makes these and keeps memory and file the same.
///
/// Concurrency: as for the `CKDImage` it comes from. `bytes` stays valid as long as the buffer is referenced; after
/// `CKDImage` has been asked for other tracks a buffer may be stale, so ask again rather than keep one.
package final class TrackBuffer {
  package internal(set) var address: TrackAddress
  package internal(set) var layout = TrackLayout()
  /// Whether the format mark is on the track.
  package internal(set) var isBeingFormatted = false
  let memory: UnsafeMutableRawBufferPointer
  /// False once memory and file may differ.
  var isValid = false
  /// When it was last asked for, in ticks of the image's counter.
  var lastUse: UInt64 = 0

  /// The smallest is reused first.
  var age: UInt64 { isValid ? lastUse : 0 }

  init() {
    address = TrackAddress(cylinder: 0, head: 0)
    memory = .allocate(byteCount: CKDGeometry.trackSize, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit { memory.deallocate() }

  /// The slot, 56,832 bytes.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }
  package var records: [TrackRecord] { layout.records }
  package func key(of record: TrackRecord) -> UnsafeRawBufferPointer { .init(rebasing: bytes[record.key]) }
  package func data(of record: TrackRecord) -> UnsafeRawBufferPointer { .init(rebasing: bytes[record.data]) }

  /// Memory of the slot to fill before `CKDImage.update` or `CKDImage.append` writes it to the file: within a record,
  /// or behind the end marker.
  package func mutableBytes(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer { .init(rebasing: memory[range]) }

  /// Makes this a track of that shape as far as counts go: keys and data are whatever was there.
  func setCounts(_ shape: TrackShape, at address: TrackAddress) {
    self.address = address
    layout.removeAll()
    for number in 0...shape.records {
      let record = TrackRecord(count: shape.count(number, at: address), offset: layout.end)
      store(record.count.encoded, at: record.offset)
      layout.records.append(record)
      layout.end = record.end
    }
  }

  func store(_ number: UInt64, at offset: Int) {
    memory.storeBytes(of: number.bigEndian, toByteOffset: offset, as: UInt64.self)
  }
}
