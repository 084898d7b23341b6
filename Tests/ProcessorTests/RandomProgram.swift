import Processor

/// Random programs that the compiler has a hard time with: they lie over a page's end and loop, and they store into their own
/// code, ahead and behind, in the same block, page, and another one. Plain ones
/// mostly loop, and seldom do the rest.
extension SequenceGenerator {
  /// Real addresses of the loops' counters, and how many there are at most.
  static let counters: UInt64 = 0xE00, counterCount = 8

  /// - Parameter start: where the program begins.
  /// - Returns: its bytes, with the way out.
  mutating func program(_ count: Int, at start: UInt64) -> [UInt8] {
    var program = Program(start: start)
    while program.unitAddresses.count < count {
      program.unitAddresses.append(program.end)
      switch isPlain && below(16) != 0 ? [0, 3, 3, 3, 3][below(5)] : below(10) {
      case 0: program.loop(back: below(8))
      case 1: program.store(text: replacement(), from: [0, 1, 3, 5, 14][below(5)], ahead: below(4) != 0)
      case 2: program.target()
      default: program.bytes += sequence(1, at: program.end).flatMap(\.bytes)
      }
    }
    program.target()
    for _ in 0..<8 { program.bytes += [0x07, 0x00] }
    return program.bytes
      + SequenceGenerator.encode(0xC0F4_0000_0000 | SequenceGenerator.distance(program.end, SequenceGenerator.exit), 6)
  }

  /// An instruction of two bytes: LR, AR, SR, XR, LTR, BCTR without a branch.
  private mutating func replacement() -> Int {
    let registers = below(11) << 4 | below(16)
    return [0x1800, 0x1A00, 0x1B00, 0x1700, 0x1200][below(5)] | registers
  }

  /// In halfwords, 32 bits.
  fileprivate static func distance(_ from: UInt64, _ to: UInt64) -> UInt64 {
    UInt64(UInt32(truncatingIfNeeded: (Int64(to) - Int64(from)) / 2))
  }
}

/// A program that is being written.
private struct Program {
  let start: UInt64
  var bytes: [UInt8] = []
  var unitAddresses: [UInt64] = []
  private var loopCount = 0
  /// Instructions that stores may replace; and stores whose target is yet to come.
  private var targets: [UInt64] = []
  private var open: [UInt64] = []

  init(start: UInt64) { self.start = start }

  var end: UInt64 { start + UInt64(bytes.count) }

  /// ASI a counter by -1, BRC on more than 0 to one of the units before.
  mutating func loop(back: Int) {
    guard loopCount < SequenceGenerator.counterCount else { return }
    let counter = SequenceGenerator.counters + 4 * UInt64(loopCount)
    loopCount += 1
    bytes += SequenceGenerator.encode(0xEBFF_0000_006A | counter << 16, 6)
    let unit = unitAddresses[max(0, unitAddresses.count - 1 - back)]
    bytes += SequenceGenerator.encode(0xA724_0000 | SequenceGenerator.distance(end, unit) & 0xFFFF, 4)
  }
  /// LGHI a register with the text, STHRL it onto a target.
  mutating func store(text: Int, from r: Int, ahead: Bool) {
    bytes += SequenceGenerator.encode(0xA709_0000 | UInt64(r << 20 | text), 4)
    if let target = targets.last, !ahead {
      bytes += SequenceGenerator.encode(0xC407_0000_0000 | UInt64(r) << 36 | SequenceGenerator.distance(end, target), 6)
    } else {
      open.append(end)
      bytes += SequenceGenerator.encode(0xC407_0000_0000 | UInt64(r) << 36, 6)
    }
  }
  /// LR 2,2, onto which the open stores store.
  mutating func target() {
    for store in open {
      let at = Int(store - start)
      bytes.replaceSubrange(at + 2..<at + 6, with: SequenceGenerator.encode(SequenceGenerator.distance(store, end), 4))
    }
    open = []
    targets.append(end)
    bytes += [0x18, 0x22]
  }
}
