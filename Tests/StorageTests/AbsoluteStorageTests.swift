import Storage
import Testing

@Suite struct AbsoluteStorageTests {
  @Test func `storage is big-endian`() throws {
    let storage = try #require(AbsoluteStorage(size: 1 << 20))
    storage.store(UInt32(0x0102_0304), at: AbsoluteAddress(16))
    #expect(storage.load(UInt8.self, at: AbsoluteAddress(16)) == 1)
  }

  @Test func `contains holds for no address that wraps`() throws {
    let storage = try #require(AbsoluteStorage(size: 1 << 20))
    #expect(storage.contains(AbsoluteAddress((1 << 20) - 8), count: 8))
    #expect(!storage.contains(AbsoluteAddress((1 << 20) - 7), count: 8))
    #expect(!storage.contains(AbsoluteAddress(UInt64.max - 3), count: 8))
    #expect(!storage.contains(AbsoluteAddress(8), count: UInt64.max))
  }

  @Test func `a size that is no multiple of 1 MiB is refused`() {
    #expect(AbsoluteStorage(size: 0) == nil)
    #expect(AbsoluteStorage(size: 4096) == nil)
  }

  @Test func `clear zeros bytes and keys`() throws {
    let storage = try #require(AbsoluteStorage(size: 1 << 20))
    storage.store(UInt64.max, at: AbsoluteAddress(0x8000))
    storage.setKey(StorageKey(bits: 0xFE), at: AbsoluteAddress(0x8000))
    storage.clear()
    #expect(storage.load(UInt64.self, at: AbsoluteAddress(0x8000)) == 0)
    #expect(storage.key(at: AbsoluteAddress(0x8000)).bits == 0)
  }
}
