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

  // MARK: Prefixes, opcode and operands

  /// Stores eight bytes, of which `count` count. An instruction is put together in a register: were its bytes stored one at a time,
  /// each would wait for the cursor of the one before.
  @inlinable @inline(__always) mutating func put(_ bits: UInt64, _ count: UInt64) {
    UnsafeMutableRawPointer(cursor).storeBytes(of: bits, as: UInt64.self)
    cursor += Int(truncatingIfNeeded: count)
  }
  /// The prefix, REX and the opcode.
  /// - Parameter registers: the bits of REX that registers need.
  /// - Returns: up to five bytes, the first lowest, and how many they are.
  @inlinable @inline(__always) func head(_ opcode: Opcode, _ registers: UInt8) -> (bits: UInt64, count: UInt64) {
    let rex = opcode.rex | registers, hasREX: UInt64 = rex != 0 ? 1 : 0
    var bits = opcode.bits &<< (8 &* hasREX) | (rex != 0 ? UInt64(rex) | 0x40 : 0), count = opcode.count &+ hasREX
    if opcode.prefix != 0 {
      bits = bits &<< 8 | opcode.prefix
      count &+= 1
    }
    return (bits, count)
  }
  /// An instruction without operands but a register in its opcode.
  @inlinable mutating func encode(_ code: UInt32, in register: UInt8, _ width: Width) {
    let (bits, count) = head(Opcode(code | UInt32(register & 7), width), register &>> 3)
    put(bits, count)
  }

  /// An instruction with a register and a register or opcode extension.
  @inlinable @inline(__always) mutating func encode(
    _ code: UInt32, _ reg: UInt8, _ rm: Register, _ width: Width = .bits32, bytes: Bool = false
  ) {
    encode(Opcode(code, width, bytes: bytes), reg, rm)
  }
  /// The same, where the opcode is known.
  @usableFromInline mutating func encode(_ opcode: Opcode, _ reg: UInt8, _ rm: Register) {
    let (bits, count) = head(opcode, (reg &>> 3) &<< 2 | rm.number &>> 3)
    put(bits | UInt64(0xC0 | (reg & 7) &<< 3 | rm.number & 7) &<< (8 &* count), count &+ 1)
  }

  /// An instruction with a register or opcode extension and an operand in storage.
  @inlinable @inline(__always) mutating func encode(
    _ code: UInt32, _ reg: UInt8, _ m: Memory, _ width: Width = .bits32, bytes: Bool = false
  ) {
    let opcode = Opcode(code, width, bytes: bytes)
    if m.base == .rsp && m.index == nil { encode(opcode, reg, stack: m.displacement) } else { encode(opcode, reg, m) }
  }
  /// The same, where the opcode is known.
  @usableFromInline mutating func encode(_ opcode: Opcode, _ reg: UInt8, _ m: Memory) {
    let (bits, count) = head(opcode, (reg &>> 3) &<< 2 | ((m.index?.number ?? 0) &>> 3) &<< 1 | m.base.number &>> 3)
    address(bits, count, reg, m)
  }
  /// The same of what RSP points to, which is most of what compiled code accesses.
  @usableFromInline mutating func encode(_ opcode: Opcode, _ reg: UInt8, stack displacement: Int32) {
    let (bits, count) = head(opcode, (reg &>> 3) &<< 2), isShort = displacement >= -128 && displacement <= 127
    let operand = UInt64((isShort ? 0x44 : 0x84) | (reg & 7) &<< 3) | 0x2400
    put(bits | operand &<< (8 &* count), count &+ 2)
    UnsafeMutableRawPointer(cursor).storeBytes(of: displacement, as: Int32.self)
    cursor += isShort ? 1 : 4
  }

  /// ModRM, SIB and displacement, behind `count` bytes.
  @inline(__always) mutating func address(_ head: UInt64, _ count: UInt64, _ reg: UInt8, _ m: Memory) {
    let field = (reg & 7) &<< 3, base = m.base.number & 7
    let isShort = m.displacement >= -128 && m.displacement <= 127
    // RBP and R13 as a base always have a displacement.
    let mode: UInt8 = m.displacement == 0 && base != 5 ? 0 : isShort ? 0x40 : 0x80
    let hasSIB = m.index != nil || base == 4
    let sib = m.scale &<< 6 | ((m.index?.number ?? 4) & 7) &<< 3 | base
    let operand = UInt64(mode | field | (hasSIB ? 4 : base)) | UInt64(hasSIB ? sib : 0) &<< 8
    put(head | operand &<< (8 &* count), count &+ (hasSIB ? 2 : 1))
    UnsafeMutableRawPointer(cursor).storeBytes(of: m.displacement, as: Int32.self)
    cursor += mode == 0 ? 0 : mode == 0x40 ? 1 : 4
  }
}

/// An opcode with what goes in front of it: mostly known where the instruction is, and then a number.
public struct Opcode: BitwiseCopyable, Sendable {
  /// Bits 0-23 the opcode's bytes as they follow each other, the first lowest; 24-31 how many; 32-39 a mandatory prefix, zero for none;
  /// 40-47 REX, zero when registers alone say whether there is one.
  @usableFromInline let packed: UInt64

  /// - Parameters:
  ///   - code: as it is read, one byte, 0Fxx or 0F38xx, with a mandatory prefix in bits 24-31.
  ///   - bytes: an operand is a byte: registers 4-7 are SPL, BPL, SIL and DIL only behind a REX.
  @inlinable @inline(__always) init(_ code: UInt32, _ width: Width = .bits32, bytes: Bool = false) {
    let read = code & 0xFF_FFFF, count = UInt64(read > 0xFFFF ? 3 : read > 0xFF ? 2 : 1)
    let bits = UInt64(read.byteSwapped &>> UInt32(truncatingIfNeeded: 32 &- 8 &* count))
    let rex: UInt64 = width == .bits64 ? 0x48 : bytes ? 0x40 : 0
    packed = bits | count &<< 24 | UInt64(code &>> 24) &<< 32 | rex &<< 40
  }
  @inlinable @inline(__always) var bits: UInt64 { packed & 0xFF_FFFF }
  @inlinable @inline(__always) var count: UInt64 { packed &>> 24 & 0xFF }
  @inlinable @inline(__always) var prefix: UInt64 { packed &>> 32 & 0xFF }
  @inlinable @inline(__always) var rex: UInt8 { UInt8(truncatingIfNeeded: packed &>> 40) }
}
