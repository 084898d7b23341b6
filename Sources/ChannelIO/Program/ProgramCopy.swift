internal import Storage

/// Why a channel that copies whole programs did not take one.
package enum ChannelRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The ORB does not allow prefetch.
  case prefetchNotAllowed
  /// The 2 KiB from here, where a segment of CCWs begins, are not all in storage.
  case segmentNotInStorage(UInt32)
  /// More than 256 CCWs without an end, from here.
  case segmentTooLong(UInt32)
  /// More than 16 segments.
  case tooManySegments
  /// A CCW here has IDAWs that are not of format 2 with 4-KiB blocks.
  case unsupportedIndirectList(UInt32)
  /// The data, or the list of IDAWs, of the CCW here are not in storage.
  case dataNotInStorage(UInt32)

  /// Which rule it was, wherever.
  enum Rule: Hashable, Sendable { case prefetch, segmentPlace, segmentLength, segmentCount, indirectList, data }
  var rule: Rule {
    switch self {
    case .prefetchNotAllowed: .prefetch
    case .segmentNotInStorage: .segmentPlace
    case .segmentTooLong: .segmentLength
    case .tooManySegments: .segmentCount
    case .unsupportedIndirectList: .indirectList
    case .dataNotInStorage: .data
    }
  }

  package var description: String {
    switch self {
    case .prefetchNotAllowed: "the ORB does not allow prefetch, which this channel requires"
    case .segmentNotInStorage(let at): "the 2 KiB of CCWs from \(hex(at, 8)), which this channel copies, are not all in storage"
    case .segmentTooLong(let at):
      "the segment of CCWs from \(hex(at, 8)) has no end within 256, the most that this channel copies"
    case .tooManySegments: "the program has more than 16 segments, the most that this channel copies"
    case .unsupportedIndirectList(let at): "the CCW at \(hex(at, 8)) has IDAWs other than format 2 with 4-KiB blocks"
    case .dataNotInStorage(let at): "the data of the CCW at \(hex(at, 8)) are not in storage"
    }
  }
}

/// A channel program copied whole before its first command, as the pass-through driver does it (Linux
/// drivers/s390/cio/vfio_ccw_cp.c: cp_init, cp_prefetch). What the program reads over itself later is not seen.
///
/// A segment begins at the ORB's address or where a transfer in channel leads out of all segments known so far. It ends with
/// the first CCW that does not chain, unless that is a transfer back into the segment. The copy looks at no keys.
struct ProgramCopy: ProgramSource {
  static let segmentLimit = 16, lengthLimit = 256

  private struct Segment {
    let start: UInt32
    var words: [UInt64]
    /// Whether a CCW of the segment is here. Addresses between CCWs belong to it, as the driver has it.
    func holds(_ address: UInt32) -> Bool { address >= start && address - start <= UInt32(words.count - 1) * CCW.size }
  }

  private let storage: AbsoluteStorage
  private let orb: ORB
  private var segments: [Segment] = []
  /// Format-2 IDAWs by the address at which they stood.
  private var indirectWords: [UInt64: UInt64] = [:]

  /// Copies the program of `orb`.
  static func make(_ orb: ORB, from storage: AbsoluteStorage) -> Result<ProgramCopy, ChannelRefusal> {
    var copy = ProgramCopy(storage: storage, orb: orb)
    do throws(ChannelRefusal) {
      try copy.addSegments()
      try copy.addIndirectWords()
      return .success(copy)
    } catch {
      return .failure(error)
    }
  }

  private init(storage: AbsoluteStorage, orb: ORB) {
    self.storage = storage
    self.orb = orb
  }

  private func decode(_ word: UInt64) -> CCW { orb.isFormat1 ? CCW(format1: word) : CCW(format0: word) }
  private func isTransfer(_ ccw: CCW) -> Bool { CommandKind(ccw.command, isFormat1: orb.isFormat1) == .transferInChannel }

  // MARK: Copying

