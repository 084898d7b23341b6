import X86

/// Makes x86-64 code of a block's nodes, instruction by instruction, in one pass. Code that is seldom run (misses, taken branches)
/// follows behind the block.
///
/// Concurrency: owned by the compiler of one CPU.
final class BlockEmitter {
  var assembler: Assembler
  let memory: CodeMemory
  let thunks: CompiledThunks
  let nodes: UnsafeMutablePointer<BlockNode>
  /// Where each value is: 0 nowhere, 1-16 a host register's number and one, 32 and up a slot of `spilled`.
  let places: UnsafeMutablePointer<UInt8>
  /// The value in RAX, RCX, RDX: a node, `free`, or `temporary` until the current node is done.
  var owners = InlineArray<3, Int32>(repeating: BlockEmitter.free)
  /// The values in the slots.
  var spills = InlineArray<8, Int32>(repeating: BlockEmitter.free)
  /// Scratch registers that the current node needs as they are, bit by number.
  var locked: UInt8 = 0
  /// The node being emitted.
  var current = 0
  var instruction: BlockInstruction
  /// Instructions of the block before this one.
  var ordinal = 0
  /// The number of an instruction that needs more registers or slots than there are: the code is no good, and it is to be called.
  var failed: Int?
  /// What the host's flags say of the condition code, if they say anything.
  var flags: ConditionKind?
  /// The flags are those of a TEST of bits whose condition code was stored: zero means 0.
  var flagsTestZero = false
  var stubs: [BlockStub] = []
  /// The floating-point registers that host registers hold, too.
  var floats = FloatRegisters()
  /// The block: the key of its page and mode, its offset in the page, its code.
  var pageKey: UInt64 = 0
  var startOffset: UInt16 = 0
  var start: UnsafeMutablePointer<UInt8>
  let blocks: BlockTable
  /// Blocks lead to each other without the dispatcher.
  var linksBlocks = true

  static let free: Int32 = -1
  static let temporary: Int32 = -2

  init(memory: CodeMemory, thunks: CompiledThunks, blocks: BlockTable, nodes: UnsafeMutablePointer<BlockNode>) {
    self.memory = memory
    self.blocks = blocks
    start = memory.write
    self.thunks = thunks
    self.nodes = nodes
    assembler = Assembler(at: memory.write)
    let count = BlockBuilder.nodeLimit + BlockBuilder.instructionNodeLimit
    places = .allocate(capacity: count)
    places.initialize(repeating: 0, count: count)
    instruction = BlockInstruction(text: 0, firstNode: 0, endNode: 0, offset: 0, length: 2)
    stubs.reserveCapacity(256)
  }
  deinit { places.deallocate() }

  func begin(pageKey: UInt64, offset: UInt16) {
    self.pageKey = pageKey
    startOffset = offset
    start = memory.cursor
    assembler.cursor = start
    failed = nil
    owners = InlineArray(repeating: BlockEmitter.free)
    spills = InlineArray(repeating: BlockEmitter.free)
    locked = 0
    forgetFlags()
    floats = FloatRegisters()
    ordinal = 0
    stubs.removeAll(keepingCapacity: true)
  }

  /// What a called routine must know: see `CompiledState.descriptor`.
  func descriptor(bytes: Int = 1) -> Int32 {
    Int32(
      bitPattern: UInt32(instruction.offset) | UInt32(instruction.length) << 12 | UInt32(truncatingIfNeeded: ordinal) << 16
        | UInt32(truncatingIfNeeded: bytes &- 1) << 24)
  }

  /// Emits one instruction.
  func emit(_ instruction: BlockInstruction) {
    self.instruction = instruction
    let firstStub = stubs.count
    if instruction.isRoutine {
      emitRoutineCall()
      flags = nil
    } else {
      for k in Int(instruction.firstNode)..<Int(instruction.endNode) { places[k] = 0 }
      var skips: [Fixup] = []
      var hasStore = false
      var k = Int(instruction.firstNode)
      while k < Int(instruction.endNode) {
        current = k
        let operation = nodes[k].operation
        if operation == .proceed {
          skips += emitSkip(nodes[k].a)
        } else if !(operation.isValue && nodes[k].useCount == 0) {
          if operation.mayComeBack { hasStore = true }
          emitNode(k)
        }
        release()
        k = current + 1
      }
      for skip in skips { assembler.resolveHere(skip) }
      // A store that misses is interpreted, and comes back without flags.
      if hasStore || !skips.isEmpty { forgetFlags() }
      if !skips.isEmpty { floats = FloatRegisters() }
    }
    for k in firstStub..<stubs.count {
      stubs[k].after = assembler.cursor
      stubs[k].floatsAfter = floats
    }
    ordinal += 1
  }

  func forgetFlags() {
    flags = nil
    flagsTestZero = false
  }

