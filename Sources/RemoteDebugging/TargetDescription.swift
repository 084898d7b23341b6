import Ironload

/// The registers that a debugger sees, in the order of its numbers, and the description that tells it of them: GDB's own features
/// for s390x (its files s390-core64.xml, s390-acr.xml, s390-fpr.xml), and QEMU's for what a process does not have (s390-virt.xml,
/// s390-cr.xml).
enum TargetDescription {
  /// One register of the description.
  struct Row: Sendable {
    let name: String
    let register: Register
    let type: String
    let group: String?
    var bytes: Int { register.width / 8 }
  }
  struct Feature: Sendable {
    let name: String
    let rows: [Row]
  }

  static let features: [Feature] = [
    Feature(
      name: "org.gnu.gdb.s390.core",
      rows: [
        Row(name: "pswm", register: .pswMask, type: "uint64", group: "psw"),
        Row(name: "pswa", register: .pswAddress, type: "uint64", group: "psw"),
      ] + (0..<16).map { Row(name: "r\($0)", register: .general($0), type: "uint64", group: "general") }),
    Feature(
      name: "org.gnu.gdb.s390.acr",
      rows: (0..<16).map { Row(name: "acr\($0)", register: .access($0), type: "uint32", group: "access") }),
    Feature(
      name: "org.gnu.gdb.s390.fpr",
      rows: [Row(name: "fpc", register: .floatingPointControl, type: "uint32", group: "float")]
        + (0..<16).map { Row(name: "f\($0)", register: .floatingPoint($0), type: "ieee_double", group: "float") }),
    Feature(
      name: "org.gnu.gdb.s390.cr",
      rows: (0..<16).map { Row(name: "cr\($0)", register: .control($0), type: "uint64", group: "control") }),
    Feature(
      name: "org.gnu.gdb.s390.virt",
      rows: [
        Row(name: "ckc", register: .clockComparator, type: "uint64", group: "system"),
        Row(name: "cputm", register: .cpuTimer, type: "uint64", group: "system"),
        Row(name: "last_break", register: .breakingEventAddress, type: "code_ptr", group: "system"),
        Row(name: "prefix", register: .prefix, type: "uint32", group: "system"),
      ]),
  ]

  /// By register number.
  static let rows = features.flatMap(\.rows)

  static let xml: [UInt8] = {
    var text =
      "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target><architecture>s390:64-bit</architecture>"
    var number = 0
    for feature in features {
      text += "<feature name=\"\(feature.name)\">"
      for row in feature.rows {
        let group = row.group.map { " group=\"\($0)\"" } ?? ""
        text += "<reg name=\"\(row.name)\" bitsize=\"\(8 * row.bytes)\" type=\"\(row.type)\" regnum=\"\(number)\"\(group)/>"
        number += 1
      }
      text += "</feature>"
    }
    return Array((text + "</target>").utf8)
  }()
}
