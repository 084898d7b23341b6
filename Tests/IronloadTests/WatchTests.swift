import Ironload
import Processor
import Synchronization
import Testing
import Tracing

/// Breakpoints, watched storage and traces of the public `Machine`.
@Suite struct WatchTests {
  private let limit = Duration.seconds(10)

  /// The watched area whose use stopped CPU 0.
  private func hit(_ m: borrowing EmptyMachine) throws -> WatchedArea? {
    if case .storage(let hit)? = try m.machine.status().stopCause { hit.area } else { nil }
  }

  @Test func `a breakpoint stops before its instruction, each time round`() throws {
    let m = try EmptyMachine()
    try m.program("a71b0001 a72b0001 a7f4fffc")  // AGHI 1,1; AGHI 2,1; J 0x1000
    m.machine.addBreakpoint(0x1004)
    for round in 1...3 as ClosedRange<UInt64> {
      try m.machine.start()
      #expect(m.machine.wait(limit: limit) == .atRest)
      #expect(try m.machine.status().stopCause == .breakpoint(0x1004))
      #expect(try m.machine.read([.general(1), .general(2)]) == [round, round - 1])
    }
    m.machine.removeBreakpoint(0x1004)
    try m.machine.start()
    #expect(m.machine.wait(limit: .milliseconds(20)) == .timeLimit)
  }

  @Test func `a watched place stops after the instruction that stores there`() throws {
    let m = try EmptyMachine()
    // LGHI 3,0x2000; STG 1,8(3); STG 1,16(3); LG 2,16(3); MVC 20(4,3),0(3); J *
    try m.program("a7392000 e31030080024 e31030100024 e32030100004 d20330143000 a7f40000")
    let area = WatchedArea(address: 0x2014, count: 2, onStore: true, onFetch: false)
    m.machine.addWatchedArea(area)
    try m.machine.start()
    #expect(m.machine.wait(limit: limit) == .atRest)
    #expect(try hit(m) == area)
    #expect(try m.register(.pswAddress) == 0x1010)
    try m.machine.start()
    #expect(m.machine.wait(limit: limit) == .atRest)
    #expect(try m.register(.pswAddress) == 0x101C)
    m.machine.removeWatchedArea(area)

    let read = WatchedArea(address: 0x2017, count: 1, onStore: false, onFetch: true)
    m.machine.addWatchedArea(read)
    try m.machine.write([(.pswAddress, 0x1000)])
    try m.machine.start()
    #expect(m.machine.wait(limit: limit) == .atRest)
    #expect(try m.register(.pswAddress) == 0x1016)
    #expect(try hit(m) == read)
  }

  @Test func `an access that ends with an exception is no use of the place`() throws {
    let m = try EmptyMachine()
    try m.program("e31030000024")  // STG 1,0(3), across the end of storage
    try m.machine.write([(.general(3), 0xF_FFFC)])
    try m.machine.write(bytes("0002000180000000 0000000000000bad"), at: StorageLocation(.absolute, 0x1D0))
    m.machine.addWatchedArea(WatchedArea(address: 0xF_FFFC, count: 4, onStore: true, onFetch: true))
    try m.machine.start()
    #expect(m.machine.wait(limit: limit) == .atRest)
    #expect(try m.machine.status().state == .disabledWait)
  }

  @Test func `steps hold interruptions back when asked to`() throws {
    let m = try EmptyMachine()
    try m.program("a71b0001 a72b0001 a73b0001")
    try m.machine.write(bytes("0000000180000000 0000000000003000"), at: StorageLocation(.absolute, 0x1B0))
    try m.machine.write(bytes("a74b0001 a75b0001"), at: StorageLocation(.absolute, 0x3000))
    try m.machine.write([(.pswMask, EmptyMachine.mask | PSW.external)])
    m.machine.externalInterruption()
    #expect(try m.machine.step(holdingInterruptions: true).psw.instructionAddress == 0x1004)
    #expect(try m.machine.step(holdingInterruptions: true).psw.instructionAddress == 0x1008)
    #expect(try m.machine.step().psw.instructionAddress == 0x3004)
  }

