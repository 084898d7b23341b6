package import SystemPackage

/// What can be wrong with the contents of a volume, or with what is to go on it: one line for the operator.
package struct VolumeError: Error, Hashable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable {
    /// The volume is not what the work needs: no label, a bad VTOC, tracks formatted otherwise.
    case unsuitable
    /// The volume has no such partition.
    case noPartition
    /// It does not fit.
    case noRoom
    /// A file to be put on the volume is not what it should be.
    case badInput
  }

  package let kind: Kind
  package let description: String

  package init(_ kind: Kind, _ path: FilePath, _ text: String) {
    self.kind = kind
    description = "\(path): \(text)"
  }
}
