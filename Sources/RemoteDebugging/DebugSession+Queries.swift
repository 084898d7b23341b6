import Ironload
import OperatorInterface

/// CPUs as threads, the target description, the monitor.
extension DebugSession {
  /// The CPU of a thread number: nil when there is none such.
  func thread(_ text: ArraySlice<UInt8>) -> Int? {
    guard let number = HexDigits.number(text), 1...UInt64(machine.cpuCount) ~= number else { return nil }
    return Int(number) - 1
  }

  /// `g` or `c` and a thread: 0 any, -1 all.
  func select(_ text: ArraySlice<UInt8>) -> PacketReply {
    guard let operation = text.first else { return .malformed }
    let rest = text.dropFirst()
    let isAny = rest.elementsEqual("0".utf8) || rest.elementsEqual("-1".utf8)
    guard let cpu = isAny ? (operation == UInt8(ascii: "g") ? selected : resumed) : thread(rest) else { return .refused }
    switch operation {
    case UInt8(ascii: "g"): selected = cpu
    case UInt8(ascii: "c"): resumed = cpu
    default: return .malformed
    }
    return .ok
  }

  func listThreads() -> PacketReply {
    .text("m" + (1...machine.cpuCount).map { String($0, radix: 16) }.joined(separator: ","))
  }

  func describeThread(_ text: ArraySlice<UInt8>) -> PacketReply {
    guard let cpu = thread(text), let status = try? machine.status(of: cpu) else { return .refused }
    return .text(HexDigits.text("CPU \(cpu), \(status.state.rawValue)"))
  }

  /// `offset,length`.
  func readDescription(_ text: ArraySlice<UInt8>) -> PacketReply {
    guard let (offset, count) = range(text) else { return .malformed }
    let xml = TargetDescription.xml
    let start = Int(min(offset, UInt64(xml.count))), length = Int(min(count, UInt64(xml.count - start)))
    let piece = Array(xml[start..<start + length])
    return .text([UInt8(ascii: start + length < xml.count ? "m" : "l")] + piece)
  }

  /// A command of the operator's socket, in hexadecimal: its text goes to the debugger's console.
  func performMonitorCommand(_ digits: ArraySlice<UInt8>) -> PacketReply {
    guard let bytes = HexDigits.bytes(digits) else { return .malformed }
    let text = monitor.perform(line: String(decoding: bytes, as: UTF8.self))
    // In pieces whose digits fit into a packet.
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let piece = rest.prefix(PacketFraming.limit / 4)
      reply(Array("O".utf8) + HexDigits.text(piece))
      rest = rest.dropFirst(piece.count)
    }
    return .ok
  }
}
