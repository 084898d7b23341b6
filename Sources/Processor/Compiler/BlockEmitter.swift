import X86

/// Makes x86-64 code of a block's nodes, instruction by instruction, in one pass. Branches that are taken
/// follow behind the block; what is seldom run goes elsewhere.
///
/// Concurrency: owned by the compiler of one CPU.
final class BlockEmitter {
  var assembler: Assembler
  /// Where what is seldom run of the block ends.
  var stubCursor: UnsafeMutablePointer<UInt8>
  let memory: CodeMemory
  let thunks: CompiledThunks
  let nodes: UnsafeMutablePointer<BlockNode>
  /// Where each value is: 0 nowhere, 1-16 a host register's number and one, 32 and up a slot of `spilled`.
  let places: UnsafeMutablePointer<UInt8>
  /// The value in RAX, RCX, RDX: a node, `free`, or `temporary` until the current node is done.
  var owners = InlineArray<3, Int32>(repeating: BlockEmitter.free)
  /// The values in the slots; the slots that have one, a bit each.
  var spills = InlineArray<8, Int32>(repeating: BlockEmitter.free)
  var spilled: UInt8 = 0
  /// Scratch registers that the current node needs as they are, bit by number.
  var locked: UInt8 = 0
  /// The node being emitted.
  var current = 0
  /// The instruction being emitted, which stays where the builder has it.
  var instruction: BlockInstruction { @inline(__always) _read { yield instructionPlace.pointee } }
  private var instructionPlace: UnsafePointer<BlockInstruction>
  /// Instructions of the block before this one.
  var ordinal = 0
  /// The number of an instruction that needs more registers or slots than there are: the code is no good, and it is to be called.
  var failed: Int?
  /// What the host's flags say of the condition code, if they say anything.
  var flags: ConditionKind?
  /// The value of which the zero flag says whether it is zero.
  var zeroFlag: UInt16?
  /// What was left undone up to here.
  var deferred = Deferred()
  /// The general registers of which bits 0-31 are known to be zeros, a bit each.
  var clear: UInt16 = 0
  /// Those that the instruction sets so.
  var cleared: UInt16 = 0
  var stubs = PlainList<BlockStub>(capacity: 256)
  /// The jumps to the end of the instruction.
  var skips = PlainList<Fixup>()
  /// The branches back that look for attention.
  var looks = PlainList<AttentionLook>()
  /// The jumps that lead to no block yet, and the offsets in the page that they are for.
  var unlinked = PlainList<(jump: Fixup, target: UInt16)>()
  /// The floating-point registers that host registers hold, too.
  var floats = FloatRegisters()
  /// The node whose value is in XMM1, for the next one.
  var fetchedFloat: UInt16?
  /// The block as a whole.
  var shape = BlockShape()
  /// The number of the first instruction that branches back to where the block goes on.
  var turn: Int?
  /// A second copy of a block that branches back to its beginning.
  var loop: BlockLoop?
  /// The jumps of the first copy that lead to it.
  var loopJumps = PlainList<Fixup>()
  /// The sites of the accesses whose limits are beside them, by the instruction's number.
  var risingSites: [Int: Int] = [:]
  /// Where instructions raise floating-point exceptions, and where they then go on.
  var faults = PlainList<(at: UnsafeMutablePointer<UInt8>, stub: UnsafeMutablePointer<UInt8>)>()
  /// The results of floating-point instructions are looked at; otherwise the host raises exceptions.
  var checksFloats = false
  /// The block: the key of its page and mode, its offset in the page, its code.
  var pageKey: UInt64 = 0
  var startOffset: UInt16 = 0
  var start: UnsafeMutablePointer<UInt8>
  let blocks: BlockTable
  /// The jumps to other blocks: where their displacements end.
  var links = PlainList<(key: UInt64, end: UnsafeMutablePointer<UInt8>)>()
  /// Blocks lead to each other without the dispatcher.
  var linksBlocks = true

  static let free: Int32 = -1
  static let temporary: Int32 = -2

