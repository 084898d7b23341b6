import ChannelIO

/// The channel's side of one command, for tests: the bytes the program has for the device, and room for what it reads.
final class ProgramTransfer: DataTransfer {
  private let output: [UInt8]
  private let room: Int
  private(set) var position = 0
  /// What the device sent, as far as there was room.
  private(set) var received: [UInt8] = []
  /// What the device sent in all.
  private(set) var offered = 0
  /// The device asked for more than the program has, or offered more than it has room for: the channel would note an
  /// incorrect length.
  private(set) var isLong = false

  init(_ output: [UInt8] = [], room: Int = 65_535) {
    self.output = output
    self.room = room
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    offered += bytes.count
    let n = min(bytes.count, room - received.count)
    if n < bytes.count { isLong = true }
    received += bytes.prefix(n)
    return n
  }

  func receive(into bytes: UnsafeMutableRawBufferPointer) -> Int {
    let n = min(bytes.count, output.count - position)
    if n < bytes.count { isLong = true }
    bytes.copyBytes(from: output[position..<position + n])
    position += n
    return n
  }

  var isUsedUp: Bool { position == output.count }
  var isTerminated: Bool { false }
}
