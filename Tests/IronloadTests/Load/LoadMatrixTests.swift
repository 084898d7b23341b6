import ChannelIO
import DASD
import Foundation
import Ironload
import Storage
import SystemPackage
import Testing

/// Loads up to the first instruction, which is not executed.
@Suite struct LoadMatrixTests {
  static let device: UInt16 = 0x120
  static let memory: UInt64 = 32 << 20

  /// A machine with the volume behind a channel, and what a load from it met.
  static func load(
    _ path: FilePath, _ procedure: LoadProcedure?, _ channel: MachineConfiguration.Channel, forced: Bool = false
  ) throws -> (machine: Machine, problem: LoadProblem?) {
    var dasd = MachineConfiguration.DASD(deviceNumber: device, path: path.string, isReadOnly: true)
    dasd.channel = channel
    dasd.forcesPrefetch = forced
    let machine = try Machine(MachineConfiguration(memory: memory, dasds: [dasd]))
    do throws(LoadFailure) {
      try machine.load(from: device, procedure: procedure, starts: false)
      return (machine, nil)
    } catch { return (machine, error.problem) }
  }

  @Test(.enabled(if: LoadVolume.hasZIPL, "LOUD: the volume that zipl made, \(LoadVolume.zipl3390), is not here"))
  func `The volume that zipl made is one of the matrix`() { #expect(LoadVolume.present.contains(.zipl)) }

  @Test(arguments: LoadVolume.present)
  func `Each cell of the matrix ends as it must`(_ volume: LoadVolume) throws {
    let folder = try VolumeFolder(), path = folder.path("volume.ckd")
    try volume.create(path)
    let (reference, problem) = try Self.load(path, .hardware, .architected)
    defer { reference.close() }
    #expect(problem == nil)
    for cell in LoadMatrix.cells where cell.volume == volume {
      let (machine, problem) = try Self.load(path, cell.procedure, cell.channel)
      defer { machine.close() }
      try check(cell, machine, problem, reference)
    }
  }

  private func check(_ cell: LoadMatrix.Cell, _ machine: Machine, _ problem: LoadProblem?, _ reference: Machine) throws {
    switch (cell.outcome, problem) {
    case (.loads, nil): try compare(machine, reference, cell)
    case (.refused, .refused(programAddress: 0, allowsPrefetch: false, let reason)?):
      #expect(reason == ChannelRefusal.prefetchNotAllowed.description)
    case (.aheadOfIPL1, .fetchedAhead(ccwAddress: 8, copied: 0, let stored, _)?):
      #expect(stored == machine.storage.load(UInt64.self, at: AbsoluteAddress(8)), "\(cell)")
    case (.indirect, .refused(_, allowsPrefetch: true, let reason)?):
      #expect(reason.contains("IDAWs other than format 2 with 4-KiB blocks"), "\(cell)")
    case (.aheadOfRewriting, .fetchedAhead(UInt32(HandMadeVolume.rewrittenCCW), copied: 0, let stored, let status)?):
      #expect(stored == 0x0600_5000_0000_0100 && status.subchannelStatus == 0x20, "\(cell)")
    default: Issue.record("\(cell) should be \(cell.outcome), but: \(problem.map(\.description) ?? "loaded")")
    }
  }

  /// Storage is as after the hardware's load, but for the procedure's own program and the chain flags that it broke.
  private func compare(_ machine: Machine, _ reference: Machine, _ cell: LoadMatrix.Cell) throws {
    #expect(machine.storage.load(UInt64.self, at: AbsoluteAddress(0)) == cell.volume.psw, "\(cell)")
    #expect(machine.storage.load(UInt32.self, at: AbsoluteAddress(0xB8)) == 0x0001_0000, "\(cell)")
    let count = Int(Self.memory)
    let a = UnsafeRawBufferPointer(start: machine.storage.base, count: count)
    let b = UnsafeRawBufferPointer(start: reference.storage.base, count: count)
    var different: [Int] = []
    for block in stride(from: 0, to: count, by: 4096)
    where memcmp(machine.storage.base + block, reference.storage.base + block, 4096) != 0 {
      different += (block..<block + 4096).filter { a[$0] != b[$0] }
    }
    let own = cell.volume == .threeSegments ? 0x2_0200..<0x2_0228 : 0x200..<0x228
    let unexpected = different.filter { k in
      if cell.procedure == .prefetch, own.contains(k) { return false }
      // The flags of a READ whose chain was broken.
      return cell.procedure == .hardware || k < 4 || a[k - 4] != 0x06 || b[k] ^ a[k] != 0x40 || a[k] & 0x40 != 0
    }
    #expect(unexpected.isEmpty, "\(cell): \(unexpected.prefix(20).map { String($0, radix: 16) })")
    #expect(cell.procedure == .hardware || !different.isEmpty, "\(cell): nothing shows the procedure")
  }

  @Test func `The documentation has the matrix that is tested`() throws {
    let page = try String(
      contentsOf: DemoGuestTests.checkout.appending(path: "Documentation/Channels.md"), encoding: .utf8)
    for row in LoadMatrix.rows { #expect(page.contains(LoadMatrix.line(row)), "\(LoadMatrix.line(row))") }
  }

  @Test func `With prefetch forced the hardware's procedure is not refused, and fails all the same`() throws {
    let folder = try VolumeFolder(), path = folder.path("volume.ckd")
    try HandMadeVolume.threeSegments().create(path)
    let (machine, problem) = try Self.load(path, .hardware, .prefetchRequired, forced: true)
    defer { machine.close() }
    guard case .fetchedAhead(ccwAddress: 8, copied: 0, _, _)? = problem else {
      Issue.record("\(problem.map(\.description) ?? "loaded")")
      return
    }
    #expect(problem?.description.contains("did not see what it read over itself") == true)
  }

  @Test(arguments: MachineConfiguration.Channel.allCases)
  func `A channel that prefetches gets the procedure that copes with it`(_ channel: MachineConfiguration.Channel) throws {
    let folder = try VolumeFolder(), path = folder.path("volume.ckd")
    try HandMadeVolume.threeSegments().create(path)
    let (machine, problem) = try Self.load(path, nil, channel)
    defer { machine.close() }
    #expect(problem == nil)
    #expect(machine.configuration.procedure(for: Self.device) == (channel == .architected ? .hardware : .prefetch))
  }

  @Test func `After load normal, stale storage lets a wrong load seem right`() throws {
    let folder = try VolumeFolder()
    let right = folder.path("right.ckd"), other = folder.path("other.ckd")
    try HandMadeVolume.threeSegments().create(right)
    // The same CCWs at the same places, but the last READ is of another record.
    try HandMadeVolume.threeSegments(payloadRecord: 7).create(other)
    var second = MachineConfiguration.DASD(deviceNumber: 0x121, path: other.string)
    second.channel = .prefetchAlways
    let machine = try Machine(
      MachineConfiguration(memory: 1 << 20, dasds: [.init(deviceNumber: 0x120, path: right.string), second]))
    defer { machine.close() }
    func payload() -> [UInt8] {
      Array(UnsafeRawBufferPointer(start: machine.storage.base + HandMadeVolume.payloadAddress, count: 0x100))
    }
    #expect(throws: LoadFailure.self) { try machine.load(from: 0x121, kind: .clear, procedure: .hardware, starts: false) }
    try machine.load(from: 0x120, kind: .clear, starts: false)
    #expect(payload() == HandMadeVolume.payload)
    // Normal status, the right PSW - and another record: stale CCWs with the arguments of new ones.
    try machine.load(from: 0x121, kind: .normal, procedure: .hardware, starts: false)
    #expect(machine.storage.load(UInt64.self, at: AbsoluteAddress(0)) == 0x0008_0000_8000_5000)
    #expect(payload() != HandMadeVolume.payload)
    try machine.load(from: 0x121, kind: .clear, procedure: .prefetch, starts: false)
    #expect(payload() == HandMadeVolume.payload)
  }
}
