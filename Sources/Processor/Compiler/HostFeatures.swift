import CHost

/// What compiled code needs of the host's processor.
package struct HostFeatures: OptionSet, Sendable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The features, in the order in which they are named.
  private static let names: [(UInt32, String)] = [
    (CHOST_X86_64, "x86-64"), (CHOST_MOVBE, "MOVBE"), (CHOST_BMI1, "BMI1"), (CHOST_BMI2, "BMI2"), (CHOST_FMA, "FMA"),
    (CHOST_LZCNT, "LZCNT"), (CHOST_LAHF, "LAHF in 64-bit mode"),
  ].map { (UInt32($0), $1) }
  /// Everything that is needed.
  package static let needed = HostFeatures(rawValue: names.reduce(0) { $0 | $1.0 })
  /// Those of this host.
  package static let host = HostFeatures(rawValue: chost_features())

  /// The names of what is needed and not here; empty when code can be compiled.
  package var missing: [String] { HostFeatures.names.filter { rawValue & $0.0 == 0 }.map(\.1) }
}
