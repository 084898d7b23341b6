import DASD
import Dispatch
import Foundation
import Ironload
import SystemPackage
import Testing

/// Volumes that no load can work with: each ends with its own name, or when the operator has had enough.
@Suite struct MalformedVolumeTests {
  private typealias Volume = HandMadeVolume

  private func problem(
    _ volume: HandMadeVolume, _ procedure: LoadProcedure = .prefetch, _ channel: MachineConfiguration.Channel = .prefetchRequired
  ) throws -> LoadProblem? {
    let folder = try VolumeFolder(), path = folder.path("volume.ckd")
    try volume.create(path)
    var dasd = MachineConfiguration.DASD(deviceNumber: 0x120, path: path.string)
    dasd.channel = channel
    let machine = try Machine(MachineConfiguration(memory: 1 << 20, dasds: [dasd]))
    defer { machine.close() }
    // A channel program without an end needs somebody who ends it.
    let watchdog = DispatchWorkItem { machine.quit() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.5, execute: watchdog)
    defer { watchdog.cancel() }
    do throws(LoadFailure) {
      try machine.load(from: 0x120, procedure: procedure, starts: false)
      return nil
    } catch {
      #expect(error.description.hasPrefix("load 0120 failed: ") && !error.description.contains("\n"))
      return error.problem
    }
  }

  private func ipl1(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] { [0, 8, 0, 0, 0x80, 0, 0x50, 0] + first + second }
  private let goodRead = HandMadeVolume.ccw(0x06, 0x60, 0x80, 0x2000), goodTransfer = HandMadeVolume.ccw(0x08, 0, 0, 0x2000)
  private let goodIPL2 = HandMadeVolume.segment(at: 0x2000, record: 3, HandMadeVolume.ccw(0x06, 0x20, 8, 0x5000))

  @Test func `IPL1 without a READ`() throws {
    let seek = Volume.ccw(0x07, 0x60, 6, 0x2000)
    #expect(try problem(Volume(records: [ipl1(seek, goodTransfer), goodIPL2])) == .noReadInIPL1(ccw: 0x0700_2000_6000_0006))
    let unchained = Volume.ccw(0x06, 0x20, 0x80, 0x2000)
    #expect(try problem(Volume(records: [ipl1(unchained, goodTransfer), goodIPL2])) == .noReadInIPL1(ccw: 0x0600_2000_2000_0080))
  }

  @Test func `IPL1 without a transfer`() throws {
    #expect(try problem(Volume(records: [ipl1(goodRead, goodRead), goodIPL2])) == .noTransferInIPL1(ccw: 0x0600_2000_6000_0080))
  }

  @Test func `IPL1 that transfers to 0`() throws {
    #expect(try problem(Volume(records: [ipl1(goodRead, Volume.ccw(0x08, 0, 0, 0)), goodIPL2])) == .transferToZero)
  }

  @Test func `IPL1 that transfers to where no CCW is`() throws {
    let elsewhere = Volume.ccw(0x08, 0, 0, 0x3000)
    #expect(try problem(Volume(records: [ipl1(goodRead, elsewhere), goodIPL2])) == .noProgramInIPL2(address: 0x3000))
  }

  @Test func `a chain off the end of storage`() throws {
    let last = 0xF_FFF8
    let volume = Volume(records: [Volume.ipl1(readTo: last, count: 8), Volume.ccw(0x03, 0x60, 1, 0)])
    #expect(try problem(volume) == .chainLeavesStorage(address: 0x10_0000))
    let beyond = Volume(records: [Volume.ipl1(readTo: 0x2000, count: 8, transferTo: 0x20_0000), Volume.ccw(0x03, 0x60, 1, 0)])
    #expect(try problem(beyond) == .chainLeavesStorage(address: 0x20_0000))
  }

