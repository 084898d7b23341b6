import Processor

/// How CPUs are executed, for tests that want each.
enum ExecutionMode: CaseIterable, Sendable {
  case interpreted, compiled, verified
  /// Compiled; every block follows branches.
  case following

  var settings: CompilerSettings? {
    if self == .interpreted { return nil }
    return .atOnce(followsAlways: self == .following || self == .verified, isVerifying: self == .verified)
  }
}

extension CompilerSettings {
  /// Everything is compiled when it is first executed.
  static func atOnce(changeLimit: Int = .max, followsAlways: Bool = false, isVerifying: Bool = false) -> CompilerSettings {
    var settings = CompilerSettings()
    settings.threshold = 1
    settings.changeLimit = changeLimit
    settings.followsAlways = followsAlways
    settings.isVerifying = isVerifying
    return settings
  }
}
