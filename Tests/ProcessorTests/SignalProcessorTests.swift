import Glibc
import Processor
import Storage
import Testing

/// SIGNAL PROCESSOR (chapter 4). The second CPU runs on a thread of its own.
struct SignalProcessorTests {
  /// SIGP %r4,%r3,0(%r2): parameter in register 5, CPU address in 3, order in 2.
  private func signal(_ m: BareMachine, _ cpu: UInt64, _ order: UInt64, parameter: UInt64 = 0) -> UInt64 {
    repeat {
      (m.gr[2], m.gr[3], m.gr[4], m.gr[5]) = (order, cpu, 0, parameter)
      m.run("AE43 2000")
      m.cpu.tlb.flush()
    } while m.cc == 2
    return m.cc
  }

  private func withTwoCPUs(_ body: (BareMachine) throws -> Void) throws {
    let m = BareMachine(cpuCount: 2)
    let complex = m.complex
    let thread = OtherCPU {
      guard let provisions = complex.provisions() else { return }
      var cpu = CPU(address: 1, complex: complex, provisions); cpu.initialReset(isZArchitecture: true); cpu.operate()
    }
    defer {
      m.complex.signals[1].post(.quit)
      thread.join()
    }
    try body(m)
  }
  private func waitUntil(_ condition: () -> Bool) {
    for _ in 0..<10_000 where !condition() { usleep(200) }
    #expect(condition())
  }

  @Test func `sense tells stopped and external call pending; a CPU that is not there is cc 3; unknown orders are invalid`() throws
  {
    try withTwoCPUs { m in
      #expect(signal(m, 1, 0x01) == 1)
      #expect(m.gr[4] == 0x40)
      #expect(signal(m, 1, 0x02) == 0)
      #expect(signal(m, 1, 0x02) == 1)
      #expect(m.gr[4] == 0x80)
      #expect(signal(m, 1, 0x01) == 1)
      #expect(m.gr[4] == 0xC0)
      #expect(signal(m, 2, 0x01) == 3)
      #expect(signal(m, 1, 0x7F) == 1)
      #expect(m.gr[4] == 0x02)
      #expect(signal(m, 0, 0x01) == 0)
      #expect(signal(m, 1, 0x15) == 1)
      #expect(m.gr[4] == 0x400)
      #expect(signal(m, 0, 0x15) == 0)
      #expect(signal(m, 1, 0x0B) == 0)
      #expect(signal(m, 1, 0x01) == 1)
      #expect(m.gr[4] == 0x40)
    }
  }

  @Test func `set prefix, restart, stop and store status at address`() throws {
    try withTwoCPUs { m in
      #expect(signal(m, 1, 0x0D, parameter: 0x7FFF_E000) == 1)
      #expect(m.gr[4] == 0x100)
      #expect(signal(m, 1, 0x0D, parameter: 0x10_0000) == 0)
      // Its restart new PSW: a loop that stores ones, then branches to itself.
      m[UInt64.self, 0x10_0000 + 0x1A0] = BareMachine.supervisor
      m[UInt64.self, 0x10_0000 + 0x1A8] = 0x8000
      m.code("A719 0001 E310 0208 0024", at: 0x8000)
      m.code("A7F4 0000", at: 0x800A)
      #expect(signal(m, 1, 0x06) == 0)
      waitUntil { m[UInt64.self, 0x10_0208] == 1 }
      #expect(signal(m, 1, 0x01) == 0)
      #expect(signal(m, 1, 0x0D, parameter: 0x10_0000) == 1)
      #expect(m.gr[4] == 0x200)
      #expect(signal(m, 1, 0x05) == 0)
      waitUntil { signal(m, 1, 0x01) == 1 && m.gr[4] == 0x40 }
      #expect(signal(m, 1, 0x0E, parameter: 0x5_0000) == 0)
      #expect(m[UInt64.self, 0x5_0080 + 8] == 1)  // general register 1
      #expect(m[UInt64.self, 0x5_0108] == 0x800A)
      #expect(m[UInt32.self, 0x5_0118] == 0x10_0000)
      #expect(signal(m, 1, 0x04) == 0)
      waitUntil { signal(m, 1, 0x01) == 0 }
      #expect(signal(m, 1, 0x09) == 0)
      waitUntil { signal(m, 1, 0x01) == 1 }
      #expect(m[UInt64.self, 0x1308] == 0x800A)
    }
  }

  @Test func `set architecture goes to ESA-390 and back, and refuses what is so already`() throws {
    try withTwoCPUs { m in
      m[UInt64.self, InterruptionClass.program.shortPair.new] = 0x000A_0000_0000_0F00
      #expect(signal(m, 0, 0x12, parameter: 1) == 1)
      #expect(m.gr[4] == 0x100)
      (m.gr[2], m.gr[3], m.gr[5]) = (0x12, 0, 0)
      m.run("AE43 2000", mask: PSW.basicAddressing)
      #expect(m.cc == 0)
      #expect(!m.cpu.s.pointee.isZArchitecture)
      m.gr[5] = 2
      m.run("AE43 2000", mask: PSW.basicAddressing)
      #expect(m.cc == 0)
      #expect(m.cpu.s.pointee.isZArchitecture)
    }
  }

