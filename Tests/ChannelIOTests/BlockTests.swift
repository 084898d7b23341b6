import ChannelIO
import Testing

/// Layouts of the control blocks, field by field (chapters 14 to 17).
@Suite struct BlockTests {
  @Test func `layout of the ORB`() throws {
    var orb = ORB(interruptionParameter: 0x0102_0304, control: 0, programAddress: 0x0506_0708)
    #expect(orb.encode() == [1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 7, 8])
    let fields: [(String, (inout ORB) -> Void, UInt32)] = [
      ("key", { $0.key = 0xA }, 0xA000_0000), ("S", { $0.suspendControl = true }, 0x0800_0000),
      ("F", { $0.isFormat1 = true }, 0x0080_0000), ("P", { $0.allowsPrefetch = true }, 0x0040_0000),
      ("I", { $0.initialStatusInterruption = true }, 0x0020_0000), ("A", { $0.addressLimitChecking = true }, 0x0010_0000),
      ("U", { $0.suppressesSuspendedInterruption = true }, 0x0008_0000), ("H", { $0.hasFormat2IDAWs = true }, 0x0002_0000),
      ("T", { $0.has2KBlocks = true }, 0x0001_0000), ("LPM", { $0.pathMask = 0x5A }, 0x0000_5A00),
      ("L", { $0.suppressesIncorrectLength = true }, 0x80), ("D", { $0.allowsMIDAWs = true }, 0x40),
    ]
    for (name, set, bits) in fields {
      orb.control = 0
      set(&orb)
      #expect(orb.control == bits, "\(name)")
    }
    #expect(ORB(Array(repeating: 0, count: 11)) == nil)
    #expect(ORB(count(32)) == ORB(interruptionParameter: 0x0001_0203, control: 0x0405_0607, programAddress: 0x0809_0A0B))
  }

  @Test func `layout of the CCW in both formats`() {
    let ccw = CCW(0x86, flags: [.chainData, .indirectData], count: 0x1234, dataAddress: 0x00AB_CDEF)
    #expect(ccw.format0 == 0x86AB_CDEF_8400_1234)
    #expect(ccw.format1 == 0x8684_1234_00AB_CDEF)
    #expect(CCW(format0: 0x86AB_CDEF_84FF_1234) == ccw)
    #expect(CCW(format1: 0x8684_1234_00AB_CDEF) == ccw)
    #expect(CCW(format1: 0x0000_0000_FFFF_FFFF).dataAddress == 0xFFFF_FFFF)
  }

  @Test func `command codes`() {
    let kinds: [(UInt8, CommandKind, CommandKind)] = [
      (0x00, .invalid, .invalid), (0xF0, .invalid, .invalid), (0x01, .write, .write), (0x05, .write, .write),
      (0x0D, .write, .write),
      (0x02, .read, .read), (0x0E, .read, .read), (0x03, .control, .control), (0x0F, .control, .control),
      (0x07, .control, .control),
      (0x04, .sense, .sense), (0xE4, .sense, .sense), (0x0C, .readBackward, .readBackward),
      (0x08, .transferInChannel, .transferInChannel),
      (0x18, .transferInChannel, .invalid), (0xDE, .read, .read), (0x9D, .write, .write), (0xE7, .control, .control),
    ]
    for (code, format0, format1) in kinds {
      #expect(CommandKind(code, isFormat1: false) == format0)
      #expect(CommandKind(code, isFormat1: true) == format1)
    }
  }

