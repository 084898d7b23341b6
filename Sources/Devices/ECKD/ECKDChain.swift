import DASD

/// What one channel program has said so far: file mask, extent, domain, and what came before.
struct ECKDChain {
  /// The tracks the program may reach, from the first to the last one, in the order of the volume.
  struct Extent {
    var first: TrackAddress, last: TrackAddress
    func contains(_ address: TrackAddress) -> Bool { first <= address && address <= last }
  }

  /// File mask of SET FILE MASK and DEFINE EXTENT: bits 0-1 what may be written, 3-4 where the program may seek.
  struct FileMask: Equatable {
    enum Writes: UInt8 { case allButHomeAddressAndRecordZero, none, updates, all }
    enum Seeks: UInt8 { case all, cylinderAndHead, head, none }
    var rawValue: UInt8 = 0
    var writes: Writes { Writes(rawValue: rawValue >> 6) ?? .none }
    var seeks: Seeks { Seeks(rawValue: rawValue >> 3 & 3) ?? .none }
    /// Bit 2 is reserved.
    var isValid: Bool { rawValue & 0x20 == 0 }
  }

  /// What LOCATE RECORD announced.
  struct Domain {
    var place: ECKDCommand.Places
    /// Whether the record that LOCATE RECORD found has passed already.
    var isOrientedOnData = false
    /// Commands to come.
    var remaining: Int
    /// Bytes to write into each record, or to read from the last track.
    var transferLength: Int
    /// Whether the last command may be READ COUNT behind writes.
    var readCountSuffix = false
    /// Tracks to process, bit 31 for `start`; all ones where no set was given.
    var trackSet: UInt32 = .max
    var start: TrackAddress
    /// How many tracks of the set have been processed, as an offset from `start`; nil in front of the first one.
    var trackOffset: Int?
  }

  var before: ECKDCommand.Predecessors = .nothing
  var previous: UInt8 = 0
  var fileMask = FileMask()
  /// Global attributes of DEFINE EXTENT.
  var attributes: UInt8 = 0
  /// CKD conversion mode: records of a domain may have any length, and it ends with the cylinder.
  var isCKDConversion: Bool { attributes & 0x20 != 0 }
  var extent: Extent
  /// The longest transfer that LOCATE RECORD may ask for.
  var blockSize = Self.longestBlock
  var domain: Domain?
  /// The index has passed since the last command that resets this memory.
  var indexPassed = false
  /// What READ SUBSYSTEM DATA is to return; the next command must be that one.
  var subsystemData: [UInt8]?

  /// The length of the longest record 0 and its count (READ DEVICE CHARACTERISTICS bytes 44-45, and 8).
  static let longestBlock = 57_326 + 8

  init(geometry: CKDGeometry) {
    let last = TrackAddress(index: geometry.tracks - 1) ?? TrackAddress(cylinder: 0, head: 0)
    extent = Extent(first: TrackAddress(cylinder: 0, head: 0), last: last)
  }
}
