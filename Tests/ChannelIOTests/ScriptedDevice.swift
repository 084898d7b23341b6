import ChannelIO
import Synchronization

/// A device that does what the test says: for each command code a script, and a list of what it saw.
final class ScriptedDevice: Device {
  typealias Script = @Sendable (any DataTransfer, ScriptedDevice) -> UnitStatus

  let identification = DeviceIdentification(
    controlUnitType: 0x3990, controlUnitModel: 0xC2, deviceType: 0x3390, deviceModel: 0x0A)
  private let state = Mutex<State>(State())
  struct State {
    var scripts: [UInt8: Script] = [:]
    var commands: [UInt8] = []
    var received: [[UInt8]] = []
    var sent: [Int] = []
    var sense = [UInt8](repeating: 0, count: 32)
    var beginnings = 0
    var resets: [ResetSignal] = []
  }

  /// A read (02) sends 0, 1, 2 ... 15; a write (01) asks for 16; a no-operation (03) is immediate; sense (04) sends its sense.
  init(_ scripts: [UInt8: Script] = [:]) {
    state.withLock { state in
      state.scripts = [
        0x01: { $1.take($0, 16) },
        0x02: { $1.give($0, Array(0..<16)) },
        0x03: { _, _ in .normalEnd },
        0x04: { transfer, device in device.give(transfer, device.takeSense()) },
      ]
      state.scripts.merge(scripts) { $1 }
    }
  }

  func give(_ transfer: any DataTransfer, _ bytes: [UInt8]) -> UnitStatus {
    let taken = transfer.send(bytes)
    state.withLock { $0.sent.append(taken) }
    return .normalEnd
  }
  func take(_ transfer: any DataTransfer, _ count: Int) -> UnitStatus {
    let bytes = transfer.receive(count)
    state.withLock { $0.received.append(bytes) }
    return .normalEnd
  }
  func check(_ sense: [UInt8]) -> UnitStatus {
    state.withLock { $0.sense = sense + Array(repeating: 0, count: 32 - sense.count) }
    return [.channelEnd, .deviceEnd, .unitCheck]
  }

  var commands: [UInt8] { state.withLock { $0.commands } }
  var received: [[UInt8]] { state.withLock { $0.received } }
  var sent: [Int] { state.withLock { $0.sent } }
  var beginnings: Int { state.withLock { $0.beginnings } }
  var resets: [ResetSignal] { state.withLock { $0.resets } }

  func beginChannelProgram() { state.withLock { $0.beginnings += 1 } }
  func execute(_ command: UInt8, _ transfer: any DataTransfer) -> UnitStatus {
    let script = state.withLock { state in
      state.commands.append(command)
      return state.scripts[command]
    }
    return script?(transfer, self) ?? check([0x80])
  }
  func takeSense() -> [UInt8] {
    state.withLock { state in
      defer { state.sense = Array(repeating: 0, count: 32) }
      return state.sense
    }
  }
  func reset(_ signal: ResetSignal) { state.withLock { $0.resets.append(signal) } }
}
