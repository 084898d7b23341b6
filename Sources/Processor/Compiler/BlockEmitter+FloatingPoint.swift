import X86

/// Binary floating point in SSE2. The host's flags are never read: code runs only while the FPC has the inexact flag already, no
/// trap enabled and rounding to nearest, and a result that could mean another flag (infinity, NaN, or tiny: z/Architecture looks
/// before rounding, the host after) is thrown away and the instruction interpreted.
extension BlockEmitter {
  private typealias Operands = BlockBuilder.FloatingPointOperands

  /// FPC bits 0-4 trap masks, 61-63 rounding mode; bit 12 the inexact flag.
  private static let control: UInt64 = 0xF808_0007
  private static let expected: Int32 = 0x0008_0000

  func emitFloatingPoint(_ k: Int) {
    let o = Operands(bits: nodes[k].imm), isDouble = o.isDouble
    var slow: [Fixup] = []
    switch o.operation {
    case .compare, .loadAndTest:
      emitFloatComparison(k, o, &slow)
    case .fromFixed32, .fromFixed64:
      if !(o.operation == .fromFixed32 && isDouble) { emitControlCheck() }
      let width: Width = o.operation == .fromFixed32 ? .bits32 : .bits64
      let from = register(nodes[k].a, width), result = isDouble ? floats.place(for: o.r1) : 0
      assembler.clearFloat(result)
      assembler.floatFromInteger(result, from, width, isDouble: isDouble)
      emitStore(o, result)
    case .toFixed32, .toFixed64: emitToFixed(o, &slow)
    case .lengthen:
      loadShort(k, o, into: 0)
      assembler.compareFloat(0, 0, isDouble: false)
      slow.append(assembler.jump(.parity))
      let result = floats.place(for: o.r1)
      assembler.convertFloat(result, 0, toDouble: true)
      emitStore(o, result, isDouble: true)
    case .round:
      emitControlCheck()
      assembler.convertFloat(0, second(k, o, isDouble: true), toDouble: false)
      slow.append(emitResultCheck(0, isDouble: false, acceptsTiny: false))
      emitStore(o, 0, isDouble: false)
    default: emitFloatArithmetic(k, o, &slow)
    }
    forgetFlags()
    for fixup in slow { append(.interpretation, from: fixup) }
  }

  /// The XMM register with the second operand, not to be changed; XMM1 where it had to be fetched.
  private func second(_ k: Int, _ o: Operands, isDouble: Bool) -> UInt8 {
    if isDouble && !o.hasValue { return floatRegister(o.r2) }
    if o.hasValue {
      let width: Width = isDouble ? .bits64 : .bits32
      assembler.mov(toFloat: 1, register(nodes[k].a, width), width)
    } else {
      loadShort(k, o, into: 1)
    }
    return 1
  }
  private func loadShort(_ k: Int, _ o: Operands, into x: UInt8) {
    if o.hasValue {
      assembler.mov(toFloat: x, register(nodes[k].a, .bits32), .bits32)
    } else {
      assembler.loadFloat(x, fpr(o.r2, isDouble: false), isDouble: false)
    }
  }
  /// The XMM register with register R1, to be changed: what interprets the instruction takes it from the state.
  private func first(_ o: Operands, beside kept: (UInt8, UInt8)) -> UInt8 {
    if o.isDouble { return floatRegister(o.r1, beside: kept) }
    assembler.loadFloat(0, fpr(o.r1, isDouble: false), isDouble: false)
    return 0
  }
  /// Stores the result, which of a 64-bit number is in its place.
  private func emitStore(_ o: Operands, _ result: UInt8, isDouble: Bool? = nil) {
    let isDouble = isDouble ?? o.isDouble
    assembler.storeFloat(fpr(o.r1, isDouble: isDouble), result, isDouble: isDouble)
    if !isDouble { floats.forget(o.r1) }
  }
  /// Once a block: nothing compiled changes what is looked at here, and no arithmetic turns it back. The block ends where the
  /// control asks for more than the host's arithmetic.
  private func emitControlCheck() {
    if floats.isControlKnown { return }
    let held = locked
    let t = allocate()
    assembler.mov(t, BlockEmitter.control)
    assembler.arithmetic(.and, t, Memory(.rsp, StateOffset.fpc), .bits32)
    assembler.arithmetic(.cmp, t, immediate: BlockEmitter.expected, .bits32)
    append(.departure, from: assembler.jump(.notZero))
    floats.isControlKnown = true
    giveBack(t, held)
  }
  /// Whether the exponent of a result is that of an ordinary number. Sums that are tiny are exact, and zero differences too.
  private func emitResultCheck(_ x: UInt8, isDouble: Bool, acceptsTiny: Bool) -> Fixup {
    let held = locked
    let t = allocate(), width: Width = isDouble ? .bits64 : .bits32
    assembler.mov(t, fromFloat: x, width)
    assembler.arithmetic(.add, t, t, width)
    assembler.shift(.shr, t, isDouble ? 53 : 24, width)
    let largest: Int32 = isDouble ? 0x7FF : 0xFF
    if !acceptsTiny { assembler.arithmetic(.sub, t, immediate: 2, .bits32) }
    assembler.arithmetic(.cmp, t, immediate: acceptsTiny ? largest : largest - 2, .bits32)
    let slow = assembler.jump(.noCarry)
    giveBack(t, held)
    return slow
  }

