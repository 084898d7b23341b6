import Ironload
import Processor
import Testing

@Suite struct ExecutionTests {
  @Test func `compiling is refused on a host without what compiled code uses, in one line that says what`() {
    let old = HostFeatures.needed.subtracting([HostFeatures(rawValue: 2), HostFeatures(rawValue: 8)])
    #expect(
      throws: ConfigurationError(
        .usage, "--execution compile: this host's processor has no MOVBE, FMA; say --execution interpret")
    ) {
      try MachineConfiguration.Execution.compile.validate(cpuCount: 1, on: old)
    }
    #expect(throws: ConfigurationError.self) { try MachineConfiguration.Execution.verify.validate(cpuCount: 1, on: []) }
    #expect(throws: Never.self) { try MachineConfiguration.Execution.interpret.validate(cpuCount: 1, on: []) }
    #expect(throws: Never.self) { try MachineConfiguration.Execution.compile.validate(cpuCount: 1, on: .needed) }
  }

  @Test func `compiling is refused for more than one CPU`() {
    #expect(throws: ConfigurationError.self) { try MachineConfiguration.Execution.compile.validate(cpuCount: 2, on: .needed) }
  }
}
