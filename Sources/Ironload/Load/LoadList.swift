internal import SystemPackage

/// The list of files that the Hardware Management Console loads (`FILE.ins`), as Linux distributions for this machine have one:
///
///     * a remark
///     images/kernel.img 0x00000000
///     images/initrd.img 0x02000000
///
/// Each line names a file, relative to the list's folder, and the absolute address where it goes. Then the machine begins
/// with the PSW at 0, as after a load.
struct LoadList: Hashable, Sendable {
  struct Entry: Hashable, Sendable {
    let file: String
    let address: UInt64
  }
  let entries: [Entry]

  /// What a list is not, with the number of the line.
  struct Malformed: Error, Hashable { let description: String }

  init(_ text: String) throws(Malformed) {
    var entries: [Entry] = []
    for (n, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let first = words.first, !first.hasPrefix("*") else { continue }
      guard words.count == 2, words[1].hasPrefix("0x"), let address = UInt64(words[1].dropFirst(2), radix: 16) else {
        throw Malformed(description: "line \(n + 1) is not a file and an address such as 0x00010000")
      }
      entries.append(Entry(file: String(first), address: address))
    }
    guard !entries.isEmpty else { throw Malformed(description: "names no file") }
    self.entries = entries
  }
}

extension NamedFile {
  /// The files that the list at `path` names; none when it is no list, which is for the load to say.
  package static func files(ofListAt path: String) -> [NamedFile] {
    guard let bytes = try? LoadableFile.contents(path, "--ins"), let list = try? LoadList(String(decoding: bytes, as: UTF8.self))
    else { return [] }
    let folder = FilePath(path).removingLastComponent()
    return list.entries.map { NamedFile("the list of --ins", folder.pushing(FilePath($0.file)).string) }
  }
}
