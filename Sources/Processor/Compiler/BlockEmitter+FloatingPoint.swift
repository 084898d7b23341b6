import X86

/// Binary floating point in SSE2. The host's flags are never read: code runs only while the FPC has the inexact flag already, no
/// trap enabled and rounding to nearest, and a result that could mean another flag (infinity, NaN, or tiny: z/Architecture looks
/// before rounding, the host after) is thrown away and the instruction interpreted.
extension BlockEmitter {
  private typealias Operands = BlockBuilder.FloatingPointOperands

  /// FPC bits 0-4 trap masks, 61-63 rounding mode; bit 12 the inexact flag.
  private static let control: UInt64 = 0xF808_0007
  private static let expected: Int32 = 0x0008_0000

  private func fpr(_ r: Int, isDouble: Bool) -> Memory { Memory(.rsp, StateOffset.fpr + Int32(8 * r) + (isDouble ? 0 : 4)) }

  func emitFloatingPoint(_ k: Int) {
    let o = Operands(bits: nodes[k].imm), isDouble = o.isDouble
    var slow: [Fixup] = []
    switch o.operation {
    case .compare, .loadAndTest:
      emitFloatComparison(k, o, &slow)
    case .fromFixed32, .fromFixed64:
      if !(o.operation == .fromFixed32 && isDouble) { slow.append(emitControlCheck()) }
      let width: Width = o.operation == .fromFixed32 ? .bits32 : .bits64
      let from = register(nodes[k].a, width)
      assembler.clearFloat(0)
      assembler.floatFromInteger(0, from, width, isDouble: isDouble)
      assembler.storeFloat(fpr(o.r1, isDouble: isDouble), 0, isDouble: isDouble)
    case .toFixed32, .toFixed64: emitToFixed(o, &slow)
    case .lengthen:
      loadSecond(k, o, isDouble: false)
      assembler.compareFloat(0, 0, isDouble: false)
      slow.append(assembler.jump(.parity))
      assembler.convertFloat(0, 0, toDouble: true)
      assembler.storeFloat(fpr(o.r1, isDouble: true), 0, isDouble: true)
    case .round:
      slow.append(emitControlCheck())
      loadSecond(k, o, isDouble: true)
      assembler.convertFloat(0, 0, toDouble: false)
      slow.append(emitResultCheck(isDouble: false, acceptsTiny: false))
      assembler.storeFloat(fpr(o.r1, isDouble: false), 0, isDouble: false)
    default: emitFloatArithmetic(k, o, &slow)
    }
    forgetFlags()
    for fixup in slow {
      var stub = BlockStub(
        kind: .interruption, from: fixup, text: instruction.text, descriptor: descriptor(), ordinal: ordinal,
        offset: instruction.offset)
      stub.size = 1
      stubs.append(stub)
    }
  }

  /// The second operand into XMM0.
  private func loadSecond(_ k: Int, _ o: Operands, isDouble: Bool, into x: UInt8 = 0) {
    if o.hasValue {
      assembler.mov(toFloat: x, register(nodes[k].a, isDouble ? .bits64 : .bits32), isDouble ? .bits64 : .bits32)
    } else {
      assembler.loadFloat(x, fpr(o.r2, isDouble: isDouble), isDouble: isDouble)
    }
  }
  private func emitControlCheck() -> Fixup {
    let held = locked
    let t = allocate()
    assembler.mov(t, BlockEmitter.control)
    assembler.arithmetic(.and, t, Memory(.rsp, StateOffset.fpc), .bits32)
    assembler.arithmetic(.cmp, t, immediate: BlockEmitter.expected, .bits32)
    let slow = assembler.jump(.notZero)
    free(t, held)
    return slow
  }
  private func free(_ t: Register, _ held: UInt8) {
    if let i = index(of: t) { owners[i] = BlockEmitter.free }
    locked = held
  }
  /// Whether the exponent of XMM0 is that of an ordinary number. Sums that are tiny are exact, and zero differences too.
  private func emitResultCheck(isDouble: Bool, acceptsTiny: Bool) -> Fixup {
    let held = locked
    let t = allocate(), width: Width = isDouble ? .bits64 : .bits32
    assembler.mov(t, fromFloat: 0, width)
    assembler.arithmetic(.add, t, t, width)
    assembler.shift(.shr, t, isDouble ? 53 : 24, width)
    let largest: Int32 = isDouble ? 0x7FF : 0xFF
    if !acceptsTiny { assembler.arithmetic(.sub, t, immediate: 2, .bits32) }
    assembler.arithmetic(.cmp, t, immediate: acceptsTiny ? largest : largest - 2, .bits32)
    let slow = assembler.jump(.noCarry)
    free(t, held)
    return slow
  }

