import Ironload
import Processor
import Storage
import Testing

/// The operator's keys and displays of the public `Machine`.
@Suite struct InspectionTests {
  @Test func `registers of every kind can be set and read back on a stopped CPU`() throws {
    let m = try EmptyMachine()
    try m.machine.write([(.architecturalMode, 1)])
    let odd: [Register] = [.pswMask, .pswAddress, .prefix, .clockComparator, .cpuTimer, .todProgrammable, .architecturalMode]
    let plain = Register.Kind.allCases.flatMap { Register.all($0) }.filter { !odd.contains($0) }
    #expect(plain.count == 16 * 4 + 2)
    for (k, register) in plain.enumerated() { try m.machine.write([(register, UInt64(k) + 0x1234_0000)]) }
    for (k, register) in plain.enumerated() { #expect(try m.register(register) == UInt64(k) + 0x1234_0000, "\(register.name)") }
    try m.machine.write([
      (.prefix, 0x8000), (.todProgrammable, 7), (.clockComparator, 1 << 60), (.pswMask, EmptyMachine.mask | 2 << 44),
    ])
    #expect(try m.machine.read([.prefix, .todProgrammable, .clockComparator]) == [0x8000, 7, 1 << 60])
    #expect(try m.register(.pswMask) == EmptyMachine.mask | 2 << 44)
  }

  @Test(
    arguments: [
      (.prefix, 0x1001), (.prefix, 0x7FFF_E000), (.access(3), 1 << 32), (.todProgrammable, 0x1_0000), (.general(16), 0),
      (.architecturalMode, 2),
    ] as [(Register, UInt64)])
  func `what a register cannot hold is refused`(register: Register, value: UInt64) throws {
    let m = try EmptyMachine()
    #expect(throws: OperationError.self) { try m.machine.write([(register, value)]) }
  }

  @Test func `every register has a name that leads back to it`() {
    for register in Register.Kind.allCases.flatMap({ Register.all($0) }) { #expect(Register(name: register.name) == register) }
    #expect(Register(name: "r16") == nil)
  }

  @Test func `storage is displayed without a reference bit and altered with a change bit`() throws {
    let m = try EmptyMachine()
    let place = StorageLocation(.absolute, 0x5FFE)
    #expect(try m.machine.read(4, at: place) == [0, 0, 0, 0])
    #expect(try m.machine.storageKey(at: place) == StorageKey(bits: 0))
    try m.machine.write([1, 2, 3, 4], at: place)
    #expect(try m.machine.read(4, at: place) == [1, 2, 3, 4])
    #expect(try m.machine.storageKey(at: StorageLocation(.absolute, 0x6000)) == StorageKey(bits: 0x06))
    try m.machine.setStorageKey(StorageKey(bits: 0x38), at: place)
    #expect(try m.machine.storageKey(at: place).accessControl == 3)
  }

  @Test func `an alteration that reaches beyond storage changes nothing`() throws {
    let m = try EmptyMachine()
    let error = #expect(throws: OperationError.self) {
      try m.machine.write([UInt8](repeating: 0xFF, count: 16), at: StorageLocation(.absolute, 0xF_FFF8))
    }
    #expect(error?.kind == .address)
    #expect(try m.machine.read(8, at: StorageLocation(.absolute, 0xF_FFF8)) == [UInt8](repeating: 0, count: 8))
    #expect(throws: OperationError.self) { try m.machine.read(Int.max, at: StorageLocation(.absolute, 0)) }
    #expect(throws: OperationError.self) { try m.machine.read(1, at: StorageLocation(.real, UInt64.max)) }
    #expect(throws: OperationError.self) { try m.machine.read(1, at: StorageLocation(.absolute, 0, cpu: 1)) }
  }

  @Test func `real addresses go by the prefix, logical ones by the tables`() throws {
    let m = try EmptyMachine()
    try m.program("07fe")
    try m.machine.write([(.prefix, 0x8000)])
    try m.machine.write(bytes("00112233"), at: StorageLocation(.real, 0x10))
    #expect(try m.machine.read(4, at: StorageLocation(.absolute, 0x8010)) == bytes("00112233"))
    // A segment table at 0x10000 whose first entry has a page table at 0x20000: page 5 is frame 0x7000, page 6 is invalid.
    try m.machine.write(bytes("0000000000020000"), at: StorageLocation(.absolute, 0x10000))
    try m.machine.write(bytes("0000000000007000 0000000000000400"), at: StorageLocation(.absolute, 0x20028))
    try m.machine.write([0xAB], at: StorageLocation(.absolute, 0x7123))
    try m.machine.write([(.control(1), 0x10000), (.control(13), 0x10000), (.pswMask, EmptyMachine.mask | PSW.dat)])
    #expect(try m.machine.read(1, at: StorageLocation(.logical, 0x5123)) == [0xAB])
    #expect(try m.machine.read(1, at: StorageLocation(.home, 0x5123)) == [0xAB])
    #expect(try m.machine.absoluteAddress(of: StorageLocation(.logical, 0x5123)) == AbsoluteAddress(0x7123))
    #expect(throws: OperationError.self) { try m.machine.read(8, at: StorageLocation(.logical, 0x5FFC)) }
    #expect(throws: OperationError.self) { try m.machine.write([1], at: StorageLocation(.logical, 0x6000)) }
  }

  @Test func `a program laid into an empty machine runs by PSW restart to its disabled wait`() throws {
    let m = try EmptyMachine()
    // The ESA/390 restart new PSW at 0; LHI 1,40; LHI 2,2; AR 1,2; ST 1,0x300; LPSW 0x310.
    try m.machine.write(bytes("00080000 80000200"), at: StorageLocation(.absolute, 0))
    try m.machine.write(bytes("a7180028 a7280002 1a12 50100300 82000310"), at: StorageLocation(.absolute, 0x200))
    try m.machine.write(bytes("000a0000 80000fed"), at: StorageLocation(.absolute, 0x310))
    try m.machine.pswRestart()
    #expect(m.machine.wait(limit: .seconds(10)) == .atRest)
    let status = try m.machine.status()
    #expect(status.state == .disabledWait)
    #expect(status.psw.instructionAddress == 0xFED)
    #expect(try m.machine.read(4, at: StorageLocation(.absolute, 0x300)) == [0, 0, 0, 42])
    // Held, it can be restarted.
    try m.machine.pswRestart()
    #expect(m.machine.wait(limit: .seconds(10)) == .atRest)
    #expect(try m.machine.statistics().interruptions.first?.count == 2)
  }

  @Test func `stop, start and step are between two instructions`() throws {
    let m = try EmptyMachine()
    try m.program("a71b0001 a7f4fffe")  // AGHI 1,1; J *-4
    try m.machine.start()
    #expect(throws: OperationError.self) { try m.machine.write([(.general(1), 5)]) }
    #expect(throws: OperationError.self) { try m.machine.storeStatus() }
    #expect(m.machine.wait(limit: .milliseconds(20)) == .timeLimit)
    try m.machine.stop()
    #expect(try m.machine.status().state == .stopped)
    #expect(try m.machine.status().stopCause == .operator)
    try m.machine.write([(.general(1), 5), (.pswAddress, 0x1000)])
    #expect(try m.machine.step().psw.instructionAddress == 0x1004)
    #expect(try m.machine.step(count: 3).psw.instructionAddress == 0x1000)
    #expect(try m.register(.general(1)) == 7)
    try m.machine.storeStatus()
    #expect(try m.number(StorageLocation(.absolute, 0x1288)) == 7)
  }

  @Test func `a step that waits ends with its limit`() throws {
    let m = try EmptyMachine()
    try m.program("07fe")
    try m.machine.write([(.pswMask, EmptyMachine.mask | PSW.wait | PSW.external)])
    #expect(try m.machine.step(limit: .milliseconds(50)).state == .stopped)
  }

  @Test func `the interrupt key is an external interruption`() throws {
    let m = try EmptyMachine()
    try m.program("07fe")
    try m.machine.write(bytes("0002000180000000 0000000000000bad"), at: StorageLocation(.absolute, 0x1B0))
    try m.machine.write([(.pswMask, EmptyMachine.mask | PSW.wait | PSW.external)])
    try m.machine.start()
    #expect(m.machine.wait(limit: .milliseconds(20)) == .timeLimit)
    m.machine.externalInterruption()
    #expect(m.machine.wait(limit: .seconds(10)) == .atRest)
    #expect(try m.machine.read(2, at: StorageLocation(.absolute, 0x86)) == [0, 0x40])
  }

  @Test func `system reset clear leaves nothing, normal leaves storage and all registers`() throws {
    let m = try EmptyMachine()
    try m.program("07fe")
    try m.machine.write([(.general(3), 3), (.control(2), 9), (.prefix, 0x4000), (.pswMask, PSW.basicAddressing)])
    m.machine.systemReset(clear: false)
    let registers: [Register] = [.general(3), .control(2), .prefix, .pswMask, .pswAddress, .architecturalMode]
    #expect(try m.machine.read(registers) == [3, 9, 0x4000, PSW.basicAddressing, 0x1000, 0])
    #expect(try m.machine.read(2, at: StorageLocation(.absolute, 0x1000)) == [0x07, 0xFE])
    m.machine.systemReset(clear: true)
    #expect(try m.register(.general(3)) == 0)
    #expect(try m.machine.read(2, at: StorageLocation(.absolute, 0x1000)) == [0, 0])
  }

  @Test func `who asks a machine that has ended gets an answer`() throws {
    let m = try EmptyMachine()
    m.machine.close()
    let error = #expect(throws: OperationError.self) { try m.machine.status() }
    #expect(error?.kind == .closed)
    #expect(m.machine.wait() == .ended(.quit))
  }

  @Test func `DIAGNOSE 008 shows its text to the operator, when it is there`() throws {
    for isThere in [true, false] {
      let machine = try Machine(MachineConfiguration(memory: 1 << 20, hasConsoleFunction: isThere, onStop: .hold))
      defer { machine.close() }
      // LGHI 1,0x2000; LGHI 2,5; DIAG 1,2,8; LPSWE 0x210. Disabled waits at the end and for a program interruption.
      try machine.write(bytes("a7192000 a7290005 83120008 b2b20210"), at: StorageLocation(.absolute, 0x1000))
      try machine.write(bytes("0002000180000000 0000000000000fed"), at: StorageLocation(.absolute, 0x210))
      try machine.write(bytes("0002000180000000 0000000000000bad"), at: StorageLocation(.absolute, 0x1D0))
      try machine.write(bytes("c8c5d3d3d6"), at: StorageLocation(.absolute, 0x2000))
      try machine.write([(.architecturalMode, 1), (.pswMask, EmptyMachine.mask), (.pswAddress, 0x1000)])
      try machine.start()
      #expect(machine.wait(limit: .seconds(10)) == .atRest)
      #expect(try machine.status().psw.instructionAddress == (isThere ? 0xFED : 0xBAD))
      #expect(String(decoding: machine.consoleLog.bytes(from: 0), as: UTF8.self) == (isThere ? "HELLO\n" : ""))
      if isThere { #expect(try machine.read([.general(2)]) == [0]) }
    }
  }

  @Test func `two machines in one process do not see each other`() throws {
    let a = try EmptyMachine(), b = try EmptyMachine()
    try a.program("a71b0001 a7f4fffe")
    try a.machine.start()
    a.machine.addBreakpoint(0x2000)
    #expect(b.machine.watched.breakpoints == [])
    #expect(try b.machine.status().state == .stopped)
    #expect(try b.machine.read(8, at: StorageLocation(.absolute, 0x1000)) == [UInt8](repeating: 0, count: 8))
    b.machine.quit()
    #expect(try a.machine.status().state == .operating)
  }
}
