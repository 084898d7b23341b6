import Synchronization

/// PERFORM LOCKED OPERATION and COMPARE AND SWAP AND STORE (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineLockedOperations() {
    routine("PLO", 0xEE, .ssE, .setsCC) { cpu, i throws(ProgramInterruption) in try cpu.performLockedOperation(i) }
    routine("CSST", 0xC802, .ssf, .setsCC, .compareAndSwapAndStore) { cpu, i throws(ProgramInterruption) in
      try cpu.compareAndSwapAndStore(i)
    }
  }
}

/// An operand of up to 16 bytes, right-aligned.
private struct WideValue: Equatable {
  var high: UInt64 = 0
  var low: UInt64
}

/// What a function code of PLO is made of: bits 0-1 the form of its operands, the rest the operation.
private struct LockedOperation {
  enum Kind: Int {
    case compareAndLoad, compareAndSwap, doubleCompareAndSwap, swapAndStore, swapAndDoubleStore, swapAndTripleStore
  }
  let kind: Kind
  /// 0 words in registers, 1 doublewords in the parameter list, 2 doublewords in registers, 3 quadwords in the list.
  let form: Int

  init?(functionCode: Int) {
    guard functionCode < 24, let kind = Kind(rawValue: functionCode >> 2) else { return nil }
    self.kind = kind
    form = functionCode & 3
  }
  var size: Int { form == 0 ? 4 : form == 3 ? 16 : 8 }
  /// The comparison and replacement values are in the parameter list, not in registers.
  var usesList: Bool { form & 1 != 0 }
  /// How many stores of the list's operands follow a swap.
  var storeCount: Int {
    switch kind {
    case .swapAndStore: 1
    case .swapAndDoubleStore: 2
    case .swapAndTripleStore: 3
    default: 0
    }
  }
  /// Operand 4, 6 and 8 are designated by the parameter list; else the fourth by B4 and D4.
  var addressesInList: Bool { storeCount > 1 || usesList && kind != .compareAndSwap }
  var needsEvenFirst: Bool { !usesList && kind != .compareAndLoad }
  var needsEvenThird: Bool { !usesList && kind == .doubleCompareAndSwap }
}

extension CPU {
  fileprivate func wide(_ block: Block, _ size: Int) -> WideValue {
    switch size {
    case 4: WideValue(low: UInt64(block.word(0)))
    case 8: WideValue(low: block.doubleword(0))
    default: WideValue(high: block.doubleword(0), low: block.doubleword(8))
    }
  }
  fileprivate func setWide(_ block: Block, _ size: Int, _ v: WideValue) {
    switch size {
    case 4: block.setWord(0, UInt32(truncatingIfNeeded: v.low))
    case 8: block.setDoubleword(0, v.low)
    default:
      block.setDoubleword(0, v.high)
      block.setDoubleword(8, v.low)
    }
  }
  private func register(_ r: Int, _ size: Int) -> WideValue { WideValue(low: size == 4 ? gr32(r) : gr(r)) }
  private mutating func setRegister(_ r: Int, _ size: Int, _ v: WideValue) {
    if size == 4 { setGR32(r, v.low) } else { setGR(r, v.low) }
  }

  /// The general register 0 function code and test bit decide; general register 1 names the lock. All program locks are one
  /// here. Everything is accessible before the lock is taken, so nothing interrupts while it is held.
  fileprivate mutating func performLockedOperation(_ i: InstructionText) throws(ProgramInterruption) {
    let operation = LockedOperation(functionCode: Int(truncatingIfNeeded: gr(0) & 0xFF))
    if gr32(0) & 0xFFFF_FE00 != 0 { throw .specification }
    if gr(0) & 0x100 != 0 { return setCC(operation == nil ? 3 : 0) }
    guard let operation else { throw .specification }
    if operation.needsEvenFirst { try requireEven(i.r1) }
    if operation.needsEvenThird { try requireEven(i.r3) }
    let size = operation.size, boundary = UInt64(truncatingIfNeeded: size &- 1)
    let second = rs(i), list = ss2(i)
    if second.address & boundary != 0 { throw .specification }
    if (operation.usesList || operation.addressesInList) && list.address & boundary != 0 { throw .specification }
    let target =
      operation.kind == .compareAndLoad ? try fetchBlock(second, size) : try storeBlock(second, size)
    switch operation.kind {
    case .compareAndLoad: try lockedCompareAndLoad(i, operation, target, list)
    case .doubleCompareAndSwap: try lockedDoubleCompare(i, operation, target, list)
    case .compareAndSwap, .swapAndStore, .swapAndDoubleStore, .swapAndTripleStore:
      try lockedSwap(i, operation, target, list)
    }
  }

