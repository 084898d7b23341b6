/// Format-0 CCWs for one block of storage with their arguments behind them, written for the place where the block will lie.
///
/// ```
/// CCW   0         1                4       5   6
///       | command | data address   | flags | 0 | count |     flags 40 command chaining, 20 SLI, 04 IDA
/// ```
struct ChannelProgramBlock {
  private enum Command: UInt8 {
    case readData = 0x06, seek = 0x07, transferInChannel = 0x08, searchIDEqual = 0x31
  }
  private enum Flags {
    static let commandChaining: UInt8 = 0x40
    static let suppressLength: UInt8 = 0x20
    static let indirect: UInt8 = 0x04
  }
  private enum Target {
    case absolute(Int)
    /// Bytes of this block's arguments.
    case argument(Int)
  }
  private struct CCW {
    var command: Command
    var target: Target
    var flags: UInt8
    var count: Int
  }

  private let address: Int
  private let size: Int
  private var program: [CCW] = []
  private var arguments: [UInt8] = []

  init(at address: Int, size: Int) {
    self.address = address
    self.size = size
  }

  /// SEEK, SEARCH ID EQUAL, TIC back until it is found.
  mutating func position(to id: RecordID) {
    var seek = BigEndianFields(count: 8)
    seek.store(id, at: 2)
    let argument = add(seek.bytes, alignment: 8)
    program.append(CCW(command: .seek, target: .argument(argument), flags: Flags.commandChaining, count: 6))
    let search = address + program.count * 8
    program.append(CCW(command: .searchIDEqual, target: .argument(argument + 2), flags: Flags.commandChaining, count: 5))
    program.append(CCW(command: .transferInChannel, target: .absolute(search), flags: 0, count: 0))
  }

  /// READ DATA of `count` bytes to `storage`; through IDAWs where a CCW's address does not reach.
  /// - Parameter shorter: the record has more bytes.
  mutating func read(_ count: Int, to storage: Int, shorter: Bool = false) {
    let flags = Flags.commandChaining | (shorter ? Flags.suppressLength : 0)
    guard storage + count > LoadProgram.directLimit else {
      program.append(CCW(command: .readData, target: .absolute(storage), flags: flags, count: count))
      return
    }
    let blockSize = 2048
    let starts = [storage] + stride(from: (storage / blockSize + 1) * blockSize, to: storage + count, by: blockSize)
    var list = BigEndianFields(count: starts.count * 4)
    for (index, start) in starts.enumerated() { list.store(start, at: index * 4, width: 4) }
    let argument = add(list.bytes, alignment: 4)
    program.append(CCW(command: .readData, target: .argument(argument), flags: flags | Flags.indirect, count: count))
  }

  mutating func transfer(to target: Int) {
    program.append(CCW(command: .transferInChannel, target: .absolute(target), flags: 0, count: 0))
  }

  /// The last command that moves data is not chained to anything.
  mutating func finish() {
    guard let last = program.indices.last, program[last].command == .readData else { return }
    program[last].flags &= ~Flags.commandChaining
  }

  private mutating func add(_ bytes: [UInt8], alignment: Int) -> Int {
    while !arguments.count.isMultiple(of: alignment) { arguments.append(0) }
    arguments += bytes
    return arguments.count - bytes.count
  }

  /// Bytes in use.
  var end: Int { program.count * 8 + arguments.count }

  /// The block, filled with zeros up to its size.
  var bytes: [UInt8] {
    precondition(end <= size, "a channel program of \(end) bytes in a block of \(size)")
    var fields = BigEndianFields(count: size)
    for (index, ccw) in program.enumerated() {
      let target =
        switch ccw.target {
        case .absolute(let address): address
        case .argument(let offset): address + program.count * 8 + offset
        }
      precondition(target < LoadProgram.directLimit, "a CCW of format 0 cannot address \(target)")
      fields[index * 8] = ccw.command.rawValue
      fields.store(target, at: index * 8 + 1, width: 3)
      fields[index * 8 + 4] = ccw.flags
      fields.store(ccw.count, at: index * 8 + 6, width: 2)
    }
    fields.store(arguments, at: program.count * 8)
    return fields.bytes
  }
}