  /// Ends what only the current node needed.
  private func release() {
    locked = 0
    for k in 0..<3 where owners[k] != BlockEmitter.free {
      if owners[k] == BlockEmitter.temporary || nodes[Int(owners[k])].lastUse <= UInt16(current) { owners[k] = BlockEmitter.free }
    }
    for k in 0..<8 where spills[k] != BlockEmitter.free && nodes[Int(spills[k])].lastUse <= UInt16(current) {
      spills[k] = BlockEmitter.free
    }
  }

  private func emitNode(_ k: Int) {
    let n = nodes[k]
    switch n.operation {
    case .constant, .programAddress, .isConditionCode, .isCompare, .isZero, .isNotZero, .proceed: break
    case .register: emitRegister(k)
    case .registerHigh, .programMask, .fpr, .fprShort: emitStateValue(k)
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
    case .addWithCarry, .subtractWithBorrow: emitCarryArithmetic(k)
    case .addSetting, .subtractSetting, .addLogicalSetting, .subtractLogicalSetting: emitSettingArithmetic(k)
    case .setNotZero, .setSign, .setCompare, .setTestMask, .setTestByte, .setConditionCode: emitConditionCodeSetting(k)
    case .setRegister, .setRegister32, .setRegisterHigh, .setFPR, .setFPRShort: emitRegisterSetting(k)
    case .store: emitStore(k)
    case .loadMultiple, .storeMultiple: emitMultiple(k)
    case .branch: emitBranch(to: n.a)
    case .branchIf: emitBranch(if: n.a, to: n.b)
    case .interruptIf: emitInterruption(if: n.a)
    case .serialize: assembler.mfence()
    case .floatingPoint: emitFloatingPoint(k)
    }
  }

  // MARK: Scratch registers

  func index(of r: Register) -> Int? { r == .rax ? 0 : r == .rcx ? 1 : r == .rdx ? 2 : nil }
  func lock(_ r: Register) { if let k = index(of: r) { locked |= 1 << UInt8(k) } }

  /// A free scratch register, RAX last: LAHF and addresses want it. Nothing emitted here changes the flags.
  func allocate(for owner: Int32 = BlockEmitter.temporary) -> Register {
    for k in [1, 2, 0] where owners[k] == BlockEmitter.free && locked & 1 << UInt8(k) == 0 { return take(k, owner) }
    var victim = -1
    for k in 0..<3 where locked & 1 << UInt8(k) == 0 && owners[k] >= 0 {
      if victim < 0 || nodes[Int(owners[k])].lastUse > nodes[Int(owners[victim])].lastUse { victim = k }
    }
    guard victim >= 0 else {
      failed = ordinal
      return .rax
    }
    spill(victim)
    return take(victim, owner)
  }
  private func take(_ k: Int, _ owner: Int32) -> Register {
    owners[k] = owner
    locked |= 1 << UInt8(k)
    let r = HostRegisters.scratch[k]
    if owner >= 0 { places[Int(owner)] = r.number + 1 }
    return r
  }
  private func spill(_ k: Int) {
    let node = owners[k]
    guard node >= 0, let slot = (0..<8).first(where: { spills[$0] == BlockEmitter.free }) else {
      failed = ordinal
      return
    }
    assembler.mov(Memory(.rsp, StateOffset.spilled + Int32(8 * slot)), HostRegisters.scratch[k])
    spills[slot] = node
    places[Int(node)] = UInt8(32 + slot)
    owners[k] = BlockEmitter.free
  }
  /// Makes one scratch register free, moving what is in it.
  func reserve(_ r: Register) {
    guard let k = index(of: r) else { return }
    if owners[k] >= 0 {
      let node = owners[k]
      if let other = [1, 2, 0].first(where: { $0 != k && owners[$0] == BlockEmitter.free && locked & 1 << UInt8($0) == 0 }) {
        assembler.mov(HostRegisters.scratch[other], r)
        owners[other] = node
        places[Int(node)] = HostRegisters.scratch[other].number + 1
        if locked & 1 << UInt8(k) != 0 { locked |= 1 << UInt8(other) }
      } else {
        spill(k)
      }
    }
    owners[k] = BlockEmitter.temporary
    locked |= 1 << UInt8(k)
  }

  // MARK: Operands

  func guest(_ r: Int) -> Memory { Memory(.rsp, StateOffset.gr + Int32(8 * r)) }

