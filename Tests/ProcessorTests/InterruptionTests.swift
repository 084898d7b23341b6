import Processor
import Storage
import Testing

/// Interruptions (chapter 6) and program-event recording (chapter 4).
struct InterruptionTests {
  @Test func `external conditions are taken one by one in their order of priority`() throws {
    let m = BareMachine(cpuCount: 3)
    m.cpu.setControlRegister(
      0, CR0.emergencySignal | CR0.externalCall | CR0.clockComparator | CR0.cpuTimer | CR0.serviceSignal | CR0.interruptKey)
    m.complex.postInterruptKey()
    m.cpu.signals.makeEmergencySignalPending(from: 2)
    m.cpu.signals.makeEmergencySignalPending(from: 1)
    #expect(m.cpu.signals.makeExternalCallPending(from: 2))
    #expect(!m.cpu.signals.makeExternalCallPending(from: 1))
    m.cpu.setClockComparator(0)
    m.cpu.setCPUTimer(UInt64(bitPattern: -1))
    for (code, cpu) in [(UInt16(0x0040), UInt16(0)), (0x1201, 1), (0x1201, 2), (0x1202, 2), (0x1004, 0), (0x1004, 0)] {
      m.load(mask: BareMachine.supervisor | PSW.external, address: 0x5000)
      m.turn()
      #expect(m[UInt16.self, Lowcore.externalCode] == code)
      #expect(m[UInt16.self, Lowcore.externalCPUAddress] == cpu)
      #expect(m.old(.external) == PSW(mask: BareMachine.supervisor | PSW.external, instructionAddress: 0x5000))
    }
    // The comparator's condition stays until it is set; then the timer's turn comes, and stays too.
    m.cpu.setClockComparator(~0)
    m.load(mask: BareMachine.supervisor | PSW.external, address: 0x5000)
    m.turn()
    #expect(m[UInt16.self, Lowcore.externalCode] == 0x1005)
  }

  @Test func `what the masks disable stays pending`() throws {
    let m = BareMachine()
    m.cpu.setClockComparator(0)
    m.code("0700 0700 0700")
    m.cpu.setControlRegister(0, 0)
    m.load(mask: BareMachine.supervisor | PSW.external, address: BareMachine.codeAddress)
    m.turn()
    #expect(m.psw.instructionAddress == BareMachine.codeAddress + 2)
    m.cpu.setControlRegister(0, CR0.clockComparator)
    m.load(mask: BareMachine.supervisor, address: BareMachine.codeAddress)
    m.turn()
    #expect(m.psw.instructionAddress == BareMachine.codeAddress + 2)
    m.load(mask: BareMachine.supervisor | PSW.external, address: BareMachine.codeAddress)
    m.turn()
    #expect(m[UInt16.self, Lowcore.externalCode] == 0x1004)
  }

  @Test func `SVC leaves its code, its length and the next instruction's address, under EXECUTE too`() throws {
    let m = BareMachine()
    m.run("0A 42")
    #expect(m[UInt32.self, Lowcore.supervisorCallLength] == 0x0002_0042)
    #expect(m.old(.supervisorCall).instructionAddress == BareMachine.codeAddress + 2)
    m.code("0A 40", at: 0x4000)
    (m.gr[1], m.gr[2]) = (0x02, 0x4000)
    m.run("4410 2000")
    #expect(m[UInt32.self, Lowcore.supervisorCallLength] == 0x0004_0042)
    #expect(m.old(.supervisorCall).instructionAddress == BareMachine.codeAddress + 4)
  }