  init(memory: CodeMemory, thunks: CompiledThunks, blocks: BlockTable, builder: borrowing BlockBuilder) {
    self.memory = memory
    self.blocks = blocks
    start = memory.write
    self.thunks = thunks
    nodes = builder.state.pointee.nodes
    instructionPlace = UnsafePointer(builder.state.pointee.instructions)
    assembler = Assembler(at: memory.write)
    stubCursor = memory.stubCursor
    let count = BlockBuilder.nodeLimit + BlockBuilder.instructionNodeLimit + BlockEmitter.clearedPlaces
    places = .allocate(capacity: count)
    places.initialize(repeating: 0, count: count)
  }
  deinit { places.deallocate() }

  func begin(pageKey: UInt64, offset: UInt16, shape: BlockShape) {
    self.pageKey = pageKey
    self.shape = shape
    startOffset = offset
    start = memory.cursor
    assembler.cursor = start
    failed = nil
    forgetValues()
    forgetFlags()
    deferred = Deferred()
    clear = 0
    floats = FloatRegisters()
    ordinal = 0
    stubs.removeAll()
    looks.removeAll()
    unlinked.removeAll()
    loop = nil
    loopJumps.removeAll()
    if !risingSites.isEmpty { risingSites.removeAll(keepingCapacity: true) }
    turn = nil
    faults.removeAll()
    checksFloats = BlockMode(bits: UInt8(pageKey >> 56)).checksFloats
    links.removeAll()
    emitBorrowing(shape.loans)
    deferred.loans = shape.loans
  }

  /// What a called routine must know: see `CompiledState.descriptor`.
  func descriptor(bytes: Int = 1) -> Int32 {
    Int32(
      bitPattern: UInt32(instruction.offset) | UInt32(instruction.length) << 12 | UInt32(truncatingIfNeeded: ordinal) << 16
        | UInt32(truncatingIfNeeded: bytes &- 1) << 24)
  }

  /// Emits one instruction.
  func emit(_ instruction: UnsafePointer<BlockInstruction>) {
    instructionPlace = instruction
    let firstStub = stubs.count
    if deferred.apart | instruction.pointee.halves.low != 0 || !deferred.loans.isEmpty { separate() }
    if let pending = deferred.condition { settle(pending) }
    let undone = deferred
    if instruction.pointee.isGuarded { emitGuard() }
    if instruction.pointee.crossesPage { emitCrossing(isCompiled: !instruction.pointee.isRoutine) }
    if instruction.pointee.isRoutine {
      if !instruction.pointee.crossesPage { emitRoutineCall() }
      flags = nil
    } else {
      emitNodes()
    }
    deferred.apart &= ~instruction.pointee.halves.whole
    noteClear()
    for k in firstStub..<stubs.count { finish(&stubs[k], undone) }
    ordinal += 1
  }

  private func emitNodes() {
    let first = Int(instruction.firstNode)
    forgetPlaces()
    skips.removeAll()
    cleared = 0
    // A store that misses is interpreted, and comes back with the condition code in the state and without flags.
    let mayComeBack = instruction.traits.contains(.mayComeBack)
    // Another target of EXECUTE may have set the floating-point control.
    let mayBeOther = instruction.traits.contains(.mayBeOther)
    var rest = instruction.emitted
    while rest != 0 {
      let k = first &+ rest.trailingZeroBitCount
      current = k
      let operation = nodes[k].operation
      if operation == .register {
        emitRegister(k)
        rest &= rest &- 1
        continue
      }
      let facts = nodes[k].facts, setsCondition = facts.contains(.setsConditionCode)
      if setsCondition { deferred.condition = nil }
      if operation == .proceed {
        emitSkip(nodes[k].a)
      } else if facts.contains(.isConditionCodeAlone) && !instruction.isConditionCodeLive {
        forgetFlags()
      } else {
        emitNode(k)
        if setsCondition && (mayComeBack || !skips.isEmpty) { materializeCondition() }
      }
      release()
      // What is next may have been emitted with it.
      rest &= ~1 << UInt64(current &- first)
    }
    for k in skips.indices { assembler.resolveHere(skips[k]) }
    if mayComeBack || !skips.isEmpty { forgetFlags() }
    if mayBeOther || !skips.isEmpty { floats = FloatRegisters() }
  }
  /// The values of the instruction are nowhere yet. Those of the next ones neither: so many places are cleared at once.
  private func forgetPlaces() {
    var k = Int(instruction.firstNode)
    repeat {
      UnsafeMutableRawPointer(places + k).storeBytes(of: 0, as: UInt64.self)
      k &+= BlockEmitter.clearedPlaces
    } while k < Int(instruction.endNode)
  }
  private static let clearedPlaces = 8

