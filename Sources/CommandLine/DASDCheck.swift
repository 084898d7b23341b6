import ArgumentParser
import DASD
import SystemPackage

/// `ironload dasd check`: looks for damage.
struct DASDCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Look for damaged tracks, labels and VTOC entries.",
    discussion: """
      Reads every track: home address, counts, end marker, and whether it was being formatted when its writer was killed; \
      then label, VTOC and extents. Writes nothing. The exit status is 65 when there are faults, each with a line of its own.

        ironload dasd check linux.ckd
      """)

  @Argument(help: "The volume.", completion: .file())
  var path: String

  func run() throws {
    let image = try CKDImage(path: FilePath(path), readOnly: true)
    let progress = ProgressLine("checking \(path)")
    var faults = try image.check { progress.show($0, of: image.geometry.cylinders) }.map(\.description)
    progress.finish()
    var note = ""
    do { faults += try LabelledVolume(image).checkContents() } catch let error as VolumeError {
      // A volume without our kind of label is no fault, one with a label and a bad VTOC is.
      let text = error.description.dropFirst(path.count + 2)
      if Self.hasLabel(image) { faults.append(String(text)) } else { note = "; \(text)" }
    } catch let error as CKDImageError { faults.append(error.description) }
    for fault in faults { print(fault) }
    guard faults.isEmpty else {
      let count = faults.count == 1 ? "1 fault" : "\(faults.count) faults"
      throw OperatorError(.badData, "\(path): \(count); restore it from a copy or format it anew")
    }
    print("\(path): \(image.geometry.tracks) tracks, no faults\(note)")
  }

  private static func hasLabel(_ image: CKDImage) -> Bool {
    let home = VolumeLabel.home
    guard let track = try? image.readTrack(home.track), let record = track.record(home.record) else { return false }
    return VolumeLabel(track.data(of: record)) != nil
  }
}
