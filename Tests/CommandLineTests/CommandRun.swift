import Foundation
import Testing

/// A run of the built `ironload`, which lies beside the test bundle.
struct CommandRun {
  let status: Int32
  let output: String
  let error: String

  static let executable: URL = {
    let bundle = URL(fileURLWithPath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
    let beside = bundle.appendingPathComponent("ironload")
    if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    return URL(fileURLWithPath: FileManager.default.currentDirectoryPath).appendingPathComponent(".build/release/ironload")
  }()

  init(_ arguments: String...) throws { try self.init(arguments: arguments) }

  init(arguments: [String]) throws {
    let process = Process(), out = Pipe(), err = Pipe()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = out
    process.standardError = err
    try process.run()
    // What these commands say fits in a pipe's buffer, so the two may be read one after the other.
    output = String(decoding: try out.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    error = String(decoding: try err.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    status = process.terminationStatus
    #expect(process.terminationReason == .exit)
  }

  /// Expects a failure of one line that contains `text`.
  func expectFailure(_ wanted: Int32, _ text: String, at location: SourceLocation = #_sourceLocation) {
    #expect(status == wanted, sourceLocation: location)
    #expect(output == "", sourceLocation: location)
    let lines = error.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 2 && lines.last == "", "one line: \(error)", sourceLocation: location)
    #expect(error.hasPrefix("ironload: ") && error.contains(text), "\(error)", sourceLocation: location)
  }
}
