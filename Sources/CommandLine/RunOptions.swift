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

/// `NUMBER=PATH[,option...]`.
struct DASDOption: ExpressibleByArgument {
  let configuration: MachineConfiguration.DASD
  init(configuration: MachineConfiguration.DASD) { self.configuration = configuration }
  init?(argument: String) {
    let halves = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2, let number = DeviceNumber(argument: String(halves[0])) else { return nil }
    let parts = halves[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard let path = parts.first, !path.isEmpty else { return nil }
    var dasd = MachineConfiguration.DASD(deviceNumber: number.value, path: path)
    for option in parts.dropFirst() {
      switch option {
      case "ro": dasd.isReadOnly = true
      case "rw": dasd.isReadOnly = false
      case "sync=on", "sync=off": dasd.sync = option == "sync=on"
      case "prefix=on", "prefix=off": dasd.hasPrefix = option == "prefix=on"
      case "force-prefetch=on", "force-prefetch=off": dasd.forcesPrefetch = option == "force-prefetch=on"
      case let channel where channel.hasPrefix("channel="):
        guard let kind = MachineConfiguration.Channel(rawValue: String(channel.dropFirst(8))) else { return nil }
        dasd.channel = kind
      default: return nil
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
}