  /// Where what goes on behind the block comes back to, behind the instruction, and what it must do first.
  private func finish(_ stub: inout BlockStub, _ undone: Deferred) {
    stub.after = assembler.cursor
    stub.floatsAfter = floats
    stub.deferred = undone
    stub.isInLoop = isInLoop
  }

  func forgetFlags() {
    flags = nil
    zeroFlag = nil
  }

  /// No value is anywhere.
  func forgetValues() {
    owners = InlineArray(repeating: BlockEmitter.free)
    spills = InlineArray(repeating: BlockEmitter.free)
    spilled = 0
    locked = 0
  }
  /// Ends what only the current node needed.
  func release() {
    locked = 0
    for k in 0..<3 where owners[k] != BlockEmitter.free {
      if owners[k] == BlockEmitter.temporary || nodes[Int(owners[k])].lastUse <= UInt16(current) { owners[k] = BlockEmitter.free }
    }
    if spilled == 0 { return }
    for k in 0..<8 where spills[k] != BlockEmitter.free && nodes[Int(spills[k])].lastUse <= UInt16(current) {
      spills[k] = BlockEmitter.free
      spilled &= ~(1 << UInt8(k))
    }
  }

  private func emitNode(_ k: Int) {
    switch nodes[k].operation {
    case .constant, .register, .programAddress, .isConditionCode, .isCompare, .isZero, .isNotZero, .proceed: break
    case .registerHigh, .programMask, .systemMask, .fpr, .fprShort: emitStateValue(k)
    case .conditionCode: emitConditionCodeValue(k)
    case .add, .subtract, .and, .or, .xor, .multiply: emitBinary(k)
    case .multiplyHigh: emitMultiplyHigh(k)
    case .shiftLeft, .shiftRight, .shiftRightArithmetic, .rotateLeft, .rotateLeft32: emitShift(k)
    case .signExtend8, .signExtend16, .signExtend32, .zeroExtend8, .zeroExtend16, .zeroExtend32, .byteSwap16, .byteSwap32,
      .byteSwap64, .countLeadingZeros:
      emitUnary(k)
    case .select: emitSelect(k)
    case .load: emitLoad(k)
    case .exchange: emitExchange(k)
    case .replace: emitReplace(k)
    case .divide: emitDivision(k)
    case .moveBytes: emitMoveBytes(k)
    case .compareBytes: emitCompareBytes(k)
    case .clearBytes: emitClearBytes(k)
    case .moveCounted: emitMoveCounted(k)
    case .compareCounted: emitCompareCounted(k)
    case .clearCounted: emitClearCounted(k)
    case .combineCounted: emitCombineCounted(k)
    case .translate: emitTranslate(k)
    case .translateAndTest: emitTranslateAndTest(k)
    case .searchString: emitSearchString(k)
    case .compareStrings: emitCompareStrings(k)
    case .moveString: emitMoveString(k)
    case .addWithCarry, .subtractWithBorrow: emitCarryArithmetic(k)
    case .addSetting, .subtractSetting, .addLogicalSetting, .subtractLogicalSetting: emitSettingArithmetic(k)
    case .setNotZero, .setSign, .setCompare, .setTestMask, .setTestByte, .setConditionCode: emitConditionCodeSetting(k)
    case .setRegister, .setRegister32, .setRegisterHigh, .setFPR, .setFPRShort: emitRegisterSetting(k)
    case .store: emitStore(k)
    case .loadMultiple, .storeMultiple: emitMultiple(k)
    case .branch: emitBranch(to: nodes[k].a)
    case .branchIf: emitBranch(if: nodes[k].a, to: nodes[k].b)
    case .interruptIf, .interpretIf: emitInterruption(if: nodes[k].a)
    case .serialize: emitSerialization()
    case .disable: assembler.and8(systemMask, immediate: UInt8(truncatingIfNeeded: nodes[k].imm))
    case .enable: emitEnable(UInt8(truncatingIfNeeded: nodes[k].imm))
    case .floatingPoint: emitFloatingPoint(k)
    }
  }
}