  /// Has CPU 1 begin at `address` by a restart, its prefix area at 1 MiB and its interruptions going to 0x8100.
  private func startOther(_ m: BareMachine, at address: UInt64, mask: UInt64 = BareMachine.supervisor) {
    #expect(signal(m, 1, 0x0D, parameter: 0x10_0000) == 0)
    m[UInt64.self, 0x10_0000 + Lowcore.restart.new] = mask
    m[UInt64.self, 0x10_0000 + Lowcore.restart.new + 8] = address
    for pair in [Lowcore.external, Lowcore.program] {
      m[UInt64.self, 0x10_0000 + pair.new] = BareMachine.supervisor
      m[UInt64.self, 0x10_0000 + pair.new + 8] = 0x8100
    }
    m.code("A7F4 0000", at: 0x8100)
    #expect(signal(m, 1, 0x06) == 0)
  }

  @Test func `two CPUs that count by COMPARE AND SWAP and LOAD AND ADD lose no step`() throws {
    try withTwoCPUs { m in
      // LLILF 8,0x200000; LHI 6,20000; LGHI 5,1
      let setUp = "C08F 0020 0000 A768 4E20 A759 0001"
      // L 0,0(8); LR 1,0; AHI 1,1; CS 0,1,0(8); JNE *-10; LAAG 4,5,8(8); BRCT 6,*-24; LAAG 4,5,16(8); J *
      let loop = "5800 8000 1810 A71A 0001 BA01 8000 A774 FFFB EB45 8008 00E8 A766 FFF4 EB45 8010 00E8 A7F4 0000"
      m.code(setUp + loop, at: 0x8000)
      startOther(m, at: 0x8000)
      m.load(mask: BareMachine.supervisor, address: 0x8000)
      for _ in 0..<100_000 where m[UInt64.self, 0x20_0010] < 2 { m.step(100) }
      #expect(m[UInt64.self, 0x20_0010] == 2)
      #expect(m[UInt32.self, 0x20_0000] == 40_000)
      #expect(m[UInt64.self, 0x20_0008] == 40_000)
    }
  }

  @Test func `external call and emergency signal interrupt the other CPU and name the sender`() throws {
    try withTwoCPUs { m in
      // It loads control register 0 and an enabled wait.
      m[UInt64.self, 0x10_0C00] = CR0.externalCall | CR0.emergencySignal
      m[UInt64.self, 0x10_0C10] = BareMachine.supervisor | PSW.external | PSW.wait
      m[UInt64.self, 0x10_0C18] = 0x8200
      m.code("EB00 0C00 002F B2B2 0C10", at: 0x8000)
      startOther(m, at: 0x8000)
      let code = 0x10_0000 + Lowcore.externalCode, source = 0x10_0000 + Lowcore.externalCPUAddress
      m[UInt16.self, source] = 0xFFFF
      #expect(signal(m, 1, 0x03) == 0)
      waitUntil { m[UInt16.self, code] == 0x1201 }
      #expect(m[UInt16.self, source] == 0)
      // The handler loops disabled: the call stays pending, and the CPU can be stopped, restarted and then takes it.
      #expect(signal(m, 1, 0x02) == 0)
      #expect(signal(m, 1, 0x01) == 1)
      #expect(m.gr[4] == 0x80)
      #expect(signal(m, 1, 0x06) == 0)
      waitUntil { m[UInt16.self, code] == 0x1202 }
      #expect(signal(m, 1, 0x01) == 0)
    }
  }

  @Test func `IPTE on one CPU ends the other's use of the entry`() throws {
    try withTwoCPUs { m in
      try m.mapIdentity()
      // The other CPU reads a word of a page for ever, and counts.
      #expect(signal(m, 1, 0x0D, parameter: 0x10_0000) == 0)
      m[UInt64.self, 0x10_0000 + 0x1A0] = BareMachine.supervisor
      m[UInt64.self, 0x10_0000 + 0x1A8] = 0x8000
      m[UInt64.self, 0x10_0000 + 0x1D0] = BareMachine.supervisor | PSW.wait
      m[UInt64.self, 0x9000] = m.cpu.s.pointee.cr[1]
      m[UInt64.self, 0x9010] = BareMachine.dat
      m[UInt64.self, 0x9018] = 0x8020
      // LGHI 2,0x5000... : %r2 = 0x9000; LCTLG 1,1,0(%r2); LPSWE 0x10(%r2)
      m.code("A729 4800 A72A 4800 EB11 2000 002F B2B2 2010", at: 0x8000)
      // LLILH %r3,0x12; AGSI-free loop: LG %r4,0(%r3); LA %r5,1(%r5); STG %r5,0xA00; J
      m.code("A53E 0012 E340 3000 0004 4155 0001 E350 0A00 0024 A7F4 FFF8", at: 0x8020)
      #expect(signal(m, 1, 0x06) == 0)
      let counter: UInt64 = 0x10_0A00
      waitUntil { m[UInt64.self, counter] > 1000 }
      (m.gr[7], m.gr[8]) = (BareMachine.pages + 0x800, 0x12_0000)
      m.run("B221 0078", mask: BareMachine.dat)
      #expect(m.programInterruption == nil)
      waitUntil { m[UInt16.self, 0x10_0000 + Lowcore.programCode] == ProgramInterruption.pageTranslation.rawValue }
    }
  }
}

/// A host thread that is joined.
final class OtherCPU: @unchecked Sendable {
  private var thread = pthread_t()
  private let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
    pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<OtherCPU>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
  }
  func join() { pthread_join(thread, nil) }
}
