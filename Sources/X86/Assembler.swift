/// Encodes x86-64 instructions (Intel SDM volume 2, chapter 2) into bytes. Knows nothing of z/Architecture.
///
/// Code is written through one mapping and executed through another: operands relative to the instruction are distances in the second.
/// Up to eight bytes are stored at once, of which fewer may count: code is put where nothing follows yet.
///
/// Concurrency: a value of whoever compiles.
public struct Assembler {
  /// Where the next byte goes.
  public var cursor: UnsafeMutablePointer<UInt8>
  /// Begins at a place that can be written.
  @inlinable public init(at cursor: UnsafeMutablePointer<UInt8>) { self.cursor = cursor }

  // MARK: Bytes

  /// One byte of code.
  @inlinable public mutating func byte(_ b: UInt8) {
    cursor.pointee = b
    cursor += 1
  }
  /// Four bytes, the lowest first.
  @inlinable public mutating func int32(_ v: Int32) {
    UnsafeMutableRawPointer(cursor).storeBytes(of: v, as: Int32.self)
    cursor += 4
  }
  /// Eight bytes, the lowest first.
  @inlinable public mutating func int64(_ v: UInt64) {
    UnsafeMutableRawPointer(cursor).storeBytes(of: v, as: UInt64.self)
    cursor += 8
  }

  /// Copies code, and up to fifteen bytes behind it that do not count.
  public mutating func copy(_ code: UnsafePointer<UInt8>, _ count: Int) {
    for k in stride(from: 0, to: count, by: 16) {
      let piece = UnsafeRawPointer(code + k).loadUnaligned(as: SIMD2<UInt64>.self)
      UnsafeMutableRawPointer(cursor + k).storeBytes(of: piece, as: SIMD2<UInt64>.self)
    }
    cursor += count
  }

  // MARK: Prefixes, opcode and operands

  /// Stores eight bytes, of which `count` count. An instruction is put together in a register: were its bytes stored one at a time,
  /// each would wait for the cursor of the one before.
  @inlinable @inline(__always) mutating func put(_ bits: UInt64, _ count: UInt64) {
    UnsafeMutableRawPointer(cursor).storeBytes(of: bits, as: UInt64.self)
    cursor += Int(truncatingIfNeeded: count)
  }
  /// An instruction without operands but a register in its opcode.
  @inlinable @inline(__always) mutating func encode(_ code: UInt32, in register: UInt8, _ width: Width) {
    encode(Opcode(code, width), in: register)
  }
  /// The same, where the opcode is known.
  @usableFromInline mutating func encode(_ opcode: Opcode, in register: UInt8) {
    let registers = UInt64(register &>> 3), unused = opcode.unused(registers)
    put((opcode.bits | registers | UInt64(register & 7) &<< (opcode.size &- 8)) &>> unused, (opcode.size &- unused) &>> 3)
  }

  /// An instruction with a register and a register or opcode extension.
  /// - Parameter code: as it is read, one byte, 0Fxx or 0F38xx, with a prefix in bits 24-31.
  @inlinable @inline(__always) mutating func encode(
    _ code: UInt32, _ reg: UInt8, _ rm: Register, _ width: Width = .bits32, bytes: Bool = false
  ) {
    prefix(code)
    encode(Opcode(code, width, bytes: bytes), reg, rm)
  }
  /// The same, where the opcode is known.
  @usableFromInline mutating func encode(_ opcode: Opcode, _ reg: UInt8, _ rm: Register) {
    let registers = UInt64((reg &>> 3) &<< 2 | rm.number &>> 3), unused = opcode.unused(registers)
    let operand = UInt64(0xC0 | (reg & 7) &<< 3 | rm.number & 7) &<< opcode.size
    put((opcode.bits | registers | operand) &>> unused, (opcode.size &- unused) &>> 3 &+ 1)
  }

