import Foundation
import Ironload
import Testing

/// What `ironload load --explain` finds out: volumes that load, and volumes that do not.
@Suite struct LoadExplanationTests {
  private func explain(_ volume: ExplainedVolume) throws -> LoadExplanation { try explain(path: volume.path) }
  private func explain(path: String) throws -> LoadExplanation {
    try LoadExplanation(
      MachineConfiguration(memory: 16 << 20, dasds: [.init(deviceNumber: 0x0120, path: path, isReadOnly: true)]),
      loadingFrom: 0x0120)
  }

  private func failure(_ volume: ExplainedVolume) throws -> String {
    guard case .failed(let failure) = try explain(volume).outcome else { return "it loads" }
    return failure.message
  }
  private func final(_ explanation: LoadExplanation) throws -> LoadExplanation.Final {
    guard case .loaded(let final) = explanation.outcome else {
      Issue.record("the load fails: \(explanation.outcome)")
      throw CancellationError()
    }
    return final
  }

  // MARK: A volume that loads

  @Test func `each CCW is a step, with its place on the disk and in storage`() throws {
    let explanation = try explain(ExplainedVolume())
    let final = try final(explanation)
    #expect(final.psw == 0x0008_0000_8000_2000)
    #expect(final.instructions.first?.text == "lhi\t%r1,2")
    #expect(final.remark == nil)
    let commands = explanation.steps.compactMap { step -> LoadStep.Command? in
      if case .command(let command) = step.action { command } else { nil }
    }
    #expect(commands.map(\.address) == [0, 8, 0x18, 0x20, 0x30])
    #expect(commands.map(\.name) == ["READ IPL", "READ DATA", "SEEK", "SEARCH ID EQUAL", "READ DATA"])
    #expect(
      commands.map { $0.place?.description ?? "" } == [
        "cylinder 0 head 0 record 1", "cylinder 0 head 0 record 2", "cylinder 1 head 2", "cylinder 1 head 2 record 2",
        "cylinder 1 head 2 record 2",
      ])
    #expect(commands[3].passes == 3)
    #expect(commands[4].stored == [StoragePiece(address: 0x2000, count: 4096)])
    #expect(commands.map(\.broughtBy) == [2, 4, 5, 5, 5])
    #expect(explanation.segments.map(\.name) == ["implied", "IPL1", "IPL2"])
  }

  @Test func `explaining a load changes nothing on the volume and executes no instruction`() throws {
    let volume = try ExplainedVolume()
    let before = try Data(contentsOf: URL(fileURLWithPath: volume.path))
    _ = try explain(volume)
    #expect(try Data(contentsOf: URL(fileURLWithPath: volume.path)) == before)
  }

  static let zipl = "/work/shared/images/zipl3390.ckd.gz"
  @Test(.enabled(if: FileManager.default.fileExists(atPath: zipl), "the real zipl volume \(zipl) is not here"))
  func `zipl's volume: the dynamic segment at E000 is named`() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-zipl-\(UUID().uuidString).ckd").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let unpack = Process()
    unpack.executableURL = URL(fileURLWithPath: "/bin/sh")
    unpack.arguments = ["-c", "gzip -dc \(Self.zipl) >\(path)"]
    try unpack.run()
    unpack.waitUntilExit()
    let explanation = try explain(path: path)
    #expect(explanation.segments.map(\.name) == ["implied", "IPL1", "IPL2", "dynamic segment 1"])
    let dynamic = try #require(explanation.segments.last)
    #expect(dynamic.address == 0xE000)
    #expect(dynamic.place?.description == "cylinder 12 head 12 record 11")
    #expect(try final(explanation).instructions.first?.text == "basr\t%r13,%r0")
  }

  // MARK: Five broken volumes, and more

  @Test func `a volume without IPL1`() throws {
    #expect(
      try failure(ExplainedVolume(ipl1: nil))
        == "0120: CCW at 0x000000 (READ IPL), cylinder 0 head 0 record 1: the volume has no IPL1: "
        + "cylinder 0 head 0 has no records; `ironload dasd boot` or zipl writes it")
  }

  @Test func `a transfer in channel to itself`() throws {
    let ipl1 = [ExplainedVolume.ipl1[0], ExplainedVolume.ipl1[1], 0x0800_0010_0000_0000]
    #expect(
      try failure(ExplainedVolume(ipl1: ipl1)) == "0120: CCW at 0x000010, cylinder 0 head 0 record 2: "
        + "a transfer in channel to itself never ends: program check")
  }

  @Test func `a seek to another track than the search's`() throws {
    // The search's argument is a copy of its own.
    var ipl2 = ExplainedVolume.ipl2(9, 0x0000_0001_0001_0000)
    ipl2[1] = 0x3100_006A_4000_0005
    ipl2.append(0x0000_0001_0002_0200)
    #expect(
      try failure(ExplainedVolume(ipl2: ipl2)) == "0120: CCW at 0x000020 (SEARCH ID EQUAL), cylinder 1 head 1 record 2: "
        + "wrong seek: the search is for cylinder 1 head 2 record 2, but the SEEK at 0x000018 (step 7) went to cylinder 1 head 1")
  }

  @Test func `a seek beyond the volume`() throws {
    #expect(
      try failure(ExplainedVolume(ipl2: ExplainedVolume.ipl2(9, 0x0000_0009_0002_0200))) == "0120: CCW at 0x000018 (SEEK), "
        + "cylinder 0 head 0 record 2: wrong seek: its argument 000000090002 is cylinder 9 head 2, and the volume has "
        + "3 cylinders of 15 heads")
  }

  @Test func `an IPL2 that is too short`() throws {
    #expect(
      try failure(ExplainedVolume(length: 16))
        == "0120: CCW at 0x000030, cylinder 0 head 0 record 0: IPL2 is short: the CCW at 0x000008 "
        + "(step 5) was to read 128 bytes from cylinder 0 head 0 record 2 to 0x000018, but the record has 16, and SLI hid it; "
        + "no CCW was read here")
  }

  @Test func `a key that does not match`() throws {
    var ipl2 = ExplainedVolume.ipl2(1, 0x2900_0068_4000_0004)
    ipl2.append(0xD2C5_E8F9_0000_0000)
    #expect(
      try failure(ExplainedVolume(ipl2: ipl2))
        == "0120: CCW at 0x000020 (SEARCH KEY EQUAL), cylinder 1 head 2 record 3: no record of the "
        + "track has the key d2c5e8f9 ('KEY9'); it has record 1 d2c5e8f1 ('KEY1'), record 2 d2c5e8f2 ('KEY2'), "
        + "record 3 d2c5e8f3 ('KEY3')")
  }

  @Test func `a record that is not there`() throws {
    #expect(
      try failure(ExplainedVolume(ipl2: ExplainedVolume.ipl2(9, 0x0000_0001_0002_0700)))
        == "0120: CCW at 0x000020 (SEARCH ID EQUAL), "
        + "cylinder 1 head 2 record 7: there is no cylinder 1 head 2 record 7: cylinder 1 head 2 has records 1, 2, 3")
  }

  @Test func `a count that does not fit its record`() throws {
    #expect(
      try failure(ExplainedVolume(ipl2: ExplainedVolume.ipl2(3, 0x0600_2000_0000_0FFF))) == "0120: CCW at 0x000030 (READ DATA), "
        + "cylinder 1 head 2 record 2: incorrect length: the count is 4095, the record has more bytes, and SLI is off")
  }

  @Test func `a program that never ends`() throws {
    let message = try failure(ExplainedVolume(ipl2: [0x0300_0000_6000_0001, 0x0800_0018_0000_0000]))
    #expect(
      message == "0120: CCW at 0x000018, cylinder 0 head 0 record 2: the program never ends: "
        + "the CCWs at 0x000018, 0x000020 repeat one another")
  }

  @Test func `an IPL1 without a channel program, and an empty loader's PSW`() throws {
    #expect(try failure(ExplainedVolume(ipl1: [0, 0, 0])).contains("IPL1 holds no channel program"))
    let empty = try explain(ExplainedVolume(ipl1: [0x000A_0000_0000_000F, 0x0300_0000_2000_0001, 0]))
    #expect(try final(empty).remark == "the PSW is a disabled wait: the volume has no program to load")
    let elsewhere = try explain(ExplainedVolume(ipl1: [0x0008_0000_8000_5000, ExplainedVolume.ipl1[1], ExplainedVolume.ipl1[2]]))
    #expect(try final(elsewhere).remark == "nothing was loaded where the PSW points, 0x00005000")
  }

  @Test func `any bytes in place of IPL1 and IPL2 give an explanation`() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<25 {
      // Chains of plausible codes, mostly.
      let words = (0..<24).map { _ -> UInt64 in
        let code = [0x06, 0x07, 0x08, 0x31, 0x29, 0x03, 0x02, 0x47, 0x00, 0x86, 0x0E].randomElement(using: &random) ?? 0
        return UInt64(code) << 56 | UInt64.random(in: 0..<0xC0, using: &random) << 32
          | UInt64.random(in: 0...0xFF, using: &random) << 24 | UInt64.random(in: 0..<0x40, using: &random)
      }
      let explanation = try explain(
        ExplainedVolume(ipl1: [words[0], words[1], 0x0800_0018_0000_0000], ipl2: Array(words[2..<18])))
      #expect(!explanation.steps.isEmpty)
    }
  }
}
