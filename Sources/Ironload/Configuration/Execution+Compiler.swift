package import Processor

extension MachineConfiguration.Execution {
  /// What the processor is told; nil interprets.
  var compilerSettings: CompilerSettings? {
    switch self {
    case .interpret: return nil
    case .compile: return CompilerSettings()
    case .verify:
      var settings = CompilerSettings()
      settings.isVerifying = true
      // All that is executed is to be compared, however cold or short-lived it is.
      settings.threshold = 1
      settings.changeLimit = .max
      settings.followsAlways = true
      return settings
    }
  }

  /// What a user wants who does not say: compiled where that can be.
  public static func preferred(cpuCount: Int) -> Self {
    HostFeatures.host.missing.isEmpty && cpuCount == 1 ? .compile : .interpret
  }

  /// Refuses to compile for more than one CPU, and on a host that lacks what compiled code uses.
  package func validate(cpuCount: Int, on host: HostFeatures = .host) throws(ConfigurationError) {
    if self == .interpret { return }
    let missing = host.missing
    guard missing.isEmpty else {
      throw ConfigurationError(
        .usage,
        "--execution \(rawValue): this host's processor has no \(missing.joined(separator: ", ")); say --execution interpret")
    }
    guard cpuCount == 1 else {
      throw ConfigurationError(
        .usage, "--execution \(rawValue): code is compiled for one CPU only; say --execution interpret")
    }
  }
}
