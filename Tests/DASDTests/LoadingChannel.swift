import DASD
import Testing

/// A small, strict channel with one CKD device, written against the rules and not against the loader: format-0 CCWs,
/// format-1 IDAWs, the classic commands SEEK, SEARCH ID EQUAL, READ DATA, TIC. What the rules do not allow ends the load.
struct LoadingChannel {
  enum Failure: Error, Equatable {
    case programCheck(String, ccw: Int)
    case incorrectLength(ccw: Int)
    case noRecordFound(ccw: Int)
    case commandReject(ccw: Int)
    case endless
  }

  let image: CKDImage
  var storage: [UInt8]
  /// Whether the channel copies a program whole before its first command, as vfio-ccw does.
  var prefetches = false
  private(set) var commands = 0
  private(set) var indirect = 0
  private(set) var longestChain = 0

  private var track: Track?
  /// The record whose count was passed last; 0 is record 0, nil the index point.
  private var passed: Int?
  /// The last SEARCH was equal, so READ DATA takes the record that was passed.
  private var found = false
  /// CCWs copied ahead.
  private var copy: [Int: [UInt8]] = [:]

  init(_ image: CKDImage, storage: Int) {
    self.image = image
    self.storage = [UInt8](repeating: 0, count: storage)
  }

  // MARK: Procedures

  /// The hardware's load: READ IPL into 0, then whatever was read.
  mutating func load() throws {
    try readIPL(chained: true)
  }

  /// The procedure of QEMU's firmware: each READ followed by a TIC ends a program, and the TIC's target begins another.
  mutating func loadBreakingChains() throws {
    try readIPL(chained: false)
    let target = word(0x10) & 0xFFFFFF
    try #require(storage[0x08] == 0x06 && storage[0x10] == 0x08)
    // SEEK and SEARCH for record 2, then IPL1's own READ, without chaining.
    let read = Array(storage[0x08..<0x10])
    put(0x08, [0x07, 0, 0, 0x30, 0x40, 0, 0, 6, 0x31, 0, 0, 0x38, 0x40, 0, 0, 5, 0x08, 0, 0, 0x10, 0, 0, 0, 0] + read)
    storage[0x24] &= ~0x40
    put(0x30, [UInt8](repeating: 0, count: 16))
    storage[0x3C] = 2
    try start(at: 0x08)
    var next: Int? = target
    while let program = next {
      next = breakChain(program)
      try start(at: program)
    }
  }

