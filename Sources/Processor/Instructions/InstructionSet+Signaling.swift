/// SIGNAL PROCESSOR (chapter 4, "CPU Signaling and Response").
extension InstructionSet where Machine: ~Copyable {
  mutating func defineSignalProcessor() {
    routine("SIGP", 0xAE, .rsA, [.privileged, .setsCC, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      cpu.signalProcessor(i.r1, i.r3, order: UInt8(truncatingIfNeeded: cpu.rs(i).address))
    }
  }
}
