import DASD
import Testing

@Suite struct TrackTests {
  @Test func `A 3390 track holds as many equal records as the real one`() {
    let known: [(key: Int, data: Int, records: Int)] = [
      (0, 4096, 12), (0, 2048, 21), (0, 1024, 33), (0, 512, 49), (0, 56_664, 1), (0, 27_998, 2), (0, 27_999, 1), (44, 96, 50),
    ]
    for (key, data, records) in known {
      #expect(TrackCapacity.records(keyLength: key, dataLength: data) == records, "key \(key) data \(data)")
      var track = Track(empty: address(1, 2))
      var fitted = 0
      while track.append(
        record: UInt8(fitted + 1), key: [UInt8](repeating: 1, count: key), data: [UInt8](repeating: 2, count: data))
      {
        fitted += 1
      }
      #expect(fitted == records)
    }
    #expect(TrackCapacity.records(keyLength: 0, dataLength: 56_665) == 0)
  }

  @Test func `A track that was built parses to the records that were put there`() throws {
    var track = Track(empty: address(3, 14))
    track.append(record: 1, key: [1, 2, 3, 4], data: Array(repeating: 7, count: 24)).is(true)
    track.append(record: 2, data: []).is(true)
    track.append(record: 9, data: Array(repeating: 8, count: 4096)).is(true)
    let parsed = try Track(bytes: track.bytes, at: address(3, 14))
    #expect(parsed.records == track.records)
    #expect(parsed.records.map(\.count.id.record) == [0, 1, 2, 9])
    #expect(parsed.records[1].count.bytes == [0, 3, 0, 14, 1, 4, 0, 24])
    #expect(parsed.record(1).map { Array(parsed.key(of: $0)) } == [1, 2, 3, 4])
    #expect(parsed.record(9).map { parsed.data(of: $0).count } == 4096)
    track.truncate(keeping: 2)
    #expect(try Track(bytes: track.bytes, at: address(3, 14)).records.map(\.count.id.record) == [0, 1])
    track.truncate(keeping: 0)
    #expect(track.bytes == Track(empty: address(3, 14)).bytes)
  }

  @Test func `A record longer than its place is refused and changes nothing`() throws {
    var track = Track(empty: address(0, 0))
    let before = track.bytes
    track.append(record: 1, data: [UInt8](repeating: 0, count: 56_665)).is(false)
    track.append(record: 1, key: [UInt8](repeating: 0, count: 256), data: [0]).is(false)
    #expect(track.bytes == before)
    track.append(record: 1, data: [1, 2, 3]).is(true)
    let record = try #require(track.record(1))
    track.setData(of: record, [1, 2, 3, 4]).is(false)
    track.setData(of: record, [9]).is(true)
    #expect(Array(track.data(of: record)) == [9, 0, 0])
  }

  @Test func `Each way a track can be wrong has its own fault`() {
    func fault(_ change: (inout [UInt8]) -> Void) -> TrackFormatError? {
      var track = Track(empty: address(1, 1))
      track.append(record: 1, data: [UInt8](repeating: 0, count: 100))
      var bytes = track.bytes
      change(&bytes)
      return bytes.withUnsafeBytes { TrackLayout($0, at: address(1, 1)) }.fault
    }
    #expect(fault { _ in } == nil)
    #expect(fault { $0[4] = 2 } == .homeAddress(cylinder: 1, head: 2))
    #expect(fault { $0 = Array(repeating: 0, count: $0.count) } == .homeAddress(cylinder: 0, head: 0))
    #expect(fault { $0.replaceSubrange(5..<13, with: repeatElement(255, count: 8)) } == .missingRecordZero)
    #expect(fault { $0[27] = 0xFF } == .overflow(offset: 21))
    #expect(fault { $0.replaceSubrange(21..<25, with: repeatElement(255, count: 4)) } == .overflow(offset: 21))
    #expect(fault { $0.replaceSubrange(129..<137, with: repeatElement(0, count: 8)) } == .overflow(offset: 56_817))
    #expect(fault { $0.removeLast() } == .size(56_831))
  }

  @Test func `Random bytes never parse beyond the slot`() {
    var random = SystemRandomNumberGenerator()
    var faults = 0
    for round in 0..<1_000 {
      let here = address(UInt16(round), 0)
      var bytes = Track(empty: here).bytes
      // Half of the rounds keep the home address, and have small lengths, so that the walk gets far.
      let start = round % 2 == 0 ? 0 : 13
      var word: UInt64 = 0
      for index in start..<bytes.count {
        if index & 7 == 0 { word = random.next() }
        bytes[index] = UInt8(truncatingIfNeeded: word)
        if round % 2 == 1, word >> 60 > 2 { bytes[index] &= 1 }
        word >>= 8
      }
      let layout = bytes.withUnsafeBytes { TrackLayout($0, at: here) }
      if layout.fault != nil { faults += 1 }
      #expect(layout.records.allSatisfy { $0.end + 8 <= bytes.count && $0.offset >= 5 })
      for length in [0, 1, 4, 12, 20] {
        #expect(bytes.withUnsafeBytes { TrackLayout(.init(rebasing: $0[..<length]), at: here) }.fault == .size(length))
      }
    }
    #expect(faults > 950)
  }
}
