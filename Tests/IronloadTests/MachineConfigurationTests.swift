import Foundation
import Ironload
import Testing

@Suite struct MachineConfigurationTests {
  @Test(arguments: [0, 4096, (1 << 20) + 1, (1 << 40) + (1 << 20)] as [UInt64])
  func `an absurd memory size is refused before anything is opened`(memory: UInt64) {
    let configuration = MachineConfiguration(memory: memory, dasds: [.init(deviceNumber: 0x120, path: "/nowhere/at/all")])
    let error = #expect(throws: ConfigurationError.self) { try Machine(configuration) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("--memory") == true)
  }

  @Test(arguments: [-1, 0, 17]) func `another number of CPUs than 1 to 16 is refused`(count: Int) {
    let error = #expect(throws: ConfigurationError.self) { try Machine(MachineConfiguration(cpuCount: count)) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("cpuCount") == true)
  }

  @Test func `a device number given twice is refused`() {
    let dasd = MachineConfiguration.DASD(deviceNumber: 0x120, path: "a")
    let error = #expect(throws: ConfigurationError.self) { try Machine(MachineConfiguration(dasds: [dasd, dasd])) }
    #expect(error?.description.contains("0120") == true)
  }

  @Test func `a missing image is named, with what to do`() {
    let configuration = MachineConfiguration(dasds: [.init(deviceNumber: 0x120, path: "/nowhere/v.ckd")])
    let error = #expect(throws: ConfigurationError.self) { try Machine(configuration) }
    #expect(error?.kind == .noInput)
    #expect(error?.description.contains("/nowhere/v.ckd") == true)
  }

  @Test func `a file of two devices is not said to be another machine's`() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-\(UUID().uuidString)").path
    let link = path + "-link"
    defer { for name in [path, link] { try? FileManager.default.removeItem(atPath: name) } }
    try Data(count: 4 << 20).write(to: URL(fileURLWithPath: path))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    func nvdimm(_ id: String, _ path: String, offset: UInt64 = 0, share: Bool = true) -> MachineConfiguration.NVDIMM {
      .init(id: id, path: path, size: 1 << 20, offset: offset, share: share)
    }
    func refusal(_ nvdimms: [MachineConfiguration.NVDIMM], _ dasds: [MachineConfiguration.DASD] = []) -> ConfigurationError? {
      #expect(throws: ConfigurationError.self) {
        try Machine(MachineConfiguration(memory: 1 << 20, dasds: dasds, nvdimms: nvdimms))
      }
    }
    for other in [nvdimm("b", link), nvdimm("b", path, offset: 2 << 20), nvdimm("b", path, share: false)] {
      let error = refusal([nvdimm("a", path), other])
      #expect(error?.kind == .usage && error?.description.contains("--nvdimm a names the same file") == true, "\(error as Any)")
    }
    let error = refusal([nvdimm("a", path)], [.init(deviceNumber: 0x120, path: link)])
    #expect(error?.kind == .usage && error?.description.contains("--nvdimm a names the same file") == true, "\(error as Any)")
    // Two that only read go together.
    let machine = try Machine(
      MachineConfiguration(memory: 1 << 20, nvdimms: [nvdimm("a", path, share: false), nvdimm("b", path, share: false)]))
    machine.close()
  }

  @Test func `batches of write-backs without any are refused`() {
    for (share, pmem) in [(false, false), (true, false), (false, true)] {
      let nvdimm = MachineConfiguration.NVDIMM(id: "pm0", path: "/x", share: share, pmem: pmem, relaxed: true)
      let error = #expect(throws: ConfigurationError.self) { try MachineConfiguration(nvdimms: [nvdimm]).validate() }
      #expect(error?.description.contains("relaxed=on") == true)
    }
  }

  @Test func `a load parameter of nine characters is refused`() {
    let error = #expect(throws: ConfigurationError.self) { try Machine(MachineConfiguration(loadParameter: "123456789")) }
    #expect(error?.kind == .usage)
  }

  @Test func `loading from a device that is not there fails and says so`() throws {
    let machine = try Machine(MachineConfiguration(memory: 1 << 20))
    defer { machine.close() }
    let failure = #expect(throws: LoadFailure.self) { try machine.load(from: 0x0999) }
    #expect(failure?.description.contains("0999") == true)
  }

  @Test func `closing twice does no harm`() throws {
    let machine = try Machine(MachineConfiguration(memory: 1 << 20))
    machine.close()
    machine.close()
  }
}
