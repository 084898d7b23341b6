import Storage

/// Moves between spaces and under keys of their own (chapter 10, MVPG also chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineCrossSpaceMoves() {
    routine("MVCP", 0xDA, .ssD, [.semiprivileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.moveBetweenPrimaryAndSecondary(i, toPrimary: true)
    }
    routine("MVCS", 0xDB, .ssD, [.semiprivileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.moveBetweenPrimaryAndSecondary(i, toPrimary: false)
    }
    routine("MVCK", 0xD9, .ssD, [.semiprivileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.moveWithKey(i)
    }
    routine("MVCDK", 0xE50F, .sse, .semiprivileged) { cpu, i throws(ProgramInterruption) in
      let key = UInt8(truncatingIfNeeded: cpu.gr(1) &>> 4) & 15
      try cpu.requireKeyAuthority(key)
      try cpu.moveCurrentSpace(
        cpu.rs(i), key, from: cpu.ss2(i), cpu.accessKey, count: Int(truncatingIfNeeded: cpu.gr(0) & 0xFF) &+ 1)
    }
    routine("MVCSK", 0xE50E, .sse, .semiprivileged) { cpu, i throws(ProgramInterruption) in
      let key = UInt8(truncatingIfNeeded: cpu.gr(1) &>> 4) & 15
      try cpu.requireKeyAuthority(key)
      try cpu.moveCurrentSpace(
        cpu.rs(i), cpu.accessKey, from: cpu.ss2(i), key, count: Int(truncatingIfNeeded: cpu.gr(0) & 0xFF) &+ 1)
    }
    routine("MVCOS", 0xC800, .ssf, [.semiprivileged, .setsCC, .zArchitectureOnly], .moveWithOptionalSpecifications) {
      cpu, i throws(ProgramInterruption) in
      try cpu.moveWithOptionalSpecifications(i)
    }
    routine("MVPG", 0xB254, .rre, [.semiprivileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.movePage(i.e1, i.e2)
    }
  }
}

extension CPU {
  /// One operand of a move: where it is, whose key accesses it.
  struct MoveOperand {
    let address: UInt64
    let space: DesignatedSpace
    let key: UInt8
  }

  /// The length in a register, true and as wide as the addressing mode has it.
  private func trueLength(_ r: Int) -> UInt64 { addressingMode == .bits64 ? gr(r) : gr32(r) }

  /// Access to up to 4096 bytes of an operand, all checked before this returns.
  private mutating func access(_ o: MoveOperand, _ kind: AccessKind, _ count: Int) throws(ProgramInterruption) -> Block {
    try block(o, kind, count, addressMask: s.pointee.addressMask)
  }
  /// The same of an operand whose addresses wrap as `addressMask` says.
  mutating func block(
    _ o: MoveOperand, _ kind: AccessKind, _ count: Int, addressMask: UInt64
  ) throws(ProgramInterruption) -> Block {
    let room = 4096 &- Int(truncatingIfNeeded: o.address & 0xFFF)
    let first = try host(o.address, in: o.space, key: o.key, kind, count: UInt64(truncatingIfNeeded: min(room, count)))
    if count <= room { return Block(first: first, second: first, firstCount: count, count: count) }
    let next = (o.address &+ UInt64(truncatingIfNeeded: room)) & addressMask
    let second = try host(next, in: o.space, key: o.key, kind, count: UInt64(truncatingIfNeeded: count &- room))
    return Block(first: first, second: second, firstCount: room, count: count)
  }

  /// Moves 1...4096 bytes. Nothing is changed when there is an access exception.
  mutating func move(_ target: MoveOperand, from source: MoveOperand, count: Int) throws(ProgramInterruption) {
    let from = try access(source, .fetch, count)
    let to = try access(target, .store, count)
    if from.isContiguous && to.isContiguous && !CPU.isDestructive(to.first, from.first, count) {
      to.first.copyMemory(from: from.first, byteCount: count)
    } else {
      // Byte by byte from the left, as an overlap requires.
      for k in 0..<count { to[k] = from[k] }
    }
  }
  /// Whether the first bytes moved change bytes still to be moved.
  private static func isDestructive(_ to: UnsafeMutableRawPointer, _ from: UnsafeMutableRawPointer, _ count: Int) -> Bool {
    to > from && to < from + count
  }

  private func operand(_ o: StorageOperand<UInt64>, _ space: AddressSpace, _ key: UInt8) throws(ProgramInterruption)
    -> MoveOperand
  {
    MoveOperand(address: o.address, space: isTranslating ? try designated(space, ar: o.base) : .real, key: key)
  }

  /// MOVE TO PRIMARY and MOVE TO SECONDARY: the operand in the secondary space is accessed with the key in R3.
  mutating func moveBetweenPrimaryAndSecondary(_ i: InstructionText, toPrimary: Bool) throws(ProgramInterruption) {
    let space = addressSpace
    guard isTranslating, s.pointee.cr[0] & CR0.secondarySpace != 0, space == .primary || space == .secondary else {
      throw .specialOperation
    }
    let key = UInt8(truncatingIfNeeded: gr(i.r3) &>> 4) & 15
    try requireKeyAuthority(key)
    let length = trueLength(i.r1), count = Int(truncatingIfNeeded: min(length, 256))
    if count > 0 {
      let target = try operand(rs(i), toPrimary ? .primary : .secondary, toPrimary ? accessKey : key)
      let source = try operand(ss2(i), toPrimary ? .secondary : .primary, toPrimary ? key : accessKey)
      try move(target, from: source, count: count)
    }
    setCC(length > 256 ? 3 : 0)
  }

  /// MOVE WITH KEY: the second operand is accessed with the key in R3.
  mutating func moveWithKey(_ i: InstructionText) throws(ProgramInterruption) {
    let key = UInt8(truncatingIfNeeded: gr(i.r3) &>> 4) & 15
    try requireKeyAuthority(key)
    let length = trueLength(i.r1), count = Int(truncatingIfNeeded: min(length, 256))
    if count > 0 { try moveCurrentSpace(rs(i), accessKey, from: ss2(i), key, count: count) }
    setCC(length > 256 ? 3 : 0)
  }

  mutating func moveCurrentSpace(
    _ target: StorageOperand<UInt64>, _ targetKey: UInt8, from source: StorageOperand<UInt64>, _ sourceKey: UInt8, count: Int
  ) throws(ProgramInterruption) {
    let space = addressSpace
    try move(try operand(target, space, targetKey), from: try operand(source, space, sourceKey), count: count)
  }

  /// MOVE WITH OPTIONAL SPECIFICATIONS: GR0 bits 32-47 control the first operand's space and key, bits 48-63 the second's:
  /// key 0-3, space 8-9, K 14, A 15 of each.
  mutating func moveWithOptionalSpecifications(_ i: InstructionText) throws(ProgramInterruption) {
    if !isTranslating { throw .specialOperation }
    let target = try operandControls(UInt16(truncatingIfNeeded: gr(0) &>> 16))
    let source = try operandControls(UInt16(truncatingIfNeeded: gr(0)))
    if target.isHomeExplicitly && isProblemState { throw .specialOperation }
    try requireKeyAuthority(target.key)
    try requireKeyAuthority(source.key)
    let length = trueLength(i.r1)
    let count = Int(truncatingIfNeeded: min(length, 4096))
    if count > 0 {
      try move(
        try operand(rs(i), target.space, target.key), from: try operand(ss2(i), source.space, source.key), count: count)
    }
    setCC(length > 4096 ? 3 : 0)
  }

  private func operandControls(_ control: UInt16) throws(ProgramInterruption) -> (
    space: AddressSpace, key: UInt8, isHomeExplicitly: Bool
  ) {
    let isKeyGiven = control & 2 != 0, isSpaceGiven = control & 1 != 0
    let space = isSpaceGiven ? AddressSpace(rawValue: UInt64(control &>> 6 & 3)) ?? .primary : addressSpace
    if space == .secondary && s.pointee.cr[0] & CR0.secondarySpace == 0 { throw .specialOperation }
    return (space, isKeyGiven ? UInt8(control &>> 12) : accessKey, isSpaceGiven && space == .home)
  }

  /// MOVE PAGE: GR0 bit 52 the key in bits 56-59 is the first operand's, 53 the second's, 55 condition-code option.
  mutating func movePage(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let control = gr(0)
    let isFirstKeyed = control & 0x800 != 0, isSecondKeyed = control & 0x400 != 0
    if control & 0xF000 != 0 || isFirstKeyed && isSecondKeyed { throw .specification }
    let key = UInt8(truncatingIfNeeded: control &>> 4) & 15
    if isFirstKeyed || isSecondKeyed { try requireKeyAuthority(key) }
    let space = addressSpace
    let hasOption = control & 0x100 != 0 && isTranslating
    let targetAddress = StorageOperand(reduced(gr(r1)) & ~0xFFF, base: r1)
    let sourceAddress = StorageOperand(reduced(gr(r2)) & ~0xFFF, base: r2)
    let from: Block, to: Block
    do { from = try access(try operand(sourceAddress, space, isSecondKeyed ? key : accessKey), .fetch, 4096) } catch {
      if error == .pageTranslation && hasOption { return setCC(2) }
      s.pointee.operandAccessIdentification = UInt8(truncatingIfNeeded: r1 &<< 4 | r2)
      throw error
    }
    do { to = try access(try operand(targetAddress, space, isFirstKeyed ? key : accessKey), .store, 4096) } catch {
      if error == .pageTranslation && hasOption { return setCC(1) }
      s.pointee.operandAccessIdentification = UInt8(truncatingIfNeeded: r1 &<< 4 | r2)
      throw error
    }
    memoryMove(to.first, from.first)
    setCC(0)
  }
  private func memoryMove(_ to: UnsafeMutableRawPointer, _ from: UnsafeMutableRawPointer) {
    to.copyMemory(from: from, byteCount: 4096)
  }
}