  @Test func `the breakpoint that a CPU is started at is passed before an interruption that is pending`() throws {
    let m = try EmptyMachine()
    try m.program("a71b0001 a7f4fffe")  // AGHI 1,1; J 0x1000
    try m.machine.write(bytes("0000000180000000 0000000000003000"), at: StorageLocation(.absolute, 0x1B0))
    try m.machine.write(bytes("a72b0001 b2b20130"), at: StorageLocation(.absolute, 0x3000))  // AGHI 2,1; LPSWE 0x130
    try m.machine.write([(.pswMask, EmptyMachine.mask | PSW.external)])
    m.machine.addBreakpoint(0x1000)
    for round in 1...5 as ClosedRange<UInt64> {
      m.machine.externalInterruption()
      try m.machine.start()
      #expect(m.machine.wait(limit: limit) == .atRest)
      #expect(try m.machine.read([.general(1), .general(2), .pswAddress]) == [round, round, 0x1000])
    }
  }

  @Test func `steps that a disabled wait ended are forgotten`() throws {
    let m = try EmptyMachine()
    try m.program("b2b20800")  // LPSWE 0x800
    try m.machine.write(bytes("0002000180000000 0000000000000bad"), at: StorageLocation(.absolute, 0x800))
    #expect(try m.machine.step(count: 10).state == .disabledWait)
    #expect(try m.machine.status().state == .stopped)
    try m.program("a71b0001 a7f4fffe")
    try m.machine.start()
    #expect(m.machine.wait(limit: .milliseconds(20)) == .timeLimit)
    try m.machine.stop()
    #expect(try m.register(.general(1)) > 10)
    // Nor does what stopped it before outlive a reset.
    m.machine.systemReset(clear: false)
    #expect(try m.machine.status().stopCause == .program)
  }

  @Test func `the interruption of an invalid PSW is a step, of which there may be no end`() throws {
    let m = try EmptyMachine()
    try m.program("b2b20800")  // LPSWE 0x800, and the program new PSW is as invalid
    for address in [0x800, 0x1D0] as [UInt64] {
      try m.machine.write(bytes("0008000180000000 0000000000000bad"), at: StorageLocation(.absolute, address))
    }
    #expect(try m.machine.step(count: 1000).stopCause == .step)
    #expect(try m.register(.pswAddress) == 0xBAD)
  }

  @Test func `the instruction trace says what each instruction changed`() throws {
    let lines = Mutex([String]())
    let tracer = Tracer { record in lines.withLock { $0.append("\(record.event)") } }
    let machine = try Machine(MachineConfiguration(memory: 1 << 20, onStop: .hold), tracer: tracer)
    defer { machine.close() }
    // LGHI 1,0x2000; STG 1,8(1); CGHI 1,0; J .+8 over two bytes; LPSWE 0x210
    try machine.write(bytes("a7192000 e31010080024 a71f0000 a7f40003 0000 b2b20210"), at: StorageLocation(.absolute, 0x1000))
    try machine.write(bytes("0002000180000000 0000000000000bad"), at: StorageLocation(.absolute, 0x210))
    try machine.write([(.architecturalMode, 1), (.pswMask, EmptyMachine.mask), (.pswAddress, 0x1000)])
    machine.traceInstructions(at: 0x1000...0x1011)
    try machine.start()
    #expect(machine.wait(limit: limit) == .atRest)
    machine.tracedClasses = []
    let wanted = [
      "CPU0 0000000000001000 a7192000     lghi    %r1,8192 | r1=0000000000002000",
      "CPU0 0000000000001004 e31010080024 stg     %r1,8(%r1) | [2008]=0000000000002000",
      "CPU0 000000000000100a a71f0000     cghi    %r1,0 | cc=2",
      "CPU0 000000000000100e a7f40003     j       0x1014 | pswa=0000000000001014",
    ]
    #expect(lines.withLock { $0 } == wanted)
  }

  @Test func `a program interruption is logged with code, PSW and instruction`() throws {
    let lines = Mutex([String]())
    let tracer = Tracer(enabled: .interruption) { record in lines.withLock { $0.append("\(record.event)") } }
    let machine = try Machine(MachineConfiguration(memory: 1 << 20, onStop: .hold), tracer: tracer)
    defer { machine.close() }
    try machine.write(bytes("0000"), at: StorageLocation(.absolute, 0x1000))
    try machine.write(bytes("0002000180000000 0000000000000bad"), at: StorageLocation(.absolute, 0x1D0))
    try machine.write([(.architecturalMode, 1), (.pswMask, EmptyMachine.mask), (.pswAddress, 0x1000)])
    try machine.start()
    #expect(machine.wait(limit: limit) == .atRest)
    let line = try #require(lines.withLock { $0.first })
    #expect(
      line.contains("0001 (operation) PSW 0000000180000000 0000000000001000") && line.hasSuffix("0000         .short  0x0000"))
  }
}
