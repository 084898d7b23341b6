import Processor
import Testing

/// A state with the instruction, given as its bytes in hexadecimal, left-justified.
private func state(_ text: String, _ fill: (inout OracleState) -> Void = { _ in }) -> OracleState {
  var s = OracleState()
  let digits = text.filter { $0 != " " }
  s.text = (UInt64(digits, radix: 16) ?? 0) << UInt64(64 - 4 * digits.count)
  fill(&s)
  return s
}

private func put(_ bytes: [UInt8], _ at: Int, _ s: inout OracleState) {
  for (k, byte) in bytes.enumerated() { s.memory[at + k] = byte }
}

@Suite struct FloatingPointExceptionTests {
  private func bench() throws -> InstructionBench { try InstructionBench() }

  // MARK: The AFP-register control

  @Test func `without the AFP-register control other registers than 0, 2, 4 and 6 are a data exception, DXC 1`() throws {
    let bench = try bench()
    for text in ["2821", "2812", "68101000", "B3C10010", "3A08", "B3B40010", "B3740010", "B3660010", "B3500001"] {
      var s = state(text) { $0.fpc = 0x0000_5500 }
      let end = bench.execute(&s, hasAFPRegisters: false)
      #expect(end?.cause == .data && end?.dataExceptionCode == 1, "\(text)")
      // The DXC goes into the FPC only with the control on.
      #expect(s.fpc == 0x0000_5500)
    }
    for text in ["2824", "68201000", "B3C10020", "3A02", "B3740060"] {
      var s = state(text)
      #expect(bench.execute(&s, hasAFPRegisters: false) == nil, "\(text)")
    }
  }

  @Test func `SRNMT sets the decimal rounding mode; it, LFAS and SFASR without the AFP-register control are of DXC 3`() throws {
    let bench = try bench()
    for mode in UInt32(0)...7 {
      var s = state("B2B90FF\(mode)") { $0.fpc = 0xF8FC_0073 }
      #expect(bench.execute(&s) == nil)
      #expect(s.fpc == 0xF8FC_0003 | mode << 4)
    }
    for text in ["B2B90007", "B2BD0700", "B3850000"] {
      var s = state(text)
      let end = bench.execute(&s, hasAFPRegisters: false)
      #expect(end?.cause == .data && end?.dataExceptionCode == 3, "\(text)")
    }
  }

  @Test func `without the AFP-register control BFP and FPC instructions are a data exception, DXC 2`() throws {
    let bench = try bench()
    for text in ["B31A0002", "B38C0010", "B3840010", "B29C1000", "B29D1000", "B2991000", "B2B81000", "ED0010000010", "B3940010"] {
      var s = state(text)
      let end = bench.execute(&s, hasAFPRegisters: false)
      #expect(end?.cause == .data && end?.dataExceptionCode == 2, "\(text)")
    }
  }

  @Test func `a register that is not the first of a pair is a specification exception`() throws {
    let bench = try bench()
    for text in [
      "B34A0002", "B34A0020", "2620", "B3650006", "B3760020", "B3450002", "B3660002", "B2 2D 00 60", "B353 0004", "B3531014",
    ] {
      var s = state(text)
      #expect(bench.execute(&s)?.cause == .specification, "\(text)")
    }
    // LEDBR and MXDR need a pair on one side only.
    for text in ["B3440023", "2702", "B3050002"] {
      var s = state(text)
      #expect(bench.execute(&s) == nil, "\(text)")
    }
  }

  @Test func `an unassigned rounding-mode modifier is a specification exception`() throws {
    let bench = try bench()
    for text in ["B3982010", "B3572002", "B3BF8010", "B3B83010", "B3508002", "B3442002"] where text != "B3BF8010" {
      var s = state(text)
      #expect(bench.execute(&s)?.cause == .specification, "\(text)")
    }
    var s = state("B2B81004")
    #expect(bench.execute(&s)?.cause == .specification)
  }

  // MARK: IEEE traps

