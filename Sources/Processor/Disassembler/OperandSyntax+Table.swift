/// Which operands each format has, and the instructions that depart from their format.
extension OperandSyntax {
  /// - Parameter opcode: as rows have it: its first byte tells floating-point registers from general ones.
  static func syntax(_ mnemonic: String, _ format: InstructionFormat, opcode: UInt16) -> OperandSyntax {
    if let own = ofInstruction[mnemonic] { return own }
    let first = opcode < 0x100 ? opcode : opcode >> 8
    switch (format, first) {
    case (.rre, 0xB3): return OperandSyntax("f24 f28")
    case (.rr, 0x20...0x3F): return OperandSyntax("f8 f12")
    case (.rxA, 0x60), (.rxA, 0x67...0x70), (.rxA, 0x78...0x7F): return OperandSyntax("f8 dx")
    default: return ofFormat[format] ?? OperandSyntax("")
    }
  }

  private static let ofFormat: [InstructionFormat: OperandSyntax] = [
    .e: OperandSyntax(""), .i: OperandSyntax("u8.8"), .ie: OperandSyntax("u4.24 u4.28"),
    .mii: OperandSyntax("u4.8 rel12.12 rel24.24"), .smi: OperandSyntax("u4.8 rel16.32 d16"),
    .riA: OperandSyntax("r8 s16.16"), .riB: OperandSyntax("r8 rel16.16"), .riC: OperandSyntax("u4.8 rel16.16"),
    .rieA: OperandSyntax("r8 s16.16 u4.32"), .rieB: OperandSyntax("r8 r12 u4.32 rel16.16"),
    .rieC: OperandSyntax("r8 s8.32 u4.12 rel16.16"), .rieD: OperandSyntax("r8 r12 s16.16"),
    .rieE: OperandSyntax("r8 r12 rel16.16"), .rieF: OperandSyntax("r8 r12 u8.16 u8.24 u8.32"),
    .rieG: OperandSyntax("r8 s16.16 u4.12"),
    .rilA: OperandSyntax("r8 s32"), .rilB: OperandSyntax("r8 rel32.16"), .rilC: OperandSyntax("u4.8 rel32.16"),
    .ris: OperandSyntax("r8 s8.32 u4.12 d16"),
    .rr: OperandSyntax("r8 r12"), .rrM: OperandSyntax("u4.8 r12"), .rrd: OperandSyntax("f16 f24 f28"),
    .rre: OperandSyntax("r24 r28"), .rrfA: OperandSyntax("r24 r28 r16"), .rrfB: OperandSyntax("r24 r16 r28 u4.20?"),
    .rrfC: OperandSyntax("r24 r28 u4.16?"), .rrfD: OperandSyntax("r24 r28 u4.20"), .rrfE: OperandSyntax("f24 u4.16 f28 u4.20?"),
    .rrs: OperandSyntax("r8 r12 u4.32 d16"),
    .rsA: OperandSyntax("r8 r12 d16"), .rsB: OperandSyntax("r8 u4.12 d16"), .rsi: OperandSyntax("r8 r12 rel16.16"),
    .rslA: OperandSyntax("l4.8.16"),
    .rsyA: OperandSyntax("r8 r12 dy"), .rsyB: OperandSyntax("r8 u4.12 dy"),
    .rxA: OperandSyntax("r8 dx"), .rxB: OperandSyntax("u4.8 dx"), .rxe: OperandSyntax("f8 dx"), .rxf: OperandSyntax("f32 f8 dx"),
    .rxyA: OperandSyntax("r8 dxy"), .rxyB: OperandSyntax("u4.8 dxy"),
    .s: OperandSyntax("d16"), .si: OperandSyntax("d16 u8.8"), .sil: OperandSyntax("d16 s16.32"), .siy: OperandSyntax("dy u8.8"),
    .ssA: OperandSyntax("l8.16 d32"), .ssB: OperandSyntax("l4.8.16 l4.12.32"), .ssC: OperandSyntax("l4.8.16 d32 u4.12"),
    .ssD: OperandSyntax("lr d32 r12"), .ssE: OperandSyntax("r8 d16 r12 d32"), .ssF: OperandSyntax("d16 l8.8.32"),
    .sse: OperandSyntax("d16 d32"), .ssf: OperandSyntax("d16 d32 r8"),
  ]

