import Glibc
import Processor

/// What a machine has done since it was made.
public struct MachineStatistics: Sendable, CustomStringConvertible {
  /// Instructions that all CPUs executed.
  public let instructions: UInt64
  /// Processor time of the host that the CPUs' threads used.
  public let hostSeconds: Double
  /// Interruptions taken, by class, in the order of the old PSWs: restart, external, supervisor call, program, machine check,
  /// I/O.
  public let interruptions: [(name: String, count: UInt64)]
  /// With `--execution verify`: what was compared, and what was not.
  public let verification: VerificationFigures?
  /// What each device did.
  public let devices: [DeviceStatus]

  /// Millions of instructions a second of the host's processor time.
  public var mips: Double { hostSeconds > 0 ? Double(instructions) / hostSeconds / 1e6 : 0 }

  /// As lines for people: instructions, interruptions by class, and a line for each device with one for each command.
  public var description: String {
    let rate = Int64((mips * 10).rounded())
    var lines = [
      "\(instructions) instructions, \(rate / 10).\(rate % 10) MIPS of the host's processor time",
      "interruptions: " + interruptions.map { "\($0.count) \($0.name)" }.joined(separator: ", "),
    ]
    if let verification { lines.append(verification.description) }
    for device in devices {
      lines.append(
        "\(device.deviceNumber.deviceNumberText) \(device.type): \(device.bytesRead) bytes read, \(device.bytesWritten) written")
      lines += device.commands.map { "  \(hex(UInt64($0.code), digits: 2)) \($0.name): \($0.count)" }
    }
    return lines.joined(separator: "\n")
  }
}

extension Machine {
  private struct CPUFigures {
    var instructions: UInt64
    var hostSeconds: Double
    var interruptions: [UInt64]
    var verification: VerificationFigures?
  }

  /// What the machine has done so far.
  /// - Throws: `closed`.
  public func statistics() throws(OperationError) -> MachineStatistics {
    var instructions: UInt64 = 0, seconds = 0.0
    var verification: VerificationFigures?
    var counts = [UInt64](repeating: 0, count: InterruptionClass.allCases.count)
    for cpu in complex.signals.indices {
      let one = try inspect(cpu) { cpu in
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return CPUFigures(
          instructions: cpu.s.pointee.instructionCount, hostSeconds: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9,
          interruptions: InterruptionClass.allCases.map { cpu.interruptionCounts[$0.rawValue] },
          verification: cpu.isVerifying
            ? VerificationFigures(blocks: cpu.verifiedBlockCount, leftOut: cpu.instructionsNotVerified) : nil)
      }
      instructions += one.instructions
      seconds += one.hostSeconds
      for k in counts.indices { counts[k] += one.interruptions[k] }
      // Code is compiled for one CPU only.
      verification = verification ?? one.verification
    }
    let names = ["restart", "external", "supervisor call", "program", "machine check", "I/O"]
    return MachineStatistics(
      instructions: instructions, hostSeconds: seconds, interruptions: zip(names, counts).map { ($0, $1) },
      verification: verification, devices: devices)
  }
}
