/// Decimal instructions (chapter 8) and those of chapter 7 that convert to and from decimal. The arithmetic itself is
/// `DecimalArithmetic` and `DecimalEdit`; here are operands, results and exceptions.
extension InstructionSet where Machine: ~Copyable {
  mutating func defineDecimal() {
    defineDecimalSums()
    defineDecimalProducts()
    defineDecimalShiftAndTest()
    defineEditing()
    defineBinaryDecimalConversions()
    definePacking()
  }

  // MARK: Arithmetic

  private mutating func defineDecimalSums() {
    routine("AP", 0xFA, .ssB, .setsCC) { cpu, i throws(ProgramInterruption) in
      try cpu.decimalSum(i) { first, bytes, second throws(DecimalException) in
        try DecimalArithmetic.add(first, bytes: bytes, second, subtracting: false)
      }
    }
    routine("SP", 0xFB, .ssB, .setsCC) { cpu, i throws(ProgramInterruption) in
      try cpu.decimalSum(i) { first, bytes, second throws(DecimalException) in
        try DecimalArithmetic.add(first, bytes: bytes, second, subtracting: true)
      }
    }
    routine("ZAP", 0xF8, .ssB, .setsCC) { cpu, i throws(ProgramInterruption) in
      try cpu.decimalSum(i) { _, bytes, second throws(DecimalException) in
        try DecimalArithmetic.zeroAndAdd(bytes: bytes, second)
      }
    }
    routine("CP", 0xF9, .ssB, .setsCC) { cpu, i throws(ProgramInterruption) in
      let first = try cpu.fetchBlock(cpu.rs(i), i.l1 &+ 1).number
      let second = try cpu.fetchBlock(cpu.ss2(i), i.l2 &+ 1).number
      do throws(DecimalException) { cpu.s.pointee.conditionCode = UInt64(try DecimalArithmetic.compare(first, second)) } catch {
        throw cpu.interruption(for: error)
      }
    }
  }

  private mutating func defineDecimalProducts() {
    routine("MP", 0xFC, .ssB) { cpu, i throws(ProgramInterruption) in
      try cpu.decimalProduct(i) { first, bytes, second, secondBytes throws(DecimalException) in
        try DecimalArithmetic.multiply(first, bytes: bytes, second, secondBytes: secondBytes)
      }
    }
    routine("DP", 0xFD, .ssB) { cpu, i throws(ProgramInterruption) in
      try cpu.decimalProduct(i) { first, bytes, second, secondBytes throws(DecimalException) in
        try DecimalArithmetic.divide(first, bytes: bytes, second, secondBytes: secondBytes)
      }
    }
  }

  private mutating func defineDecimalShiftAndTest() {
    // The shift is bits 58-63 of the second-operand address, signed.
    routine("SRP", 0xF0, .ssC, .setsCC) { cpu, i throws(ProgramInterruption) in
      let amount = Int(truncatingIfNeeded: Int8(truncatingIfNeeded: cpu.ss2(i).address &<< 2)) &>> 2
      let target = try cpu.storeBlock(cpu.rs(i), i.l1 &+ 1)
      let result: DecimalResult
      do throws(DecimalException) {
        result = try DecimalArithmetic.shift(
          target.number, bytes: target.count, by: amount, rounding: UInt8(truncatingIfNeeded: i.l2))
      } catch { throw cpu.interruption(for: error) }
      try cpu.storeDecimal(result, target)
    }
    routine("TP", 0xEBC0, .rslA, .setsCC, .extendedTranslation2) { cpu, i throws(ProgramInterruption) in
      cpu.s.pointee.conditionCode = UInt64(DecimalArithmetic.test(try cpu.fetchBlock(cpu.rs(i), i.l1 &+ 1).number))
    }
  }

  private mutating func defineEditing() {
    routine("ED", 0xDE, .ssA, .setsCC) { cpu, i throws(ProgramInterruption) in _ = try cpu.edit(i) }
    routine("EDMK", 0xDF, .ssA, .setsCC) { cpu, i throws(ProgramInterruption) in
      guard let mark = try cpu.edit(i) else { return }
      switch cpu.addressingMode {
      case .bits24: cpu.setGR32(1, cpu.gr(1) & 0xFF00_0000 | mark)
      case .bits31: cpu.setGR32(1, mark)
      case .bits64: cpu.setGR(1, mark)
      }
    }
  }

  // MARK: Binary integers

