import Ironload
import Testing

/// A guest that only takes program interruptions any more.
@Suite struct InterruptionLoopTests {
  /// Begins at 0x1000, in the z/Architecture mode.
  private func end(
    _ code: String, newPSW: (UInt64, UInt64), _ execution: MachineConfiguration.Execution
  ) throws -> EndReason {
    var configuration = MachineConfiguration(memory: 1 << 20)
    configuration.execution = execution
    let machine = try Machine(configuration)
    defer { machine.close() }
    machine.systemReset(clear: true)
    try machine.write(bytes(code), at: StorageLocation(.absolute, 0x1000))
    for (at, value) in [(UInt64(0x1D0), newPSW.0), (0x1D8, newPSW.1)] {
      try machine.write((0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }, at: StorageLocation(.absolute, at))
    }
    try machine.write([(.architecturalMode, 1), (.general(1), 0x1000), (.general(2), 1_200_000)])
    try machine.write([(.pswMask, EmptyMachine.mask), (.pswAddress, 0x1000)])
    try machine.start()
    return machine.waitUntilEnded()
  }

  /// New PSWs that lead to an operation exception, and to an early specification, a specification and an addressing exception.
  private static let newPSWs: [(UInt64, UInt64)] = [
    (0, 0), (EmptyMachine.mask | 1 << 51, 0x1000), (EmptyMachine.mask, 0x1001), (EmptyMachine.mask, 0x10_0000),
  ]

  @Test(arguments: newPSWs)
  func `program interruptions without end are told`(_ mask: UInt64, _ address: UInt64) throws {
    for execution in [MachineConfiguration.Execution.interpret, .preferred(cpuCount: 1)] {
      #expect(try end("0000", newPSW: (mask, address), execution) == .interruptionLoop(mask: mask, address: address))
    }
  }

  @Test func `a handler that comes back is no loop, however often`() throws {
    // 1000: an operation exception; BRCTG 2 there; LPSWE 20(1). The handler at 100C: LPSWE 150. At 1020 a disabled wait.
    let code = "0000" + "a727ffff" + "b2b21020" + "0000" + "b2b20150" + String(repeating: "00", count: 16)
    for execution in [MachineConfiguration.Execution.interpret, .preferred(cpuCount: 1)] {
      let end = try end(code + "00020001800000000000000000000999", newPSW: (EmptyMachine.mask, 0x100C), execution)
      #expect(end == .disabledWait(mask: 0x0002_0001_8000_0000, address: 0x999))
    }
  }
}
