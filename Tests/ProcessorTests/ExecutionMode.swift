import Processor

/// How CPUs are executed, for tests that want each.
enum ExecutionMode: CaseIterable, Sendable {
  case interpreted, compiled, verified
  /// Compiled; every block follows branches.
  case following

  var settings: CompilerSettings? {
    if self == .interpreted { return nil }
    var settings = CompilerSettings()
    settings.threshold = 1
    settings.changeLimit = .max
    settings.isVerifying = self == .verified
    settings.followsAlways = self == .following || self == .verified
    return settings
  }
}
