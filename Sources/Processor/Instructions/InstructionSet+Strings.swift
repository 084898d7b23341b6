import Glibc

/// Strings that end with a character, and CHECKSUM (chapter 7). Condition code 3 ends an execution after about a page, never
/// before 256 bytes.
extension InstructionSet where Machine: ~Copyable {
  mutating func defineStrings() {
    routine("SRST", 0xB25E, .rre, .setsCC) { cpu, i throws(ProgramInterruption) in try cpu.searchString(i.e1, i.e2) }
    routine("SRSTU", 0xB9BE, .rre, .setsCC, .extendedTranslation3) { cpu, i throws(ProgramInterruption) in
      try cpu.searchUnicodeString(i.e1, i.e2)
    }
    routine("CLST", 0xB25D, .rre, .setsCC) { cpu, i throws(ProgramInterruption) in try cpu.compareStrings(i.e1, i.e2) }
    routine("MVST", 0xB255, .rre, .setsCC) { cpu, i throws(ProgramInterruption) in try cpu.moveString(i.e1, i.e2) }
    routine("CKSM", 0xB241, .rre, .setsCC) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.e2)
      try cpu.checksum(i.e1, i.e2)
    }
  }
}

extension CPU {
  /// The character in general register 0; bits 32-55 must be zero.
  private func endingCharacter() throws(ProgramInterruption) -> UInt8 {
    let v = gr32(0)
    if v > 0xFF { throw .specification }
    return UInt8(truncatingIfNeeded: v)
  }

  /// SEARCH STRING: R1 has the address after the string's end, R2 its beginning.
  mutating func searchString(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let character = try endingCharacter()
    var at = addressOperand(r2), scanned: UInt64 = 0
    var left = reduced(gr(r1) &- at.address)
    while scanned < 4096 && left > 0 {
      let count = min(left, fetchRoom(at.address))
      let host = try hostForFetch(at.address, at.base)
      if let found = memchr(host, Int32(character), Int(truncatingIfNeeded: count)) {
        let index = UnsafeRawPointer(found) - UnsafeRawPointer(host)
        setAddress(r1, reduced(at.address &+ UInt64(truncatingIfNeeded: index)))
        return setCC(1)
      }
      at.address = reduced(at.address &+ count)
      scanned &+= count
      left &-= count
    }
    if left == 0 { return setCC(2) }
    setAddress(r2, at.address)
    setCC(3)
  }

  /// SEARCH STRING UNICODE: characters of two bytes, of which bits 32-47 of general register 0 must be zero. An end within a
  /// character ends the search after it.
  mutating func searchUnicodeString(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let character = gr32(0)
    if character > 0xFFFF { throw .specification }
    var at = addressOperand(r2)
    let end = reduced(reduced(gr(r1)) &+ ((at.address ^ gr(r1)) & 1))
    for _ in 0..<2048 {
      if at.address == end { return setCC(2) }
      if try load16(at) == character {
        setAddress(r1, at.address)
        return setCC(1)
      }
      at.address = reduced(at.address &+ 2)
    }
    setAddress(r2, at.address)
    setCC(3)
  }

  mutating func compareStrings(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let end = try endingCharacter()
    var first = addressOperand(r1), second = addressOperand(r2), done: UInt64 = 0
    while done < 4096 {
      let count = min(fetchRoom(first.address), fetchRoom(second.address))
      let a = try hostForFetch(first.address, first.base), b = try hostForFetch(second.address, second.base)
      let k = CPU.endOfEqual(a, b, Int(truncatingIfNeeded: count), end)
      if k < Int(truncatingIfNeeded: count) {
        let x = a.load(fromByteOffset: k, as: UInt8.self), y = b.load(fromByteOffset: k, as: UInt8.self)
        if x == y { return setCC(0) }
        setAddress(r1, reduced(first.address &+ UInt64(truncatingIfNeeded: k)))
        setAddress(r2, reduced(second.address &+ UInt64(truncatingIfNeeded: k)))
        // The string that ends is the lower one.
        return setCC(x == end ? 1 : y == end ? 2 : x < y ? 1 : 2)
      }
      first.address = reduced(first.address &+ count)
      second.address = reduced(second.address &+ count)
      done &+= count
    }
    setAddress(r1, first.address)
    setAddress(r2, second.address)
    setCC(3)
  }

  /// How many of `count` bytes are equal and not the ending character, from the left.
  private static func endOfEqual(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int, _ end: UInt8) -> Int {
    let ends = UInt64(end) &* 0x0101_0101_0101_0101
    var k = 0
    while k &+ 8 <= count {
      let x = UInt64(littleEndian: a.loadUnaligned(fromByteOffset: k, as: UInt64.self))
      let y = UInt64(littleEndian: b.loadUnaligned(fromByteOffset: k, as: UInt64.self))
      // A byte that is zero here is an ending character; the lowest such byte is marked exactly.
      let v = x ^ ends
      let found = (v &- 0x0101_0101_0101_0101) & ~v & 0x8080_8080_8080_8080
      if x != y || found != 0 {
        let difference = (x ^ y).trailingZeroBitCount
        return k &+ min(difference, found.trailingZeroBitCount) / 8
      }
      k &+= 8
    }
    while k < count {
      let x = a.load(fromByteOffset: k, as: UInt8.self)
      if x != b.load(fromByteOffset: k, as: UInt8.self) || x == end { return k }
      k &+= 1
    }
    return count
  }

  /// MOVE STRING, the ending character included. Once a piece was moved, the next one's access exception is left to the next
  /// execution: one that nullifies this would have moved nothing.
  mutating func moveString(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let end = try endingCharacter()
    var target = addressOperand(r1), source = addressOperand(r2), done: UInt64 = 0
    while done < 4096 {
      var count = min(room(target.address), fetchRoom(source.address))
      let hasEnded: Bool
      do throws(ProgramInterruption) {
        let from = try hostForFetch(source.address, source.base)
        let found = memchr(from, Int32(end), Int(truncatingIfNeeded: count))
        hasEnded = found != nil
        if let found { count = UInt64(truncatingIfNeeded: UnsafeRawPointer(found) - UnsafeRawPointer(from) &+ 1) }
        CPU.Block.copyForward(try storePiece(target, count), from, Int(truncatingIfNeeded: count))
      } catch {
        if done == 0 { throw error }
        break
      }
      if hasEnded {
        setAddress(r1, reduced(target.address &+ count &- 1))
        return setCC(1)
      }
      target.address = reduced(target.address &+ count)
      source.address = reduced(source.address &+ count)
      done &+= count
    }
    setAddress(r1, target.address)
    setAddress(r2, source.address)
    setCC(3)
  }

  /// CHECKSUM: adds words with the carry out of bit 0 added at bit 31; a short last word is extended with zeros.
  mutating func checksum(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let left = length(r2 + 1)
    let step = min(left, 4096)
    var sum = gr32(r1)
    if step > 0 {
      let block = try fetchBlock(addressOperand(r2), Int(truncatingIfNeeded: step))
      var k = 0
      while k &+ 4 <= block.count {
        sum &+= UInt64(block.word(k))
        k &+= 4
      }
      var last: UInt64 = 0
      if k < block.count {
        for n in 0..<4 { last = last &<< 8 | (k &+ n < block.count ? UInt64(block[k &+ n]) : 0) }
      }
      sum &+= last
      while sum &>> 32 != 0 { sum = (sum & 0xFFFF_FFFF) &+ (sum &>> 32) }
    }
    setGR32(r1, sum)
    advance(r2, by: step)
    setLength(r2 + 1, left &- step)
    setCC(step < left ? 3 : 0)
  }
}
