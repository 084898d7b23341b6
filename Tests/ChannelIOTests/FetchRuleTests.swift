import ChannelIO
import Storage
import Testing

/// Where CCWs come from and what is wrong with them (chapter 15, "Transfer in Channel"; chapter 16, "Program Check").
enum FetchRules {
  static let data: UInt32 = 0x2000
  static let stopped = "00804017 00001008 00200000"

  static let transfers: [ProgramRule] = [
    .init(
      rule: "a transfer in channel cannot come first", ccws: [CCW(8, dataAddress: 0x1010), CCW(3), CCW(3)], scsw: stopped,
      commands: []),
    .init(
      rule: "a transfer in channel goes on elsewhere",
      ccws: [CCW(3, flags: .chainCommand), CCW(8, dataAddress: 0x1018), CCW(0), CCW(2, count: 16, dataAddress: data)],
      scsw: "00804007 00001020 0C000000", stored: [0x2000: count(16)], commands: [3, 2]),
    .init(
      rule: "a transfer in channel cannot lead to another",
      ccws: [CCW(3, flags: .chainCommand), CCW(8, dataAddress: 0x1018), CCW(0), CCW(8, dataAddress: 0x1000)],
      scsw: "00804017 00001020 00200000", commands: [3]),
    .init(
      rule: "a transfer in channel to no doubleword is reported at the transfer",
      ccws: [CCW(3, flags: .chainCommand), CCW(8, dataAddress: 0x1014)], scsw: "00804017 00001010 00200000", commands: [3]),
    .init(
      rule: "a transfer in channel out of storage is reported at the transfer",
      ccws: [CCW(3, flags: .chainCommand), CCW(8, dataAddress: 0x10_0000)], scsw: "00804017 00001010 00200000", commands: [3]),
    .init(
      rule: "a format-1 transfer in channel with a count is a program check",
      ccws: [CCW(3, flags: .chainCommand), CCW(8, count: 1, dataAddress: 0x1000)], scsw: "00804017 00001010 00200000",
      commands: [3]),
    .init(
      rule: "a format-1 transfer in channel with a flag is a program check",
      ccws: [CCW(3, flags: .chainCommand), CCW(8, flags: .suppressLengthIndication, dataAddress: 0x1000)],
      scsw: "00804017 00001010 00200000", commands: [3]),
    .init(
      rule: "a format-1 transfer in channel with bit 32 is a program check",
      ccws: [CCW(3, flags: .chainCommand), CCW(8, dataAddress: 0x8000_1010), CCW(3)], scsw: "00804017 00001010 00200000",
      commands: [3]),
    .init(
      rule: "code 18 is no transfer in channel in format 1",
      ccws: [CCW(3, flags: .chainCommand), CCW(0x18, dataAddress: 0x1010), CCW(3)], scsw: "00804017 00001010 00200000",
      commands: [3]),
    .init(
      rule: "a format-0 transfer in channel has no use for the left of its code, its flags and its count",
      ccws: [
        CCW(3, flags: .chainCommand, count: 1), CCW(0xF8, flags: [.chainData, .skip, .suspend], count: 0, dataAddress: 0x1018),
        CCW(0),
        CCW(2, count: 16, dataAddress: data),
      ], scsw: "00004007 00001020 0C000000", format1: false, stored: [0x2000: count(16)], commands: [3, 2]),
    .init(
      rule: "status modifier passes over one CCW",
      ccws: [
        CCW(0x31, flags: .chainCommand, count: 5, dataAddress: data), CCW(8, dataAddress: 0x1000),
        CCW(2, count: 16, dataAddress: 0x2100),
      ], scsw: "00804007 00001018 0C000000",
      scripts: [
        0x31: { transfer, device in
          _ = device.take(transfer, 5)
          return device.received.count < 3 ? .normalEnd : [.channelEnd, .deviceEnd, .statusModifier]
        }
      ], stored: [0x2100: count(16)], received: [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]],
      commands: [0x31, 0x31, 0x31, 2]),
    .init(
      rule: "status modifier without chaining is just presented", ccws: [CCW(0x31, count: 5, dataAddress: data)],
      scsw: "00804007 00001008 4C000000",
      scripts: [
        0x31: { transfer, device in
          _ = device.take(transfer, 5)
          return [.channelEnd, .deviceEnd, .statusModifier]
        }
      ], received: [[0, 0, 0, 0, 0]]),
    .init(
      rule: "a program sees the CCW that it has just read over the one to come",
      ccws: [CCW(2, flags: .chainCommand, count: 8, dataAddress: 0x1008), CCW(0, flags: .chainCommand, count: 0xFFFF)],
      scsw: "00804007 00001010 0C000000",
      scripts: [2: { $1.give($0, [3, 0, 0, 0, 0, 0, 0, 0]) }], stored: [0x1008: [3, 0, 0, 0, 0, 0, 0, 0]], commands: [2, 3]),
  ]

  static let fields: [ProgramRule] = [
    .init(rule: "command code 00 is invalid", ccws: [CCW(0, count: 1)], scsw: "00804017 00001008 00200001", commands: []),
    .init(rule: "command code F0 is invalid", ccws: [CCW(0xF0, count: 1)], scsw: "00804017 00001008 00200001", commands: []),
    .init(
      rule: "a count of zero is invalid in format 0", ccws: [CCW(2, dataAddress: data)], scsw: "00004017 00001008 00200000",
      format1: false, commands: []),
    .init(
      rule: "a count of zero is invalid in format 1 with CD", ccws: [CCW(2, flags: .chainData, dataAddress: data)], scsw: stopped,
      commands: []),
    .init(
      rule: "bit 32 of a format-1 CCW must be zero", ccws: [CCW(2, count: 4, dataAddress: 0x8000_2000)],
      scsw: "00804017 00001008 00200004", commands: []),
    .init(
      rule: "the S flag is invalid when the ORB does not allow it", ccws: [CCW(3, flags: .suspend)], scsw: stopped, commands: []),
    .init(
      rule: "the S flag with CD suspends like any other",
      ccws: [CCW(2, flags: [.suspend, .chainData], count: 3, dataAddress: data), CCW(0, count: 13, dataAddress: 0x2003)],
      scsw: "08804029 00001008 00000003", orb: { $0.suspendControl = true }, leavesIdle: false, commands: []),
    .init(
      rule: "the MIDA flag is invalid when the ORB does not allow it", ccws: [CCW(2, flags: .modifiedIndirectData, count: 3)],
      scsw: "00804017 00001008 00200003", commands: []),
    .init(
      rule: "the MIDA flag excludes IDA",
      ccws: [CCW(2, flags: [.modifiedIndirectData, .indirectData], count: 3, dataAddress: 0x3000)],
      scsw: "00804017 00001008 00200003", orb: { $0.allowsMIDAWs = true }, commands: []),
    .init(
      rule: "the MIDA flag excludes SKIP", ccws: [CCW(2, flags: [.modifiedIndirectData, .skip], count: 3, dataAddress: 0x3000)],
      scsw: "00804017 00001008 00200003", orb: { $0.allowsMIDAWs = true }, commands: []),
    .init(
      rule: "a byte that format 0 has no use for is ignored", ccws: [], scsw: "00004007 00001008 0C000000", format1: false,
      prepare: { $0.put([2, 0, 0x20, 0, 0, 0xFF, 0, 16], at: 0x1000) }, stored: [0x2000: count(16)]),
  ]

  static let addresses: [ProgramRule] = [
    .init(
      rule: "the first CCW must be on a doubleword", ccws: [CCW(3)], scsw: "00804017 0000100C 00200000",
      orb: { $0.programAddress = 0x1004 },
      commands: []),
    .init(
      rule: "the first CCW must be in storage", ccws: [], scsw: "00804017 00100008 00200000",
      orb: { $0.programAddress = 0x10_0000 },
      commands: []),
    .init(
      rule: "a format-0 program is below 16 MiB", ccws: [], scsw: "00004017 01000008 00200000", format1: false,
      orb: { $0.programAddress = 0x100_0000 }, commands: []),
    .init(
      rule: "chaining out of storage is reported at the first CCW that is not there", ccws: [],
      scsw: "00804017 00100008 00200000",
      orb: { $0.programAddress = 0xF_FFF8 }, prepare: { $0.write([CCW(3, flags: .chainCommand)], at: 0xF_FFF8) }, commands: [3]),
    .init(
      rule: "a CCW in a block that the key may not fetch is a protection check", ccws: [CCW(3)],
      scsw: "20804017 00001008 00100000",
      orb: { $0.key = 2 }, prepare: { $0.storage.setKey(StorageKey(bits: 0x38), at: AbsoluteAddress(0x1000)) }, commands: []),
    .init(
      rule: "a CCW that a transfer leads to and the key may not fetch is reported at itself",
      ccws: [CCW(3, flags: .chainCommand), CCW(8, dataAddress: 0x3000)], scsw: "20804017 00003008 00100000",
      orb: { $0.key = 2 }, prepare: { $0.storage.setKey(StorageKey(bits: 0x38), at: AbsoluteAddress(0x3000)) }, commands: [3]),
    .init(
      rule: "data out of storage are a program check", ccws: [CCW(2, count: 16, dataAddress: 0x10_0000)],
      scsw: "00804017 00001008 0C200010", commands: [2]),
    .init(
      rule: "data that run out of storage are stored up to its end", ccws: [CCW(2, count: 16, dataAddress: 0xF_FFF8)],
      scsw: "00804017 00001008 0C200008", stored: [0xF_FFF8: count(8)]),
    .init(
      rule: "a store that the key does not permit is a protection check", ccws: [CCW(2, count: 16, dataAddress: data)],
      scsw: "20804017 00001008 0C100010", orb: { $0.key = 2 },
      prepare: { $0.storage.setKey(StorageKey(bits: 0x30), at: AbsoluteAddress(0x2000)) }),
    .init(
      rule: "a store with the block's key is permitted", ccws: [CCW(2, count: 16, dataAddress: data)],
      scsw: "30804007 00001008 0C000000",
      orb: { $0.key = 3 }, prepare: { $0.storage.setKey(StorageKey(bits: 0x38), at: AbsoluteAddress(0x2000)) },
      stored: [0x2000: count(16)]),
    .init(
      rule: "a store with key 0 is permitted", ccws: [CCW(2, count: 16, dataAddress: data)], scsw: "00804007 00001008 0C000000",
      prepare: { $0.storage.setKey(StorageKey(bits: 0x38), at: AbsoluteAddress(0x2000)) }, stored: [0x2000: count(16)]),
    .init(
      rule: "a protected block stops the transfer at its boundary", ccws: [CCW(2, count: 16, dataAddress: 0x2FFA)],
      scsw: "20804017 00001008 0C10000A", orb: { $0.key = 2 },
      prepare: {
        $0.storage.setKey(StorageKey(bits: 0x20), at: AbsoluteAddress(0x2000))
        $0.storage.setKey(StorageKey(bits: 0x30), at: AbsoluteAddress(0x3000))
      }, stored: [0x2FFA: count(6)]),
    .init(
      rule: "a write may fetch where the block is not fetch-protected", ccws: [CCW(1, count: 16, dataAddress: data)],
      scsw: "20804007 00001008 0C000000", orb: { $0.key = 2 },
      prepare: { $0.storage.setKey(StorageKey(bits: 0x30), at: AbsoluteAddress(0x2000)) }, received: [count(16).map { _ in 0 }]),
    .init(
      rule: "a write from a fetch-protected block is a protection check", ccws: [CCW(1, count: 16, dataAddress: data)],
      scsw: "20804017 00001008 0C100010", orb: { $0.key = 2 },
      prepare: { $0.storage.setKey(StorageKey(bits: 0x38), at: AbsoluteAddress(0x2000)) }, received: [[]]),
  ]

  static let endings: [ProgramRule] = [
    .init(
      rule: "unit check ends the program and makes alert status", ccws: [CCW(5, flags: .chainCommand, count: 4), CCW(3)],
      scsw: "00804017 00001008 0E000004", commands: [5]),
    .init(
      rule: "unit exception ends the program and makes alert status",
      ccws: [CCW(6, flags: [.chainCommand, .suppressLengthIndication], count: 4), CCW(3)],
      scsw: "00804017 00001008 0D000004",
      scripts: [
        6: { transfer, _ in
          _ = transfer.send([UInt8]())
          return [.channelEnd, .deviceEnd, .unitException]
        }
      ], commands: [6]),
    .init(
      rule: "a device without any status is an interface-control check", ccws: [CCW(6, count: 4)],
      scsw: "04804017 00001008 00020004",
      scripts: [6: { _, _ in [] }], commands: [6]),
    .init(
      rule: "read backward stores in descending order", ccws: [CCW(0x0C, count: 16, dataAddress: 0x2FFF)],
      scsw: "00804007 00001008 0C000000", scripts: [0x0C: sending(16, piece: 5)], stored: [0x2FF0: count(16).reversed()]),
    .init(
      rule: "read backward crosses a block", ccws: [CCW(0x0C, count: 16, dataAddress: 0x3003)],
      scsw: "00804007 00001008 0C000000",
      scripts: [0x0C: sending(16)], stored: [0x2FF4: count(16).reversed()]),
    .init(
      rule: "read backward below 0 is a program check", ccws: [CCW(0x0C, count: 16, dataAddress: 3)],
      scsw: "00804017 00001008 0C20000C", scripts: [0x0C: sending(16)], stored: [0: count(4).reversed()]),
  ]
}

