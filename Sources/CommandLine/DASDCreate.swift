import ArgumentParser
import DASD
import SystemPackage

/// `ironload dasd create`: a formatted, labelled volume in a new file.
struct DASDCreate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Make a formatted volume in a new file.",
    discussion: """
      The volume is as dasdfmt and fdasd leave it: compatible disk layout with blocks of 4096 bytes, VOL1 label, VTOC, one \
      partition (/dev/dasda1 in Linux) over all of it but the cylinders kept free at the end for `ironload dasd boot`. A \
      cylinder holds 720 KiB; a 3390-1 has 1113, a 3390-3 3339, a 3390-9 10017 cylinders.

        ironload dasd create root.ckd --cylinders 1113
        ironload dasd create big.ckd --cylinders 3339 --volser LNX002 --boot-cylinders 128
        ironload dasd create data.ckd --cylinders 200 --boot-cylinders 0
        ironload dasd create blank.ckd --cylinders 200 --no-partition
      """)

  @Argument(help: "The file to make; it must not exist.", completion: .file())
  var path: String

  @Option(help: ArgumentHelp("Size of the volume, 1 to 65520.", valueName: "n"))
  var cylinders: Int

  @Option(help: ArgumentHelp("Volume serial, 1 to 6 of A-Z, 0-9, #, $ and @.", valueName: "serial"))
  var volser = "IRON01"

  @Option(help: ArgumentHelp("Cylinders left free for a loader (default: 64, on small volumes a quarter).", valueName: "n"))
  var bootCylinders: Int?

  @Flag(help: "Make no partition: the whole volume is free.")
  var noPartition = false

  func run() throws {
    guard let geometry = CKDGeometry(cylinders: cylinders) else {
      throw OperatorError(.usage, "--cylinders \(cylinders): a volume has 1 to \(CKDGeometry.maximumCylinders) cylinders")
    }
    let serial = volser.uppercased()
    guard VolumeLabel.isValid(serial: serial) else {
      throw OperatorError(.usage, "--volser \(volser): a volume serial is 1 to 6 of A-Z, 0-9, #, $ and @")
    }
    let kept = bootCylinders ?? min(64, cylinders / 4)
    guard (0..<cylinders).contains(kept) else {
      throw OperatorError(
        .usage, "--boot-cylinders \(kept): must be less than the volume's \(cylinders) cylinders, and not negative")
    }
    let partition = CompatibleLayout.reservedTracks..<geometry.tracks - kept * CKDGeometry.heads
    let progress = ProgressLine("formatting \(path)")
    try LabelledVolume.create(
      path: FilePath(path), geometry: geometry, serial: serial, partition: noPartition ? nil : partition, date: .today(),
      progress: progress.show)
    progress.finish()
    let size = partition.count * CompatibleLayout.bytesPerTrack
    print("\(path): \(cylinders) cylinders, serial \(serial), " + (noPartition ? "no partition" : "partition 1 of \(size) bytes"))
  }
}
