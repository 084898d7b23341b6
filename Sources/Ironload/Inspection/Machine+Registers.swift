import Processor

extension Machine {
  /// The values of `registers` of a CPU, all at one moment between two of its instructions.
  /// - Throws: `unknown` for a CPU or register that is not there.
  public func read(_ registers: [Register], of cpu: Int = 0) throws(OperationError) -> [UInt64] {
    let values = try inspect(cpu) { cpu in registers.map { cpu.value(of: $0) } }
    return try zip(registers, values).map { (register, value) throws(OperationError) in
      guard let value else { throw OperationError(.unknown, "there is no register \(register.name)") }
      return value
    }
  }

  /// Changes registers of a stopped CPU, one after the other.
  /// - Throws: `state` when the CPU is not stopped, `value` for what the register cannot hold; earlier ones are changed then.
  public func write(_ values: [(Register, UInt64)], of cpu: Int = 0) throws(OperationError) {
    let refused = try inspect(cpu) { processor -> OperationError? in
      guard processor.signals.state != .operating else {
        return OperationError(.state, "CPU \(cpu) is operating; stop it before you change its registers")
      }
      for (register, value) in values where !processor.set(register, to: value) {
        return OperationError(
          .value, "\(register.name) cannot be \(hex(value)); see the register's width, and for the prefix its alignment")
      }
      return nil
    }
    if let refused { throw refused }
  }

  /// Runs `look` on the CPU's thread, between two of its instructions.
  func inspect<T: Sendable>(_ cpu: Int, _ look: @escaping @Sendable (inout CPU) -> T) throws(OperationError) -> T {
    guard complex.signals.indices.contains(cpu) else {
      throw OperationError(
        .unknown,
        "there is no CPU \(cpu); this machine has \(complex.signals.count == 1 ? "CPU 0" : "0 to \(complex.signals.count - 1)")")
    }
    let result = Answer<T>()
    guard perform(on: cpu, { result.value = look(&$0) }), let value = result.value else { throw .closed }
    return value
  }

  /// Written on a CPU's thread before the semaphore that `perform` waits for, read after.
  private final class Answer<T>: @unchecked Sendable { var value: T? }
}