  private func emitFloatArithmetic(_ k: Int, _ o: Operands, _ slow: inout [Fixup]) {
    let isDouble = o.isDouble, isSum = o.operation == .add || o.operation == .subtract
    emitControlCheck()
    let second = second(k, o, isDouble: isDouble)
    let result: UInt8
    switch o.operation {
    case .multiplyAdd, .multiplySubtract:
      var third: UInt8 = 2
      if isDouble {
        third = floatRegister(o.r3, beside: (second, 0))
      } else {
        assembler.loadFloat(2, fpr(o.r3, isDouble: false), isDouble: false)
      }
      result = first(o, beside: (second, third))
      assembler.multiplyAdd(result, third, second, isSubtracting: o.operation == .multiplySubtract, isDouble: isDouble)
    case .squareRoot:
      result = isDouble ? floats.place(for: o.r1) : 0
      assembler.float(.squareRoot, result, second, isDouble: isDouble)
    default:
      result = first(o, beside: (second, 0))
      assembler.float(BlockEmitter.hostOperation(o.operation), result, second, isDouble: isDouble)
    }
    slow.append(emitResultCheck(result, isDouble: isDouble, acceptsTiny: isSum))
    emitStore(o, result)
    if isSum && instruction.isConditionCodeLive { emitFloatSign(result, isDouble: isDouble) }
  }
  private static func hostOperation(_ operation: BlockBuilder.FloatingPoint) -> FloatOperation {
    switch operation {
    case .add: .add
    case .subtract: .subtract
    case .divide: .divide
    default: .multiply
    }
  }

  /// The condition code of a number against zero: 0 zero, 1 negative, 2 positive.
  private func emitFloatSign(_ x: UInt8, isDouble: Bool) {
    assembler.clearFloat(1)
    assembler.compareFloat(x, 1, isDouble: isDouble)
    saveCondition(.compareLogical)
  }

  private func emitFloatComparison(_ k: Int, _ o: Operands, _ slow: inout [Fixup]) {
    let second = second(k, o, isDouble: o.isDouble)
    if o.operation == .compare {
      assembler.compareFloat(first(o, beside: (second, 0)), second, isDouble: o.isDouble)
    } else {
      assembler.clearFloat(0)
      assembler.compareFloat(second, 0, isDouble: o.isDouble)
    }
    slow.append(assembler.jump(.parity))
    saveCondition(.compareLogical)
    guard o.operation == .loadAndTest else { return }
    assembler.storeFloat(fpr(o.r1, isDouble: o.isDouble), second, isDouble: o.isDouble)
    if o.r1 != o.r2 || !o.isDouble { floats.forget(o.r1) }
  }

  /// Toward zero. The most negative number may mean that the operand does not fit.
  private func emitToFixed(_ o: Operands, _ slow: inout [Fixup]) {
    let width: Width = o.operation == .toFixed32 ? .bits32 : .bits64
    emitControlCheck()
    var from: UInt8 = 0
    if o.isDouble { from = floatRegister(o.r2) } else { assembler.loadFloat(0, fpr(o.r2, isDouble: false), isDouble: false) }
    let t = allocate()
    assembler.integerFromFloat(t, from, width, isDouble: o.isDouble)
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
    if instruction.isConditionCodeLive { emitFloatSign(from, isDouble: o.isDouble) }
  }
}
