import ArgumentParser
import DASD
import Ironload
import SystemPackage

/// `ironload dasd boot`: makes a volume load a kernel.
struct DASDBoot: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boot",
    abstract: "Make a volume load a kernel, with initrd and parameters.",
    discussion: """
      Writes records 1 and 2 of track 0 and a data set in the volume's free space: a channel program that puts kernel, \
      initrd and parameters where Linux looks for them, so that a load ends with the kernel's first instruction. A loader \
      written before is replaced; partitions are not touched. `dasd create` keeps room for it.

        ironload dasd boot linux.ckd --kernel vmlinuz --parm 'root=/dev/dasda1 ro'
        ironload dasd boot linux.ckd --kernel vmlinuz --initrd initrd.img --parm 'root=/dev/dasda1'

      The kernel is Debian's /boot/vmlinuz or arch/s390/boot/bzImage of a build, or any flat image for address 0 that begins \
      with an 8-byte PSW. While all of it lies below 16 MiB the volume also loads over channels that fetch channel programs \
      ahead and know no IDAWs of format 1.
      """)

  @Argument(help: "The volume.", completion: .file())
  var path: String

  @Option(help: ArgumentHelp("The kernel.", valueName: "file"), completion: .file())
  var kernel: String

  @Option(help: ArgumentHelp("The initial RAM disk.", valueName: "file"), completion: .file())
  var initrd: String?

  @Option(help: ArgumentHelp("The kernel's parameter line.", valueName: "text"))
  var parm: String?

  @Option(
    help: ArgumentHelp(
      "Where the initrd goes, such as 0x2000000 (default: 8 MiB or 1 MiB behind the kernel).", valueName: "address"))
  var initrdAddress: String?

  func run() throws {
    if let initrdAddress, initrd == nil {
      throw OperatorError(.usage, "--initrd-address \(initrdAddress): goes with --initrd; say that, too, or leave it out")
    }
    let kernelPath = FilePath(kernel)
    let storage = try LinuxKernel.layOut(
      kernel: try contents(kernel, "--kernel"), path: kernelPath,
      initrd: try initrd.map { try contents($0, "--initrd") }, arguments: parm, initrdAddress: try address())
    let program = try LoadProgram(storage, path: kernelPath)
    let volume = try LabelledVolume(CKDImage(path: FilePath(path)))
    let progress = ProgressLine("writing the loader")
    let place = try volume.install(program, date: .today(), progress: progress.show)
    progress.finish()
    for region in storage.regions {
      print("\(region.name) at 0x\(String(region.address, radix: 16)), \(region.bytes.count) bytes")
    }
    print(
      "\(path): loads it with \(program.segmentCount) segments of CCWs\(program.usesIDAWs ? " and IDAWs" : ""), "
        + "\(place.name), tracks \(place.tracks.lowerBound) to \(place.tracks.upperBound - 1)")
  }

  private func contents(_ path: String, _ option: String) throws -> [UInt8] {
    let bytes = try LoadableFile.contents(path, option)
    guard !bytes.isEmpty else { throw OperatorError(.badData, "\(option) \(path): is empty; name another file") }
    return bytes
  }

  private func address() throws -> Int? {
    guard let text = initrdAddress else { return nil }
    let digits = text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
    guard let digits, digits > 0 else {
      throw OperatorError(.usage, "--initrd-address \(text): not an address; give a number such as 0x2000000")
    }
    return digits
  }
}
