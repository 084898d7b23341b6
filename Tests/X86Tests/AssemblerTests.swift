import Testing
import X86

/// The assembler against GNU objdump: each form of an operand, each register.
@Suite(.enabled(if: Listing.hasObjdump, "needs the package binutils")) struct AssemblerTests {
  private static let widths: [(Width, Int)] = [(.bits32, 32), (.bits64, 64)]
  private static let arithmetic: [(ArithmeticOperation, String)] = [
    (.add, "add"), (.or, "or"), (.adc, "adc"), (.sbb, "sbb"), (.and, "and"), (.sub, "sub"), (.xor, "xor"), (.cmp, "cmp"),
  ]
  private static let conditions = ["o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"]

  private func expectSame(_ listing: Listing) throws {
    let differences = try listing.differences()
    #expect(differences.isEmpty, "\(differences.count) of \(listing.expected.count): \(differences.prefix(5))")
  }

  @Test func `operands in storage`() throws {
    var listing = Listing()
    for (k, m) in Memory.all.enumerated() {
      let r = Register.all[k * 7 % 16], (width, bits) = Self.widths[k / 8 & 1]
      listing.add("mov \(r.name(bits)),\(m.text(bits))") { $0.mov(r, m, width) }
      listing.add("mov \(m.text(bits)),\(r.name(bits))") { $0.mov(m, r, width) }
      listing.add("movbe \(r.name(bits)),\(m.text(bits))") { $0.movbe(r, m, width) }
      listing.add("movbe \(m.text(16)),\(r.name(16))") { $0.movbe16(m, r) }
      listing.add("mov \(m.text(8)),\(r.name(8))") { $0.mov8(m, r) }
      listing.add("lea \(r.name(64)),\(m.text(64).dropFirst("QWORD PTR ".count))") { $0.lea(r, m) }
      let (operation, name) = Self.arithmetic[k / 3 & 7]
      listing.add("\(name) \(r.name(bits)),\(m.text(bits))") { $0.arithmetic(operation, r, m, width) }
      listing.add("movsd xmm\(k & 15),\(m.text(64))") { $0.loadFloat(UInt8(k & 15), m, isDouble: true) }
      listing.add("movss \(m.text(32)),xmm\(k & 15)") { $0.storeFloat(m, UInt8(k & 15), isDouble: false) }
      // A VEX does not add a displacement of zero to RSP.
      let place = m.text(128).replacing("[rsp+0x0]", with: "[rsp]")
      listing.add("vpshufb xmm\(k & 15),xmm\(k * 3 & 15),\(place)") { $0.shuffleBytes(UInt8(k & 15), UInt8(k * 3 & 15), m) }
      listing.add("lock cmpxchg \(m.text(bits)),\(r.name(bits))") { $0.lockedCompareExchange(m, r, width) }
    }
    try expectSame(listing)
  }

  @Test func `immediate operands in storage`() throws {
    var listing = Listing()
    for (k, m) in Memory.all.enumerated() {
      let v = Memory.displacements[k / 5 & 7], (operation, name) = Self.arithmetic[k & 7]
      let text = v < 0 ? "0x" + String(UInt32(bitPattern: v), radix: 16) : v.text(signed: false)
      listing.add("mov \(m.text(32)),\(text)") { $0.mov(m, immediate: v, .bits32) }
      listing.add("mov \(m.text(64)),\(v.text(signed: false))") { $0.mov(m, immediate: v, .bits64) }
      listing.add("\(name) \(m.text(64)),\(v.text(signed: false))") { $0.arithmetic(operation, m, immediate: v) }
      listing.add("test \(m.text(8)),0x80") { $0.test8(m, immediate: 0x80) }
      listing.add("or \(m.text(8)),0x4") { $0.or8(m, immediate: 4) }
    }
    try expectSame(listing)
  }

  @Test func `two registers`() throws {
    var listing = Listing()
    for a in Register.all {
      for b in Register.all {
        let c = Register.all[Int(a.number + 3 * b.number) & 15]
        for (width, bits) in Self.widths {
          let (x, y) = (a.name(bits), b.name(bits))
          if a != b || width == .bits32 { listing.add("mov \(x),\(y)") { $0.mov(a, b, width) } }
          for (operation, name) in Self.arithmetic { listing.add("\(name) \(x),\(y)") { $0.arithmetic(operation, a, b, width) } }
          listing.add("test \(x),\(y)") { $0.test(a, b, width) }
          listing.add("imul \(x),\(y)") { $0.imul(a, b, width) }
          listing.add("shlx \(x),\(y),\(c.name(bits))") { $0.shift(.shlx, a, b, by: c, width) }
          listing.add("rorx \(x),\(y),0x1d") { $0.rorx(a, b, 29, width) }
          for (k, name) in Self.conditions.enumerated() where (k + Int(b.number)) & 3 == 0 {
            guard let condition = Condition(rawValue: UInt8(k)) else { continue }
            listing.add("cmov\(name) \(x),\(y)") { $0.move(if: condition, a, b, width) }
          }
        }
        listing.add("movzx \(a.name(32)),\(b.name(8))") { $0.zeroExtend8(a, b) }
        listing.add("movzx \(a.name(32)),\(b.name(16))") { $0.zeroExtend16(a, b) }
        listing.add("movsx \(a.name(64)),\(b.name(8))") { $0.signExtend8(a, b) }
        listing.add("movsxd \(a.name(64)),\(b.name(32))") { $0.signExtend32(a, b) }
        listing.add("mov \(a.name(8)),\(b.name(8))") { $0.mov8(a, b) }
        listing.add("lzcnt \(a.name(64)),\(b.name(64))") { $0.lzcnt(a, b) }
        listing.add("bextr \(a.name(32)),\(b.name(32)),\(c.name(32))") { $0.bextr(a, b, c) }
        listing.add("pext \(a.name(32)),\(b.name(32)),\(c.name(32))") { $0.pext(a, b, mask: c) }
        listing.add("mulx \(a.name(64)),\(b.name(64)),\(c.name(64))") { $0.mulx(a, b, c) }
        listing.add("movq xmm\(a.number),\(b.name(64))") { $0.mov(toFloat: a.number, b, .bits64) }
        listing.add("cvttsd2si \(a.name(64)),xmm\(b.number)") { $0.integerFromFloat(a, b.number, .bits64, isDouble: true) }
        listing.add("mulss xmm\(a.number),xmm\(b.number)") { $0.float(.multiply, a.number, b.number, isDouble: false) }
        listing.add("ucomisd xmm\(a.number),xmm\(b.number)") { $0.compareFloat(a.number, b.number, isDouble: true) }
        listing.add("vfmsub231sd xmm\(a.number),xmm\(b.number),xmm\(c.number)") {
          $0.multiplyAdd(a.number, b.number, c.number, isSubtracting: true, isDouble: true)
        }
      }
    }
    try expectSame(listing)
  }

  @Test func `one register, and none`() throws {
    var listing = Listing()
    for r in Register.all {
      for (width, bits) in Self.widths {
        let x = r.name(bits)
        listing.add("bswap \(x)") { $0.bswap(r, width) }
        listing.add("neg \(x)") { $0.neg(r, width) }
        listing.add("div \(x)") { $0.divide(by: r, width) }
        listing.add("sar \(x),0x1f") { $0.shift(.sar, r, 31, width) }
        listing.add("rol \(x),cl") { $0.rolByCL(r, width) }
        for (operation, name) in Self.arithmetic {
          listing.add("\(name) \(x),0x7f") { $0.arithmetic(operation, r, immediate: 127, width) }
          listing.add("\(name) \(x),0x80") { $0.arithmetic(operation, r, immediate: 128, width) }
        }
      }
      listing.add("mov \(r.name(32)),0xffffffff") { $0.mov(r, 0xFFFF_FFFF) }
      listing.add("mov \(r.name(64)),0xfffffffffffffff0") { $0.mov(r, ~15) }
      listing.add("movabs \(r.name(64)),0x123456789abcdef0") { $0.mov(r, 0x1234_5678_9ABC_DEF0) }
      listing.add("test \(r.name(8)),0x1") { $0.test8(r, immediate: 1) }
      listing.add("sets \(r.name(8))") { $0.set(.sign, r) }
      listing.add("push \(r.name(64))") { $0.push(r) }
      listing.add("pop \(r.name(64))") { $0.pop(r) }
      listing.add("jmp \(r.name(64))") { $0.jump(r) }
    }
    for (text, emit) in [
      ("lahf", { $0.lahf() }), ("sahf", { $0.sahf() }), ("cmc", { $0.cmc() }), ("ret", { $0.ret() }), ("mfence", { $0.mfence() }),
      ("rdtsc", { $0.readTimeStamp() }), ("cqo", { $0.signExtendPair() }),
    ] as [(String, (inout Assembler) -> Void)] { listing.add(text, emit) }
    try expectSame(listing)
  }

  @Test func `jumps, and operands relative to the instruction`() throws {
    var listing = Listing()
    for (k, name) in Self.conditions.enumerated() {
      guard let condition = Condition(rawValue: UInt8(k)) else { continue }
      // Each leads to itself: its displacement is as long as it is.
      let place = listing.assembler.cursor, here = String(listing.next, radix: 16)
      listing.add("j\(name) 0x\(here)") { Assembler.resolve($0.jump(condition), to: place) }
    }
    let place = listing.assembler.cursor, here = String(listing.next, radix: 16)
    listing.add("call 0x\(here)") { Assembler.resolve($0.call(), to: place) }
    for r in Register.all {
      for distance in [7, 0x100, -0x100] {
        let operand = "QWORD PTR [rip+0x" + String(UInt64(bitPattern: Int64(distance - 7)), radix: 16) + "]"
        listing.add("cmp \(r.name(64)),\(operand)") { $0.arithmeticRelative(.cmp, r, distance) }
        listing.add("mov \(r.name(64)),\(operand)") { $0.movRelative(r, distance) }
      }
    }
    try expectSame(listing)
  }

  @Test func `copies of code are the code`() throws {
    for count in 0...40 {
      let code = UnsafeMutablePointer<UInt8>.allocate(capacity: 128)
      defer { code.deallocate() }
      code.initialize(repeating: 0, count: 128)
      for k in 0..<48 { code[k] = UInt8(k + 1) }
      var assembler = Assembler(at: code + 64)
      assembler.copy(code, count)
      #expect(assembler.cursor == code + 64 + count)
      for k in 0..<count { #expect(code[64 + k] == UInt8(k + 1)) }
    }
  }
}
