import Ironload

/// `id=ID,path=PATH[,name=value...]`, as QEMU writes properties.
struct NVDIMMOption {
  let configuration: MachineConfiguration.NVDIMM

  init(_ argument: String) throws(OperatorError) {
    var nvdimm = MachineConfiguration.NVDIMM(id: "", path: "")
    var seen: Set<String> = []
    do throws(Complaint) {
      for part in PropertyList.parts(of: argument) {
        let halves = part.split(separator: "=", maxSplits: 1).map(String.init)
        guard halves.count == 2 else { throw Complaint("\(part.isEmpty ? "an empty property" : part) is no name=value") }
        guard seen.insert(halves[0]).inserted else { throw Complaint("\(halves[0])= is there twice; say it once") }
        try Self.set(halves[0], halves[1], &nvdimm)
      }
      for (name, value) in [("id", nvdimm.id), ("path", nvdimm.path)] where value.isEmpty {
        throw Complaint("\(name)= is missing; say at least id=pm0,path=FILE")
      }
    } catch { throw OperatorError(.usage, "--nvdimm \(argument): \(error.text)") }
    configuration = nvdimm
  }

  /// What is wrong, without the option that has it.
  private struct Complaint: Error {
    let text: String
    init(_ text: String) { self.text = text }
  }

  private static func set(
    _ name: String, _ value: String, _ nvdimm: inout MachineConfiguration.NVDIMM
  ) throws(Complaint) {
    if let flag = flags[name] {
      guard value == "on" || value == "off" else { throw Complaint("\(name) is on or off") }
      nvdimm[keyPath: flag] = value == "on"
      return
    }
    switch name {
    case "id": nvdimm.id = value
    case "path": nvdimm.path = value
    case "size", "offset":
      guard let bytes = StorageSize(argument: value)?.bytes else {
        throw Complaint("\(name)=\(value) is no number of bytes, such as 256M")
      }
      if name == "size" { nvdimm.size = bytes } else { nvdimm.offset = bytes }
    case "attach":
      if value == "scm" {
        nvdimm.attachment = .storageClassMemory
      } else if value.hasPrefix("dcss:") {
        nvdimm.attachment = .savedSegment(name: String(value.dropFirst(5)))
      } else {
        throw Complaint("attach is dcss:NAME or scm")
      }
    default:
      let names = ["id", "path", "size", "offset", "attach"] + flags.keys.sorted()
      throw Complaint("there is no property \(name); there are \(names.joined(separator: ", "))")
    }
  }

  private nonisolated(unsafe) static let flags: [String: WritableKeyPath<MachineConfiguration.NVDIMM, Bool>] = [
    "share": \.share, "pmem": \.pmem, "unarmed": \.unarmed, "readonly": \.isReadOnly, "relaxed": \.relaxed,
  ]
}
