import X86

/// An instruction that lies in two pages is a block of its own. Its end may be anything by the time that it runs: the block looks
/// whether it is what was compiled. So is one of a page that is stored into again and again, as Linux's LOAD PSW in the prefix area:
/// such a page has write permission, and all of the instruction is looked at.
extension BlockEmitter {
  /// Goes on where the instruction's bytes in this page are what they were; otherwise it is interpreted.
  func emitGuard() {
    let bytes = min(UInt16(instruction.length), 4096 - instruction.offset)
    assembler.mov(.rcx, Memory(.rsp, StateOffset.fetchHost))
    var differs: [Fixup] = []
    var k: UInt16 = 0
    while k < bytes {
      let here = Memory(.rcx, Int32(instruction.offset + k)), text = instruction.text << UInt64(8 * k)
      if bytes - k >= 4 {
        assembler.arithmetic(.cmp, here, immediate: Int32(bitPattern: UInt32(text >> 32).byteSwapped), .bits32)
      } else {
        assembler.mov(.rax, UInt64(UInt16(text >> 48).byteSwapped))
        assembler.compare16(.rax, here)
      }
      differs.append(assembler.jump(.notZero))
      k += bytes - k >= 4 ? 4 : 2
    }
    append(.crossing, from: differs[0])
    if differs.count > 1 { stubs[stubs.count - 1].second = differs[1] }
  }
  /// Goes on where the next page is what it was and begins with the bytes that the instruction had; otherwise, or when there is
  /// nothing else, the instruction is interpreted, which fills the two sites: the page and `jumpTag`; the host address of the next
  /// page.
  /// - Parameter isCompiled: code of the instruction follows.
  func emitCrossing(isCompiled: Bool) {
    let page = memory.nextSite(), next = memory.nextSite()
    var differs: [Fixup] = []
    if isCompiled {
      assembler.mov(.rax, Memory(.rsp, StateOffset.fetchPage))
      assembler.arithmeticRelative(.cmp, .rax, memory.distance(from: assembler.cursor, toSite: page))
      differs.append(assembler.jump(.notZero))
      assembler.mov(.rax, Memory(.rsp, StateOffset.jumpTag))
      assembler.arithmeticRelative(.cmp, .rax, memory.distance(from: assembler.cursor, toSite: page) + 8)
      differs.append(assembler.jump(.notZero))
      assembler.movRelative(.rcx, memory.distance(from: assembler.cursor, toSite: next) + 8)
      differs.append(emitEndCheck(.rcx))
    }
    var stub = BlockStub(
      kind: .crossing, from: Fixup(end: assembler.cursor), text: instruction.text, descriptor: descriptor(), ordinal: ordinal,
      offset: instruction.offset)
    stub.site = page
    if differs.isEmpty { return emitCrossingCall(stub) }
    (stub.from, stub.second, stub.third) = (differs[0], differs[1], differs[2])
    stubs.append(stub)
  }
  /// Compares what `next` points to with the instruction's end, two or four bytes.
  private func emitEndCheck(_ next: Register) -> Fixup {
    let isLong = instruction.offset + UInt16(instruction.length) == 4100
    let end = (instruction.text << UInt64(8 * (4096 - instruction.offset))) >> 32
    if isLong {
      assembler.arithmetic(.cmp, Memory(next), immediate: Int32(bitPattern: UInt32(truncatingIfNeeded: end).byteSwapped), .bits32)
    } else {
      assembler.mov(.rax, UInt64(UInt16(truncatingIfNeeded: end >> 16).byteSwapped))
      assembler.compare16(.rax, Memory(next))
    }
    return assembler.jump(.notZero)
  }
  func emitCrossingCall(_ stub: BlockStub) {
    if let site = stub.site {
      assembler.leaRelative(.rax, memory.distance(from: assembler.cursor, toSite: site))
      assembler.mov(Memory(.rsp, StateOffset.accessSite), .rax)
    } else {
      assembler.mov(Memory(.rsp, StateOffset.accessSite), immediate: 0, .bits64)
    }
    assembler.mov(Memory(.rsp, StateOffset.descriptor), immediate: stub.descriptor, .bits32)
    emitCall(thunks.crossing)
  }
}

extension CPU {
  /// Interprets an instruction that lies in two pages, is guarded, or has only begun to look for its operand, whatever it is by
  /// now. Its block ends here.
  mutating func interpretAnew() -> UInt32 {
    let state = s
    _ = beginCalledInstruction()
    let address = state.pointee.instructionAddress, tag = state.pointee.front.jumpTag
    let text: InstructionText
    do { text = InstructionText(bits: try fetchText(address)) } catch {
      state.pointee.nextAddress = address
      return interrupt(error, fetching: true)
    }
    let next = ((address | 0xFFF) &+ 1) & state.pointee.addressMask
    if let site = UnsafeMutablePointer<UInt64>(bitPattern: UInt(state.pointee.compiled.accessSite)),
      address & 0xFFF &+ text.length > 4096, let host = try? hostForInstruction(next)
    {
      (site[0], site[1], site[3]) = (address & ~0xFFF, tag, UInt64(UInt(bitPattern: host)))
      tlb.noteInstructions(tlbEntry(of: next), tag: next | state.pointee.instructionTag)
    }
    state.pointee.instructionLength = text.length
    state.pointee.nextAddress = (address &+ text.length) & state.pointee.addressMask
    do { try dispatch(text) } catch { return interrupt(error) }
    return leave()
  }
}