  @Test func `layout of the MIDAW`() {
    #expect(
      MIDAW(flags: [.last, .skip], count: 0x0102, dataAddress: 0x1122_3344_5566_7788).encode()
        == [0, 0, 0, 0, 0, 0xC0, 1, 2, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88])
  }

  @Test func `layout of the SCHIB`() throws {
    let bytes = count(52, from: 1)
    let block = try #require(SCHIB(bytes))
    #expect(block.encode() == Array(bytes[0..<48]) + [0, 0, 0, 0])
    let p = block.pathManagement
    #expect(p.interruptionParameter == 0x0102_0304)
    #expect(p.flags == 0x0506)
    #expect(p.deviceNumber == 0x0708)
    #expect([p.logicalPathMask, p.pathNotOperationalMask, p.lastPathUsedMask, p.pathInstalledMask] == [9, 10, 11, 12])
    #expect(p.measurementBlockIndex == 0x0D0E)
    #expect([p.pathOperationalMask, p.pathAvailableMask] == [15, 16])
    #expect(p.channelPaths == count(8, from: 17))
    #expect(p.characteristics == 0x191A_1B1C)
    #expect(block.status.flags == 0x1D1E)
    #expect(block.status.ccwAddress == 0x2122_2324)
    #expect(block.measurementBlockAddress == 0x292A_2B2C_2D2E_2F30)
    #expect(SCHIB(count(51)) == nil)
  }

  @Test func `PMCW flags`() {
    var p = PMCW()
    p.interruptionSubclass = 5
    #expect(p.flags == 0x2800)
    p.flags = 0
    p.isEnabled = true
    #expect(p.flags == 0x0080)
    p.flags = 0x0001
    #expect(p.isDeviceNumberValid)
    p.flags = 0x0002
    #expect(p.hasTimingFacility)
    p.flags = 0x0004
    #expect(p.isMultipath)
    p.flags = 0x0008
    #expect(p.measuresConnectTime)
    p.flags = 0x0010
    #expect(p.updatesMeasurementBlock)
    p.flags = 0x0040
    #expect(p.limitMode == 2)
    p.characteristics = 1
    #expect(p.hasConcurrentSense)
    p.characteristics = 4
    #expect(p.hasFormat1MeasurementBlock)
  }

  @Test func `SCSW and IRB`() throws {
    var bytes = count(64, from: 3)
    // Bit 16 of the SCSW is not kept.
    bytes[2] = 0x75
    bytes[3] = 0xFF
    let block = try #require(IRB(bytes))
    #expect(block.encode() == bytes)
    #expect(block.encodeExtended().count == 96)
    #expect(block.status.function == [.start, .halt, .clear])
    #expect(block.status.activity == [.startPending, .clearPending, .subchannelActive, .deviceActive, .suspended])
    #expect(block.status.status == [.alert, .intermediate, .primary, .secondary, .pending])
    #expect(block.status.ccwAddress == 0x0708_090A)
    #expect(block.status.deviceStatus.rawValue == 11)
    #expect(block.status.subchannelStatus.rawValue == 12)
    #expect(block.status.count == 0x0D0E)
    #expect(block.extendedStatus.logout == 0x0F10_1112)
    #expect(block.extendedStatus.report.word == 0x1314_1516)
    #expect(block.extendedControl == count(32, from: 35))
  }

  @Test func `SCSW flags`() {
    let fields: [(String, (inout SCSW) -> Void, UInt16)] = [
      ("L", { $0.hasLogout = true }, 0x0400), ("CC", { $0.deferredConditionCode = 3 }, 0x0300),
      ("Z", { $0.zeroConditionCode = true }, 0x0004), ("E", { $0.hasExtendedControl = true }, 0x0002),
      ("N", { $0.pathNotOperational = true }, 0x0001),
    ]
    for (name, set, bits) in fields {
      var s = SCSW()
      set(&s)
      #expect(s.flags == bits, "\(name)")
    }
    #expect(SCSW.flags(of: ORB(control: 0xFFFF_FFFF)) == 0xF8F8)
  }

  @Test func `ERW, CRW, identification and interruption code`() {
    var report = ERW()
    report.concurrentSenseCount = 32
    #expect(report.word == 0x0120_0000)
    #expect(
      CRW(.channelPath, .initialized, identification: 0x45, solicited: true, chained: true).encode() == [0x54, 0x02, 0, 0x45])
    var overflown = CRW(.subchannel, .available, identification: 1)
    overflown.overflow = true
    #expect(overflown.word == 0x2301_0001)
    #expect(SubsystemIdentification(subchannel: 0x1234, set: 2).word == 0x0005_1234)
    #expect(
      IOInterruption(identification: .init(subchannel: 2), parameter: 0x0304_0506, subclass: 7).encode()
        == [0, 1, 0, 2, 3, 4, 5, 6, 0x38, 0, 0, 0])
  }
}
