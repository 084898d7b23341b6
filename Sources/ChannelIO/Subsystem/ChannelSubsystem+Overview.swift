internal import Synchronization

/// What an operator sees of a device. Looking changes nothing and is no I/O instruction: it is not traced.
package struct DeviceOverview: Hashable, Sendable {
  package var identification: DeviceIdentification
  /// The program has enabled the subchannel.
  package var isEnabled: Bool
  /// A function is in progress or status waits to be taken.
  package var isBusy: Bool
  package var isStatusPending: Bool
  package var statistics: DeviceStatistics
}

extension ChannelSubsystem {
  /// All devices, in the order of their subchannels.
  package var overview: [DeviceOverview] {
    let devices = subchannels.withLock { $0.compactMap { subchannel in subchannel.device.map { (subchannel, $0) } } }
    return zip(devices, statistics).map { entry, statistics in
      let (subchannel, device) = entry
      let (isEnabled, status) = subchannel.state.withLock { ($0.pathManagement.isEnabled, $0.status) }
      return DeviceOverview(
        identification: device.identification, isEnabled: isEnabled, isBusy: !status.function.isEmpty,
        isStatusPending: status.status.contains(.pending), statistics: statistics)
    }
  }
}