  private static let ofInstruction: [String: OperandSyntax] = {
    var table: [String: OperandSyntax] = [:]
    for (mnemonics, syntax) in departures {
      for mnemonic in mnemonics.split(separator: " ") { table[String(mnemonic)] = OperandSyntax(syntax) }
    }
    return table
  }()

  /// Mnemonics, and what they have instead of their format's operands.
  private static let departures: [(String, StaticString)] = [
    ("SPM", "r8"), ("IPM EPAR ESAR ESEA IAC MSTA SSAR SSAIR EFPC SFPC SFASR", "r24"), ("LZER LZDR LZXR", "f24"),
    ("DXR SQDR SQER", "f24 f28"),
    ("EAR", "r24 a28"), ("SAR", "a24 r28"), ("CPYA", "a24 a28"), ("TAR", "a24 r28"),
    ("LOC LOCG LOCFH STOC STOCG STOCFH", "r8 dy u4.12"), ("LAM STAM", "a8 a12 d16"), ("LAMY STAMY", "a8 a12 dy"),
    ("LCTL STCTL", "c8 c12 d16"), ("LCTLG STCTG", "c8 c12 dy"),
    ("SLL SRL SLA SRA SLDL SRDL SLDA SRDA", "r8 d16"),
    ("ASI AGSI ALSI ALGSI", "dy s8.8"), ("CLHHSI CLFHSI CLGHSI", "d16 u16.32"), ("TP", "l4.8.16"),
    ("LMD", "r8 r12 d16 d32"), ("LPD LPDG", "r8 d16 d32"), ("PKU", "d16 l8.8.32"), ("PKA", "d16 l8.8.32"),
    ("STRAG", "d16 d32"), ("LDY LEY STDY STEY", "f8 dxy"),
    ("CLFIT CLGIT", "r8 u16.16 u4.32"), ("CLIB CLGIB", "r8 u8.32 u4.12 d16"), ("CLIJ CLGIJ", "r8 u8.32 u4.12 rel16.16"),
    ("CRT CGRT CLRT CLGRT PPA", "r24 r28 u4.16"), ("LOCR LOCGR LOCFHR", "r24 r28 u4.16"),
    ("PTLB PALB IPK CSCH HSCH RSCH XSCH SAL SCHM RCHP PR UPT TAM", ""),
    ("LPTEA", "r24 r16 r28 u4.20"), ("IDTE", "r24 r16 r28 u4.20?"), ("IPTE", "r24 r28 r16? u4.20?"), ("LDGR", "f24 r28"),
    ("LGDR", "r24 f28"),
    ("CPSDR", "f24 f16 f28"),
    (
      """
      LLIHH LLIHL LLILH LLILL IIHH IIHL IILH IILL NIHH NIHL NILH NILL OIHH OIHL OILH OILL TMLH TMLL TMHH TMHL
      """, "r8 u16.16"
    ),
    ("NIHF NILF OIHF OILF XIHF XILF IIHF IILF LLIHF LLILF ALFI ALGFI SLFI SLGFI CLFI CLGFI CLIH", "r8 u32"),
    // Conversions between floating-point and general registers, without and with modifiers.
    ("CEFR CDFR CXFR CEGR CDGR CXGR CDGTR CXGTR CDSTR CXSTR CDUTR CXUTR", "f24 r28"),
    (
      """
      CEFBRA CDFBRA CXFBRA CEGBRA CDGBRA CXGBRA CELFBR CDLFBR CXLFBR CELGBR CDLGBR CXLGBR
      """, "f24 u4.16 r28 u4.20"
    ),
    (
      """
      CFEBRA CFDBRA CFXBRA CGEBRA CGDBRA CGXBRA CLFEBR CLFDBR CLFXBR CLGEBR CLGDBR CLGXBR
      """, "r24 u4.16 f28 u4.20"
    ),
    ("LDXBRA LEDBRA LEXBRA", "f24 u4.16 f28 u4.20"), ("DIEBR DIDBR", "f24 f16 f28 u4.20"),
    ("CFER CFDR CFXR CGER CGDR CGXR CGDTR CGXTR", "r24 u4.16 f28"),
    ("CSDTR CSXTR", "r24 f28 u4.20"), ("CUDTR CUXTR ESDTR ESXTR EEDTR EEXTR", "r24 f28"), ("IEDTR IEXTR", "f24 f16 r28"),
  ]
}
