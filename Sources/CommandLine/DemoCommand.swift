import ArgumentParser
import Glibc
import Ironload
import SystemPackage

/// `ironload demo`: a machine with nothing fetched from anywhere.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Load a tiny guest of our own from a volume made on the fly.",
    discussion: """
      Needs no network and no package. The guest says what machine it sees and powers off. Its source is \
      Tests/Guests/demo.s; --keep leaves the volume for a look at it with `ironload dasd`.

        ironload demo
        ironload demo --keep demo.ckd --trace ccw
      """)

  @Option(help: ArgumentHelp("Leave the volume at this path, where nothing may be yet.", valueName: "PATH"), completion: .file())
  var keep: String?

  @Option(help: ArgumentHelp("Write a trace of these classes to standard error, as in run.", valueName: "CLASSES"))
  var trace = TraceSelection(classes: [])

  func run() throws {
    let path = keep ?? "/tmp/ironload-demo-\(getpid()).ckd"
    try DemoVolume.create(at: path)
    defer { if keep == nil { unlink(path) } }
    var run = try RunCommand.parse(["--memory", "16M", "--console", "vt220"])
    run.dasd = ["\(String(DemoVolume.deviceNumber, radix: 16))=\(PropertyList.quoted(path))"]
    run.load = DeviceNumber(DemoVolume.deviceNumber)
    run.trace = trace
    try run.run()
  }
}
