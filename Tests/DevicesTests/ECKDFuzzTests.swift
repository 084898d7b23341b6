import ChannelIO
import DASD
import Devices
import Testing

@Suite struct ECKDFuzzTests {
  /// Programs of random commands with parameters that are near enough to valid ones to get somewhere.
  @Test func `Random channel programs never crash, and leave a volume of valid tracks`() throws {
    let volume = try Volume()
    // The one track that is not valid to begin with.
    #expect(
      volume.run([.defineExtent(at(2, 13), at(2, 13)), .locate(0x03, at(2, 13)), .command(0x1D, Volume.record(at(2, 13), 1, 5))])
        .isNormal)
    let codes = ECKDCommand.rows.map(\.code)
    var ends: [UInt8: Int] = [:]
    for _ in 0..<6_000 {
      volume.device.beginChannelProgram()
      if Bool.random() { _ = volume.device.execute(0x63, ProgramTransfer(Command.defineExtent(at(0, 0), at(2, 14)).output)) }
      if Bool.random() {
        let track = at(UInt16.random(in: 0...2), UInt16.random(in: 0...14))
        _ = volume.device.execute(0x07, ProgramTransfer(Command.seek(track).output))
      }
      for _ in 0..<8 {
        let code = codes.randomElement() ?? 0
        let transfer = ProgramTransfer(output(for: code), room: Int.random(in: 0...200))
        let status = volume.device.execute(code, transfer)
        ends[status.rawValue, default: 0] += 1
        #expect(status.contains([.channelEnd, .deviceEnd]))
        if status.contains(.unitCheck) {
          #expect(volume.device.takeSense().count == 32)
          break
        }
      }
    }
    volume.device.beginChannelProgram()
    let findings = try volume.device.image.check().filter {
      if case .foreignRecord = $0.kind { false } else { true }
    }
    #expect(findings.isEmpty)
    #expect(volume.errors.isEmpty)
    // The programs got somewhere: normal ends, searches that hit, end of file, unit checks.
    for (status, times) in [(UInt8(0x0C), 1_000), (0x4C, 5), (0x0D, 2), (0x0E, 1_000)] {
      #expect((ends[status] ?? 0) > times, "\(status): \(ends)")
    }
  }

  private func output(for code: UInt8) -> [UInt8] {
    let address = at(UInt16.random(in: 0...3), UInt16.random(in: 0...15))
    let record = UInt8.random(in: 0...5)
    switch code {
    case 0x07, 0x0B, 0x1B: return [0, 0] + Command.bytes(address)
    case 0x1F: return [UInt8.random(in: 0...255) & 0xF8]
    case 0x63:
      return Command.extent(address, at(2, 14), mask: [0, 0x40, 0x80, 0xC0].randomElement() ?? 0)
    case 0x47, 0x4B:
      let operations: [UInt8] = [0, 1, 3, 6, 0x0B, 0x0C, 0x4C, 0x16, 0x3F, 0x43, 0xC3, 0x96, 0x56]
      let lengths: [UInt16] = [0, 16, 20, 100]
      let extended: [UInt8] = [0, 0x11, 0x23, 0x0E]
      var bytes = Command.location(
        operations.randomElement() ?? 0, address, record: record, count: UInt8.random(in: 0...4),
        length: lengths.randomElement() ?? 0)
      bytes += [0, extended.randomElement() ?? 0, 0, UInt8.random(in: 0...2), 0xC0, 0]
      return bytes
    case 0xE7:
      var bytes: [UInt8] = [1, 0x80] + [UInt8](repeating: 0, count: 10)
      bytes += output(for: 0x63)
      bytes += [UInt8](repeating: 0, count: 16)
      bytes += output(for: 0x4B)
      return bytes
    case 0x31, 0xB1, 0x51, 0xD1, 0x71, 0xF1: return Command.bytes(address) + [record]
    case 0x29, 0xA9, 0x49, 0xC9, 0x69, 0xE9: return Array("KEY1".utf8)
    case 0x1D, 0x9D, 0x11, 0x15, 0x95:
      let lengths = [0, 100, 4_096, 60_000]
      let count = Volume.record(address, record, key: Int.random(in: 0...4), lengths.randomElement() ?? 0)
      return count + [UInt8](repeating: 0x55, count: Int.random(in: 0...5_000))
    default: return (0..<64).map { _ in UInt8.random(in: 0...255) }
    }
  }
}
