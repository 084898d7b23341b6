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
      var cpu = CPU(address: 1, complex: complex); cpu.initialReset(isZArchitecture: true); cpu.operate()
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
