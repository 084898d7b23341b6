/// The datapath that compiles: each operation becomes a node. An instruction's operation runs once, when its block is built.
///
/// Concurrency: owned by the compiler of one CPU.
struct BlockBuilder: ~Copyable {
  typealias Value = BlockValue
  typealias Condition = BlockValue

  /// Most nodes of a block, but for those of its last instruction; of an instruction, which is called when it has more; most
  /// instructions.
  static let nodeLimit = 2048
  static let instructionNodeLimit = 64
  static let instructionLimit = 64

  let state: UnsafeMutablePointer<State>

  /// What the methods of a protocol whose values are immutable must change.
  struct State {
    let nodes: UnsafeMutablePointer<BlockNode>
    let instructions: UnsafeMutablePointer<BlockInstruction>
    /// How many of both there are.
    var count = 0
    var instructionCount = 0
    /// The instruction that is being built: what its nodes do is noted in it.
    var instruction: UnsafeMutablePointer<BlockInstruction>
    var mode = BlockMode(bits: 0)
    /// Its offset in the page, and the next one's.
    var offset: UInt64 = 0
    var nextOffset: UInt64 = 0
    /// The instruction has changed something: from here on it cannot be begun anew by what interprets it.
    var hasEffect = false
  }

  init() {
    state = .allocate(capacity: 1)
    let capacity = BlockBuilder.nodeLimit + BlockBuilder.instructionNodeLimit
    let instructions = UnsafeMutablePointer<BlockInstruction>.allocate(capacity: BlockBuilder.instructionLimit)
    instructions.initialize(
      repeating: BlockInstruction(text: 0, firstNode: 0, endNode: 0, offset: 0, length: 2), count: BlockBuilder.instructionLimit)
    state.initialize(to: State(nodes: .allocate(capacity: capacity), instructions: instructions, instruction: instructions))
    state.pointee.nodes.initialize(repeating: BlockNode(operation: .constant), count: capacity)
  }
  deinit {
    state.pointee.nodes.deallocate()
    state.pointee.instructions.deallocate()
    state.deallocate()
  }

  /// The instructions of the block.
  @inline(__always) var instructions: UnsafeMutableBufferPointer<BlockInstruction> {
    UnsafeMutableBufferPointer(start: state.pointee.instructions, count: state.pointee.instructionCount)
  }
  /// Begins one more instruction, of which there are fewer than `instructionLimit`.
  @inline(__always) func begin(_ instruction: BlockInstruction) {
    state.pointee.instruction = state.pointee.instructions + state.pointee.instructionCount
    state.pointee.instruction.initialize(to: instruction)
    state.pointee.instructionCount &+= 1
    state.pointee.offset = UInt64(instruction.offset)
    state.pointee.nextOffset = UInt64(instruction.offset) + UInt64(instruction.length)
    state.pointee.hasEffect = false
  }
  /// Ends it. Of an instruction that is to be called there are no nodes.
  func endInstruction() {
    let instruction = state.pointee.instruction, first = Int(instruction.pointee.firstNode)
    if state.pointee.count - first > BlockBuilder.instructionNodeLimit { call() }
    if instruction.pointee.isRoutine {
      state.pointee.count = first
      instruction.pointee.traits = []
      instruction.pointee.settings = RegisterSettings()
      instruction.pointee.halves = RegisterHalves()
    }
    instruction.pointee.endNode = UInt16(truncatingIfNeeded: state.pointee.count)
  }

