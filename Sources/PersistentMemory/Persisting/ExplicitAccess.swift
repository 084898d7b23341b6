internal import Storage

/// Explicit I/O on a backend: copies, and a point at which what was written is durable by the means the backend has. With a
/// DAX mapping that is cache-line write-back, elsewhere fdatasync, which covers what was stored through the mapping.
extension MappedBackend {
  /// Copies `buffer.count` bytes out; the range is inside the mapping.
  /// - Returns: false when the host cannot give them.
  package func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Bool {
    guard let target = buffer.baseAddress else { return true }
    target.copyMemory(from: base + Int(offset), byteCount: buffer.count)
    return failure == nil
  }

  /// Copies `buffer` in. Durable only after `persist`.
  package func write(_ buffer: UnsafeRawBufferPointer, at offset: UInt64) -> Bool {
    guard request.isWritable, let source = buffer.baseAddress else { return false }
    let target = base + Int(offset)
    target.copyMemory(from: source, byteCount: buffer.count)
    durability?.writeBack(target, buffer.count)
    return failure == nil
  }

  /// Makes what was written durable.
  /// - Returns: false when that failed, and nothing is known of what was written.
  package func persist() -> Bool {
    switch action {
    case .plain, .copied, .refused: break
    case .writtenBack: durability?.fence()
    case .batched, .pageCache:
      do { try save() } catch { return false }
    }
    return failure == nil
  }
}
