import Dispatch
import Processor
import Storage
import Synchronization
import SystemPackage

/// Loading the files of a list, as the Hardware Management Console does it.
extension Machine {
  /// Places the files that the list at `path` names in cleared storage, and starts CPU 0 with the PSW at 0.
  /// - Parameter starts: false leaves it stopped before its first instruction, as if the operator had stopped it there.
  /// - Throws: which line is wrong, or which file is missing or does not fit, and what to do.
  public func load(list path: String, starts: Bool = true) throws(ConfigurationError) {
    try onControl { () throws(ConfigurationError) in try self.performLoad(list: path, kind: .clear, starts: starts) }
  }

  func performLoad(list path: String, kind: LoadKind, starts: Bool = true) throws(ConfigurationError) {
    let option = "--ins \(path)"
    let text = String(decoding: try LoadableFile.contents(path, "--ins"), as: UTF8.self), list: LoadList
    do { list = try LoadList(text) } catch { throw ConfigurationError(.badData, "\(option): \(error.description)") }
    let folder = FilePath(path).removingLastComponent()
    var files: [(UInt64, [UInt8])] = []
    for entry in list.entries {
      files.append((entry.address, try LoadableFile.contents(folder.pushing(FilePath(entry.file)).string, option)))
    }
    resetSystem(clear: kind == .clear)
    for (address, bytes) in files {
      guard storage.contains(AbsoluteAddress(address), count: UInt64(bytes.count)) else { throw doesNotFit(option) }
      copy(bytes[...], to: AbsoluteAddress(address))
    }
    guard let psw = loadedPSW else {
      throw ConfigurationError(
        .badData, "\(option): leaves no valid PSW at 0; name a file for address 0x00000000 that begins with one")
    }
    state.withLock { state in
      state.wayIn = .list(path)
      state.loadParameterBlock = nil
    }
    begin(with: psw, starts: starts)
  }
}
