import Ironload

/// Registers, of the selected CPU, by their numbers in the target description.
extension DebugSession {
  func readAllRegisters() -> PacketReply {
    guard let values = try? machine.read(TargetDescription.rows.map(\.register), of: selected) else { return .refused }
    return .text(zip(TargetDescription.rows, values).flatMap { HexDigits.text($1, bytes: $0.bytes) })
  }

  /// Takes as many registers as there are digits for. One whose value is what it was is left alone: not every register that can
  /// be shown can be set to what it shows.
  func writeAllRegisters(_ digits: ArraySlice<UInt8>) -> PacketReply {
    guard let bytes = HexDigits.bytes(digits),
      let before = try? machine.read(TargetDescription.rows.map(\.register), of: selected)
    else { return .malformed }
    var rest = bytes[...], changes: [(Register, UInt64)] = []
    for (row, old) in zip(TargetDescription.rows, before) where rest.count >= row.bytes {
      let value = rest.prefix(row.bytes).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      rest = rest.dropFirst(row.bytes)
      // The timer runs on while the debugger looks.
      if value != old && row.register != .cpuTimer { changes.append((row.register, value)) }
    }
    return set(changes)
  }

  func readRegister(_ text: ArraySlice<UInt8>) -> PacketReply {
    guard let row = row(text) else { return .malformed }
    guard let value = try? machine.read([row.register], of: selected).first else { return .refused }
    return .text(HexDigits.text(value, bytes: row.bytes))
  }

  /// `n=value`.
  func writeRegister(_ text: ArraySlice<UInt8>) -> PacketReply {
    guard let equals = text.firstIndex(of: UInt8(ascii: "=")), let row = row(text[..<equals]),
      let bytes = HexDigits.bytes(text[(equals + 1)...]), bytes.count == row.bytes
    else { return .malformed }
    return set([(row.register, bytes.reduce(0) { $0 << 8 | UInt64($1) })])
  }

  private func row(_ number: ArraySlice<UInt8>) -> TargetDescription.Row? {
    guard let n = HexDigits.number(number), n < UInt64(TargetDescription.rows.count) else { return nil }
    return TargetDescription.rows[Int(n)]
  }

  private func set(_ changes: [(Register, UInt64)]) -> PacketReply {
    do throws(OperationError) { try machine.write(changes, of: selected) } catch { return .refused }
    return .ok
  }
}
