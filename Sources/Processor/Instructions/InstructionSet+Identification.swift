import ServiceProcessor
import Storage

/// What a CPU says of itself and its configuration, and its ways to the machine around it (chapter 10).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineIdentificationInstructions() {
    routine("STAP", 0xB212, .s, .privileged) { cpu, i throws(ProgramInterruption) in
      try cpu.store16(UInt64(cpu.address), try cpu.aligned(cpu.rs(i), to: 2))
    }
    routine("STIDP", 0xB202, .s, .privileged) { cpu, i throws(ProgramInterruption) in
      let operand = try cpu.aligned(cpu.rs(i), to: 8)
      try cpu.store64(cpu.complex.services.cpuIdentification(cpu.address), operand)
    }
    routine("STSI", 0xB27D, .s, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.storeSystemInformation(cpu.rs(i))
    }
    routine("STFL", 0xB2B1, .s, .privileged) { cpu, _ throws(ProgramInterruption) in
      cpu.storeLow(UInt32(truncatingIfNeeded: cpu.facilityList[0] &>> 32), Lowcore.facilityList)
    }
    routine("STFLE", 0xB2B0, .s, .setsCC, .storeFacilityListExtended) { cpu, i throws(ProgramInterruption) in
      try cpu.storeFacilityListExtended(cpu.rs(i))
    }
    routine("DIAG", 0x83, .rsA, [.privileged, .setsCC, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      let services = cpu.complex.services
      cpu.settleStores()
      try services.diagnose(&cpu, code: UInt16(truncatingIfNeeded: cpu.rs(i).address), i)
    }
    routine("IUCV", 0xB2F0, .s, [.setsCC, .endsBlock]) { cpu, _ throws(ProgramInterruption) in
      let services = cpu.complex.services
      try services.communicateBetweenUsers(&cpu)
    }
    routine("SERVC", 0xB220, .rre, [.privileged, .setsCC, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      cpu.settleStores()
      // All of the register counts with 64-bit addresses (kvm-unit-tests s390x/sclp.c, "SCCB high").
      let outcome = cpu.complex.serviceProcessor.serviceCall(
        command: UInt32(truncatingIfNeeded: cpu.gr(i.e1)), sccb: RealAddress(cpu.parameter(i.e2)),
        prefix: AbsoluteAddress(cpu.s.pointee.prefix))
      switch outcome {
      case .accepted: cpu.setCC(0)
      case .busy: cpu.setCC(2)
      case .addressingException: throw .addressing
      case .specificationException: throw .specification
      }
    }
  }
}

extension CPU {
  /// What a register says to the machine, as a parameter of SERVC or DIAGNOSE: all of it with 64-bit addresses, else bits 32-63.
  package func parameter(_ r: Int) -> UInt64 { s.pointee.pswMask & PSW.extendedAddressing != 0 ? gr(r) : gr32(r) }

  /// The facility list, bit 2 (z/Architecture active) as the mode has it; at least one doubleword, none of zeros at its end.
  var facilityList: [UInt64] {
    var list = complex.services.facilities
    while list.count > 1 && list.last == 0 { list.removeLast() }
    if list.isEmpty { list = [0] }
    if !s.pointee.isZArchitecture { list[0] &= ~PSW.bit(2) }
    return list
  }

  /// STORE FACILITY LIST EXTENDED: GR0 bits 56-63 have one less than the doublewords that there is room for.
  mutating func storeFacilityListExtended(_ operand: StorageOperand<UInt64>) throws(ProgramInterruption) {
    let operand = try aligned(operand, to: 8)
    let list = facilityList
    let room = Int(truncatingIfNeeded: gr(0) & 0xFF) &+ 1
    let count = min(room, list.count)
    let block = try storeBlock(operand, count &* 8)
    for k in 0..<count &* 8 { block[k] = UInt8(truncatingIfNeeded: list[k &>> 3] &>> UInt64(56 &- 8 &* (k & 7))) }
    setGR(0, gr(0) & ~0xFF | UInt64(truncatingIfNeeded: list.count &- 1) & 0xFF)
    setCC(list.count <= room ? 0 : 3)
  }

  /// STORE SYSTEM INFORMATION: GR0 bits 32-35 function code, 56-63 selector 1; GR1 bits 48-63 selector 2.
  mutating func storeSystemInformation(_ operand: StorageOperand<UInt64>) throws(ProgramInterruption) {
    let functionCode = Int(truncatingIfNeeded: gr32(0) &>> 28)
    guard functionCode <= 3 else { return setCC(3) }
    if gr(0) & 0x0FFF_FF00 != 0 || gr(1) & 0xFFFF_0000 != 0 { throw .specification }
    if functionCode == 0 {
      setGR32(0, UInt64(truncatingIfNeeded: complex.services.configurationLevel) &<< 28 | gr32(0) & 0x0FFF_FFFF)
      return setCC(0)
    }
    let operand = try aligned(operand, to: 4096)
    guard functionCode <= complex.services.configurationLevel,
      let bytes = complex.services.systemInformation(
        functionCode: functionCode, selector1: Int(truncatingIfNeeded: gr(0) & 0xFF),
        selector2: Int(truncatingIfNeeded: gr(1) & 0xFFFF), cpuAddress: address)
    else { return setCC(3) }
    let block = try storeBlock(operand, 4096)
    for k in 0..<min(4096, bytes.count) { block[k] = bytes[k] }
    for k in min(4096, bytes.count)..<4096 { block[k] = 0 }
    setCC(0)
  }
}
