import X86

/// Binary floating point in SSE2 and FMA. Code runs only while the FPC has the inexact flag already, no trap enabled and rounding to
/// nearest. Whatever could mean another flag makes the host raise an exception (invalid operation, division by zero, overflow,
/// underflow, denormal operand) before the result is there; the handler leads to the stub that interprets the instruction. What no
/// exception tells is looked at: a result that is the smallest normal number may have been tiny, since z/Architecture looks before
/// rounding and the host after it; and a product and a sum with NaNs, where hosts may choose differently.
///
/// Where exceptions are many (`BlockMode.checksFloats`) the host raises none, and the exponents of results are looked at:
/// infinities, NaNs and what may be tiny are thrown away and the instruction interpreted.
extension BlockEmitter {
  private typealias Operands = BlockBuilder.FloatingPointOperands

  /// FPC bits 0-4 trap masks, 61-63 rounding mode; bit 12 the inexact flag.
  private static let control: UInt64 = 0xF808_0007
  private static let expected: Int32 = 0x0008_0000

  /// What leads to the stub that interprets the instruction: jumps, and exceptions.
  private struct Exceptions {
    var jumps: [Fixup] = []
    var faults = FloatFaults()
    /// The flags say what the condition code is.
    var hasCondition = false
  }

  func emitFloatingPoint(_ k: Int) {
    let o = Operands(bits: nodes[k].imm), isDouble = o.isDouble
    var slow = Exceptions()
    switch o.operation {
    case .compare, .compareSignaling, .loadAndTest: emitFloatComparison(k, o, &slow)
    case .positive, .negative, .complement: emitFloatSignSetting(k, o, &slow)
    case .fromFixed32, .fromFixed64:
      if !(o.operation == .fromFixed32 && isDouble) { emitControlCheck() }
      let width: Width = o.operation == .fromFixed32 ? .bits32 : .bits64
      let from = register(nodes[k].a, width), result = isDouble ? floats.place(for: o.r1) : 0
      assembler.clearFloat(result)
      assembler.floatFromInteger(result, from, width, isDouble: isDouble)
      emitStore(o, result)
    case .toFixed32, .toFixed64: emitToFixed(o, &slow)
    case .lengthen:
      let second = second(k, o, isDouble: false)
      if checksFloats {
        assembler.compareFloat(second, second, isDouble: false)
        slow.jumps.append(assembler.jump(.parity))
      }
      let result = floats.place(for: o.r1)
      mayRaise(&slow)
      assembler.convertFloat(result, second, toDouble: true)
      emitStore(o, result, isDouble: true)
    case .round:
      emitControlCheck()
      let second = second(k, o, isDouble: true)
      mayRaise(&slow)
      assembler.convertFloat(0, second, toDouble: false)
      emitResultCheck(0, isDouble: false, .round, &slow)
      emitStore(o, 0, isDouble: false)
    default: emitFloatArithmetic(k, o, &slow)
    }
    if !slow.hasCondition { forgetFlags() }
    emitInterpretation(slow)
  }
  /// The next instruction may raise an exception.
  private func mayRaise(_ slow: inout Exceptions) { if !checksFloats { slow.faults.append(assembler.cursor) } }
  private func emitInterpretation(_ slow: Exceptions) {
    if slow.jumps.isEmpty && slow.faults.first == nil { return }
    var stub = BlockStub(
      kind: slow.hasCondition ? .floatComparison : .interpretation, from: slow.jumps.first, text: instruction.text,
      descriptor: descriptor(), ordinal: ordinal, offset: instruction.offset)
    if slow.jumps.count > 1 { stub.second = slow.jumps[1] }
    stub.faults = slow.faults
    stubs.append(stub)
  }

