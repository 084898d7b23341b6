import ChannelIO
package import PersistentMemory

/// An increment of storage-class memory in a file or DAX device.
package final class StorageClassMemoryIncrement: StorageClassMemory {
  package let backend: MappedBackend

  package init(backend: MappedBackend) { self.backend = backend }

  package var size: UInt64 { backend.size }
  package var isWriteProhibited: Bool { backend.action == .refused }
  package func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Bool { backend.read(buffer, at: offset) }
  package func write(_ buffer: UnsafeRawBufferPointer, at offset: UInt64) -> Bool { backend.write(buffer, at: offset) }
  package func persist() -> Bool { backend.persist() }
}