  @Test func `an exception of EXECUTE's target is EXECUTE's`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m[UInt64.self, m.pageEntry(0x12_3000)] |= 0x400
    m.code(TranslationTests.load, at: 0x4000)
    (m.gr[2], m.gr[3]) = (0x12_3456, 0x4000)
    m.run("4400 3000", mask: BareMachine.dat)
    #expect(m.programInterruption == .pageTranslation)
    #expect(m.programLength == 4)
    #expect(m.old(.program).instructionAddress == BareMachine.codeAddress)
    m.code("4400 3000", at: 0x4000)
    m.run("4400 3000", mask: BareMachine.dat)
    #expect(m.programInterruption == .execute)
    #expect(m.old(.program).instructionAddress == BareMachine.codeAddress + 4)
    m.gr[3] = 0x4001
    m.run("4400 3000", mask: BareMachine.dat)
    #expect(m.programInterruption == .specification)
  }

  @Test func `an odd instruction address is a specification exception`() throws {
    let m = BareMachine()
    m.load(mask: BareMachine.supervisor, address: 0x1001)
    m.step()
    #expect(m.programInterruption == .specification)
  }

  static let invalidMasks: [UInt64] = [
    PSW.bit(0), PSW.bit(2), PSW.bit(4), PSW.shortForm, PSW.bit(24), PSW.bit(30), PSW.bit(33), 1, PSW.extendedAddressing,
  ]
  @Test(arguments: invalidMasks) func `an invalid PSW is an early specification exception with length 0`(_ bits: UInt64) throws {
    let m = BareMachine()
    let mask = bits == PSW.extendedAddressing ? bits : BareMachine.supervisor | bits
    m[UInt64.self, 0x7_0000] = mask
    m[UInt64.self, 0x7_0008] = 0x4000
    m.gr[2] = 0x7_0000
    m.run("B2B2 2000")
    #expect(m.psw == PSW(mask: mask, instructionAddress: 0x4000))
    m.turn()
    #expect(m.programInterruption == .specification)
    #expect(m.programLength == 0)
    #expect(m.old(.program) == PSW(mask: mask, instructionAddress: 0x4000))
  }

  @Test func `addresses that the mode has no room for are early specification exceptions; LPSW wants bit 12`() throws {
    let m = BareMachine()
    for (mask, address) in [(UInt64(0), UInt64(0x100_0000)), (PSW.basicAddressing, 0x8000_0000)] {
      m.load(mask: mask, address: address)
      m.turn()
      #expect(m.programInterruption == .specification)
      #expect(m.old(.program).instructionAddress == address)
    }
    m.gr[2] = 0x7_0000
    m[UInt64.self, 0x7_0000] = 0x0008_0000_8000_4000
    m.run("8200 2000")
    #expect(m.psw == PSW(mask: PSW.basicAddressing, instructionAddress: 0x4000))
    m[UInt64.self, 0x7_0000] = 0x0000_0000_8000_4000
    m.run("8200 2000")
    #expect(m.programInterruption == .specification)
    #expect(m.programLength == 4)
    #expect(m.old(.program).instructionAddress == BareMachine.codeAddress + 4)
  }

  @Test func `SSM and STOSM with bits that must be zero report their length`() throws {
    let m = BareMachine()
    m.gr[2] = 0x7_0000
    m.run("AD80 2000")
    m.turn()
    #expect(m.programInterruption == .specification)
    #expect(m.programLength == 4)
    m.cpu.setControlRegister(0, CR0.ssmSuppression)
    m.run("8000 2000")
    #expect(m.programInterruption == .specialOperation)
  }

  // MARK: PER

  private func perMachine(_ events: UInt64) throws -> BareMachine {
    let m = BareMachine()
    m.cpu.setControlRegister(9, events)
    m.cpu.setControlRegister(10, 0)
    m.cpu.setControlRegister(11, ~0)
    return m
  }
  private static let per = BareMachine.supervisor | PSW.per
  private func code(_ m: BareMachine) -> UInt8 { m[UInt8.self, Lowcore.perCode] }

  @Test func `PER instruction fetching in the area interrupts after the instruction`() throws {
    let m = try perMachine(CPU.PEREvent.instructionFetching)
    m.cpu.setControlRegister(10, 0x1002)
    m.cpu.setControlRegister(11, 0x1003)
    m.code("1812 1813 1814")
    m.load(mask: Self.per, address: 0x1000)
    m.step()
    #expect(m.psw.instructionAddress == 0x1002)
    m.step()
    #expect(m[UInt32.self, Lowcore.programLength] == 0x0002_0080)
    #expect(m[UInt16.self, Lowcore.perCode] == 0x40E0)
    #expect(m[UInt64.self, Lowcore.perAddress] == 0x1002)
    #expect(m.old(.program).instructionAddress == 0x1004)
  }

  @Test func `PER storage alteration sees stores into the area, cached or not`() throws {
    let m = try perMachine(CPU.PEREvent.storageAlteration)
    m.cpu.setControlRegister(10, 0x12_3450)
    m.cpu.setControlRegister(11, 0x12_345F)
    m.gr[2] = 0x12_3440
    m.run(TranslationTests.store)  // caches the page
    m.run(TranslationTests.store, mask: Self.per)
    #expect(m.psw.instructionAddress == BareMachine.codeAddress + 6)
    m.gr[2] = 0x12_344C
    m.run(TranslationTests.store, mask: Self.per)
    #expect(m[UInt16.self, Lowcore.programCode] == 0x80)
    #expect(code(m) == 0x20)
    m.gr[2] = 0x12_3460
    m.run(TranslationTests.store, mask: Self.per)
    #expect(m.psw.instructionAddress == BareMachine.codeAddress + 6)
  }

  @Test func `PER successful branching sees taken branches only, and by address when asked`() throws {
    let m = try perMachine(CPU.PEREvent.successfulBranching)
    m.code("A7F4 0004 A704 0004")
    m.load(mask: Self.per, address: 0x1000)
    m.step()
    #expect(code(m) == 0x80)
    #expect(m[UInt64.self, Lowcore.perAddress] == 0x1000)
    #expect(m.old(.program).instructionAddress == 0x1008)
    m.load(mask: Self.per, address: 0x1004)
    m.step()
    #expect(m.psw.instructionAddress == 0x1008)
    m.cpu.setControlRegister(9, CPU.PEREvent.successfulBranching | CPU.PEREvent.branchAddressControl)
    m.cpu.setControlRegister(11, 0x1000)
    m.load(mask: Self.per, address: 0x1000)
    m.step()
    #expect(m.psw.instructionAddress == 0x1008)
  }

  @Test func `a PER event of a nullified instruction is told with the exception; a store that did not happen is none`() throws {
    let m = try perMachine(CPU.PEREvent.instructionFetching | CPU.PEREvent.storageAlteration)
    try m.mapIdentity()
    m[UInt64.self, m.pageEntry(0x12_4000)] |= 0x400
    m.gr[2] = 0x12_3FFC
    m.run(TranslationTests.store, mask: BareMachine.dat | PSW.per)
    #expect(m[UInt16.self, Lowcore.programCode] == 0x91)
    #expect(code(m) == 0x40)
    #expect(m.old(.program).instructionAddress == BareMachine.codeAddress)
  }

  @Test func `SVC with a PER event interrupts twice`() throws {
    let m = try perMachine(CPU.PEREvent.instructionFetching)
    m.run("0A11", mask: Self.per)
    #expect(m[UInt16.self, Lowcore.programCode] == 0x80)
    #expect(m.old(.supervisorCall).instructionAddress == BareMachine.codeAddress + 2)
    #expect(m.old(.program).instructionAddress == 0xF00 + Lowcore.supervisorCall.old)
  }

  @Test func `LPSWE is no branch for PER, under EXECUTE neither`() throws {
    let m = try perMachine(CPU.PEREvent.successfulBranching)
    m[UInt64.self, 0x7_0000] = BareMachine.supervisor
    m[UInt64.self, 0x7_0008] = 0x4000
    (m.gr[2], m.gr[3]) = (0x7_0000, 0x5000)
    m.code("B2B2 2000", at: 0x5000)
    for text in ["B2B2 2000", "4400 3000"] {
      m.run(text, mask: Self.per)
      #expect(m.psw.instructionAddress == 0x4000)
    }
    m.code("07F4", at: 0x5000)
    m.run("4400 3000", mask: Self.per)
    #expect(m[UInt16.self, Lowcore.programCode] == 0x80)
  }

  @Test func `ESA/390 protects 512 bytes and keeps a word of the monitor code`() throws {
    let m = BareMachine()
    m.cpu.setArchitecture(isZArchitecture: false)
    m.cpu.setControlRegister(0, CR0.lowAddressProtection)
    m.cpu.setControlRegister(8, 0x4000)
    m.load(mask: PSW.basicAddressing, address: BareMachine.codeAddress)
    m.gr[2] = 0x1100
    m.code("5010 2000 AF01 2004")
    m.step()
    #expect(m.psw.instructionAddress == BareMachine.codeAddress + 4)
    m.step()
    #expect(m[UInt16.self, Lowcore.programCode] == 0x40)
    #expect(m[UInt32.self, Lowcore.shortMonitorCode] == 0x1104)
    #expect(m[UInt64.self, Lowcore.monitorCode] == 0)
    m.gr[2] = 0x100
    m.load(mask: PSW.basicAddressing, address: BareMachine.codeAddress)
    m.step()
    #expect(m[UInt16.self, Lowcore.programCode] == 4)
  }

  @Test func `the CPU timer stands still while the CPU is stopped`() throws {
    let m = BareMachine()
    m.cpu.setCPUTimer(1 << 40)
    m.cpu.enter(.stopped)
    let stopped = m.cpu.cpuTimer
    let end = TODClock.monotonic() + 50 * 4096
    while TODClock.monotonic() < end {}
    #expect(m.cpu.cpuTimer == stopped)
    m.cpu.enter(.operating)
    #expect(stopped &- m.cpu.cpuTimer < 1 << 30)
    while TODClock.monotonic() < end + 4096 {}
    #expect(m.cpu.cpuTimer < stopped)
  }

  @Test func `STURA is an event of its own`() throws {
    let m = try perMachine(CPU.PEREvent.storageAlteration | CPU.PEREvent.storeUsingRealAddress)
    m.cpu.setControlRegister(11, 0)
    m.gr[2] = 0x12_3450
    m.run("B246 0012", mask: Self.per)
    #expect(m[UInt16.self, Lowcore.programCode] == 0x80)
    #expect(code(m) == 0x28)
    m.cpu.setControlRegister(9, CPU.PEREvent.storageAlteration)
    m.cpu.setControlRegister(11, ~0)
    m.run("B246 0012", mask: Self.per)
    #expect(m.psw.instructionAddress == BareMachine.codeAddress + 4)
  }
}
