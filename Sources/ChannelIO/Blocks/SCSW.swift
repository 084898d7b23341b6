/// Subchannel status, SCSW byte 9 (chapter 16, "Subchannel-Status Field").
package struct SubchannelStatus: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let programControlledInterruption = SubchannelStatus(rawValue: 0x80)
  package static let incorrectLength = SubchannelStatus(rawValue: 0x40)
  package static let programCheck = SubchannelStatus(rawValue: 0x20)
  package static let protectionCheck = SubchannelStatus(rawValue: 0x10)
  package static let channelDataCheck = SubchannelStatus(rawValue: 0x08)
  package static let channelControlCheck = SubchannelStatus(rawValue: 0x04)
  package static let interfaceControlCheck = SubchannelStatus(rawValue: 0x02)
  package static let chainingCheck = SubchannelStatus(rawValue: 0x01)
}

/// SCSW bits 17-19, where they stand in the halfword.
package struct FunctionControl: OptionSet, Hashable, Sendable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let start = FunctionControl(rawValue: 0x4000)
  package static let halt = FunctionControl(rawValue: 0x2000)
  package static let clear = FunctionControl(rawValue: 0x1000)
  package static let all: FunctionControl = [.start, .halt, .clear]
}

/// SCSW bits 20-26, where they stand in the halfword.
package struct ActivityControl: OptionSet, Hashable, Sendable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let resumePending = ActivityControl(rawValue: 0x0800)
  package static let startPending = ActivityControl(rawValue: 0x0400)
  package static let haltPending = ActivityControl(rawValue: 0x0200)
  package static let clearPending = ActivityControl(rawValue: 0x0100)
  package static let subchannelActive = ActivityControl(rawValue: 0x0080)
  package static let deviceActive = ActivityControl(rawValue: 0x0040)
  package static let suspended = ActivityControl(rawValue: 0x0020)
  /// What TEST SUBCHANNEL clears with final status: all but the two that tell of activity.
  package static let clearedByTest: ActivityControl = [.resumePending, .startPending, .haltPending, .clearPending, .suspended]
  package static let active: ActivityControl = [.subchannelActive, .deviceActive]
}

/// SCSW bits 27-31, where they stand in the halfword.
package struct StatusControl: OptionSet, Hashable, Sendable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let alert = StatusControl(rawValue: 0x10)
  package static let intermediate = StatusControl(rawValue: 0x08)
  package static let primary = StatusControl(rawValue: 0x04)
  package static let secondary = StatusControl(rawValue: 0x02)
  package static let pending = StatusControl(rawValue: 0x01)
}

/// The subchannel-status word: twelve bytes (chapter 16, "Subchannel-Status Word").
///
///     0 key 0-3, S 4, L 5, CC 6-7, F 8, P 9, I 10, A 11, U 12, Z 13, E 14, N 15, 0 16, FC 17-19, AC 20-26, SC 27-31
///     4 CCW address
///     8 device status, subchannel status, count
package struct SCSW: Hashable, Sendable {
  package static let size = 12

  /// Bits 0-15 of word 0.
  package var flags: UInt16 = 0
  package var function: FunctionControl = []
  package var activity: ActivityControl = []
  package var status: StatusControl = []
  /// The address of the last CCW used, plus 8.
  package var ccwAddress: UInt32 = 0
  package var deviceStatus: UnitStatus = []
  package var subchannelStatus: SubchannelStatus = []
  /// The residual count of that CCW.
  package var count: UInt16 = 0

  package init() {}

  init(_ block: BlockReader, at base: Int) {
    flags = block.half(base)
    let control = block.half(base + 2)
    function = FunctionControl(rawValue: control & 0x7000)
    activity = ActivityControl(rawValue: control & 0x0FE0)
    status = StatusControl(rawValue: control & 0x001F)
    ccwAddress = block.word(base + 4)
    deviceStatus = UnitStatus(rawValue: block.byte(base + 8))
    subchannelStatus = SubchannelStatus(rawValue: block.byte(base + 9))
    count = block.half(base + 10)
  }

  func encode(into block: inout BlockWriter) {
    block.put(flags)
    block.put(function.rawValue | activity.rawValue | status.rawValue)
    block.put(ccwAddress)
    block.put(deviceStatus.rawValue)
    block.put(subchannelStatus.rawValue)
    block.put(count)
  }

  private func flag(_ mask: UInt16) -> Bool { flags & mask != 0 }
  private mutating func setFlag(_ mask: UInt16, _ on: Bool) { if on { flags |= mask } else { flags &= ~mask } }

  /// CC: the deferred condition code.
  package var deferredConditionCode: UInt8 {
    get { UInt8(flags >> 8 & 3) }
    set { flags = flags & ~0x0300 | UInt16(newValue & 3) << 8 }
  }
  /// L: the ESW is of format 0.
  package var hasLogout: Bool {
    get { flag(0x0400) }
    set { setFlag(0x0400, newValue) }
  }
  /// Z: the device accepted the first command, and the ORB asked to hear it.
  package var zeroConditionCode: Bool {
    get { flag(0x0004) }
    set { setFlag(0x0004, newValue) }
  }
  /// E: the extended-control word of the IRB has something.
  package var hasExtendedControl: Bool {
    get { flag(0x0002) }
    set { setFlag(0x0002, newValue) }
  }
  /// N: a path was not operational.
  package var pathNotOperational: Bool {
    get { flag(0x0001) }
    set { setFlag(0x0001, newValue) }
  }
  /// Key, S, F, P, I, A and U stand where the ORB has them.
  package static func flags(of orb: ORB) -> UInt16 { UInt16(orb.control >> 16) & 0xF8F8 }
}
