import ArgumentParser
import Ironload
import Tracing

/// A number of bytes with K, M, G or T behind it.
struct StorageSize: ExpressibleByArgument {
  let bytes: UInt64
  init(bytes: UInt64) { self.bytes = bytes }
  init?(argument: String) {
    let shifts: [Character: UInt64] = ["K": 10, "M": 20, "G": 30, "T": 40]
    guard let last = argument.uppercased().last else { return nil }
    let shift = shifts[last] ?? 0
    guard let n = UInt64(shift == 0 ? argument : String(argument.dropLast())), n < 1 << 24 || shift == 0 else { return nil }
    let (value, overflow) = n.multipliedReportingOverflow(by: 1 << shift)
    guard !overflow else { return nil }
    bytes = value
  }
  var defaultValueDescription: String { bytes % (1 << 30) == 0 ? "\(bytes >> 30)G" : "\(bytes >> 20)M" }
}

/// A device number: one to four hexadecimal digits.
struct DeviceNumber: ExpressibleByArgument {
  let value: UInt16
  init(_ value: UInt16) { self.value = value }
  init?(argument: String) {
    guard !argument.isEmpty, argument.utf8.count <= 4, argument.first != "+", argument.first != "-",
      let value = UInt16(argument, radix: 16)
    else { return nil }
    self.value = value
  }
}

/// Values with commas between them; a comma of a value's own is written twice, as QEMU has it.
enum PropertyList {
  static func parts(of text: some StringProtocol) -> [String] {
    var parts = [""], isAfterComma = false
    for character in text {
      if isAfterComma {
        isAfterComma = false
        if character == "," {
          parts[parts.count - 1].append(character)
          continue
        }
        parts.append("")
      }
      if character == "," { isAfterComma = true } else { parts[parts.count - 1].append(character) }
    }
    return isAfterComma ? parts + [""] : parts
  }

  static func quoted(_ value: String) -> String { value.replacing(",", with: ",,") }
}

/// `NUMBER=PATH[,option...]`. Not the parser's business: its errors would say no more than that the whole is invalid.
struct DASDOption {
  let configuration: MachineConfiguration.DASD

  init(_ argument: String) throws(OperatorError) {
    func wrong(_ what: String) -> OperatorError { OperatorError(.usage, "--dasd \(argument): \(what)") }
    let halves = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves.last.map { PropertyList.parts(of: $0) } ?? []
    guard halves.count == 2, let path = parts.first, !path.isEmpty else {
      throw wrong("say a device number and an image, as in 0120=v.ckd")
    }
    guard let number = DeviceNumber(argument: String(halves[0])) else {
      throw wrong("\(halves[0]) is no device number, which has one to four hexadecimal digits")
    }
    var dasd = MachineConfiguration.DASD(deviceNumber: number.value, path: path)
    var seen: Set<String> = []
    for option in parts.dropFirst() {
      let name = option == "rw" ? "ro" : option.split(separator: "=", maxSplits: 1).first.map(String.init) ?? ""
      guard seen.insert(name).inserted else { throw wrong("\(option) says anew what is said before it; say it once") }
      switch option {
      case "ro": dasd.isReadOnly = true
      case "rw": dasd.isReadOnly = false
      case "sync=on", "sync=off": dasd.sync = option == "sync=on"
      case "prefix=on", "prefix=off": dasd.hasPrefix = option == "prefix=on"
      case "force-prefetch=on", "force-prefetch=off": dasd.forcesPrefetch = option == "force-prefetch=on"
      case let channel where channel.hasPrefix("channel="):
        guard let kind = MachineConfiguration.Channel(rawValue: String(channel.dropFirst(8))) else {
          throw wrong("a channel is \(MachineConfiguration.Channel.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        dasd.channel = kind
      default:
        throw wrong(
          "\(option.isEmpty ? "an empty option" : option) is none of ro, channel=KIND, and force-prefetch, sync, prefix with =on or =off"
        )
      }
    }
    configuration = dasd
  }
}

/// One of the values of an enumeration that the machine knows by name.
struct Choice<Value: RawRepresentable<String> & CaseIterable & Sendable>: ExpressibleByArgument, Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
  init?(argument: String) {
    guard let value = Value(rawValue: argument) else { return nil }
    self.value = value
  }
  static var allValueStrings: [String] { Value.allCases.map(\.rawValue) }
  static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
  var defaultValueDescription: String { value.rawValue }
}

/// Names of trace classes, separated by commas; `instruction` may have the addresses of the instructions behind it, as in
/// `instruction=1000..2FFF`.
struct TraceSelection: ExpressibleByArgument {
  let classes: TraceClass
  private(set) var addresses: ClosedRange<UInt64>?
  init(classes: TraceClass) { self.classes = classes }
  init?(argument: String) {
    var all: TraceClass = []
    for item in argument.split(separator: ",") {
      var name = item
      if let equals = item.firstIndex(of: "=") {
        name = item[..<equals]
        guard name == "instruction", let range = Self.range(item[item.index(after: equals)...]) else { return nil }
        addresses = range
      }
      guard let one = TraceClass.names.first(where: { $0.name == name }) else { return nil }
      all.formUnion(one.value)
    }
    classes = all
  }
  /// `FROM..TO`, hexadecimal.
  private static func range(_ text: Substring) -> ClosedRange<UInt64>? {
    guard let dots = text.firstRange(of: ".."), let from = UInt64(text[..<dots.lowerBound], radix: 16),
      let to = UInt64(text[dots.upperBound...], radix: 16), from <= to
    else { return nil }
    return from...to
  }
  var defaultValueDescription: String { "none" }
  static var defaultCompletionKind: CompletionKind { .list(TraceClass.names.map(\.name)) }
}
