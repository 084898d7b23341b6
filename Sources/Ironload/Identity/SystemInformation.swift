import ServiceProcessor

/// The blocks of STORE SYSTEM INFORMATION (chapter 10, "STORE SYSTEM INFORMATION"): a basic machine and one logical
/// partition that has all of it. Text is EBCDIC, padded with blanks.
struct SystemInformation: Sendable {
  let cpuCount: Int
  var identity = MachineIdentity.lpar
  static let machineType: UInt16 = 0x2827
  private static let manufacturer = "IRONLOAD", model = "H43", plant = "00", sequence = "0000000000IRON01"

  /// Function code 1 (basic machine), 2 (logical partition); nil where there is no such block.
  func block(functionCode: Int, selector1: Int, selector2: Int, cpuAddress: UInt16) -> [UInt8]? {
    switch (functionCode, selector1, selector2) {
    case (1, 1, 1): basicMachine
    case (1, 2, 1): cpu(at: cpuAddress, identification: 0)
    case (1, 2, 2): cpus
    case (2, 2, 1): cpu(at: cpuAddress, identification: 1)
    case (2, 2, 2): partition
    case (3, 2, 2): virtualMachine
    default: nil
    }
  }

  /// 1.1.1: manufacturer 32, type 48, model capacity 64, sequence 80, plant 96, model 100.
  private var basicMachine: [UInt8] {
    var b = Block()
    b.text(Self.manufacturer, at: 32, count: 16)
    b.text(String(Self.machineType, radix: 16), at: 48, count: 4)
    b.text(Self.model, at: 64, count: 16)
    b.text(Self.sequence, at: 80, count: 16)
    b.text(Self.plant, at: 96, count: 4)
    b.text(Self.model, at: 100, count: 16)
    return b.bytes
  }

  /// 1.2.1 and 2.2.1: sequence 80, plant 96, CPU identification 100 (logical CPU in 2.2.1), CPU address 102.
  private func cpu(at address: UInt16, identification: UInt16) -> [UInt8]? {
    guard Int(address) < cpuCount else { return nil }
    var b = Block()
    b.text(Self.sequence, at: 80, count: 16)
    b.text(Self.plant, at: 96, count: 4)
    b.number(identification == 0 ? 0 : address, at: 100)
    b.number(address, at: 102)
    return b.bytes
  }

  /// 1.2.2: capability 32, total, configured, standby and reserved CPUs 36-42, adjustment factors from 44.
  private var cpus: [UInt8] {
    var b = Block()
    b.number(UInt16(0x0000), at: 32)
    b.number(UInt16(0x0400), at: 34)
    b.number(UInt16(cpuCount), at: 36)
    b.number(UInt16(cpuCount), at: 38)
    for n in 1..<max(2, cpuCount) { b.number(UInt16(truncatingIfNeeded: 0x1000), at: 44 + 2 * (n - 1)) }
    return b.bytes
  }

  /// 2.2.2: LPAR number 32, characteristics 35 (dedicated), CPU counts 36-42, name 44, adjustment 52, dedicated CPUs 64.
  private var partition: [UInt8] {
    var b = Block()
    b.number(UInt16(1), at: 32)
    b.bytes[35] = 0x80
    b.number(UInt16(cpuCount), at: 36)
    b.number(UInt16(cpuCount), at: 38)
    b.text("IRONLOAD", at: 44, count: 8)
    b.number(UInt16(0), at: 52)
    b.number(UInt16(1000), at: 54)
    b.number(UInt16(cpuCount), at: 64)
    return b.bytes
  }

  /// 3.2.2: 31 how many levels are described (one); its block at 32: CPU counts 36-42, name 44, adjustment factor 52,
  /// control program 56.
  private var virtualMachine: [UInt8]? {
    guard let controlProgram = identity.controlProgram else { return nil }
    var b = Block()
    b.bytes[31] = 1
    b.number(UInt16(cpuCount), at: 36)
    b.number(UInt16(cpuCount), at: 38)
    b.text("IRONLOAD", at: 44, count: 8)
    b.number(UInt16(1000), at: 54)
    b.text(controlProgram, at: 56, count: 16)
    return b.bytes
  }

  /// 4096 bytes, filled at offsets that are constants here.
  private struct Block {
    var bytes = [UInt8](repeating: 0, count: 4096)
    mutating func text(_ s: String, at offset: Int, count: Int) {
      let encoded = CodePage.ibm037.encode(s)
      for k in 0..<count { bytes[offset + k] = k < encoded.count ? encoded[k] : 0x40 }
    }
    mutating func number(_ v: UInt16, at offset: Int) {
      bytes[offset] = UInt8(v >> 8)
      bytes[offset + 1] = UInt8(truncatingIfNeeded: v)
    }
  }
}
