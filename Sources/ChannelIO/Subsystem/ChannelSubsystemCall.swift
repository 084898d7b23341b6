internal import Tracing
internal import Synchronization

/// CHANNEL SUBSYSTEM CALL. The Principles do not describe its commands; layouts and response codes are those that Linux
/// (drivers/s390/cio/chsc.c, chsc.h) and QEMU (target/s390x/ioinst.c) agree on.
package enum ChannelSubsystemCall {
  package enum Outcome: Hashable, Sendable {
    /// cc 0: the bytes are stored right after the request.
    case executed(response: [UInt8])
    /// The request's length is below 16, above 4088 or no multiple of 8.
    case operandException
  }

  enum Response: UInt16 {
    case done = 0x0001, invalidRequest = 0x0003, notProvided = 0x0004, noEvent = 0x0005, invalidFormat = 0x0007,
      invalidSubsystem = 0x0008, facilityNotProvided = 0x0101
  }

  /// Response code, the word after it, and what follows.
  struct Answer {
    var code: Response
    var parameter: UInt32 = 0
    var data: [UInt8] = []

    func encode() -> [UInt8] {
      var block = BlockWriter(capacity: 8 + data.count)
      block.put(UInt16(8 + data.count))
      block.put(code.rawValue)
      block.put(parameter)
      block.put(data)
      return block.bytes
    }
  }

  /// The commands that are provided.
  static let commands: [UInt16: @Sendable (ChannelSubsystem, BlockReader) -> Answer] = [
    0x0002: { $0.describePaths($1) },
    0x0004: { $0.describeSubchannels($1) },
    0x000E: { _, request in Answer(code: request.half(0) == 16 ? .noEvent : .invalidRequest) },
    0x0010: { $0.characteristics($1) },
    0x0031: { $0.enableFacility($1) },
    0x004C: { $0.describeStorageClassMemory($1) },
  ]
}

extension ChannelSubsystem {
  /// CHANNEL SUBSYSTEM CALL.
  /// - Parameter page: the 4-KiB block that begins with the request, or as much of it as the request's length says.
  package func channelSubsystemCall(_ page: [UInt8]) -> ChannelSubsystemCall.Outcome {
    let request = BlockReader(page), length = request.half(0), command = request.half(2)
    guard length >= 16, length <= 4088, length % 8 == 0 else { return .operandException }
    let answer = ChannelSubsystemCall.commands[command]?(self, request) ?? .init(code: .notProvided)
    tracer.trace(.io, "CHSC \(hex(command, 4)): response \(hex(answer.code.rawValue, 4))")
    return .executed(response: answer.encode())
  }

  /// 0002, store channel-path description: formats 0 (8 bytes a path) and 1 (32 bytes).
  ///
  ///     4 M 2, C 3, format 4-7, CSSID 8-15, 0 16-19, response format 20-23, first CHPID 24-31
  ///     8 0, last CHPID 24-31
  ///    12 0
  fileprivate func describePaths(_ request: BlockReader) -> ChannelSubsystemCall.Answer {
    let word = request.word(4), last = request.word(8), asked = word >> 8 & 0xF
    // C chooses between formats 0 and 1.
    let format = asked < 2 ? (word & 0x1000_0000 != 0 ? 1 : 0) : asked
    func answer(_ code: ChannelSubsystemCall.Response, _ data: [UInt8] = []) -> ChannelSubsystemCall.Answer {
      .init(code: code, parameter: format, data: data)
    }
    guard request.half(0) == 16, word & 0xC000_F000 == 0, last & 0xFFFF_FF00 == 0, request.word(12) == 0, word & 0xFF <= last
    else { return answer(.invalidRequest) }
    guard word & 0x0F00_0000 == 0, format < 2 else { return answer(.invalidFormat) }
    guard word & 0x00FF_0000 == 0 else { return answer(.invalidSubsystem) }
    let paths = Set(subchannels.withLock { $0.filter { $0.device != nil }.map(\.channelPath) }).sorted().filter {
      $0 >= word & 0xFF && $0 <= last
    }
    var block = BlockWriter(capacity: 0)
    // Valid, logical switch 0, native FICON, CHPID.
    for path in paths.prefix(format == 0 ? 500 : 125) {
      let size = block.bytes.count + (format == 0 ? 8 : 32)
      block.put(0x8000_1B00 | UInt32(path))
      block.fill(to: size)
    }
    return answer(.done, block.bytes)
  }

