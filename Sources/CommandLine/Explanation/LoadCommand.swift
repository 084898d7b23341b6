import ArgumentParser
import FoundationEssentials
import Ironload
import SystemPackage

/// `ironload load --explain`: a load up to its first instruction, and what happened.
struct LoadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Explain a load, CCW by CCW, up to the first instruction.",
    discussion: """
      Attaches the volume read-only as device 0120, performs the load and stops before the first instruction. Shows each CCW, \
      where it was on the disk, what it put where in storage, which CCWs had themselves just been read, the end of each channel \
      program, then the PSW and the first instructions. When the load fails, one line says which CCW, which cylinder, head and \
      record, and why.

      Exit status: 0 the load would have succeeded; 3 it fails.

        ironload load --explain v.ckd
        ironload load --explain v.ckd --format html -o v.html
        ironload load --explain v.ckd --channel prefetch-required --procedure hardware
      """)

  @Option(help: ArgumentHelp("The volume to load from.", valueName: "volume"), completion: .file())
  var explain: String

  @Option(help: ArgumentHelp("Main storage, such as 512M or 1G.", valueName: "SIZE"))
  var memory = StorageSize(bytes: 1 << 30)

  @Option(help: "Whether storage is cleared first: clear or normal.")
  var kind = Choice(Machine.LoadKind.clear)

  @Option(help: "The channel that the volume is behind.")
  var channel = Choice(MachineConfiguration.Channel.architected)

  @Option(help: "How to load; by default the hardware's way, or prefetch when the channel prefetches.")
  var procedure: Choice<LoadProcedure>?

  @Option(help: "What to write: text, json, or html (one file with a picture, for a browser).")
  var format = ExplanationFormat.text

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write to this file instead of the standard output stream.", valueName: "file"),
    completion: .file())
  var output: String?

  func run() throws {
    let deviceNumber: UInt16 = 0x0120
    var dasd = MachineConfiguration.DASD(deviceNumber: deviceNumber, path: explain, isReadOnly: true)
    dasd.channel = channel.value
    var configuration = MachineConfiguration(memory: memory.bytes, dasds: [dasd])
    configuration.loadProcedure = procedure?.value
    let explanation: LoadExplanation
    do { explanation = try LoadExplanation(configuration, loadingFrom: deviceNumber, kind: kind.value) } catch {
      throw OperatorError(error, volume: explain)
    }
    try write(format.render(explanation))
    if case .failed(let failure) = explanation.outcome {
      if output != nil || format != .text { StandardError.write("ironload: \(failure.message)\n") }
      throw ExitCode(EndReason.loadFailedStatus)
    }
  }

  private func write(_ bytes: [UInt8]) throws {
    guard let output else {
      do { try FileDescriptor.standardOutput.writeAll(bytes) } catch {
        throw OperatorError(.inputOutput, "cannot write to the standard output stream: \(error)")
      }
      return
    }
    let file = try HostFile(replacing: FilePath(output), "--output", unlike: [NamedFile("--explain", explain)])
    try file.empty()
    try file.append(bytes)
  }
}

/// The forms of an explanation.
enum ExplanationFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, html

  func render(_ explanation: LoadExplanation) throws -> [UInt8] {
    switch self {
    case .text: return Array(ExplanationText(explanation).text.utf8)
    case .html: return Array(ExplanationPage(explanation).html.utf8)
    case .json:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return Array(try encoder.encode(explanation)) + [UInt8(ascii: "\n")]
    }
  }
}

extension OperatorError {
  /// What the machine says of `--dasd 0120`, about the volume that was named.
  fileprivate init(_ error: ConfigurationError, volume: String) {
    let general = OperatorError(error)
    // It names the option, then the file.
    let prefix = "--dasd 0120: \(volume): "
    self.init(
      general.status,
      general.message.hasPrefix(prefix) ? "--explain \(volume): \(general.message.dropFirst(prefix.count))" : general.message)
  }
}
