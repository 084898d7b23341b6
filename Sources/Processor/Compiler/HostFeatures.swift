import CHost

/// What compiled code needs of the host's processor.
package struct HostFeatures: OptionSet, Sendable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The features, in the order in which they are named.
  private static let names: [(UInt32, String)] = [
    (1, "x86-64"), (2, "MOVBE"), (64, "BMI1"), (4, "BMI2"), (8, "FMA"), (16, "LZCNT"), (32, "LAHF in 64-bit mode"),
  ]
  /// Everything that is needed.
  package static let needed = HostFeatures(rawValue: names.reduce(0) { $0 | $1.0 })
  /// Those of this host.
  package static let host = HostFeatures(rawValue: chost_features())

  /// The names of what is needed and not here; empty when code can be compiled.
  package var missing: [String] { HostFeatures.names.filter { rawValue & $0.0 == 0 }.map(\.1) }
}