  /// 0004, store subchannel description: 32 bytes a subchannel.
  ///
  ///     4 0 0-9, SSID 10-11, 0 12-15, first subchannel 16-31
  ///     8 0 0-15, last subchannel 16-31
  fileprivate func describeSubchannels(_ request: BlockReader) -> ChannelSubsystemCall.Answer {
    let word = request.word(4), first = request.half(6), last = request.half(10)
    guard request.half(0) == 16, word & 0xFFCF_0000 == 0, request.half(8) == 0, request.word(12) == 0, first <= last
    else { return .init(code: .invalidRequest) }
    guard word & 0x0030_0000 == 0 else { return .init(code: .done) }
    var block = BlockWriter(capacity: 32)
    for s in subchannels.withLock({ $0 }) where s.number >= first && s.number <= last && block.bytes.count < 4000 {
      // Subchannel and device number valid, type I/O; unit address; no full link addresses. A data mover has only its type.
      guard s.device != nil else {
        block.put(UInt8(0x80 | 3 << 3))
        block.put([0, 0, 0, 0, 0])
        block.put(s.number)
        block.put(Array(repeating: UInt8(0), count: 24))
        continue
      }
      block.put(UInt8(0xC0))
      block.put(UInt8(truncatingIfNeeded: s.deviceNumber))
      block.put(s.deviceNumber)
      block.put(UInt8(0x80))
      block.put(UInt8(0))
      block.put(s.number)
      block.put([s.channelPath] + Array(repeating: 0, count: 7))
      block.put(Array(repeating: UInt8(0), count: 16))
    }
    return .init(code: .done, data: block.bytes)
  }

  /// 0010, store channel-subsystem characteristics: 2040 bytes of general and 2032 of CHSC characteristics.
  ///
  /// General: bit 17, the extended asynchronous data mover, where there is storage-class memory; bit 46, channel-path descriptions of format 1; bit 48, measurement blocks of format 1. CHSC: none.
  fileprivate func characteristics(_ request: BlockReader) -> ChannelSubsystemCall.Answer {
    let word = request.word(4)
    guard request.half(0) == 16 else { return .init(code: .invalidRequest) }
    guard word & 0x000F_0000 == 0 else { return .init(code: .invalidFormat) }
    guard word & 0x0000_FF00 == 0 else { return .init(code: .invalidSubsystem) }
    guard word & 0xDFF0_00FF == 0, request.word(8) == 0, request.word(12) == 0 else { return .init(code: .invalidRequest) }
    var data = [UInt8](repeating: 0, count: 4072)
    let hasDataMover = storageClassMemory.withLock { $0.incrementSize > 0 }
    for bit in (hasDataMover ? [17] : []) + [46, 48] { data[bit / 8] |= 0x80 >> UInt8(bit % 8) }
    return .init(code: .done, data: data)
  }

  /// 0031, set domain attributes (enable facility): operation code 2, multiple subchannel sets, of which only set 0 has
  /// subchannels; 0, multiple channel subsystems, is not provided.
  fileprivate func enableFacility(_ request: BlockReader) -> ChannelSubsystemCall.Answer {
    let word = request.word(4)
    guard request.half(0) == 0x400, word & 0xF0FF_0000 == 0 else { return .init(code: .invalidRequest) }
    guard word & 0x0F00_0000 == 0 else { return .init(code: .invalidFormat) }
    switch word & 0xFFFF {
    case 0: return .init(code: .facilityNotProvided)
    case 2:
      settings.withLock { $0.multipleSubchannelSets = true }
      return .init(code: .done)
    default: return .init(code: .invalidRequest)
    }
  }
}
