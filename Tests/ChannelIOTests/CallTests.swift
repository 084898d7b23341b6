import ChannelIO
import Storage
import Testing

/// CHANNEL SUBSYSTEM CALL, against what Linux 6.1's drivers/s390/cio/chsc.c sends and expects.
@Suite struct CallTests {
  /// `header` and zeros up to the length that it says.
  func call(_ rig: Rig, _ header: [UInt8]) -> [UInt8]? {
    let length = Int(header[0]) << 8 | Int(header[1])
    let page = header + Array(repeating: 0, count: max(0, length - header.count))
    guard case .executed(let response) = rig.subsystem.channelSubsystemCall(page) else { return nil }
    return response
  }

  @Test func `store subchannel description`() throws {
    let rig = try Rig()
    rig.subsystem.attach(device: ScriptedDevice(), number: 0x0243)
    let one: [UInt8] = [0xC0, 0x43, 0x02, 0x43, 0x80, 0, 0, 1, 2] + Array(repeating: 0, count: 23)
    #expect(call(rig, [0, 16, 0, 4, 0, 0, 0, 1, 0, 0, 0, 1]) == [0, 40, 0, 1, 0, 0, 0, 0] + one)
    #expect(call(rig, [0, 16, 0, 4, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])?.count == 8 + 64)
    #expect(call(rig, [0, 16, 0, 4, 0, 0, 0, 5, 0, 0, 0, 5]) == [0, 8, 0, 1, 0, 0, 0, 0])
    #expect(call(rig, [0, 16, 0, 4, 0, 0, 0, 5, 0, 0, 0, 4]) == [0, 8, 0, 3, 0, 0, 0, 0])
  }

  @Test func `store channel-path description, formats 0 and 1`() throws {
    let rig = try Rig()
    #expect(call(rig, [0, 16, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1]) == [0, 16, 0, 1, 0, 0, 0, 0, 0x80, 0, 0x1B, 1, 0, 0, 0, 0])
    #expect(
      call(rig, [0, 16, 0, 2, 0x10, 0, 1, 1, 0, 0, 0, 1])
        == [0, 40, 0, 1, 0, 0, 0, 1, 0x80, 0, 0x1B, 1] + Array(repeating: 0, count: 28))
    #expect(call(rig, [0, 16, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0xFF]) == [0, 8, 0, 1, 0, 0, 0, 0])
    #expect(call(rig, [0, 16, 0, 2, 0, 0, 3, 1, 0, 0, 0, 1])?[3] == 7)
    #expect(call(rig, [0, 16, 0, 2, 0, 1, 0, 1, 0, 0, 0, 1])?[3] == 8)
    #expect(call(rig, [0, 16, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1])?[3] == 3)
  }

  @Test func `channel-subsystem characteristics announce what there is`() throws {
    let response = try #require(call(try Rig(), [0, 16, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0]))
    #expect(response.count == 4080)
    #expect(Array(response[0..<8]) == [0x0F, 0xF0, 0, 1, 0, 0, 0, 0])
    // Bits 46 and 48 of the general characteristics.
    #expect(
      response.enumerated().filter { $0.offset >= 8 && $0.element != 0 }.map { [$0.offset, Int($0.element)] } == [
        [13, 2], [14, 0x80],
      ])
  }

  @Test func `enabling multiple subchannel sets makes their empty sets valid`() throws {
    let rig = try Rig()
    #expect(rig.subsystem.storeSubchannel(0x0003_0000).outcome == .operandException)
    #expect(call(rig, [4, 0, 0, 0x31, 0, 0, 0, 2]) == [0, 8, 0, 1, 0, 0, 0, 0])
    #expect(rig.subsystem.storeSubchannel(0x0003_0000).outcome == .notOperational)
    #expect(rig.subsystem.storeSubchannel(0x0001_0000).outcome == .stored)
    #expect(call(rig, [4, 0, 0, 0x31, 0, 0, 0, 0]) == [0, 8, 1, 1, 0, 0, 0, 0])
    #expect(call(rig, [4, 0, 0, 0x31, 0, 0, 0, 9]) == [0, 8, 0, 3, 0, 0, 0, 0])
    rig.subsystem.resetIO()
    #expect(rig.subsystem.storeSubchannel(0x0003_0000).outcome == .operandException)
  }

  @Test func `there is no event to store, and other commands are not provided`() throws {
    let rig = try Rig()
    #expect(call(rig, [0, 16, 0, 0x0E]) == [0, 8, 0, 5, 0, 0, 0, 0])
    for command: UInt8 in [0x12, 0x16, 0x21, 0x22, 0x24, 0x34] {
      #expect(call(rig, [0, 16, 0, command]) == [0, 8, 0, 4, 0, 0, 0, 0])
    }
  }

  @Test(arguments: [[0, 8, 0, 4], [0, 17, 0, 4], [0x10, 0, 0, 4], [0, 0, 0, 0], []] as [[UInt8]])
  func `an invalid length is an operand exception`(_ request: [UInt8]) throws {
    #expect(try Rig().subsystem.channelSubsystemCall(request) == .operandException)
  }
}
