import Ironload
import Processor

/// A machine that was started empty: every CPU stopped, storage zero. Programs are laid in as bytes.
struct EmptyMachine: ~Copyable {
  let machine: Machine

  init(megabytes: UInt64 = 1, onStop: MachineConfiguration.StopPolicy = .hold) throws {
    machine = try Machine(
      MachineConfiguration(memory: megabytes << 20, onStop: onStop), consoles: ConsoleSinks(terminal: { _ in }))
  }
  deinit { machine.close() }

  /// 64-bit addressing, supervisor state, nothing enabled.
  static let mask = PSW.extendedAddressing | PSW.basicAddressing

  /// Puts a program, hexadecimal with any blanks, at `address` and has CPU 0 stand there, stopped, in z/Architecture mode.
  func program(_ text: String, at address: UInt64 = 0x1000) throws {
    try machine.write(bytes(text), at: StorageLocation(.absolute, address))
    try machine.write([(.architecturalMode, 1), (.pswMask, EmptyMachine.mask), (.pswAddress, address)])
  }

  func number(_ location: StorageLocation) throws -> UInt64 {
    try machine.read(8, at: location).reduce(0) { $0 << 8 | UInt64($1) }
  }
  func register(_ register: Register) throws -> UInt64 { try machine.read([register])[0] }
}

/// The bytes that hexadecimal digits say; blanks do not count.
func bytes(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return (0..<digits.count / 2).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) }
}
