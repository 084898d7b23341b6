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

  @Test func `a store into code is noticed behind it, once`() throws {
    let storage = try #require(AbsoluteStorage(size: 1 << 20))
    storage.setHasCode(AbsoluteAddress(0x3000), true)
    storage.store([1, 2], at: AbsoluteAddress(0x1FFE))
    #expect(!storage.isCodeChanged)
    storage.change(at: AbsoluteAddress(0x2FF8), count: 16) { bytes in
      bytes.storeBytes(of: 1, toByteOffset: 8, as: UInt8.self)
      // Whoever compiled now would compile what is not there yet: the change is to be noticed later.
      #expect(!storage.isCodeChanged && storage.hasCode(AbsoluteAddress(0x3000)))
    }
    #expect(storage.isCodeChanged && !storage.hasCode(AbsoluteAddress(0x3000)))
    storage.store([1], at: AbsoluteAddress(0x3800))
    #expect(storage.takeChangedCode() == [0x3000])
    #expect(!storage.isCodeChanged)
  }
}
