import CHost
import Storage

/// COMPARE AND SWAP and the interlocked-access instructions (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineInterlocked() {
    defineCompareAndSwap()
    defineLoadAndOperate()
    definePairs()
    routine("TS", 0x93, .s, .setsCC) { cpu, i throws(ProgramInterruption) in
      let old = try cpu.exchangeByte(cpu.rs(i), with: 0xFF)
      cpu.setCC(UInt64(old &>> 7))
    }
  }

  private mutating func defineCompareAndSwap() {
    // What was there is R1 already when it was equal.
    define("CS", 0xBA, .rsA, .setsCC) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, try m.exchangeSettingCC32(m.rs(i), expecting: m.gr32(i.r1), with: m.gr32(i.r3)))
    }
    define("CSY", 0xEB14, .rsyA, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, try m.exchangeSettingCC32(m.rsy(i), expecting: m.gr32(i.r1), with: m.gr32(i.r3)))
    }
    define("CSG", 0xEB30, .rsyA, .zCC) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, try m.exchangeSettingCC64(m.rsy(i), expecting: m.gr(i.r1), with: m.gr(i.r3)))
    }
    routine("CDS", 0xBB, .rsA, .setsCC) { cpu, i throws(ProgramInterruption) in
      try cpu.compareDoubleAndSwap32(i.r1, i.r3, cpu.rs(i))
    }
    routine("CDSY", 0xEB31, .rsyA, .setsCC, .longDisplacement) { cpu, i throws(ProgramInterruption) in
      try cpu.compareDoubleAndSwap32(i.r1, i.r3, cpu.rsy(i))
    }
    routine("CDSG", 0xEB3E, .rsyA, .zCC) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1 | i.r3)
      let operand = cpu.rsy(i)
      if operand.address & 15 != 0 { throw .specification }
      let host = try cpu.hostForStore(operand.address, operand.base, count: 16)
      var old = [cpu.gr(i.r1).bigEndian, cpu.gr(i.r1 + 1).bigEndian] as InlineArray<2, UInt64>
      let new = [cpu.gr(i.r3).bigEndian, cpu.gr(i.r3 + 1).bigEndian] as InlineArray<2, UInt64>
      let isEqual = CPU.exchange128(host, &old, new)
      if !isEqual {
        cpu.setGR(i.r1, UInt64(bigEndian: old[0]))
        cpu.setGR(i.r1 + 1, UInt64(bigEndian: old[1]))
      }
      cpu.setCC(isEqual ? 0 : 1)
    }
  }

  private mutating func defineLoadAndOperate() {
    let f = Facility.distinctOperands
    routine("LAA", 0xEBF8, .rsyA, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.loadAndOperate32(i) { cpu, old, operand in cpu.addSettingCC32(old, operand) }
      try cpu.interruptOnFixedPointOverflow()
    }
    routine("LAAG", 0xEBE8, .rsyA, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.loadAndOperate64(i) { cpu, old, operand in cpu.addSettingCC64(old, operand) }
      try cpu.interruptOnFixedPointOverflow()
    }
    routine("LAAL", 0xEBFA, .rsyA, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.loadAndOperate32(i) { cpu, old, operand in cpu.addLogicalSettingCC32(old, operand) }
    }
    routine("LAALG", 0xEBEA, .rsyA, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.loadAndOperate64(i) { cpu, old, operand in cpu.addLogicalSettingCC64(old, operand) }
    }
    routine("LAN", 0xEBF4, .rsyA, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.loadAndOperate32(i) { cpu, old, operand in cpu.notZeroSettingCC(old & operand) }
    }
    routine("LANG", 0xEBE4, .rsyA, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.loadAndOperate64(i) { cpu, old, operand in cpu.notZeroSettingCC(old & operand) }
    }
    routine("LAO", 0xEBF6, .rsyA, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.loadAndOperate32(i) { cpu, old, operand in cpu.notZeroSettingCC(old | operand) }
    }
    routine("LAOG", 0xEBE6, .rsyA, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.loadAndOperate64(i) { cpu, old, operand in cpu.notZeroSettingCC(old | operand) }
    }
    routine("LAX", 0xEBF7, .rsyA, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.loadAndOperate32(i) { cpu, old, operand in cpu.notZeroSettingCC(old ^ operand) }
    }
    routine("LAXG", 0xEBE7, .rsyA, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.loadAndOperate64(i) { cpu, old, operand in cpu.notZeroSettingCC(old ^ operand) }
    }
  }

  private mutating func definePairs() {
    routine("LPQ", 0xE38F, .rxyA, .z) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1)
      let operand = cpu.rxy(i)
      if operand.address & 15 != 0 { throw .specification }
      let host = try cpu.hostForFetch(operand.address, operand.base)
      var v: InlineArray<2, UInt64> = [0, 0]
      if cpu.storage.isReadOnly(AbsoluteAddress(UInt64(host - cpu.storage.base))) {
        // The host may not let us exchange here, and nothing changes here meanwhile.
        v = [host.load(as: UInt64.self), host.load(fromByteOffset: 8, as: UInt64.self)]
      } else {
        // Exchanging zero for zero is the fetch of 16 bytes in one step that the host has.
        _ = CPU.exchange128(host, &v, [0, 0])
      }
      cpu.setGR(i.r1, UInt64(bigEndian: v[0]))
      cpu.setGR(i.r1 + 1, UInt64(bigEndian: v[1]))
    }
    routine("STPQ", 0xE38E, .rxyA, .z) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1)
      let operand = cpu.rxy(i)
      if operand.address & 15 != 0 { throw .specification }
      let host = try cpu.hostForStore(operand.address, operand.base, count: 16)
      let new: InlineArray<2, UInt64> = [cpu.gr(i.r1).bigEndian, cpu.gr(i.r1 + 1).bigEndian]
      var old: InlineArray<2, UInt64> = [0, 0]
      while !CPU.exchange128(host, &old, new) {}
    }
    let f = Facility.distinctOperands
    routine("LPD", 0xC804, .ssf, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1)
      let (a, b, isInterlocked) = try cpu.loadPair(i, size: 4)
      cpu.setGR32(i.r1, a)
      cpu.setGR32(i.r1 + 1, b)
      cpu.setCC(isInterlocked ? 0 : 3)
    }
    routine("LPDG", 0xC805, .ssf, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1)
      let (a, b, isInterlocked) = try cpu.loadPair(i, size: 8)
      cpu.setGR(i.r1, a)
      cpu.setGR(i.r1 + 1, b)
      cpu.setCC(isInterlocked ? 0 : 3)
    }
  }
}
