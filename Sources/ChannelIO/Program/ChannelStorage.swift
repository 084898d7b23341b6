internal import Storage

/// Absolute storage as one channel program may use it: with its key, and with the address limit when the subchannel has one.
/// Every access of a channel to storage goes through here (chapter 17, "Channel-Subsystem Storage Protection").
struct ChannelStorage: Sendable {
  let storage: AbsoluteStorage
  /// The access key of the ORB, 0-15.
  let key: UInt8
  /// The data addresses that are allowed.
  let limit: Range<UInt64>

  init(_ storage: AbsoluteStorage, key: UInt8, limit: Range<UInt64> = 0..<UInt64.max) {
    self.storage = storage
    self.key = key
    self.limit = limit
  }

  /// Fetches a doubleword of the program: a CCW, a format-2 IDAW or half a MIDAW.
  func fetchDoubleword(_ address: UInt64) -> Result<UInt64, ChannelCheck> {
    let at = AbsoluteAddress(address)
    guard storage.contains(at, count: 8) else { return .failure(.program) }
    guard storage.key(at: at).permitsFetch(accessKey: key) else { return .failure(.protection) }
    storage.recordReference(at)
    return .success(storage.load(UInt64.self, at: at))
  }

  /// Fetches a word of the program: a format-1 IDAW.
  func fetchWord(_ address: UInt64) -> Result<UInt32, ChannelCheck> {
    let at = AbsoluteAddress(address)
    guard storage.contains(at, count: 4) else { return .failure(.program) }
    guard storage.key(at: at).permitsFetch(accessKey: key) else { return .failure(.protection) }
    storage.recordReference(at)
    return .success(storage.load(UInt32.self, at: at))
  }

  /// Whether `count` bytes of data at `address` may be stored or fetched; all of one 4-KiB block, which the caller sees to.
  func check(_ address: UInt64, count: UInt64, storing: Bool) -> ChannelCheck? {
    let at = AbsoluteAddress(address)
    guard storage.contains(at, count: count), address >= limit.lowerBound, count <= limit.upperBound &- address,
      address < limit.upperBound
    else { return .program }
    let key = storage.key(at: at)
    guard storing ? key.permitsStore(accessKey: self.key) : key.permitsFetch(accessKey: self.key) else { return .protection }
    if storing && storage.isReadOnly(at) { return .protection }
    return nil
  }

  /// Stores data that `check` has passed.
  func store(_ source: UnsafeRawPointer, at address: UInt64, count: Int) {
    let at = AbsoluteAddress(address)
    storage.recordChange(at)
    storage.store(UnsafeRawBufferPointer(start: source, count: count), at: at)
  }

  /// Fetches data that `check` has passed.
  func fetch(into target: UnsafeMutableRawPointer, at address: UInt64, count: Int) {
    let at = AbsoluteAddress(address)
    storage.recordReference(at)
    target.copyMemory(from: UnsafeRawPointer(storage.host(at)), byteCount: count)
  }
}

/// A check that ends a channel program, as subchannel status.
enum ChannelCheck: Error {
  case program, protection

  var status: SubchannelStatus {
    switch self {
    case .program: .programCheck
    case .protection: .protectionCheck
    }
  }
}