  /// The register that holds the value now, if one does.
  func placeRegister(_ node: UInt16) -> Register? {
    let place = places[Int(node)]
    if place >= 1 && place <= 16 { return Register(rawValue: place - 1) }
    if nodes[Int(node)].operation == .register && place == 0 { return HostRegisters.pinned(Int(nodes[Int(node)].imm)) }
    return nil
  }
  /// Where the value is in storage, if it is there.
  func placeMemory(_ node: UInt16) -> Memory? {
    let place = places[Int(node)]
    if place >= 32 { return Memory(.rsp, StateOffset.spilled + Int32(8 * (place - 32))) }
    if nodes[Int(node)].operation == .register && place == 0 && HostRegisters.pinned(Int(nodes[Int(node)].imm)) == nil {
      return guest(Int(nodes[Int(node)].imm))
    }
    return nil
  }
  func constant(_ node: UInt16) -> UInt64? { nodes[Int(node)].operation == .constant ? nodes[Int(node)].imm : nil }

  /// Puts the value into a register that its caller owns.
  func move(_ node: UInt16, to r: Register, _ width: Width = .bits64) {
    if let v = constant(node) {
      assembler.mov(r, width == .bits32 ? v & 0xFFFF_FFFF : v)
    } else if nodes[Int(node)].operation == .programAddress {
      assembler.mov(r, Memory(.rsp, StateOffset.fetchPage))
      addConstant(r, nodes[Int(node)].imm)
    } else if let from = placeRegister(node) {
      assembler.mov(r, from, width)
    } else if let m = placeMemory(node) {
      assembler.mov(r, m, width)
    } else {
      failed = ordinal
    }
  }
  /// r += v, without touching the flags when v fits a displacement.
  private func addConstant(_ r: Register, _ v: UInt64) {
    if v == 0 { return }
    if let d = Int32(exactly: Int64(bitPattern: v)) {
      assembler.lea(r, Memory(r, d))
    } else {
      let t = allocate()
      assembler.mov(t, v)
      assembler.lea(r, Memory(r, 0, index: t))
    }
  }

  /// A register with the value, not to be changed.
  func register(_ node: UInt16, _ width: Width = .bits64) -> Register {
    if let r = placeRegister(node) {
      lock(r)
      return r
    }
    let r = allocate()
    move(node, to: r, width)
    return r
  }
  /// A scratch register with the value, to be changed; it becomes `owner`'s.
  func copy(_ node: UInt16, for owner: Int, _ width: Width = .bits64) -> Register {
    if let r = placeRegister(node), let k = index(of: r), nodes[Int(node)].lastUse <= UInt16(current), owners[k] == Int32(node) {
      owners[k] = Int32(owner)
      locked |= 1 << UInt8(k)
      places[owner] = r.number + 1
      return r
    }
    if let r = placeRegister(node) { lock(r) }
    let r = allocate(for: Int32(owner))
    move(node, to: r, width)
    return r
  }
}

/// The second operand of an operation.
enum HostOperand {
  case register(Register)
  case memory(Memory)
  case immediate(Int32)
}

extension BlockEmitter {
  func operand(_ node: UInt16, _ width: Width) -> HostOperand {
    if let v = constant(node) {
      if width == .bits32 { return .immediate(Int32(truncatingIfNeeded: v)) }
      if let short = Int32(exactly: Int64(bitPattern: v)) { return .immediate(short) }
    }
    if let m = placeMemory(node) { return .memory(m) }
    return .register(register(node, width))
  }
  func arithmetic(_ o: ArithmeticOperation, _ to: Register, _ operand: HostOperand, _ width: Width) {
    switch operand {
    case .register(let r): assembler.arithmetic(o, to, r, width)
    case .memory(let m): assembler.arithmetic(o, to, m, width)
    case .immediate(let v): assembler.arithmetic(o, to, immediate: v, width)
    }
  }
}

/// Code that is emitted behind the block.
struct BlockStub {
  enum Kind {
    /// A fetch that missed its site: the addend goes into `register`.
    case fetch(Register)
    /// A store that missed; comes back, or the instruction is interpreted.
    case store(Register)
    /// The instruction is interpreted.
    case interpretation
    /// The same; the block ends behind it.
    case departure
    /// The same; it compares, and the flags are to say how.
    case comparison
    /// A branch that is taken: to an offset in the page.
    case branch(UInt16)
    /// A branch that is taken, to the address in RAX or that the node computes.
    case leave(UInt16)
  }
  var kind: Kind
  var from: Fixup
  var second: Fixup?
  /// The access: base, displacement, size, and its site.
  var base: Register = .rax
  var displacement: Int32 = 0
  var size = 1
  /// An operand that is not on its boundary is not to be accessed: the instruction is interpreted.
  var isAligned = false
  var site: Int = 0
  /// Its address is a constant of the code.
  var isConstant = false
  /// Where the code goes on: at the access, and behind the instruction.
  var resume: UnsafeMutablePointer<UInt8>?
  var after: UnsafeMutablePointer<UInt8>?
  /// What host registers hold there, which a call loses.
  var floatsAtResume = FloatRegisters()
  var floatsAfter = FloatRegisters()
  var text: UInt64
  var descriptor: Int32
  var ordinal: Int
  var offset: UInt16
}
