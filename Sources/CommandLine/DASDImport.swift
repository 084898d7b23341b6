import ArgumentParser
import DASD
import Ironload
import SystemPackage

/// `ironload dasd import`: a raw file into a partition.
struct DASDImport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Copy a raw file system image into a partition.",
    discussion: """
      The file must not be larger than the partition; what it does not fill becomes zeros. Size and format of the whole \
      partition are checked before the first block is written.

        mke2fs -t ext4 -b 4096 -d rootfs root.img 300M
        ironload dasd import linux.ckd --partition 1 root.img
      """)

  @Argument(help: "The volume.", completion: .file())
  var image: String

  @Option(help: ArgumentHelp("The partition, 1 for /dev/dasda1.", valueName: "n"))
  var partition: Int = 1

  @Argument(help: "The file system image.", completion: .file())
  var file: String

  func run() throws {
    let source = try LoadableFile(file)
    let size = source.size
    guard size > 0 else { throw OperatorError(.badData, "\(file): is empty; name a file system image") }
    let volume = try LabelledVolume(CKDImage(path: FilePath(image)))
    let partition = try volume.partition(partition)
    guard partition.name != volume.loader?.name else {
      throw OperatorError(
        .badData, "\(image): partition \(partition.number) is what `ironload dasd boot` loads from; name another partition")
    }
    guard size <= partition.size else {
      throw OperatorError(
        .badData,
        "\(file): \(size) bytes do not fit in partition \(partition.number) of \(image), which has \(partition.size); make it smaller"
      )
    }
    let checking = ProgressLine("checking partition \(partition.number)")
    try volume.check(partition, progress: checking.show)
    checking.finish()
    let progress = ProgressLine("importing \(file)")
    var offset = 0
    try volume.fill(partition, progress: progress.show) { count in
      let wanted = min(count, size - offset)
      defer { offset += wanted }
      return try source.read(wanted, at: offset)
    }
    progress.finish()
    print("\(image): partition \(partition.number) has the \(size) bytes of \(file)")
  }
}