  private mutating func readIPL(chained: Bool) throws {
    let ipl1 = try image.readTrack(TrackAddress(cylinder: 0, head: 0))
    track = ipl1
    passed = 1
    put(0, Array(ipl1.data(of: try #require(ipl1.record(1))).prefix(24)))
    if chained { try run(from: 8) }
  }

  /// Ends the chain at the first READ that is followed by a TIC.
  private mutating func breakChain(_ program: Int) -> Int? {
    var ccw = program
    while ccw + 16 <= storage.count {
      if storage[ccw] == 0x08, word(ccw) & 0xFFFFFF == ccw - 8 {
        ccw += 8
        continue
      }
      guard storage[ccw + 4] & 0x40 != 0 else { return nil }
      if storage[ccw] == 0x06, storage[ccw + 8] == 0x08 {
        storage[ccw + 4] &= ~0x40
        return word(ccw + 8) & 0xFFFFFF
      }
      ccw += 8
    }
    return nil
  }

  // MARK: The channel

  private mutating func start(at ccw: Int) throws {
    copy = [:]
    if prefetches { try copyAhead(ccw) }
    track = nil
    passed = nil
    found = false
    try run(from: ccw)
    copy = [:]
  }

  /// Copies up to 16 segments of 256 CCWs; a TIC into its own segment does not end it.
  private mutating func copyAhead(_ first: Int) throws {
    var waiting = [first]
    var segments = 0
    while let begin = waiting.popLast() {
      if copy[begin] != nil { continue }
      segments += 1
      try #require(segments <= 16)
      var ccw = begin
      while true {
        try #require((ccw - begin) / 8 < 256)
        copy[ccw] = Array(storage[ccw..<ccw + 8])
        if storage[ccw] & 0x0F == 0x08 {
          let target = word(ccw) & 0xFFFFFF
          if !(begin..<ccw).contains(target) {
            waiting.append(target)
            break
          }
        } else if storage[ccw + 4] & 0xC0 == 0 {
          break
        }
        ccw += 8
      }
    }
  }

  private mutating func run(from first: Int) throws {
    var ccw = first
    var afterTransfer = false
    var chain = 0
    for _ in 0..<2_000_000 {
      guard ccw % 8 == 0, ccw + 8 <= storage.count else { throw Failure.programCheck("CCW address", ccw: ccw) }
      let bytes = copy[ccw] ?? Array(storage[ccw..<ccw + 8])
      if prefetches, copy[ccw] == nil { throw Failure.programCheck("a CCW that was not there", ccw: ccw) }
      let address = Int(bytes[1]) << 16 | Int(bytes[2]) << 8 | Int(bytes[3])
      if bytes[0] & 0x0F == 0x08 {
        guard !afterTransfer else { throw Failure.programCheck("TIC to TIC", ccw: ccw) }
        guard address % 8 == 0 else { throw Failure.programCheck("TIC address", ccw: ccw) }
        // Longest run of CCWs in storage order, for the limit of 256.
        if !(ccw - chain * 8...ccw).contains(address) { chain = 0 }
        afterTransfer = true
        ccw = address
        continue
      }
      afterTransfer = false
      commands += 1
      chain += 1
      longestChain = max(longestChain, chain)
      let count = Int(bytes[6]) << 8 | Int(bytes[7])
      guard count > 0 else { throw Failure.programCheck("zero count", ccw: ccw) }
      guard bytes[4] & 0x9B == 0 else { throw Failure.programCheck("flags \(bytes[4])", ccw: ccw) }
      let modified = try execute(bytes[0], address, bytes[4], count, ccw)
      guard bytes[4] & 0x40 != 0 else { return }
      ccw += modified ? 16 : 8
    }
    throw Failure.endless
  }

  // MARK: The device

  /// - Returns: whether status modifier comes with device end.
  private mutating func execute(_ command: UInt8, _ address: Int, _ flags: UInt8, _ count: Int, _ ccw: Int) throws -> Bool {
    switch command {
    case 0x07:
      let argument = try fetch(address, flags, count, 6, ccw)
      guard argument[0] == 0, argument[1] == 0 else { throw Failure.commandReject(ccw: ccw) }
      let target = TrackAddress(
        cylinder: UInt16(argument[2]) << 8 | UInt16(argument[3]), head: UInt16(argument[4]) << 8 | UInt16(argument[5]))
      guard image.geometry.contains(target) else { throw Failure.commandReject(ccw: ccw) }
      track = try image.readTrack(target)
      passed = nil
      found = false
      return false
    case 0x31:
      let argument = try fetch(address, flags, count, 5, ccw)
      let records = try #require(track).records
      // One revolution past the last record comes to the index point and record 0 again.
      passed = passed.map { ($0 + 1) % records.count } ?? 0
      found = records[try #require(passed)].count.bytes.prefix(5).elementsEqual(argument)
      if !found, searches > records.count * 2 { throw Failure.noRecordFound(ccw: ccw) }
      searches = found ? 0 : searches + 1
      return found
    case 0x06:
      let track = try #require(track)
      let index = found ? try #require(passed) : (passed ?? 0) + 1
      guard index < track.records.count else { throw Failure.noRecordFound(ccw: ccw) }
      found = false
      passed = index
      try store(Array(track.data(of: track.records[index])), address, flags, count, ccw)
      return false
    default: throw Failure.commandReject(ccw: ccw)
    }
  }
  private var searches = 0

  private func fetch(_ address: Int, _ flags: UInt8, _ count: Int, _ size: Int, _ ccw: Int) throws -> [UInt8] {
    guard flags & 0x04 == 0, address + size <= storage.count else { throw Failure.programCheck("argument", ccw: ccw) }
    guard count == size || flags & 0x20 != 0 && count > size else { throw Failure.incorrectLength(ccw: ccw) }
    return Array(storage[address..<address + size])
  }

  private mutating func store(_ data: [UInt8], _ address: Int, _ flags: UInt8, _ count: Int, _ ccw: Int) throws {
    guard count == data.count || flags & 0x20 != 0 else { throw Failure.incorrectLength(ccw: ccw) }
    var rest = data.prefix(count)
    guard flags & 0x04 != 0 else {
      guard address + rest.count <= min(storage.count, 1 << 24) else { throw Failure.programCheck("data address", ccw: ccw) }
      return put(address, Array(rest))
    }
    guard address % 4 == 0 else { throw Failure.programCheck("IDAL address", ccw: ccw) }
    indirect += 1
    var list = address
    while !rest.isEmpty {
      guard list + 4 <= storage.count else { throw Failure.programCheck("IDAL", ccw: ccw) }
      let target = Int(storage[list]) << 24 | word(list) & 0xFFFFFF
      guard target < 1 << 31, list == address || target % 2048 == 0 else { throw Failure.programCheck("IDAW", ccw: ccw) }
      let part = rest.prefix(2048 - target % 2048)
      guard target + part.count <= storage.count else { throw Failure.programCheck("data address", ccw: ccw) }
      put(target, Array(part))
      rest = rest.dropFirst(part.count)
      list += 4
    }
  }

  private func word(_ address: Int) -> Int { storage[address..<address + 4].reduce(0) { $0 << 8 | Int($1) } }

  private mutating func put(_ address: Int, _ bytes: [UInt8]) {
    storage.replaceSubrange(address..<address + bytes.count, with: bytes)
  }
}
