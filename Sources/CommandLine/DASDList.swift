import ArgumentParser
import DASD
import SystemPackage

/// `ironload dasd ls`: partitions, data sets and free space.
struct DASDList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "List partitions, data sets and free space.",
    discussion: """
      One line for each extent, in the order of the volume. PART is the number Linux gives the data set (1 is /dev/dasda1); \
      a data set that Linux does not see has none. With --vtoc every control block of the VTOC is listed instead.

        ironload dasd ls linux.ckd
        ironload dasd ls --vtoc linux.ckd
      """)

  @Flag(help: "List the DSCBs of the VTOC.")
  var vtoc = false

  @Argument(help: "The volume.", completion: .file())
  var path: String

  private struct Row {
    var tracks: Range<Int>
    var partition: String
    var name: String
  }

  func run() throws {
    let volume = try LabelledVolume(CKDImage(path: FilePath(path), readOnly: true))
    if vtoc { listBlocks(volume.vtoc) } else { listExtents(volume) }
  }

  private func listExtents(_ volume: LabelledVolume) {
    var rows = volume.vtoc.freeTracks(volume.geometry).map { Row(tracks: $0, partition: "-", name: "(free)") }
    rows.append(Row(tracks: 0..<1, partition: "-", name: "(labels)"))
    if let own = volume.vtoc.description?.extent.tracks(in: volume.geometry) {
      rows.append(Row(tracks: own, partition: "-", name: "(VTOC)"))
    }
    for dataset in volume.vtoc.datasets {
      let partition = dataset.partition.map(String.init) ?? "-"
      for extent in dataset.extents {
        if let tracks = extent.tracks(in: volume.geometry) {
          rows.append(Row(tracks: tracks, partition: partition, name: dataset.name))
        }
      }
    }
    print("volume \(volume.label.serial), \(volume.geometry.cylinders) cylinders, 1 track is 48 KiB in blocks of 4096 bytes")
    print("PART    FIRST     LAST   TRACKS  DATA SET")
    for row in rows.sorted(by: { ($0.tracks.lowerBound, $0.name) < ($1.tracks.lowerBound, $1.name) }) {
      let numbers = [row.tracks.lowerBound, row.tracks.upperBound - 1, row.tracks.count].map { right(String($0), 8) }
      print("\(right(row.partition, 4)) \(numbers.joined(separator: " "))  \(row.name)")
    }
  }

  private func listBlocks(_ vtoc: VTOC) {
    for slot in vtoc.slots {
      let format = slot.dscb.format.map { $0 == .free ? "free" : "format \($0.rawValue & 0x0F)" } ?? "unknown"
      print("\(slot.id)  \(format)\(describe(slot.dscb))")
    }
  }

  private func describe(_ block: DSCB) -> String {
    if let dataset = Format1DSCB(block) {
      let extents = dataset.extents.map { "\($0.first) to \($0.last)" }
      return "  \(dataset.name)  \(extents.joined(separator: ", "))"
    }
    if let own = Format4DSCB(block) { return "  VTOC, \(own.cylinders) cylinders, \(own.unused) DSCBs free" }
    if let space = FreeSpaceDSCB(block) {
      let ranges = space.free.map { "tracks \($0.lowerBound) to \($0.upperBound - 1)" }
      return "  free: " + (ranges.isEmpty ? "none" : ranges.joined(separator: ", "))
    }
    return ""
  }

  private func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }
}
