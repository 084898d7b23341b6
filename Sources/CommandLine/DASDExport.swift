import ArgumentParser
import DASD
import SystemPackage

/// `ironload dasd export`: a partition as a raw file.
struct DASDExport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Copy a partition into a file: a raw file system image.",
    discussion: """
      The file has exactly the partition's size; blocks of zeros become holes. Host tools take it as it is:

        ironload dasd export linux.ckd --partition 1 root.img
        e2fsck -fn root.img
      """)

  @Argument(help: "The volume.", completion: .file())
  var image: String

  @Option(help: ArgumentHelp("The partition, 1 for /dev/dasda1.", valueName: "n"))
  var partition: Int = 1

  @Argument(help: "The file to make; it must not exist.", completion: .file())
  var file: String

  func run() throws {
    let volume = try LabelledVolume(CKDImage(path: FilePath(image), readOnly: true))
    let partition = try volume.partition(partition)
    let target = try HostFile(creating: FilePath(file))
    do { try copy(volume, partition, to: target) } catch {
      target.remove()
      throw error
    }
    print("\(file): \(partition.size) bytes of partition \(partition.number)")
  }

  private func copy(_ volume: LabelledVolume, _ partition: LabelledVolume.Partition, to target: HostFile) throws {
    let progress = ProgressLine("exporting partition \(partition.number)")
    defer { progress.finish() }
    try target.setSize(partition.size)
    var offset = 0
    try volume.export(partition, progress: progress.show) { data in
      if data.contains(where: { $0 != 0 }) { try target.write(data, at: offset) }
      offset += data.count
    }
  }
}
