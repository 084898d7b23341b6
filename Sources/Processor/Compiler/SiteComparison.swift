import X86

/// Code that compares an address with the site of its access and fetches what leads to the host's: a sixth of all code. It is put together
/// once for each register that may have the address, and copied.
struct SiteComparison {
  private var starts: InlineArray<3, UnsafePointer<UInt8>>
  private var size = 0
  /// From the beginning of it to the end of the mask, of the displacements to the site, and of the jump that is taken when the access
  /// misses.
  private var mask = 0, tag = 0, miss = 0, addend = 0

  /// Puts the code there.
  init(_ a: inout Assembler) {
    starts = InlineArray(repeating: UnsafePointer(a.cursor))
    for k in starts.indices {
      let register = HostRegisters.scratch(k), start = a.cursor
      starts[k] = UnsafePointer(start)
      a.arithmetic(.and, register, immediate: -4096)
      mask = a.cursor - start
      a.arithmetic(.or, register, Memory(.rsp, StateOffset.siteTag))
      a.arithmeticRelative(.cmp, register, 0)
      tag = a.cursor - start
      miss = a.jump(.notZero).end - start
      a.movRelative(register, 0)
      addend = a.cursor - start
      size = addend
    }
  }

  /// Puts a copy of it here.
  /// - Parameters:
  ///   - register: one for values, with the address.
  ///   - mask: the bits of the address that are compared, at least those of the page.
  /// - Returns: the jump that is taken when the access misses.
  func emit(_ a: inout Assembler, _ register: Register, mask bits: Int32, site: Int, _ memory: CodeMemory) -> Fixup {
    let copy = a.cursor
    a.copy(starts[Int(register.number)], size)
    Assembler.set(Fixup(end: copy + mask), bits)
    Assembler.set(Fixup(end: copy + tag), Int32(truncatingIfNeeded: memory.distance(from: copy + tag, toSite: site)))
    Assembler.set(Fixup(end: copy + addend), Int32(truncatingIfNeeded: memory.distance(from: copy + addend, toSite: site) + 8))
    return Fixup(end: copy + miss)
  }
}