@Suite struct FetchRuleTests {
  @Test(arguments: FetchRules.transfers) func `transfer in channel`(_ rule: ProgramRule) throws { try rule.check() }
  @Test(arguments: FetchRules.fields) func `a CCW's own fields`(_ rule: ProgramRule) throws { try rule.check() }
  @Test(arguments: FetchRules.addresses) func `addresses and keys`(_ rule: ProgramRule) throws { try rule.check() }
  @Test(arguments: FetchRules.endings) func `ending`(_ rule: ProgramRule) throws { try rule.check() }

  @Test func `a format-0 address that counts up to 16 MiB is a program check`() throws {
    let storage = try #require(AbsoluteStorage(size: 17 << 20))
    let subsystem = ChannelSubsystem(storage: storage)
    let device = ScriptedDevice()
    let number = try #require(subsystem.attach(device: device, number: 0x0120))
    storage.store(CCW(2, count: 16, dataAddress: 0xFF_FFFC).format0, at: AbsoluteAddress(0x1000))
    let done = try #require(subsystem.runToStatus(subchannel: number, orb: ORB(programAddress: 0x1000)))
    #expect(scswWords(done.response) == "00004017 00001008 0C20000C")
    #expect(storage.load(UInt32.self, at: AbsoluteAddress(0xFF_FFFC)) == 0x0001_0203)
    #expect(storage.load(UInt64.self, at: AbsoluteAddress(0x100_0000)) == 0)
    #expect(storage.load(UInt64.self, at: AbsoluteAddress(0)) == 0)
  }

