import Foundation
import Processor
import Storage
import Synchronization
import Testing

/// Who wants a CPU's attention gets it in any loop; a CPU that becomes enabled finds what is due.
@Suite struct InterruptionArrivalTests {
  /// A loop that counts register 1 down to zero. Register 2 is 0x3000, 3 is 0x2000, 4 is 0x2100, 6 is 0x2002.
  struct Loop: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Hexadecimal texts and where they are; a DIAGNOSE that stops follows the last one.
    let code: [(UInt64, String)]
    var start: UInt64 = 0x2000
  }
  static let loops = [
    Loop(testDescription: "a branch to itself", code: [(0x2000, "A717 0000")]),
    Loop(testDescription: "branches within a page", code: [(0x2000, "A7F4 0008"), (0x2010, "A717 FFF8")]),
    Loop(testDescription: "branches over two pages", code: [(0x2000, "A7F4 0800"), (0x3000, "A717 F800")]),
    Loop(testDescription: "a branch to itself by register", code: [(0x2000, "B946 0013")]),
    Loop(testDescription: "branches by register over two pages", code: [(0x2000, "07F2"), (0x3000, "B946 0013")]),
    Loop(testDescription: "fall through over a page's end", code: [(0x2FFC, "1855 1855 A717 FFFE")], start: 0x2FFC),
    Loop(testDescription: "an instruction over a page's end", code: [(0x2FFE, "A758 0000 A717 FFFE")], start: 0x2FFE),
    Loop(testDescription: "EXECUTE", code: [(0x2100, "1855"), (0x2000, "4400 4000 A717 FFFE")]),
    Loop(testDescription: "a branch that is executed", code: [(0x2100, "B946 0013"), (0x2000, "4400 4000")]),
    Loop(testDescription: "an instruction that is called", code: [(0x2000, "B241 0068 A717 FFFE")]),
    Loop(testDescription: "a branch that is called", code: [(0x2000, "0556 A717 FFFF")]),
    Loop(
      testDescription: "LOAD PSW EXTENDED",
      code: [(0x2100, "00000001 80000000 00000000 00002004"), (0x2000, "B2B2 4000 A717 FFFE")]),
    Loop(testDescription: "a mask that is set", code: [(0x2000, "AD00 4000 A717 FFFE")]),
    Loop(testDescription: "control registers that are loaded", code: [(0x2000, "EB77 4000 002F A717 FFFD")]),
  ]

  @Test(arguments: loops, ExecutionMode.allCases)
  func `attention ends any loop before it ends itself`(_ loop: Loop, _ mode: ExecutionMode) {
    let bare = BareMachine.forPrograms(compiling: mode.settings)
    for (address, text) in loop.code { bare.code(text + "8300 0500", at: address) }
    let count: UInt64 = mode == .compiled || mode == .following ? 1 << 33 : 1 << 27
    (bare[1], bare[2], bare[3], bare[4], bare[6]) = (count, 0x3000, 0x2000, 0x2100, 0x2002)
    let requester = Requester(bare.cpu.signals)
    // On a busy host the first request may come before the first instruction.
    for _ in 0..<100 where bare[1] == count { #expect(bare.start(at: loop.start) == nil) }
    requester.end()
    #expect(bare[1] > 0 && bare[1] < count)
    #expect(bare.services.firstDifference == nil)
  }

  @Test(arguments: ExecutionMode.allCases)
  func `attention is found within 1024 instructions`(_ mode: ExecutionMode) {
    let bare = BareMachine.forPrograms(compiling: mode.settings)
    // AGSI 0(4),1 and a branch back, in one block, in two of one page, and in two pages.
    bare.code("EB01 4000 007A A717 FFFD 8300 0500", at: 0x2000)
    bare.code("EB01 4000 007A A7F4 0080", at: 0x2800)
    bare.code("A717 FF7D 8300 0500", at: 0x2906)
    bare.code("EB01 4000 007A A7F4 0800", at: 0x3000)
    bare.code("A717 F7FD 8300 0500", at: 0x4006)
    var isLate = false
    for (start, instructions) in [(0x2000, 2), (0x2800, 3), (0x3000, 3)] as [(UInt64, UInt64)] {
      for _ in 0..<50 {
        (bare[1], bare[4], bare[UInt64.self, 0x1000]) = (1 << 40, 0x1000, 0)
        let requester = CountingRequester(bare.cpu.signals, bare.storage.base + 0x1000)
        #expect(bare.start(at: start) == nil)
        let passes = bare[UInt64.self, 0x1000] - requester.passes()
        // Stores of some passes more may have waited in the host's store buffer when the request was made.
        #expect(passes * instructions <= 1024 + 100 * instructions)
        if passes > 0 { isLate = true }
      }
    }
    // Compiled code does not look at once: otherwise this shows nothing.
    if mode == .compiled || mode == .following { #expect(isLate) }
    #expect(bare.services.firstDifference == nil)
  }

  /// Asks for a CPU's attention once it counts, and says how far it had come by then.
  private final class CountingRequester: @unchecked Sendable {
    private let counter: UnsafeMutableRawPointer
    private let isDone = DispatchSemaphore(value: 0)
    /// Written before `isDone` is signalled, read behind it.
    private var count: UInt64 = 0

    /// - Parameter counter: a doubleword of the guest, aligned.
    init(_ signals: CPUSignals, _ counter: UnsafeMutableRawPointer) {
      self.counter = counter
      Thread.detachNewThread { [self] in
        while read() < 2000 {}
        signals.requestAttention()
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        count = read()
        isDone.signal()
      }
    }
    private func read() -> UInt64 {
      UInt64(bigEndian: counter.assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .relaxed))
    }
    /// Waits until the request was made.
    func passes() -> UInt64 {
      isDone.wait()
      return count
    }
  }

  /// Asks for a CPU's attention again and again.
  private final class Requester: Sendable {
    private let isDone = Atomic<Bool>(false)

    init(_ signals: CPUSignals) {
      Thread.detachNewThread { [self] in
        while !isDone.load(ordering: .relaxed) {
          usleep(2000)
          signals.requestAttention()
        }
      }
    }
    func end() { isDone.store(true, ordering: .relaxed) }
  }

  // MARK: Timers

  /// An instruction at 0x201A that enables the CPU for external interruptions, with its operands.
  struct Enabling: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let text: String
    var isPSWEnabled = false
  }
  static let enablings = [
    Enabling(testDescription: "SSM", text: "8000 0E10"), Enabling(testDescription: "STOSM", text: "AD01 0E18"),
    Enabling(testDescription: "LPSWE", text: "B2B2 0E20"),
    Enabling(testDescription: "LCTL", text: "B700 0E30", isPSWEnabled: true),
  ]

  @Test(arguments: enablings, ExecutionMode.allCases)
  func `a CPU that becomes enabled takes the clock comparator's interruption without an alarm`(
    _ enabling: Enabling, _ mode: ExecutionMode
  ) {
    // STCKF, LG, CLG, branch back on not high.
    let bare = machine(mode, enabling, CR0.clockComparator, "B27C 0E00 E310 0E00 0004 E310 0E08 0021 A7C4 FFF8")
    let moment = bare.complex.clock.now() &+ 2000 << 12
    bare[UInt64.self, 0xE08] = moment &+ 1
    bare.cpu.setClockComparator(moment)
    expectInterruption(0x1004, bare)
  }
  @Test(arguments: enablings, ExecutionMode.allCases)
  func `a CPU that becomes enabled takes the CPU timer's interruption without an alarm`(
    _ enabling: Enabling, _ mode: ExecutionMode
  ) {
    // STPT, LG, LTGR, branch back on not low.
    let bare = machine(mode, enabling, CR0.cpuTimer, "B209 0E00 E310 0E00 0004 B902 0011 0700 A7B4 FFF8")
    bare.cpu.setCPUTimer(2000 << 12)
    expectInterruption(0x1005, bare)
  }

  @Test(arguments: ExecutionMode.allCases)
  func `a loop that enables and disables takes the clock comparator's interruption when it enables`(_ mode: ExecutionMode) {
    let bare = BareMachine.forPrograms(compiling: mode.settings)
    bare.complex.alarm.quit()
    bare.cpu.setCPUTimer(1 << 62)
    // STCKF, STOSM, STNSM, LG, CLG, branch back on not high: what the clock showed before the CPU was enabled.
    bare.code("B27C 0E00 AD03 0E18 ACFC 0E18 E310 0E00 0004 E310 0E08 0021 A7C4 FFF4 8300 0500", at: 0x2000)
    bare.cpu.setControlRegister(0, bare.cpu.s.pointee.cr[0] | CR0.clockComparator)
    bare.load(mask: BareMachine.supervisor, address: 0x2000)
    for milliseconds in [3, 1, 2] as [UInt64] {
      let moment = bare.complex.clock.now() &+ milliseconds * 1000 << 12
      bare[UInt64.self, 0xE08] = moment &+ 1
      bare.cpu.setClockComparator(moment)
      bare.load(mask: BareMachine.supervisor, address: 0x2000)
      expectInterruption(0x1004, bare, at: 0x2008, PSW.external | PSW.io)
      #expect(bare[UInt8.self, 0xE18] == UInt8(truncatingIfNeeded: BareMachine.supervisor >> 56))
    }
  }

  /// A machine without an alarm that loops until its timer is due, becomes enabled, and loops.
  private func machine(_ mode: ExecutionMode, _ enabling: Enabling, _ subclass: UInt64, _ loop: String) -> BareMachine {
    let bare = BareMachine.forPrograms(compiling: mode.settings)
    bare.complex.alarm.quit()
    bare.code(loop + "C011 00FF FFFF" + enabling.text + "A717 0000 8300 0500", at: 0x2000)
    bare[UInt8.self, 0xE10] = 1
    bare[UInt64.self, 0xE20] = BareMachine.supervisor | PSW.external
    bare[UInt64.self, 0xE28] = 0x201E
    bare[UInt32.self, 0xE30] = UInt32(bare.cpu.s.pointee.cr[0] | subclass)
    if !enabling.isPSWEnabled { bare.cpu.setControlRegister(0, bare.cpu.s.pointee.cr[0] | subclass) }
    bare.load(mask: BareMachine.supervisor | (enabling.isPSWEnabled ? PSW.external : 0), address: 0x2000)
    return bare
  }
  private func expectInterruption(
    _ code: UInt16, _ bare: BareMachine, at address: UInt64 = 0x201E, _ enabled: UInt64 = PSW.external
  ) {
    for _ in 0..<20 where bare.psw.instructionAddress != 0xF00 + Lowcore.external.old { bare.turn() }
    #expect(bare[UInt16.self, Lowcore.externalCode] == code)
    let old = bare.old(.external)
    #expect(old.mask & ~PSW.conditionCode == BareMachine.supervisor | enabled)
    #expect(old.instructionAddress == address)
    #expect(bare.services.firstDifference == nil)
  }
}
