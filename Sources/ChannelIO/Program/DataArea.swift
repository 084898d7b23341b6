/// The storage that one CCW designates, as a sequence of runs of bytes: directly, by IDAWs, or by MIDAWs (chapter 15,
/// "Data Addressing"). A run never crosses a 4-KiB block; words of a list are fetched when the run before them is used up.
struct DataArea {
  private enum Mode { case direct, format1, format2, modified }
  private let mode: Mode
  private let isBackward: Bool
  /// The size of the blocks that IDAWs designate.
  private let blockSize: UInt64
  /// The first address that a direct data address cannot reach.
  private let end: UInt64
  /// The next byte to transfer; absolute.
  private var address: UInt64
  /// Where the list goes on.
  private var list: UInt64 = 0
  /// Bytes left of what the current IDAW or MIDAW designates.
  private var blockLeft: UInt64 = 0
  private var isFirst = true
  private var midawFlags: MIDAW.Flags = []
  /// Bytes of the CCW's count that no MIDAW has claimed.
  private var unclaimed: UInt64

  /// One run: `skip` means that nothing is stored for it. Backward runs end at `address`.
  struct Run {
    var address: UInt64
    var count: UInt64
    var skip: Bool
  }

  /// - Returns: a program check when the list's address is not aligned.
  static func make(_ ccw: CCW, _ orb: ORB, backward: Bool) -> Result<DataArea, ChannelCheck> {
    let flags = ccw.flags, address = UInt64(ccw.dataAddress)
    let isIndirect = flags.contains(.indirectData), isModified = flags.contains(.modifiedIndirectData)
    let mode: Mode = isModified ? .modified : !isIndirect ? .direct : orb.hasFormat2IDAWs ? .format2 : .format1
    let alignment: UInt64 =
      switch mode {
      case .direct: 1
      case .format1: 4
      case .format2: 8
      case .modified: MIDAW.size
      }
    guard address % alignment == 0 else { return .failure(.program) }
    let block: UInt64 = mode == .format2 && !orb.has2KBlocks ? 4096 : 2048
    return .success(
      DataArea(
        mode: mode, isBackward: backward, blockSize: block, end: orb.isFormat1 ? 1 << 31 : 1 << 24, address: address,
        count: UInt64(ccw.count)))
  }

  private init(mode: Mode, isBackward: Bool, blockSize: UInt64, end: UInt64, address: UInt64, count: UInt64) {
    self.mode = mode
    self.isBackward = isBackward
    self.blockSize = blockSize
    self.end = end
    self.address = address
    unclaimed = count
    if mode != .direct { list = address }
  }

  /// The next run of at most `wanted` bytes (more than zero).
  mutating func next(_ wanted: UInt64, from source: any ProgramSource) -> Result<Run, ChannelCheck> {
    if mode == .direct { return nextDirect(wanted) }
    if blockLeft == 0 {
      let fetched = mode == .modified ? fetchMIDAW(source) : fetchIDAW(source)
      if case .failure(let check) = fetched { return .failure(check) }
    }
    return .success(take(min(wanted, blockLeft)))
  }

  private mutating func nextDirect(_ wanted: UInt64) -> Result<Run, ChannelCheck> {
    guard address < end else { return .failure(.program) }
    blockLeft = isBackward ? (address & 0xFFF) + 1 : 4096 - (address & 0xFFF)
    return .success(take(min(wanted, blockLeft)))
  }

  private mutating func take(_ wanted: UInt64) -> Run {
    let inPage = isBackward ? (address & 0xFFF) + 1 : 4096 - (address & 0xFFF)
    let count = min(wanted, inPage)
    let run = Run(address: address, count: count, skip: midawFlags.contains(.skip))
    // Backward from byte 0 wraps to an address that no storage has: the next run is a program check.
    address = isBackward ? address &- count : address &+ count
    blockLeft -= count
    return run
  }

  private mutating func fetchIDAW(_ source: any ProgramSource) -> Result<Void, ChannelCheck> {
    let word: UInt64
    if mode == .format1 {
      switch source.word(at: list) {
      case .failure(let check): return .failure(check)
      case .success(let value): word = UInt64(value)
      }
      guard word & 0x8000_0000 == 0 else { return .failure(.program) }
      list &+= 4
    } else {
      switch source.doubleword(at: list) {
      case .failure(let check): return .failure(check)
      case .success(let value): word = value
      }
      list &+= 8
    }
    let offset = word & (blockSize - 1)
    guard isFirst || offset == (isBackward ? blockSize - 1 : 0) else { return .failure(.program) }
    isFirst = false
    address = word
    blockLeft = isBackward ? offset + 1 : blockSize - offset
    return .success(())
  }

  private mutating func fetchMIDAW(_ source: any ProgramSource) -> Result<Void, ChannelCheck> {
    // The list may not leave its 4-KiB block, nor go on after its last word.
    guard isFirst || (!midawFlags.contains(.last) && list & 0xFFF != 0) else { return .failure(.program) }
    isFirst = false
    let midaw: MIDAW
    switch (source.doubleword(at: list), source.doubleword(at: list &+ 8)) {
    case (.success(let head), .success(let data)): midaw = MIDAW(head: head, dataAddress: data)
    case (.failure(let check), _), (_, .failure(let check)): return .failure(check)
    }
    let count = UInt64(midaw.count)
    guard midaw.isValid(backward: isBackward), count <= unclaimed, !midaw.flags.contains(.last) || count == unclaimed else {
      return .failure(.program)
    }
    unclaimed -= count
    midawFlags = midaw.flags
    list &+= MIDAW.size
    address = midaw.dataAddress
    blockLeft = count
    return .success(())
  }
}
