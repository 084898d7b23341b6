import X86

/// Where compiled code keeps the guest's general registers: most of them in registers of the host, for good; r6 to r8 and r13, which
/// compilers take last, in the state. RSP points to the state; RAX, RCX and RDX are for values.
enum HostRegisters {
  /// The host's register of a general register, nil when it is in the state.
  @inline(__always) static func pinned(_ r: Int) -> Register? {
    switch r {
    case 0: .r8
    case 1: .rbx
    case 2: .rdi
    case 3: .rsi
    case 4: .r9
    case 5: .r10
    case 9: .r13
    case 10: .r11
    case 11: .r12
    case 12: .r15
    case 14: .r14
    case 15: .rbp
    default: nil
    }
  }
  /// How many are for values, and those, by number: RAX, RCX, RDX.
  static let scratchCount = 3
  @inline(__always) static func scratch(_ k: Int) -> Register { Register(number: UInt8(truncatingIfNeeded: k)) }
  /// The general registers that have one, a bit each.
  static let allPinned: UInt16 = (0..<16).reduce(0) { pinned($1) == nil ? $0 : $0 | 1 << UInt16($1) }
}

/// Displacements from the state, as compiled code uses them.
enum StateOffset {
  static func of<T>(_ path: PartialKeyPath<CPUState>, _: T.Type = Never.self) -> Int32 {
    guard let offset = MemoryLayout<CPUState>.offset(of: path) else { preconditionFailure("a field of CPUState is not stored") }
    return Int32(offset)
  }
  static let gr = of(\.gr), fpr = of(\.fpr), fpc = of(\.fpc)
  static let fetchPage = of(\.fetchPage), fetchHost = of(\.fetchHost), nextAddress = of(\.nextAddress)
  static let pswMask = of(\.pswMask), instructionCount = of(\.instructionCount), dataTag = of(\.front.dataTag)
  static let quietUntil = of(\.compiled.quietUntil)
  static let breakingEventAddress = of(\.breakingEventAddress)
  static let condition = of(\.front.condition), breakingEvent = of(\.front.breakingEvent)
  static let siteTag = of(\.front.siteTag), jumpTag = of(\.front.jumpTag), attention = of(\.front.attention)
  static let untilLook = of(\.front.untilLook), addend = of(\.compiled.addend)
  static let passingBlock = of(\.compiled.passingBlock), passingLooks = of(\.compiled.passingLooks)
  static let conditionValue = of(\.front.conditionValue)
  static let hostStack = of(\.compiled.hostStack), saved = of(\.compiled.saved), spilled = of(\.compiled.spilled)
  static let accessAddress = of(\.compiled.accessAddress), accessSite = of(\.compiled.accessSite)
  static let accessAddend = of(\.compiled.accessAddend)
  static let descriptor = of(\.compiled.descriptor), changedCode = of(\.compiled.changedCode), link = of(\.compiled.link)
  static let routine = of(\.compiled.routine), crossing = of(\.compiled.crossing)
  static let fetchMiss = of(\.compiled.fetchMiss), storeMiss = of(\.compiled.storeMiss)
  static let highHalf = of(\.compiled.highHalf)
  static let rising = of(\.compiled.rising)
  static let wholes = of(\.compiled.wholes)
  static let kept = of(\.compiled.kept)
  static let gathered = of(\.compiled.gathered)
  static let faults = of(\.compiled.faults)
  static let floatControl = of(\.compiled.floatControl), isFloatControlLost = of(\.compiled.isFloatControlLost)
  static let floatConstants = of(\.compiled.floatConstants)
  static let conditionTable = of(\.compiled.conditionTable)
  static let readTags = Int32(CPUMemory.tlbOffset + TLBEntries.readTagOffset)
  static let writeTags = Int32(CPUMemory.tlbOffset + TLBEntries.writeTagOffset)
  static let addends = Int32(CPUMemory.tlbOffset + TLBEntries.addendOffset)
  static let frames = Int32(CPUMemory.tlbOffset + TLBEntries.frameOffset)
  static let jumpCache = Int32(CPUMemory.jumpCacheOffset)
  static let largeTLB = Int32(CPUMemory.largeTLBOffset)
  static let origins = Int32(CPUMemory.originsOffset)
}
