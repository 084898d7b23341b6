/// The asynchronous-operation block of the extended asynchronous data mover, one page: a request block, a response block, and
/// up to 124 move-specification blocks. The Principles do not describe it; the layout is that of Linux
/// (arch/s390/include/asm/eadm.h).
///
///      0 program's token          64 format 0-3           128 + 32 k  format 0-3, operation 4-7
///      8 format 0-3               68 exception flags            1     flags: 40 indirect
///     10 command (1 move)         70 exception-control byte     2     block size in bits 12-15: 0 4 KiB, 1 1 MiB
///     14 number of MSBs           72 field-validity flags       4     blocks
///                                 75 exception qualifier        8     data address, or that of a list of AIDAWs
///                                 80 failing MSB, AIDAW,       16     address in storage-class memory
///                                    main and SCM address
enum AOB {
  static let size: UInt64 = 4096
  static let request: UInt64 = 0
  static let response: UInt64 = 64
  static let responseSize = 64
  static let moves: UInt64 = 128
  static let moveSize: UInt64 = 32
  static let moveLimit = 124
  static let move: UInt16 = 1
}

/// A move-specification block.
struct MoveSpecification {
  enum Operation: UInt8 { case clear = 0, read = 1, write = 2, release = 3 }
  /// nil: a code that does not exist.
  let operation: Operation?
  let isIndirect: Bool
  /// nil: a size that does not exist.
  let blockSize: UInt64?
  let blockCount: UInt64
  let dataAddress: UInt64
  let scmAddress: UInt64
  /// Format 0 without flags we do not know.
  let isValid: Bool

  init(_ bytes: [UInt8]) {
    let block = BlockReader(bytes)
    operation = Operation(rawValue: block.byte(0) & 0xF)
    let flags = block.byte(1)
    isIndirect = flags & 0x40 != 0
    let size = block.half(2) & 0xF
    blockSize = size == 0 ? 4096 : size == 1 ? 1 << 20 : nil
    blockCount = UInt64(block.word(4))
    dataAddress = block.doubleword(8)
    scmAddress = block.doubleword(16)
    isValid = block.byte(0) & 0xF0 == 0 && flags & ~0x40 == 0
  }
}

/// The response block of an operation that did not complete.
struct MoveFailure: Error {
  /// Exception-qualifier codes. Linux knows 22 only; the others are ours, and tell its trace what it was.
  enum Qualifier: UInt8 {
    case invalidRequest = 1
    case invalidMove = 2
    case storage = 3
    case noSuchMemory = 4
    case backend = 5
    case writeProhibited = 22
  }
  let qualifier: Qualifier
  /// Addresses of what failed; zero: not known.
  var move: UInt64 = 0
  var indirectWord: UInt64 = 0
  var data: UInt64 = 0
  var scm: UInt64 = 0

  func encode() -> [UInt8] {
    var block = BlockWriter(capacity: AOB.responseSize)
    block.put(UInt32(0))
    block.put(UInt8(0x80))
    block.put(UInt8(0))
    block.put(UInt8(0))
    block.put(UInt8(0))
    let validity = [move, indirectWord, data, scm].enumerated().reduce(UInt8(0)) {
      $1.element == 0 ? $0 : $0 | 0x80 >> UInt8($1.offset)
    }
    block.put(validity)
    block.put(UInt16(0))
    block.put(qualifier.rawValue)
    block.put(UInt32(0))
    for address in [move, indirectWord, data, scm] { block.put(address) }
    block.fill(to: AOB.responseSize)
    return block.bytes
  }
}
