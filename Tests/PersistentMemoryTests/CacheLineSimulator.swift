import Storage

/// A machine whose caches are lost in a crash: memory as the program sees it, and memory as it would be found afterwards. Lines differ
/// between a store and the end of its write-back.
final class CacheLineSimulator: StoreDurability, @unchecked Sendable {
  static let line = 64
  let size: Int
  let memory: UnsafeMutableRawPointer
  private(set) var durable: [UInt8]
  /// Lines whose write-back has begun, as they were then.
  private var leaving: [Int: [UInt8]] = [:]
  private var random = SystemRandomNumberGenerator()
  /// What a wrong implementation leaves out.
  var omitsWriteBack = false, omitsFence = false
  /// Called whenever the machine may crash.
  var onCrashPoint: () -> Void = {}

  init(size: Int) {
    self.size = size
    memory = .allocate(byteCount: size, alignment: Self.line)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    durable = [UInt8](repeating: 0, count: size)
  }
  deinit { memory.deallocate() }

  func writeBack(_ address: UnsafeRawPointer, _ count: Int) {
    onCrashPoint()
    guard !omitsWriteBack, count > 0 else { return }
    let offset = address - UnsafeRawPointer(memory)
    for line in offset / Self.line...(offset + count - 1) / Self.line { leaving[line] = contents(line) }
    onCrashPoint()
  }

  func fence() {
    guard !omitsFence else { return }
    for (line, bytes) in leaving { durable.replaceSubrange(line * Self.line..<(line + 1) * Self.line, with: bytes) }
    leaving = [:]
    onCrashPoint()
  }

  private func contents(_ line: Int) -> [UInt8] {
    (0..<Self.line).map { memory.load(fromByteOffset: line * Self.line + $0, as: UInt8.self) }
  }

  /// Every memory that a crash now may leave: a cache may have written any dirty line back by itself, or not. All subsets of at
  /// most ten dirty lines; of more, 256 at random.
  func crash(_ check: ([UInt8]) -> Void) {
    let dirty = (0..<size / Self.line).filter { line in
      !durable[line * Self.line..<(line + 1) * Self.line].elementsEqual(contents(line))
    }
    let subsets: [UInt64] =
      dirty.count <= 10
      ? Array(0..<(1 << UInt64(dirty.count))) : (0..<256).map { _ in UInt64.random(in: 0...UInt64.max, using: &random) }
    for subset in subsets {
      var image = durable
      for (k, line) in dirty.enumerated() where subset >> UInt64(k % 64) & 1 != 0 {
        image.replaceSubrange(line * Self.line..<(line + 1) * Self.line, with: contents(line))
      }
      check(image)
    }
  }
}
