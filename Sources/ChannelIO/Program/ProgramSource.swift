/// Where a channel program's words come from: CCWs, IDAWs and MIDAWs. The architected channel fetches each from storage when
/// it needs it, so that a program sees what it has just read over itself.
///
/// A channel that copies programs ahead answers from its copy instead; what it does not have there is a program check.
protocol ProgramSource: Sendable {
  /// The doubleword at an absolute address on a doubleword boundary, for a CCW.
  func ccw(at address: UInt64) -> Result<UInt64, ChannelCheck>
  /// A format-1 IDAW.
  func word(at address: UInt64) -> Result<UInt32, ChannelCheck>
  /// A format-2 IDAW or half a MIDAW.
  func doubleword(at address: UInt64) -> Result<UInt64, ChannelCheck>
}

/// The architected channel: nothing is fetched ahead, whatever the ORB allows.
struct StorageSource: ProgramSource {
  let storage: ChannelStorage
  func ccw(at address: UInt64) -> Result<UInt64, ChannelCheck> { storage.fetchDoubleword(address) }
  func word(at address: UInt64) -> Result<UInt32, ChannelCheck> { storage.fetchWord(address) }
  func doubleword(at address: UInt64) -> Result<UInt64, ChannelCheck> { storage.fetchDoubleword(address) }
}