  @Test func `a chain that comes back to itself`() throws {
    let loop = Volume.ccw(0x03, 0x60, 1, 0) + Volume.ccw(0x08, 0, 0, 0x2000)
    #expect(
      try problem(Volume(records: [Volume.ipl1(readTo: 0x2000, count: 16), loop])) == .chainWithoutEnd(address: 0x2008))
    let toItself = Volume.ccw(0x03, 0x60, 1, 0) + Volume.ccw(0x08, 0, 0, 0x2008)
    #expect(
      try problem(Volume(records: [Volume.ipl1(readTo: 0x2000, count: 16), toItself])) == .chainWithoutEnd(address: 0x2008))
  }

  @Test func `a segment that reads itself again and again`() throws {
    let again = Volume.segment(
      at: 0x2000, record: 2, Volume.ccw(0x06, Volume.chained, 0x80, 0x2000), Volume.ccw(0x08, 0, 0, 0x2000))
    let ended = try problem(Volume(records: [Volume.ipl1(readTo: 0x2000, count: 0x80), again]))
    #expect(ended == .chainWithoutEnd(address: 0x2000) || ended == .abandoned)
  }

  @Test(arguments: LoadProcedure.allCases)
  func `the operator ends a load that the channel never would`(_ procedure: LoadProcedure) throws {
    // Each command reads the other's segment; nothing is wrong with any of them.
    let there = Volume.segment(
      at: 0x2000, record: 3, Volume.ccw(0x06, Volume.chained, 0x80, 0x3000), Volume.ccw(0x08, 0, 0, 0x3000))
    let back = Volume.segment(
      at: 0x3000, record: 2, Volume.ccw(0x06, Volume.chained, 0x80, 0x2000), Volume.ccw(0x08, 0, 0, 0x2000))
    let ended = try problem(Volume(records: [Volume.ipl1(readTo: 0x2000, count: 0x80), there, back]), procedure, .architected)
    #expect(ended == .abandoned || ended == .chainWithoutEnd(address: 0x2000))
  }

  /// A volume whose IPL2 ends with `last` and whose record 3 is the payload.
  private func volume(psw: UInt64 = 0x0008_0000_8000_5000, last: [UInt8]) -> HandMadeVolume {
    Volume(records: [
      Volume.ipl1(psw: psw, readTo: 0x2000, count: 0x80), Volume.segment(at: 0x2000, record: 3, last), HandMadeVolume.payload,
    ])
  }

  @Test(
    arguments: [0, 0x0000_0000_8000_5000, 0x8008_0000_8000_5000, 0x0008_0001_8000_5000, 0x0408_0000_8000_5000, .max] as [UInt64])
  func `a PSW that no CPU can begin with`(_ psw: UInt64) throws {
    for procedure in LoadProcedure.allCases {
      let ended = try problem(volume(psw: psw, last: Volume.ccw(0x06, 0x20, 8, 0x5000)), procedure, .architected)
      #expect(ended == .invalidPSW(psw))
    }
  }

  @Test func `flags for a program-controlled interruption mean nothing in a load`() throws {
    for procedure in LoadProcedure.allCases {
      #expect(try problem(volume(last: Volume.ccw(0x06, 0x28, 8, 0x5000)), procedure, .architected) == nil)
    }
  }

  @Test func `a search that finds may be the end of a load`() throws {
    let search = Volume.ccw(0x31, 0x20, 5, 0x2008) + [0, 0, 0, 0, 3, 0, 0, 0]
    let found = Volume(records: [Volume.ipl1(readTo: 0x2000, count: 16), search, HandMadeVolume.payload])
    #expect(try problem(found, .hardware, .architected) == nil)
  }

  @Test func `a CPU whose load failed is in the load state, whatever the reason`() throws {
    let machine = try Machine(MachineConfiguration(memory: 1 << 20, onStop: .hold))
    defer { machine.close() }
    #expect(throws: LoadFailure.self) { try machine.load(from: 0x999) }
    #expect(try machine.status().state == .load)
  }

  @Test func `a record 2 that is not there is a status, with its CCW and sense`() throws {
    guard case .status(let status)? = try problem(Volume(records: [ipl1(goodRead, goodTransfer)])) else {
      Issue.record("no status")
      return
    }
    #expect(status.unitStatus & 0x02 != 0 && status.ccwAddress == 0x208 && !status.sense.isEmpty)
  }

  @Test func `noise for IPL1 and IPL2 ends with a name, whatever the procedure and the channel`() throws {
    var generator = SystemRandomNumberGenerator()
    let commands: [UInt8] = [0x02, 0x03, 0x04, 0x06, 0x07, 0x08, 0x0E, 0x12, 0x1A, 0x31, 0x86, 0x00, 0xE4]
    let places = [0, 8, 0x10, 0x18, 0x200, 0x208, 0x1FF8, 0x2000, 0x2008, 0x2010, 0x2040, 0xF_FFF8, 0xFF_FFF8, 0x2004]
    func noise(_ count: Int) -> [UInt8] {
      (0..<count).flatMap { _ in
        HandMadeVolume.ccw(
          commands.randomElement(using: &generator) ?? 0, UInt8.random(in: 0...255, using: &generator) & 0xF8,
          [0, 1, 5, 6, 8, 24, 128, 4096].randomElement(using: &generator) ?? 0, places.randomElement(using: &generator) ?? 0)
      }
    }
    for round in 0..<60 {
      let sound = round.isMultiple(of: 2)
      let first = sound ? Volume.ipl1(readTo: 0x2000, count: 128) : [0, 8, 0, 0, 0x80, 0, 0x50, 0] + noise(2)
      let volume = Volume(records: [first, noise(16), noise(16)])
      let procedure = LoadProcedure.allCases[round % 2 == 0 ? 1 : round / 2 % 2]
      // Nothing to expect but an end; what it is depends on the noise.
      _ = try problem(volume, procedure, MachineConfiguration.Channel.allCases[round % 3])
    }
  }
}