  private func emitFloatArithmetic(_ k: Int, _ o: Operands, _ slow: inout [Fixup]) {
    let isDouble = o.isDouble
    slow.append(emitControlCheck())
    let isSum = o.operation == .add || o.operation == .subtract
    if o.operation == .multiplyAdd || o.operation == .multiplySubtract {
      loadSecond(k, o, isDouble: isDouble, into: 2)
      assembler.loadFloat(0, fpr(o.r1, isDouble: isDouble), isDouble: isDouble)
      assembler.loadFloat(1, fpr(o.r3, isDouble: isDouble), isDouble: isDouble)
      assembler.multiplyAdd(0, 1, 2, isSubtracting: o.operation == .multiplySubtract, isDouble: isDouble)
    } else if o.operation == .squareRoot {
      loadSecond(k, o, isDouble: isDouble)
      assembler.float(.squareRoot, 0, 0, isDouble: isDouble)
    } else {
      loadSecond(k, o, isDouble: isDouble, into: 1)
      assembler.loadFloat(0, fpr(o.r1, isDouble: isDouble), isDouble: isDouble)
      let operation: FloatOperation =
        switch o.operation {
        case .add: .add
        case .subtract: .subtract
        case .divide: .divide
        default: .multiply
        }
      assembler.float(operation, 0, 1, isDouble: isDouble)
    }
    slow.append(emitResultCheck(isDouble: isDouble, acceptsTiny: isSum))
    assembler.storeFloat(fpr(o.r1, isDouble: isDouble), 0, isDouble: isDouble)
    if isSum && instruction.isConditionCodeLive { emitFloatSign(isDouble: isDouble) }
  }

  /// The condition code of XMM0 against zero: 0 zero, 1 negative, 2 positive.
  private func emitFloatSign(isDouble: Bool) {
    assembler.clearFloat(1)
    assembler.compareFloat(0, 1, isDouble: isDouble)
    saveCondition(.compareLogical)
  }

  private func emitFloatComparison(_ k: Int, _ o: Operands, _ slow: inout [Fixup]) {
    if o.operation == .compare {
      loadSecond(k, o, isDouble: o.isDouble, into: 1)
      assembler.loadFloat(0, fpr(o.r1, isDouble: o.isDouble), isDouble: o.isDouble)
    } else {
      loadSecond(k, o, isDouble: o.isDouble)
      assembler.clearFloat(1)
    }
    assembler.compareFloat(0, 1, isDouble: o.isDouble)
    slow.append(assembler.jump(.parity))
    saveCondition(.compareLogical)
    if o.operation == .loadAndTest { assembler.storeFloat(fpr(o.r1, isDouble: o.isDouble), 0, isDouble: o.isDouble) }
  }

  /// Toward zero. The most negative number may mean that the operand does not fit.
  private func emitToFixed(_ o: Operands, _ slow: inout [Fixup]) {
    let width: Width = o.operation == .toFixed32 ? .bits32 : .bits64
    slow.append(emitControlCheck())
    assembler.loadFloat(0, fpr(o.r2, isDouble: o.isDouble), isDouble: o.isDouble)
    let t = allocate()
    assembler.integerFromFloat(t, 0, width, isDouble: o.isDouble)
    // Only the most negative number less one overflows.
    assembler.arithmetic(.cmp, t, immediate: 1, width)
    slow.append(assembler.jump(.overflow))
    if let pinned = HostRegisters.pinned(o.r1) {
      if width == .bits32 {
        clearLow(pinned)
        assembler.arithmetic(.or, pinned, t)
      } else {
        assembler.mov(pinned, t)
      }
    } else {
      assembler.mov(guest(o.r1), t, width)
    }
    if instruction.isConditionCodeLive { emitFloatSign(isDouble: o.isDouble) }
  }
}