  /// Depth first, in the order in which transfers stand in the program.
  private mutating func addSegments() throws(ChannelRefusal) {
    var targets = [orb.programAddress]
    while let next = targets.popLast() {
      guard !segments.contains(where: { $0.holds(next) }) else { continue }
      guard segments.count < Self.segmentLimit else { throw .tooManySegments }
      let segment = try copySegment(next)
      segments.append(segment)
      targets += segment.words.map(decode).filter(isTransfer).map(\.dataAddress).reversed()
    }
  }

  private func copySegment(_ start: UInt32) throws(ChannelRefusal) -> Segment {
    guard storage.contains(AbsoluteAddress(UInt64(start)), count: UInt64(Self.lengthLimit) * 8) else {
      throw .segmentNotInStorage(start)
    }
    var segment = Segment(start: start, words: [])
    while segment.words.count < Self.lengthLimit {
      let address = start &+ UInt32(segment.words.count) * CCW.size
      let word = storage.load(UInt64.self, at: AbsoluteAddress(UInt64(address)))
      segment.words.append(word)
      let ccw = decode(word), isTransfer = isTransfer(ccw)
      let flags = isTransfer && !orb.isFormat1 ? [] : ccw.flags
      guard !flags.contains(.indirectData) || orb.hasFormat2IDAWs && !orb.has2KBlocks else {
        throw .unsupportedIndirectList(address)
      }
      let chains = !flags.isDisjoint(with: [.chainCommand, .chainData])
      if !chains, !(isTransfer && segment.holds(ccw.dataAddress)) { return segment }
    }
    throw .segmentTooLong(start)
  }

  private mutating func addIndirectWords() throws(ChannelRefusal) {
    for segment in segments {
      for (n, word) in segment.words.enumerated() {
        let ccw = decode(word)
        if isTransfer(ccw) { continue }
        try addData(of: ccw, at: segment.start &+ UInt32(n) * CCW.size)
      }
    }
  }

  /// Copies the IDAWs of a CCW, and sees that its data are there if it transfers any.
  private mutating func addData(of ccw: CCW, at address: UInt32) throws(ChannelRefusal) {
    let count = UInt64(max(1, ccw.count))
    var start = UInt64(ccw.dataAddress)
    var blocks: [UInt64] = []
    if ccw.flags.contains(.indirectData) {
      guard storage.contains(AbsoluteAddress(start), count: 8) else { throw .dataNotInStorage(address) }
      let list = start
      start = storage.load(UInt64.self, at: AbsoluteAddress(list))
      let n = ((start & 0xFFF) + count + 0xFFF) >> 12
      guard storage.contains(AbsoluteAddress(list), count: n * 8) else { throw .dataNotInStorage(address) }
      for k in 0..<n {
        let word = storage.load(UInt64.self, at: AbsoluteAddress(list + k * 8))
        // Later IDAWs lose what is not a block's address.
        indirectWords[list + k * 8] = k == 0 ? word : word & ~0xFFF
        blocks.append(word & ~0xFFF)
      }
    } else {
      let n = ((start & 0xFFF) + count + 0xFFF) >> 12
      blocks = (0..<n).map { (start & ~0xFFF) + $0 << 12 }
    }
    guard transfers(ccw) else { return }
    for block in blocks where !storage.contains(AbsoluteAddress(block), count: 4096) { throw .dataNotInStorage(address) }
  }

  /// Whether storage of this CCW is pinned: not for a no-operation, a count of zero, or input that is skipped.
  private func transfers(_ ccw: CCW) -> Bool {
    guard ccw.count > 0, ccw.command != 0x03 else { return false }
    return !ccw.flags.contains(.skip) || !CommandKind(ccw.command, isFormat1: orb.isFormat1).isInput
  }

  // MARK: Answering

  func ccw(at address: UInt64) -> Result<UInt64, ChannelCheck> {
    guard let address = UInt32(exactly: address), let segment = segments.first(where: { $0.holds(address) }),
      (address - segment.start) % CCW.size == 0
    else { return .failure(.program) }
    return .success(segment.words[Int((address - segment.start) / CCW.size)])
  }
  func word(at address: UInt64) -> Result<UInt32, ChannelCheck> { .failure(.program) }
  func doubleword(at address: UInt64) -> Result<UInt64, ChannelCheck> {
    indirectWords[address].map { .success($0) } ?? .failure(.program)
  }
}
