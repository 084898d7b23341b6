import ChannelIO

extension MachineConfiguration.Channel {
  /// The same in the channel subsystem's words.
  var kind: ChannelKind {
    switch self {
    case .architected: .architected
    case .prefetchRequired: .prefetchRequired
    case .prefetchAlways: .prefetchAlways
    }
  }
}
