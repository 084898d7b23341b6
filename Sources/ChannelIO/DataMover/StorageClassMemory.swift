/// An increment of storage-class memory behind the data mover of an EADM subchannel: explicit reads and writes, and a point
/// at which what was written is as durable as it will be.
///
/// Concurrency: called on the channel's threads, by several subchannels at a time.
package protocol StorageClassMemory: AnyObject, Sendable {
  /// Bytes, a power of two.
  var size: UInt64 { get }
  /// Whether writes are answered with write prohibited.
  var isWriteProhibited: Bool { get }
  /// Copies from the increment; the range lies inside it.
  /// - Returns: false when the host cannot.
  func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Bool
  /// Copies into the increment; the range lies inside it, and writes are not prohibited.
  func write(_ buffer: UnsafeRawBufferPointer, at offset: UInt64) -> Bool
  /// Makes all that `write` has taken durable, by the means the backend has. The operation is told to have completed afterwards.
  func persist() -> Bool
}
