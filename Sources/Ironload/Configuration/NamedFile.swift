internal import PersistentMemory

/// A file of the host that a command line or configuration names.
package struct NamedFile: Hashable, Sendable {
  /// Where it is named, as in `--dasd 0120`, for messages.
  package let option: String
  package let path: String
  /// Whether it may be written to, and so is nobody else's meanwhile.
  let isWritten: Bool

  /// The file at `path`, which `option` names.
  package init(_ option: String, _ path: String, isWritten: Bool = false) {
    self.option = option
    self.path = path
    self.isWritten = isWritten
  }
}

extension MachineConfiguration {
  /// The files behind the machine's devices.
  package var namedFiles: [NamedFile] {
    dasds.map { NamedFile("--dasd \($0.deviceNumber.deviceNumberText)", $0.path, isWritten: !$0.isReadOnly) }
      + nvdimms.map { NamedFile("--nvdimm \($0.id)", $0.path, isWritten: $0.share && $0.request.isWritable) }
  }

  /// What is wrong when the file that `option` names is locked, and it is this machine that has it: two of its devices cannot
  /// have one file when one of them writes. nil: somebody else has it.
  func conflict(_ option: String) -> ConfigurationError? {
    guard let own = namedFiles.first(where: { $0.option == option }), let identity = FileIdentity(path: own.path),
      let other = namedFiles.first(where: {
        $0.option != option && ($0.isWritten || own.isWritten) && FileIdentity(path: $0.path) == identity
      })
    else { return nil }
    return ConfigurationError(
      .usage, "\(option): \(own.path): \(other.option) names the same file; give each device a file of its own")
  }
}
