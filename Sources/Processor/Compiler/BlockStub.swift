import X86

/// Code that is emitted behind the block.
struct BlockStub {
  enum Kind {
    /// A fetch that missed its site: the addend goes into `register`.
    case fetch(Register)
    /// A store that missed; comes back, or the instruction is interpreted.
    case store(Register)
    /// The instruction is interpreted.
    case interpretation
    /// The same; the block ends behind it.
    case departure
    /// The same; it compares, and the flags are to say how.
    case comparison
    /// The same, of numbers that may be unordered.
    case floatComparison
    /// The instruction lies in two pages and is interpreted.
    case crossing
    /// The condition code is late: the word of its flags goes into the register.
    case lateCondition(Register)
    /// A branch that is taken: to an offset in the page.
    case branch(UInt16)
    /// A branch that the block follows and that is not taken: the offset behind it.
    case fallThrough(UInt16)
    /// A branch that is taken, to the address in RAX or that the node computes.
    case leave(UInt16)

    var isBranch: Bool {
      switch self {
      case .branch, .fallThrough, .leave: true
      default: false
      }
    }
    var isOfFloats: Bool { if case .floatComparison = self { true } else { false } }
    var isStore: Bool { if case .store = self { true } else { false } }
    /// The register that is to have the addend of an access.
    var addend: Register? {
      switch self {
      case .fetch(let register), .store(let register): register
      default: nil
      }
    }
  }
  var kind: Kind
  var from: Fixup?
  var second: Fixup?
  var third: Fixup?
  /// Instructions whose floating-point exceptions lead here.
  var faults = FloatFaults()
  /// The access: base, displacement, size, and its site, if it has one.
  var base: Register = .rax
  var displacement: Int32 = 0
  var size = 1
  /// An operand that is not on its boundary is not to be accessed: the instruction is interpreted.
  var isAligned = false
  /// RDX has the bytes less one, instead of `size`.
  var isCounted = false
  /// The block ends behind an instruction whose store is interpreted.
  var departs = false
  var site: Int?
  /// What is said of the access at its site.
  var siteAccess: SiteAccess = []
  /// The limit in the state of an access whose address rises.
  var rising: Int?
  /// It is of the second copy of a loop.
  var isInLoop = false
  /// Where the code goes on: at the access, and behind the instruction.
  var resume: UnsafeMutablePointer<UInt8>?
  var after: UnsafeMutablePointer<UInt8>?
  /// What host registers hold there, which a call loses; of a branch, what they hold where it is taken.
  var floatsAtResume = FloatRegisters()
  var floatsAfter = FloatRegisters()
  /// What is to be done first.
  var deferred = Deferred()
  var text: UInt64
  var descriptor: Int32
  var ordinal: Int
  var offset: UInt16
}

/// A branch back that should look whether something wants attention: behind the block. RAX and the flags are free there.
struct AttentionLook {
  let from: Fixup
  /// Where it goes on if nothing does; otherwise the block is left for the offset in the page.
  let resume: UnsafeMutablePointer<UInt8>
  let target: UInt16
  let deferred: Deferred
  /// It leads to another block: whether the blocks are a loop is of interest.
  let isPassing: Bool
}