  private mutating func defineBinaryDecimalConversions() {
    routine("CVB", 0x4F, .rxA) { cpu, i throws(ProgramInterruption) in try cpu.convertToBinary32(i.r1, cpu.rx(i)) }
    routine("CVBY", 0xE306, .rxyA, [], .longDisplacement) { cpu, i throws(ProgramInterruption) in
      try cpu.convertToBinary32(i.r1, cpu.rxy(i))
    }
    routine("CVBG", 0xE30E, .rxyA, .zArchitectureOnly) { cpu, i throws(ProgramInterruption) in
      let operand = try cpu.fetchBlock(cpu.rxy(i), 16).number
      let result: (integer: Int64, fits: Bool)
      do throws(DecimalException) { result = try DecimalArithmetic.convertToBinary(operand, to: Int64.self) } catch {
        throw cpu.interruption(for: error)
      }
      if !result.fits { throw .fixedPointDivide }
      cpu.setGR(i.r1, UInt64(bitPattern: result.integer))
    }
    routine("CVD", 0x4E, .rxA) { cpu, i throws(ProgramInterruption) in
      let operand = Int64(Int32(truncatingIfNeeded: cpu.gr(i.r1)))
      try cpu.store64(UInt64(truncatingIfNeeded: DecimalArithmetic.convertToDecimal(operand)), cpu.rx(i))
    }
    routine("CVDY", 0xE326, .rxyA, [], .longDisplacement) { cpu, i throws(ProgramInterruption) in
      let operand = Int64(Int32(truncatingIfNeeded: cpu.gr(i.r1)))
      try cpu.store64(UInt64(truncatingIfNeeded: DecimalArithmetic.convertToDecimal(operand)), cpu.rxy(i))
    }
    routine("CVDG", 0xE32E, .rxyA, .zArchitectureOnly) { cpu, i throws(ProgramInterruption) in
      let target = try cpu.storeBlock(cpu.rxy(i), 16)
      target.setNumber(DecimalArithmetic.convertToDecimal(Int64(bitPattern: cpu.gr(i.r1))))
    }
  }
}

extension CPU {
  /// AP, SP, ZAP: first ← operation(first, second), with its condition code and overflow.
  fileprivate mutating func decimalSum(
    _ i: InstructionText, _ operation: (UInt128, Int, UInt128) throws(DecimalException) -> DecimalResult
  ) throws(ProgramInterruption) {
    let second = try fetchBlock(ss2(i), i.l2 &+ 1).number
    let target = try storeBlock(rs(i), i.l1 &+ 1)
    let result: DecimalResult
    do throws(DecimalException) { result = try operation(target.number, target.count, second) } catch {
      throw interruption(for: error)
    }
    try storeDecimal(result, target)
  }

  /// MP, DP: a second operand of at most eight bytes, shorter than the first.
  fileprivate mutating func decimalProduct(
    _ i: InstructionText, _ operation: (UInt128, Int, UInt128, Int) throws(DecimalException) -> UInt128
  ) throws(ProgramInterruption) {
    if i.l2 > 7 || i.l2 >= i.l1 { throw .specification }
    let second = try fetchBlock(ss2(i), i.l2 &+ 1).number
    let target = try storeBlock(rs(i), i.l1 &+ 1)
    let result: UInt128
    do throws(DecimalException) { result = try operation(target.number, target.count, second, i.l2 &+ 1) } catch {
      throw interruption(for: error)
    }
    target.setNumber(result)
  }

  /// Stores a sum and interrupts when it overflowed and the program mask says so.
  fileprivate mutating func storeDecimal(_ result: DecimalResult, _ target: Block) throws(ProgramInterruption) {
    target.setNumber(result.field)
    s.pointee.conditionCode = UInt64(result.conditionCode)
    if result.isOverflow && s.pointee.pswMask & PSW.decimalOverflow != 0 { throw .decimalOverflow }
  }

  func interruption(for exception: DecimalException) -> ProgramInterruption {
    switch exception {
    case .data: dataException(.decimalOperand)
    case .divide: .decimalDivide
    }
  }

  /// CVB and CVBY put the low 32 bits into the register even when the number does not fit.
  fileprivate mutating func convertToBinary32(_ r: Int, _ operand: StorageOperand<UInt64>) throws(ProgramInterruption) {
    let field = UInt128(try load64(operand))
    let result: (integer: Int32, fits: Bool)
    do throws(DecimalException) { result = try DecimalArithmetic.convertToBinary(field, to: Int32.self) } catch {
      throw interruption(for: error)
    }
    setGR32(r, UInt64(UInt32(bitPattern: result.integer)))
    if !result.fits { throw .fixedPointDivide }
  }

  /// ED and EDMK. The result is made beside the pattern and stored when nothing can fail any more.
  /// - Returns: the address for EDIT AND MARK.
  fileprivate mutating func edit(_ i: InstructionText) throws(ProgramInterruption) -> UInt64? {
    let pattern = rs(i)
    let target = try storeBlock(pattern, i.byte1 &+ 1)
    var source = ss2(i)
    var result: InlineArray<256, UInt8> = .init(repeating: 0)
    var edit = DecimalEdit(first: target[0])
    for k in 0..<target.count {
      let byte = try edit.replacement(of: target[k], at: k) { () throws(ProgramInterruption) in
        let byte = try load8(source)
        source.address = (source.address &+ 1) & s.pointee.addressMask
        return UInt8(truncatingIfNeeded: byte)
      }
      guard let byte else { throw dataException(.decimalOperand) }
      result[k] = byte
    }
    for k in 0..<target.count { target[k] = result[k] }
    s.pointee.conditionCode = UInt64(edit.conditionCode)
    return edit.mark.map { (pattern.address &+ UInt64(truncatingIfNeeded: $0)) & s.pointee.addressMask }
  }
}

extension CPU.Block {
  /// The operand of at most 16 bytes as a big-endian number.
  var number: UInt128 {
    var value: UInt128 = 0
    for k in 0..<count { value = value &<< 8 | UInt128(self[k]) }
    return value
  }

  /// Stores the low bytes of `value`, big-endian.
  func setNumber(_ value: UInt128) {
    var rest = value
    for k in stride(from: count &- 1, through: 0, by: -1) {
      self[k] = UInt8(truncatingIfNeeded: rest)
      rest &>>= 8
    }
  }
}