  /// An instruction with a register or opcode extension and an operand in storage.
  @inlinable @inline(__always) mutating func encode(
    _ code: UInt32, _ reg: UInt8, _ m: Memory, _ width: Width = .bits32, bytes: Bool = false
  ) {
    prefix(code)
    let opcode = Opcode(code, width, bytes: bytes)
    if m.base == .rsp && !m.hasIndex { encode(opcode, reg, stack: m.displacement) } else { encode(opcode, reg, m) }
  }
  /// The same, where the opcode is known.
  @usableFromInline mutating func encode(_ opcode: Opcode, _ reg: UInt8, _ m: Memory) {
    let registers = UInt64((reg &>> 3) &<< 2 | (m.index &>> 3) &<< 1 | m.base.number &>> 3), unused = opcode.unused(registers)
    address((opcode.bits | registers) &>> unused, opcode.size &- unused, reg, m)
  }
  /// The same of what RSP points to, which is most of what compiled code accesses.
  @usableFromInline mutating func encode(_ opcode: Opcode, _ reg: UInt8, stack displacement: Int32) {
    let registers = UInt64((reg &>> 3) &<< 2), unused = opcode.unused(registers)
    let isShort = displacement == Int32(truncatingIfNeeded: Int8(truncatingIfNeeded: displacement))
    let operand = UInt64((isShort ? 0x44 : 0x84) | (reg & 7) &<< 3) | 0x2400
    put((opcode.bits | registers | operand &<< opcode.size) &>> unused, (opcode.size &- unused) &>> 3 &+ 2)
    UnsafeMutableRawPointer(cursor).storeBytes(of: displacement, as: Int32.self)
    cursor += isShort ? 1 : 4
  }

  /// A prefix, mandatory or LOCK, comes in front of REX.
  @inlinable @inline(__always) mutating func prefix(_ code: UInt32) {
    if code > 0xFF_FFFF { byte(UInt8(truncatingIfNeeded: code &>> 24)) }
  }
  /// ModRM, SIB and displacement, behind `size` bits.
  @inline(__always) mutating func address(_ head: UInt64, _ size: UInt64, _ reg: UInt8, _ m: Memory) {
    let base = m.base.number & 7
    let isShort = m.displacement == Int32(truncatingIfNeeded: Int8(truncatingIfNeeded: m.displacement))
    // Without a displacement, with one byte, with four. RBP and R13 as a base always have one.
    let mode: UInt8 = m.displacement == 0 && base != 5 ? 0 : isShort ? 1 : 2
    let hasSIB = m.hasIndex || base == 4, sib = m.scale &<< 6 | (m.index & 7) &<< 3 | base
    let operand = UInt64(mode &<< 6 | (reg & 7) &<< 3 | (hasSIB ? 4 : base)) | UInt64(sib) &<< 8
    put(head | operand &<< size, size &>> 3 &+ (hasSIB ? 2 : 1))
    UnsafeMutableRawPointer(cursor).storeBytes(of: m.displacement, as: Int32.self)
    cursor += Int(mode &* mode)
  }
}

/// An opcode behind its REX: mostly known where the instruction is, and then a number.
public struct Opcode: BitwiseCopyable, Sendable {
  /// Bits 0-31 REX and the opcode's bytes as they follow each other, the first lowest; 32-39 how many bits they are; bit 40: REX stays
  /// even when no register needs it.
  @usableFromInline let packed: UInt64

  /// - Parameters:
  ///   - code: one byte, 0Fxx or 0F38xx as it is read; bits 24-31 do not count.
  ///   - bytes: an operand is a byte: registers 4-7 are SPL, BPL, SIL and DIL only behind a REX.
  @inlinable @inline(__always) init(_ code: UInt32, _ width: Width = .bits32, bytes: Bool = false) {
    let read = code & 0xFF_FFFF, size = UInt64(read > 0xFFFF ? 24 : read > 0xFF ? 16 : 8)
    let bits = UInt64(read.byteSwapped &>> UInt32(truncatingIfNeeded: 32 &- size)) &<< 8
    packed = bits | (width == .bits64 ? 0x48 : 0x40) | (size &+ 8) &<< 32 | (width == .bits64 || bytes ? 1 &<< 40 : 0)
  }
  @inlinable @inline(__always) var bits: UInt64 { packed & 0xFFFF_FFFF }
  @inlinable @inline(__always) var size: UInt64 { packed &>> 32 & 0xFF }
  /// The bits of a REX that is not needed.
  /// - Parameter registers: the bits of REX that registers need.
  @inlinable @inline(__always) func unused(_ registers: UInt64) -> UInt64 { packed &>> 40 | registers == 0 ? 8 : 0 }
}