  @Test func `a trap that suppresses leaves registers and flags, one that completes does not`() throws {
    let bench = try bench()
    var zero = state("B31D0002") { s in
      (s.fr[0], s.fr[2], s.fpc, s.conditionCode) = (0x3FF0_0000_0000_0000, 0, 0x4008_0000, 2)
    }
    #expect(bench.execute(&zero) == BenchInterruption(cause: .data, dataExceptionCode: 0x40, instructionLength: 4))
    #expect(zero.fr[0] == 0x3FF0_0000_0000_0000 && zero.fpc == 0x4008_4000 && zero.conditionCode == 2)
    var overflow = state("ED0010000 01A") { s in
      (s.fr[0], s.fpc) = (0x7FEF_FFFF_FFFF_FFFF, 0x2000_0001)
      put([0x7F, 0xEF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], 0, &s)
    }
    overflow.text = 0xED00_1000_001A_0000
    #expect(bench.execute(&overflow) == BenchInterruption(cause: .data, dataExceptionCode: 0x20, instructionLength: 6))
    #expect(overflow.fr[0] == 0x1FFF_FFFF_FFFF_FFFF && overflow.fpc == 0x2000_2001 && overflow.conditionCode == 2)
    var inexact = state("B30D0002") { s in (s.fr[0], s.fr[2], s.fpc) = (0x3F80_0000_0000_0000, 0x4040_0000_0000_0000, 0x0800_0000)
    }
    #expect(bench.execute(&inexact)?.dataExceptionCode == 0x0C)
    #expect(inexact.fr[0] == 0x3EAA_AAAB_0000_0000 && inexact.fpc == 0x0800_0C00)
    // LOAD ROUNDED's trapped result fills the long register.
    var rounded = state("B3440002") { s in (s.fr[2], s.fpc) = (0x47F0_0000_0000_0000, 0x2000_0000) }
    #expect(bench.execute(&rounded)?.dataExceptionCode == 0x20)
    #expect(rounded.fr[0] == 0x27F0_0000_0000_0000)
  }

  @Test func `setting the FPC with signaling completes and then interrupts`() throws {
    let bench = try bench()
    var s = state("B3850020") { s in (s.gr[2], s.fpc) = (0x8000_0003, 0x0088_0000) }
    #expect(bench.execute(&s)?.dataExceptionCode == 0x83)
    #expect(s.fpc == 0x8088_8303)
  }

  // MARK: HFP exceptions

  @Test func `HFP exceptions follow the program mask and complete, but for zero divisors and negative roots`() throws {
    let bench = try bench()
    var overflow = state("3A02") { s in (s.fr[0], s.fr[2]) = (0x7FFF_FFFF_1234_5678, 0x7FFF_FFFF_0000_0000) }
    #expect(bench.execute(&overflow)?.cause == .hfpExponentOverflow)
    #expect(overflow.fr[0] == 0x001F_FFFF_1234_5678 && overflow.conditionCode == 2)
    for (mask, cause, value) in [
      (UInt64(2), ProgramInterruption.hfpExponentUnderflow, UInt64(0x7F80_0000_0000_0000)), (0, nil, 0),
    ]
      as [(UInt64, ProgramInterruption?, UInt64)]
    {
      var s = state("2402") { $0.fr[2] = 0x0010_0000_0000_0000 }
      #expect(bench.execute(&s, programMask: mask)?.cause == cause && s.fr[0] == value)
    }
    for (mask, cause, value) in [(1, .hfpSignificance, 0x4500_0000_0000_0000), (0, nil, 0)]
      as [(UInt64, ProgramInterruption?, UInt64)]
    {
      var s = state("2B02") { s in (s.fr[0], s.fr[2], s.conditionCode) = (0xC512_0000_0000_0000, 0xC512_0000_0000_0000, 3) }
      #expect(bench.execute(&s, programMask: mask)?.cause == cause && s.fr[0] == value && s.conditionCode == 0)
    }
    var division = state("3D02") { $0.fr[0] = 0x4110_0000_0000_0000 }
    #expect(bench.execute(&division)?.cause == .hfpDivide && division.fr[0] == 0x4110_0000_0000_0000)
    var root = state("B2450002") { $0.fr[2] = 0xC110_0000_0000_0000 }
    #expect(bench.execute(&root)?.cause == .hfpSquareRoot && root.fr[0] == 0)
  }

  // MARK: Decimal exceptions

  @Test func `decimal overflow stores, sets condition code 3 and interrupts if the mask says so`() throws {
    let bench = try bench()
    for mask in [UInt64(0), 4] {
      // AP 0(1,1),16(1,1): 9 + 5.
      var s = state("FA0010001010") { s in
        put([0x9C], 0, &s)
        put([0x5C], 16, &s)
      }
      #expect(bench.execute(&s, programMask: mask)?.cause == (mask == 0 ? nil : .decimalOverflow))
      #expect(s.memory[0] == 0x4C && s.conditionCode == 3)
    }
  }