  private func listEntry(_ list: StorageOperand<UInt64>, _ offset: UInt64) -> StorageOperand<UInt64> {
    StorageOperand(reduced(list.address &+ offset), base: list.base)
  }
  /// An operand whose address is in the parameter list, in access-register mode with its ALET, which goes to AR R3.
  private mutating func listedOperand(_ list: StorageOperand<UInt64>, _ offset: UInt64, _ r3: Int, _ size: Int)
    throws(ProgramInterruption) -> StorageOperand<UInt64>
  {
    let address = reduced(try load64(listEntry(list, offset)))
    if address & UInt64(truncatingIfNeeded: size &- 1) != 0 { throw .specification }
    if isTranslating && addressSpace == .accessRegister {
      if r3 == 0 { throw .specification }
      s.pointee.ar[r3] = UInt32(truncatingIfNeeded: try load32(listEntry(list, offset &- 4)))
    }
    return StorageOperand(address, base: r3)
  }
  /// A value in the list whose last byte is at `end` - 1.
  private func listedBlock(_ list: StorageOperand<UInt64>, end: UInt64, _ size: Int) throws(ProgramInterruption) -> Block {
    try fetchBlock(listEntry(list, end &- UInt64(truncatingIfNeeded: size)), size)
  }

  private mutating func lockedCompareAndLoad(
    _ i: InstructionText, _ operation: LockedOperation, _ target: Block, _ list: StorageOperand<UInt64>
  ) throws(ProgramInterruption) {
    let size = operation.size
    var fourth = list, comparison: Block?, result: Block?
    if operation.usesList {
      comparison = try storeBlock(listEntry(list, 16 &- UInt64(truncatingIfNeeded: size)), size)
      result = try storeBlock(listEntry(list, 48 &- UInt64(truncatingIfNeeded: size)), size)
      fourth = try listedOperand(list, 72, i.r3, size)
    } else if list.address & UInt64(truncatingIfNeeded: size &- 1) != 0 {
      throw .specification
    }
    let source = try fetchBlock(fourth, size)
    withProgramLock { cpu in
      let seen = cpu.wide(target, size)
      let expected = comparison.map { cpu.wide($0, size) } ?? cpu.register(i.r1, size)
      if seen == expected {
        let v = cpu.wide(source, size)
        if let result { cpu.setWide(result, size, v) } else { cpu.setRegister(i.r3, size, v) }
      } else if let comparison {
        cpu.setWide(comparison, size, seen)
      } else {
        cpu.setRegister(i.r1, size, seen)
      }
      cpu.setCC(seen == expected ? 0 : 1)
    }
  }

  private mutating func lockedDoubleCompare(
    _ i: InstructionText, _ operation: LockedOperation, _ target: Block, _ list: StorageOperand<UInt64>
  ) throws(ProgramInterruption) {
    let size = operation.size
    var fourth = list, values: [Block] = []
    if operation.usesList {
      for end in [16, 32, 48, 64] as [UInt64] {
        values.append(try storeBlock(listEntry(list, end &- UInt64(truncatingIfNeeded: size)), size))
      }
      fourth = try listedOperand(list, 72, i.r3, size)
    } else if list.address & UInt64(truncatingIfNeeded: size &- 1) != 0 {
      throw .specification
    }
    let other = try storeBlock(fourth, size)
    let registers = [i.r1, i.r1 | 1, i.r3, i.r3 | 1]
    withProgramLock { cpu in
      let operand = { (cpu: borrowing CPU, k: Int) in
        values.isEmpty ? cpu.register(registers[k], size) : cpu.wide(values[k], size)
      }
      let seen = cpu.wide(target, size)
      if seen != operand(cpu, 0) {
        if values.isEmpty { cpu.setRegister(i.r1, size, seen) } else { cpu.setWide(values[0], size, seen) }
        return cpu.setCC(1)
      }
      let otherSeen = cpu.wide(other, size)
      if otherSeen != operand(cpu, 2) {
        if values.isEmpty { cpu.setRegister(i.r3, size, otherSeen) } else { cpu.setWide(values[2], size, otherSeen) }
        return cpu.setCC(2)
      }
      cpu.setWide(other, size, operand(cpu, 3))
      cpu.setWide(target, size, operand(cpu, 1))
      cpu.setCC(0)
    }
  }

