import ArgumentParser
import Ironload

/// `id=ID,path=PATH[,name=value...]`, as QEMU writes properties.
struct NVDIMMOption: ExpressibleByArgument {
  let configuration: MachineConfiguration.NVDIMM

  init?(argument: String) {
    var nvdimm = MachineConfiguration.NVDIMM(id: "", path: "")
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard halves.count == 2 else { return nil }
      let value = halves[1]
      if let flag = Self.flags[halves[0]] {
        guard value == "on" || value == "off" else { return nil }
        nvdimm[keyPath: flag] = value == "on"
        continue
      }
      switch halves[0] {
      case "id": nvdimm.id = value
      case "path": nvdimm.path = value
      case "size":
        guard let size = StorageSize(argument: value) else { return nil }
        nvdimm.size = size.bytes
      case "offset":
        guard let offset = StorageSize(argument: value) else { return nil }
        nvdimm.offset = offset.bytes
      case "attach":
        if value == "scm" {
          nvdimm.attachment = .storageClassMemory
        } else if value.hasPrefix("dcss:") {
          nvdimm.attachment = .savedSegment(name: String(value.dropFirst(5)))
        } else {
          return nil
        }
      default: return nil
      }
    }
    guard !nvdimm.id.isEmpty, !nvdimm.path.isEmpty else { return nil }
    configuration = nvdimm
  }

  private nonisolated(unsafe) static let flags: [String: WritableKeyPath<MachineConfiguration.NVDIMM, Bool>] = [
    "share": \.share, "pmem": \.pmem, "unarmed": \.unarmed, "readonly": \.isReadOnly, "relaxed": \.relaxed,
  ]
}
