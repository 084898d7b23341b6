import Ironload
import Processor

/// Memory by the selected CPU's logical addresses, and what watches it.
extension DebugSession {
  /// Bytes whose digits fit into one packet.
  private static let memoryLimit = UInt64(PacketFraming.limit / 2 - 8)
  /// Breakpoints and watched areas at a time, each: so that no client fills the host.
  private static let watchLimit = 1000

  /// `addr,length`. What can be read of it, at least a byte.
  func readMemory(_ text: ArraySlice<UInt8>) -> PacketReply {
    // No bytes would be the empty packet, which says that there is no such command.
    guard let (address, count) = range(text), count > 0 else { return .malformed }
    let bytes = readable(min(count, Self.memoryLimit), at: address)
    return bytes.isEmpty ? .refused : .text(HexDigits.text(bytes))
  }

  /// Page by page up to where translation ends.
  private func readable(_ count: UInt64, at start: UInt64) -> [UInt8] {
    var bytes: [UInt8] = [], address = start
    while UInt64(bytes.count) < count {
      let piece = min(count - UInt64(bytes.count), 4096 - address & 0xFFF)
      guard let more = try? machine.read(Int(piece), at: StorageLocation(.logical, address, cpu: selected)) else { break }
      bytes += more
      address &+= piece
    }
    return bytes
  }

  /// `addr,length:data`.
  func writeMemory(_ text: ArraySlice<UInt8>, isBinary: Bool) -> PacketReply {
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")), let (address, count) = range(text[..<colon]) else {
      return .malformed
    }
    let data = text[(colon + 1)...]
    guard let bytes = isBinary ? Array(data) : HexDigits.bytes(data), UInt64(bytes.count) == count else { return .malformed }
    do throws(OperationError) {
      try machine.write(bytes, at: StorageLocation(.logical, address, cpu: selected))
    } catch { return .refused }
    return .ok
  }

  /// `type,addr,kind`: 0 and 1 breakpoints, 2 stores, 3 fetches, 4 both.
  func changeWatch(_ text: ArraySlice<UInt8>, adds: Bool) -> PacketReply {
    let fields =
      text.split(separator: UInt8(ascii: ";"), maxSplits: 1).first?
      .split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) ?? []
    guard fields.count == 3, let type = HexDigits.number(fields[0]), let address = HexDigits.number(fields[1]),
      let count = HexDigits.number(fields[2])
    else { return .malformed }
    switch type {
    case 0, 1: return changeBreakpoint(address, type == 0 ? .software : .hardware, adds: adds)
    case 2...4:
      return changeArea(WatchedArea(address: address, count: count, onStore: type != 3, onFetch: type != 2), adds: adds)
    default: return .unknown
    }
  }

  private func changeBreakpoint(_ address: UInt64, _ kind: BreakpointKind, adds: Bool) -> PacketReply {
    if adds {
      guard breakpoints.count < Self.watchLimit else { return .refused }
      breakpoints[address] = (kind, breakpoints[address]?.isOwn ?? machine.addBreakpoint(address))
    } else if breakpoints.removeValue(forKey: address)?.isOwn == true {
      machine.removeBreakpoint(address)
    }
    return .ok
  }

  private func changeArea(_ area: WatchedArea, adds: Bool) -> PacketReply {
    if adds {
      guard areas.count < Self.watchLimit else { return .refused }
      areas[area] = areas[area] ?? machine.addWatchedArea(area)
    } else if areas.removeValue(forKey: area) == true {
      machine.removeWatchedArea(area)
    }
    return .ok
  }

  /// `x,y`.
  func range(_ text: ArraySlice<UInt8>) -> (UInt64, UInt64)? {
    let fields = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard fields.count == 2, let x = HexDigits.number(fields[0]), let y = HexDigits.number(fields[1]) else { return nil }
    return (x, y)
  }
}
