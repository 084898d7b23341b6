import ArgumentParser
import FoundationEssentials
import Ironload
import PersistentMemory

/// `ironload nvdimm check`: the judge's verdict on a backend.
struct NVDIMMCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Say whether a guest's writes to a backend would be guaranteed to persist, and why.",
    discussion: """
      Maps the backend as `run --nvdimm path=PATH,share=on,pmem=on` would, asks the kernel, and writes nothing into it. Of a \
      backend whose size is no multiple of 1 MiB a saved segment takes less, or refuses it; that is said, too. A file that is \
      in use by a machine is not touched.

      Exit status: 0 guaranteed (by rule A, a DAX device, or B, a file on a DAX file system); 1 not guaranteed; 64-78 it could \
      not be judged.

        ironload nvdimm check /mnt/pmem/guest.img
        ironload nvdimm check /dev/dax0.0 --json
      """)

  @Argument(help: "A file or a DAX device.", completion: .file())
  var path: String

  @Option(help: ArgumentHelp("How much of it, such as 256M; by default all.", valueName: "SIZE"))
  var size: StorageSize?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let request = BackendRequest(path: path, size: size?.bytes, share: true, pmem: true)
    let answer: NVDIMMAnswer
    do throws(BackendError) { answer = NVDIMMAnswer(try MappedBackend(request).report, asked: size?.bytes) } catch {
      guard case .unusable(_, let shortfall) = error else { throw OperatorError(error) }
      answer = NVDIMMAnswer(path: path, shortfall: shortfall)
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(answer), as: UTF8.self))
    } else {
      print(answer.text)
    }
    if !answer.guaranteed { throw ExitCode(1) }
  }
}

/// What the command prints, in either form.
struct NVDIMMAnswer: Encodable {
  let path: String
  let guaranteed: Bool
  /// A, B, or nothing.
  let rule: String?
  let verdict: String
  let remedy: String?
  let kind: String?
  let steps: [BackendReport.Step]
  let alignment: UInt64?
  let size: UInt64?
  let persistenceDomain: String?
  let eachStore: String?
  let attachedAsSCM: String?
  let attachedAsSegment: String?
  let notProven = BackendReport.unproven

  /// - Parameter asked: the size that was asked for; nil: all of it.
  init(_ report: BackendReport, asked: UInt64?) {
    path = report.path
    guaranteed = report.verdict.isGuaranteed
    verdict = report.verdict.text
    switch report.verdict {
    case .guaranteedByDevice: (rule, remedy) = ("A", nil)
    case .guaranteedByFile: (rule, remedy) = ("B", nil)
    case .notGuaranteed(let shortfall): (rule, remedy) = (nil, shortfall.remedy)
    }
    kind = report.kind
    steps = report.steps
    alignment = report.alignment
    size = report.size
    persistenceDomain = report.domain.rawValue
    eachStore = report.action.text
    attachedAsSCM = guaranteed ? "durable at completion, by cache-line write-back" : "durable at completion, by flush"
    let unit = MachineConfiguration.NVDIMM.segmentSizeMultiple, usable = report.size / unit * unit
    attachedAsSegment =
      if usable == 0 || asked != nil && usable != report.size {
        "refused: a segment's size is a multiple of 1 MiB"
      } else {
        "\(usable >> 20) MiB of it, since a segment's size is a multiple of 1 MiB"
      }
  }

  /// One that could not be mapped for writing.
  init(path: String, shortfall: BackendVerdict.Shortfall) {
    self.path = path
    guaranteed = false
    rule = nil
    verdict = BackendVerdict.notGuaranteed(shortfall).text
    remedy = shortfall.remedy
    (kind, steps, alignment, size, persistenceDomain, eachStore) = (nil, [], nil, nil, nil, nil)
    (attachedAsSCM, attachedAsSegment) = (nil, nil)
  }

  var text: String {
    var lines = ["\(path): \(verdict)"]
    func add(_ name: String, _ value: String?) {
      if let value { lines.append("  \(name)\(String(repeating: " ", count: max(1, 16 - name.utf8.count)))\(value)") }
    }
    add("kind", kind)
    for step in steps { add("tried", "\(step.tried): \(step.answer)") }
    add("alignment", alignment.map { "\($0)" })
    add("size", size.map { "\($0)" })
    add("domain", persistenceDomain)
    add("each store", eachStore)
    add("as scm", attachedAsSCM)
    add("as segment", attachedAsSegment)
    add("mend it", remedy)
    add("not proven", notProven)
    return lines.joined(separator: "\n")
  }
}

extension OperatorError {
  /// What a persistent memory backend said.
  init(_ error: BackendError) {
    let status: Status =
      switch error {
      case .missing: .noInput
      case .inUse: .tryAgain
      case .misaligned: .usage
      case .tooSmall, .tooLarge, .empty: .badData
      case .unusable: .configuration
      case .system: .system
      }
    self.init(status, error.description)
  }
}
