import Processor

extension MachineConfiguration.Execution {
  /// What the processor is told; nil interprets.
  var compilerSettings: CompilerSettings? {
    switch self {
    case .interpret: return nil
    case .compile: return CompilerSettings()
    case .verify:
      var settings = CompilerSettings()
      settings.isVerifying = true
      return settings
    }
  }
}