  /// COMPARE AND SWAP, alone or with one to three stores.
  private mutating func lockedSwap(
    _ i: InstructionText, _ operation: LockedOperation, _ target: Block, _ list: StorageOperand<UInt64>
  ) throws(ProgramInterruption) {
    let size = operation.size
    var comparison: Block?, replacement: Block?
    if operation.usesList {
      comparison = try storeBlock(listEntry(list, 16 &- UInt64(truncatingIfNeeded: size)), size)
      replacement = try listedBlock(list, end: 32, size)
    }
    var stores: [(target: Block, value: WideValue)] = []
    if operation.addressesInList {
      for k in 0..<operation.storeCount {
        let offset = UInt64(truncatingIfNeeded: 32 &* k)
        let value = wide(try listedBlock(list, end: 64 &+ offset, size), size)
        stores.append((try storeBlock(try listedOperand(list, 72 &+ offset, i.r3, size), size), value))
      }
    } else if operation.storeCount == 1 {
      if list.address & UInt64(truncatingIfNeeded: size &- 1) != 0 { throw .specification }
      stores.append((try storeBlock(list, size), register(i.r3, size)))
    }
    withProgramLock { cpu in
      let seen = cpu.wide(target, size)
      let expected = comparison.map { cpu.wide($0, size) } ?? cpu.register(i.r1, size)
      guard seen == expected else {
        if let comparison { cpu.setWide(comparison, size, seen) } else { cpu.setRegister(i.r1, size, seen) }
        return cpu.setCC(1)
      }
      let new = replacement.map { cpu.wide($0, size) } ?? cpu.register(i.r1 | 1, size)
      for store in stores { cpu.setWide(store.target, size, store.value) }
      cpu.setWide(target, size, new)
      cpu.setCC(0)
    }
  }

  /// Holds the lock that stands for every program lock token: short, and nothing in it waits.
  private mutating func withProgramLock(_ body: (inout CPU) -> Void) {
    while complex.programLock.exchange(true, ordering: .acquiring) {}
    body(&self)
    complex.programLock.store(false, ordering: .releasing)
  }

  // MARK: COMPARE AND SWAP AND STORE

  /// Function code and store characteristic are in general register 0, the parameter list's address in register 1.
  fileprivate mutating func compareAndSwapAndStore(_ i: InstructionText) throws(ProgramInterruption) {
    let functionCode = gr(0) & 0xFF, characteristic = gr(0) &>> 8 & 0xFF
    if functionCode > 2 || characteristic > 4 { throw .specification }
    if functionCode == 2 { try requireEven(i.r1) }
    let first = rs(i), second = ss2(i)
    let size = 4 &<< Int(truncatingIfNeeded: functionCode), storeSize = 1 &<< Int(truncatingIfNeeded: characteristic)
    if first.address & UInt64(truncatingIfNeeded: size &- 1) != 0 { throw .specification }
    if second.address & UInt64(truncatingIfNeeded: storeSize &- 1) != 0 { throw .specification }
    let list = StorageOperand(reduced(gr(1)) & ~15, base: 1)
    let parameters = try fetchBlock(list, 32)
    _ = try storeBlock(first, size)
    let target = try storeBlock(second, storeSize)
    let isEqual: Bool
    switch functionCode {
    case 0:
      let (equal, old) = try exchange32(first, expecting: gr32(i.r1), with: UInt64(parameters.word(0)))
      isEqual = equal
      if !equal { setGR32(i.r1, old) }
    case 1:
      let (equal, old) = try exchange64(first, expecting: gr(i.r1), with: parameters.doubleword(0))
      isEqual = equal
      if !equal { setGR(i.r1, old) }
    default:
      let host = try hostForStore(first.address, first.base, count: 16)
      var old: InlineArray<2, UInt64> = [gr(i.r1).bigEndian, gr(i.r1 + 1).bigEndian]
      isEqual = CPU.exchange128(host, &old, [parameters.doubleword(0).bigEndian, parameters.doubleword(8).bigEndian])
      if !isEqual {
        setGR(i.r1, UInt64(bigEndian: old[0]))
        setGR(i.r1 + 1, UInt64(bigEndian: old[1]))
      }
    }
    if isEqual { for k in 0..<storeSize { target[k] = parameters[16 &+ k] } }
    serialize()
    setCC(isEqual ? 0 : 1)
  }
}