  /// The XMM register with the second operand, not to be changed; XMM1 where it had to be fetched.
  private func second(_ k: Int, _ o: Operands, isDouble: Bool) -> UInt8 {
    if o.hasValue { return fetched(k) }
    if isDouble { return floatRegister(o.r2) }
    assembler.loadFloat(1, fpr(o.r2, isDouble: false), isDouble: false)
    return 1
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
  /// Finds results that the host's flags do not tell enough of.
  private func emitResultCheck(
    _ x: UInt8, isDouble: Bool, _ operation: BlockBuilder.FloatingPoint, _ slow: inout Exceptions
  ) {
    if checksFloats {
      let isSum = operation == .add || operation == .subtract
      return slow.jumps.append(emitExponentCheck(x, isDouble: isDouble, acceptsTiny: isSum))
    }
    switch operation {
    case .multiply, .multiplyAdd, .multiplySubtract, .round: break
    // Tiny sums are exact, roots never tiny; and no quotient of normal numbers is so near to a power of two that it is rounded up to it.
    default: return
    }
    assembler.floatBits(.and, 2, x, (isDouble ? FloatConstant.magnitude : .magnitudeShort).memory)
    assembler.compareFloat(2, (isDouble ? FloatConstant.smallest : .smallestShort).memory, isDouble: isDouble)
    slow.jumps.append(assembler.jump(.zero))
  }
  /// Whether the exponent of a result is that of an ordinary number. Sums that are tiny are exact, and zero differences too.
  private func emitExponentCheck(_ x: UInt8, isDouble: Bool, acceptsTiny: Bool) -> Fixup {
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

  private func emitFloatArithmetic(_ k: Int, _ o: Operands, _ slow: inout Exceptions) {
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
      mayRaise(&slow)
      assembler.multiplyAdd(result, third, second, isSubtracting: o.operation == .multiplySubtract, isDouble: isDouble)
    case .squareRoot:
      result = isDouble ? floats.place(for: o.r1, beside: (second, 0)) : 0
      mayRaise(&slow)
      assembler.float(.squareRoot, result, second, isDouble: isDouble)
    default:
      result = first(o, beside: (second, 0))
      mayRaise(&slow)
      assembler.float(BlockEmitter.hostOperation(o.operation), result, second, isDouble: isDouble)
    }
    emitResultCheck(result, isDouble: isDouble, o.operation, &slow)
    if isSum && instruction.isConditionCodeLive { emitFloatSign(result, isDouble: isDouble, &slow) }
    emitStore(o, result)
  }
  private static func hostOperation(_ operation: BlockBuilder.FloatingPoint) -> FloatOperation {
    switch operation {
    case .add: .add
    case .subtract: .subtract
    case .divide: .divide
    default: .multiply
    }
  }

  /// The condition code of a number against zero: 0 zero, 1 negative, 2 positive, 3 a NaN.
  private func emitFloatSign(_ x: UInt8, isDouble: Bool, _ slow: inout Exceptions) {
    assembler.clearFloat(1)
    mayRaise(&slow)
    assembler.compareFloat(x, 1, isDouble: isDouble)
    saveCondition(.compareFloat)
    slow.hasCondition = true
  }

  private func emitFloatComparison(_ k: Int, _ o: Operands, _ slow: inout Exceptions) {
    let second = second(k, o, isDouble: o.isDouble)
    if o.operation != .loadAndTest {
      let first = first(o, beside: (second, 0))
      mayRaise(&slow)
      assembler.compareFloat(first, second, isDouble: o.isDouble)
    } else {
      assembler.clearFloat(0)
      mayRaise(&slow)
      assembler.compareFloat(second, 0, isDouble: o.isDouble)
    }
    // A NaN that is an invalid operation: each of those that signal in the mode that checks, each at all when the instruction signals.
    if checksFloats || o.operation == .compareSignaling { slow.jumps.append(assembler.jump(.parity)) }
    saveCondition(.compareFloat)
    slow.hasCondition = true
    guard o.operation == .loadAndTest else { return }
    assembler.storeFloat(fpr(o.r1, isDouble: o.isDouble), second, isDouble: o.isDouble)
    if o.r1 != o.r2 || !o.isDouble { floats.forget(o.r1) }
  }

  /// The sign alone; no operand is an exception, but only those that the host compares have a condition code here.
  private func emitFloatSignSetting(_ k: Int, _ o: Operands, _ slow: inout Exceptions) {
    let isDouble = o.isDouble, second = second(k, o, isDouble: isDouble)
    let result = isDouble ? floats.place(for: o.r1, beside: (second, 0)) : 0
    switch o.operation {
    case .positive: assembler.floatBits(.and, result, second, (isDouble ? FloatConstant.magnitude : .magnitudeShort).memory)
    case .negative: assembler.floatBits(.or, result, second, (isDouble ? FloatConstant.sign : .signShort).memory)
    default: assembler.floatBits(.xor, result, second, (isDouble ? FloatConstant.sign : .signShort).memory)
    }
    if instruction.isConditionCodeLive { emitFloatSign(result, isDouble: isDouble, &slow) }
    emitStore(o, result)
  }

  /// Toward zero. The most negative number may mean that the operand does not fit.
  private func emitToFixed(_ o: Operands, _ slow: inout Exceptions) {
    let width: Width = o.operation == .toFixed32 ? .bits32 : .bits64
    emitControlCheck()
    var from: UInt8 = 0
    if o.isDouble { from = floatRegister(o.r2) } else { assembler.loadFloat(0, fpr(o.r2, isDouble: false), isDouble: false) }
    let t = allocate()
    mayRaise(&slow)
    assembler.integerFromFloat(t, from, width, isDouble: o.isDouble)
    if checksFloats {
      // Only the most negative number less one overflows.
      assembler.arithmetic(.cmp, t, immediate: 1, width)
      slow.jumps.append(assembler.jump(.overflow))
    }
    if let pinned = pinned(o.r1) {
      if width == .bits32 {
        clearLow(pinned)
        assembler.arithmetic(.or, pinned, t)
      } else {
        assembler.mov(pinned, t)
      }
    } else {
      width == .bits64 ? assembler.mov(guest(o.r1), t) : storeLow(t, o.r1)
    }
    if instruction.isConditionCodeLive { emitFloatSign(from, isDouble: o.isDouble, &slow) }
  }
}

/// The places of the instructions of one guest instruction that may raise a floating-point exception: two at most.
struct FloatFaults {
  private(set) var first: UnsafeMutablePointer<UInt8>?
  private(set) var second: UnsafeMutablePointer<UInt8>?
  mutating func append(_ place: UnsafeMutablePointer<UInt8>) { if first == nil { first = place } else { second = place } }
}
