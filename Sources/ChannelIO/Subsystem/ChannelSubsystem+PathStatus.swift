internal import Synchronization

/// STORE CHANNEL PATH STATUS (chapter 14).
extension ChannelSubsystem {
  /// 32 bytes, a bit for each channel path, path 0 leftmost: one while a channel program communicates over it.
  package var channelPathStatus: [UInt8] {
    var status = [UInt8](repeating: 0, count: 32)
    for s in subchannels.withLock({ $0 }) {
      let isCommunicating = s.state.withLock { $0.isBeingServed && $0.status.activity.contains(.subchannelActive) }
      if isCommunicating { status[Int(s.channelPath >> 3)] |= 0x80 >> (s.channelPath & 7) }
    }
    return status
  }
}