  @Test func `decimal data, divide and specification exceptions leave everything as it was`() throws {
    let bench = try bench()
    var data = state("FA1010001010") { s in
      put([0x12, 0x39], 0, &s)
      put([0x00, 0x5C], 16, &s)
      s.fpc = 0x0000_3300
    }
    let before = data
    let end = bench.execute(&data)
    #expect(end?.cause == .data && end?.dataExceptionCode == 0 && data.memory == before.memory && data.fpc == 0)
    var division = state("FD1010001010") { s in
      put([0x12, 0x3C], 0, &s)
      put([0x1C], 16, &s)
    }
    #expect(bench.execute(&division)?.cause == .decimalDivide && division.memory[1] == 0x3C)
    for text in ["FC1110001010", "FD1110001010", "FCF810001010", "E92010001040", "E14010001040", "E13E10001040", "EA2010001040"] {
      var s = state(text)
      #expect(bench.execute(&s)?.cause == .specification, "\(text)")
    }
  }

  @Test func `CONVERT TO BINARY leaves the low bits of what does not fit, in its 32-bit forms`() throws {
    let bench = try bench()
    var s = state("4F201000") { s in
      put([0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x0D], 0, &s)
      s.gr[2] = 0x1234_5678_0000_0000
    }
    #expect(bench.execute(&s)?.cause == .fixedPointDivide && s.gr[2] == 0x1234_5678_4D2F_A200)
    var long = state("E3201000000E") { s in
      put([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0C], 0, &s)
      s.gr[2] = 77
    }
    #expect(bench.execute(&long)?.cause == .fixedPointDivide && long.gr[2] == 77)
    var good = state("E3201000000E") { s in
      put([0, 0, 0, 0, 0, 0, 0x92, 0x23, 0x37, 0x20, 0x36, 0x85, 0x47, 0x75, 0x80, 0x7D], 0, &s)
    }
    #expect(bench.execute(&good) == nil && Int64(bitPattern: good.gr[2]) == -Int64.max)
  }

  @Test func `EDIT AND MARK puts the address of the first significant digit into register 1`() throws {
    let bench = try bench()
    var s = state("DF0C10001020") { s in
      put([0x40, 0x20, 0x20, 0x6B, 0x20, 0x20, 0x21, 0x4B, 0x20, 0x20, 0x40, 0xC3, 0xD9], 0, &s)
      put([0x02, 0x57, 0x42, 0x6C], 32, &s)
    }
    #expect(bench.execute(&s) == nil && s.conditionCode == 2 && s.gr[1] == 2)
    #expect(s.memory[0..<13] == [0x40, 0x40, 0xF2, 0x6B, 0xF5, 0xF7, 0xF4, 0x4B, 0xF2, 0xF6, 0x40, 0x40, 0x40])
    var bad = state("DE0110001020") { s in
      put([0x40, 0x20], 0, &s)
      put([0xC0], 32, &s)
    }
    #expect(bench.execute(&bad)?.cause == .data && bad.memory[1] == 0x20)
  }

  @Test func `PACK ASCII and PACK UNICODE take all their digits`() throws {
    let bench = try bench()
    var ascii = state("E90210001040") { s in put([0x31, 0x32, 0x33], 64, &s) }
    #expect(bench.execute(&ascii) == nil && Array(ascii.memory[12..<16]) == [0x00, 0x00, 0x12, 0x3C])
    var unicode = state("E10310001040") { s in put([0x00, 0x39, 0x00, 0x38], 64, &s) }
    #expect(bench.execute(&unicode) == nil && Array(unicode.memory[12..<16]) == [0x00, 0x00, 0x09, 0x8C])
    // Of 32 digits the leftmost has no place.
    var long = state("E91F10001040") { s in put([UInt8](repeating: 0x37, count: 32), 64, &s) }
    #expect(bench.execute(&long) == nil && Array(long.memory[0..<2]) == [0x77, 0x77] && long.memory[15] == 0x7C)
  }

  @Test func `SHIFT AND ROUND DECIMAL takes six bits of the address as a signed shift`() throws {
    let bench = try bench()
    // Left by 2, and right by 1 (address 63) with 5.
    for (text, wanted, code) in [("F02010000002", [0x34, 0x50, 0x0D], 3), ("F0251000003F", [0x01, 0x23, 0x5D], 1)]
      as [(String, [UInt8], UInt8)]
    {
      var s = state(text) { put([0x12, 0x34, 0x5D], 0, &$0) }
      #expect(bench.execute(&s) == nil && Array(s.memory[0..<3]) == wanted && s.conditionCode == code, "\(s.memory[0..<3])")
    }
  }
}
