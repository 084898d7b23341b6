import ArgumentParser
import DASD
import SystemPackage

/// `ironload dasd info`: what a volume is.
struct DASDInfo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show what a volume is: size, label, partitions, what it loads.",
    discussion: """
      Reads labels only. A volume without a label is shown, too: it may be new, or not Linux's.

        ironload dasd info linux.ckd
      """)

  @Argument(help: "The volume.", completion: .file())
  var path: String

  func run() throws {
    let image = try CKDImage(path: FilePath(path), readOnly: true)
    let geometry = image.geometry
    print("\(path): 3390, \(geometry.cylinders) cylinders, \(geometry.tracks) tracks, \(geometry.fileSize) bytes")
    if let track = try? image.readTrack(VolumeLabel.home.track) { print("  load        \(describe(LoadRecords(track)))") }
    let volume: LabelledVolume
    do { volume = try LabelledVolume(image) } catch let error as VolumeError {
      print("  label       \(error.description.dropFirst(path.count + 2))")
      return
    }
    print("  label       VOL1, serial \(volume.label.serial), VTOC at \(volume.label.vtoc.track)")
    for dataset in volume.vtoc.datasets {
      guard let number = dataset.partition else { continue }
      guard let partition = try? volume.partition(number) else {
        print("  partition \(number) \(dataset.name), not usable")
        continue
      }
      print("  partition \(number) \(partition.size) bytes in blocks of \(partition.blockSize), \(dataset.name)")
    }
    print("  free        \(volume.vtoc.freeTracks(geometry).map(\.count).reduce(0, +)) tracks")
  }

  private func describe(_ records: LoadRecords) -> String {
    switch records.loader {
    case .none: "nothing: no IPL records; `ironload dasd boot` or zipl in a guest writes them"
    case .empty: "nothing: the IPL records are those of a fresh volume; `ironload dasd boot` or zipl in a guest writes others"
    case .ironload: "by `ironload dasd boot`, PSW \(ExplanationWords.psw(records.psw))"
    case .zipl: "by zipl, PSW \(ExplanationWords.psw(records.psw))"
    case .unknown: "by an unknown program, PSW \(ExplanationWords.psw(records.psw))"
    }
  }
}
