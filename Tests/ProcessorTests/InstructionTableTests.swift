import Processor
import Testing

@Suite struct InstructionTableTests {
  static var rows: [Instruction<CPU>] { InstructionSet<CPU>().rows }

  @Test func `no opcode has two rows`() {
    var seen: [UInt16: String] = [:]
    for row in Self.rows {
      let mnemonic = String(describing: row.mnemonic)
      if let other = seen.updateValue(mnemonic, forKey: row.opcode) {
        Issue.record("\(mnemonic) and \(other) have opcode \(String(row.opcode, radix: 16))")
      }
    }
  }

  @Test func `no mnemonic has two rows`() {
    let counts = Dictionary(grouping: Self.rows) { String(describing: $0.mnemonic) }.filter { $0.value.count > 1 }
    #expect(counts.keys.sorted() == [])
  }

  @Test func `an opcode has an extension exactly where the opcode map says so`() {
    for row in Self.rows {
      let first = row.opcode < 0x100 ? Int(row.opcode) : Int(row.opcode >> 8)
      let isExtended = OpcodeMap.width(OpcodeMap.extensionKind(first)) > 1
      #expect(isExtended == (row.opcode >= 0x100), "\(row.mnemonic)")
    }
  }

  @Test func `a format's length is that of its opcode`() {
    let lengths: [InstructionFormat: Int] = [.e: 2, .i: 2, .rr: 2, .rrM: 2]
    let four: Set<InstructionFormat> = [
      .riA, .riB, .riC, .rrd, .rre, .rrfA, .rrfB, .rrfC, .rrfD, .rrfE, .rsA, .rsB, .rsi, .rxA, .rxB, .s, .si, .ie,
    ]
    for row in Self.rows {
      let first = row.opcode < 0x100 ? row.opcode : row.opcode >> 8
      let length = first < 0x40 ? 2 : first < 0xC0 ? 4 : 6
      #expect(length == lengths[row.format] ?? (four.contains(row.format) ? 4 : 6), "\(row.mnemonic)")
    }
  }
}