  /// Adds a node. Instructions with too many are called instead: their nodes are dropped by who asked for them.
  @inline(__always) func node(
    _ operation: NodeOperation, _ a: BlockValue = BlockValue(0), _ b: BlockValue = BlockValue(0), _ c: BlockValue = BlockValue(0),
    kind: UInt8 = 0, imm: UInt64 = 0
  ) -> BlockValue {
    let k = state.pointee.count
    guard k < BlockBuilder.nodeLimit + BlockBuilder.instructionNodeLimit - 1 else {
      call()
      return BlockValue(0)
    }
    (state.pointee.nodes + k).initialize(
      to: BlockNode(
        operation: operation, kind: kind, facts: operation.facts, a: a.node, b: b.node, c: c.node,
        operands: operation.operands(kind: kind, imm: imm),
        imm: imm))
    state.pointee.count = k &+ 1
    let instruction = state.pointee.instruction
    instruction.pointee.traits.formUnion(operation.traits)
    instruction.pointee.settings.note(operation, imm)
    instruction.pointee.halves.note(operation, imm)
    return BlockValue(UInt16(truncatingIfNeeded: k))
  }
  @inline(__always) func effect(
    _ operation: NodeOperation, _ a: BlockValue = BlockValue(0), _ b: BlockValue = BlockValue(0), _ c: BlockValue = BlockValue(0),
    kind: UInt8 = 0, imm: UInt64 = 0
  ) { _ = node(operation, a, b, c, kind: kind, imm: imm) }

  @inline(__always) func pointee(_ v: BlockValue) -> UnsafeMutablePointer<BlockNode> { state.pointee.nodes + Int(v.node) }
  /// The value when it is known now.
  @inline(__always) func known(_ v: BlockValue) -> UInt64? {
    let n = pointee(v)
    return n.pointee.operation == .constant ? n.pointee.imm : nil
  }
  /// The operand whose bits 32-63 are those of `v`, when only they count.
  @inline(__always) func low(_ v: BlockValue) -> BlockValue {
    let n = pointee(v)
    switch n.pointee.operation {
    case .zeroExtend32, .signExtend32: return BlockValue(n.pointee.a)
    default: return v
    }
  }
  /// An effect that a later interruption of the same instruction would find done.
  @inline(__always) func lastingEffect(_ operation: NodeOperation, _ a: BlockValue, imm: UInt64) {
    effect(operation, a, imm: imm)
    state.pointee.hasEffect = true
  }
  /// An access or an interruption: whoever interprets the instruction instead begins it anew, so nothing may be done yet.
  @inline(__always) func requireNoEffect() { if state.pointee.hasEffect { call() } }
  /// Gives up compiling the instruction.
  func call() { state.pointee.instruction.pointee.isRoutine = true }
  /// An operation that has no code of its own.
  func unsupported(_ v: BlockValue) -> BlockValue {
    call()
    return v
  }
}

/// The part of a CPU's mode that blocks are compiled for. A block runs in no other.
struct BlockMode: Hashable {
  /// Bits 0-1 addressing mode, 2 problem state, 3 AFP-register control, 4 fixed-point-overflow mask, 5 z/Architecture,
  /// 6 access-register or secondary-space mode, in which everything is interpreted, 7 floating-point results are looked at (`CompiledState.checksFloats`).
  let bits: UInt8

  var addressingMode: AddressingMode { AddressingMode(rawValue: bits & 3) ?? .bits24 }
  var isProblemState: Bool { bits & 4 != 0 }
  var hasAllFloatingPointRegisters: Bool { bits & 8 != 0 }
  var interruptsOnFixedPointOverflow: Bool { bits & 16 != 0 }
  var isZArchitecture: Bool { bits & 32 != 0 }
  var isInterpreted: Bool { bits & 64 != 0 }
  var checksFloats: Bool { bits & 128 != 0 }
  init(bits: UInt8) { self.bits = bits }
  @inline(__always) init(_ state: UnsafeMutablePointer<CPUState>) {
    let mask = state.pointee.pswMask
    let isInterpreted = mask & PSW.dat != 0 && (mask ^ mask &<< 1) & 1 &<< (PSW.addressSpaceShift &+ 1) != 0
    let addressing: UInt8 = mask & PSW.extendedAddressing != 0 ? 3 : mask & PSW.basicAddressing != 0 ? 1 : 0
    bits =
      addressing | (mask & PSW.problemState != 0 ? 4 : 0) | (state.pointee.cr[0] & CR0.afpRegister != 0 ? 8 : 0)
      | (mask & PSW.fixedPointOverflow != 0 ? 16 : 0) | (state.pointee.isZArchitecture ? 32 : 0)
      | (isInterpreted ? 64 : 0)
      | (state.pointee.compiled.checksFloats ? 128 : 0)
  }
}