  @Test func `reference and change bits are recorded`() throws {
    let rig = try Rig()
    rig.write([CCW(2, flags: .chainCommand, count: 16, dataAddress: 0x2000), CCW(1, count: 16, dataAddress: 0x3000)])
    _ = try rig.run(rig.orb())
    func bits(_ address: UInt64) -> UInt8 { rig.storage.key(at: AbsoluteAddress(address)).bits }
    #expect([bits(0x1000), bits(0x2000), bits(0x3000), bits(0x4000)] == [4, 6, 4, 0])
  }

  @Test(arguments: [
    (0x20, 0x8000, true), (0x20, 0x1_0000, false), (0x40, 0x8000, false), (0x40, 0x1_0000, true), (0, 0x8000, false),
  ])
  func `the address limit is checked as the PMCW says`(_ mode: Int, _ address: Int, _ fails: Bool) throws {
    let rig = try Rig()
    #expect(rig.subsystem.setAddressLimit(0x1_0000) == .done)
    var block = try #require(rig.subsystem.storeSubchannel(rig.id).block)
    block.pathManagement.flags |= UInt16(mode)
    #expect(rig.subsystem.modifySubchannel(rig.id, block) == .modified)
    rig.write([CCW(2, count: 16, dataAddress: UInt32(address))])
    let checked = try rig.run(rig.orb { $0.addressLimitChecking = true })
    #expect(scswWords(checked) == (fails ? "00904017 00001008 0C200010" : "00904007 00001008 0C000000"))
    let unchecked = try rig.run(rig.orb())
    #expect(scswWords(unchecked) == "00804007 00001008 0C000000")
  }
}
