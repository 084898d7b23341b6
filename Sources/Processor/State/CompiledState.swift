import Synchronization

/// What compiled code looks at most: at the beginning of the state, where a displacement is one byte.
struct CompiledFront {
  /// The condition code while compiled code runs: bits 0-15 (of the host's word, 0 the lowest) AX after SETO AL and LAHF, bits 16-19
  /// the kind of operation that set the flags (`ConditionKind`); or, with `LateCondition.isLate`, what tells the flags of
  /// `conditionValue`. `CPUState.conditionCode` is void then.
  var condition: UInt32 = 0
  /// Bit 31 set: the last branch taken was at these bits 0-11 in the current page. Otherwise `breakingEventAddress` holds.
  var breakingEvent: UInt32 = 0
  /// The tag of data accesses in sites, bits 3-11 (the lowest is 0): stands for `dataTag` until a translation is purged.
  var siteTag: UInt64 = 0
  /// What an entry of the jump cache must have: mode, context, its epoch.
  var jumpTag: UInt64 = 0
  /// The attention word of the CPU's signals.
  var attention: UInt64 = 0
  /// Instructions until a branch back looks at it, and until they are added to `CPUState.instructionCount`.
  var untilLook: Int64 = 0
  /// The value whose flags are late, or the result.
  var conditionValue: UInt64 = 0
  /// See `CPUState.dataTag`.
  var dataTag: UInt64 = 0
}

/// What compiled code keeps in a CPU's state besides the registers. See `Compiler`.
package struct CompiledState {
  /// The host's stack pointer, to be restored when compiled code is left.
  var hostStack: UInt64 = 0
  /// RAX, RCX and RDX over a miss.
  var saved: InlineArray<4, UInt64> = .init(repeating: 0)
  /// Values that found no register.
  var spilled: InlineArray<8, UInt64> = .init(repeating: 0)
  /// An access that missed: its address, its site with what is said of it (`SiteAccess`; 0: it has none), and what leads from the
  /// address to the host's.
  var accessAddress: UInt64 = 0
  var accessSite: UInt64 = 0
  var accessAddend: UInt64 = 0
  /// A pointer to an operand while the other one of the instruction is found.
  var kept: UInt64 = 0
  /// The instruction that calls: bits 0-11 offset in the page, 12-15 length, 16-23 its number in the block, 24-31 bytes of the
  /// access less one.
  var descriptor: UInt32 = 0
  /// The jump that the dispatcher may lead to the block at `nextAddress`: where its displacement ends in the execution view, or 0.
  var link: UInt64 = 0
  /// Functions that compiled code calls.
  var routine: UInt64 = 0
  var crossing: UInt64 = 0
  var fetchMiss: UInt64 = 0
  var storeMiss: UInt64 = 0
  /// The CPU itself, while it executes compiled code; and its compiler, as an unretained reference.
  var cpu: UInt64 = 0
  var compiler: UnsafeMutableRawPointer?
  /// `AbsoluteStorage.hasChangedCode`.
  var changedCode: UnsafeMutablePointer<Atomic<Bool>>?
  /// The mode of the blocks that may run now.
  var mode = BlockMode(bits: 0)
  /// What the tags are for: the TLB's epochs, and the data tag.
  var serial: UInt64 = 0
  var dataTag: UInt64 = 0
  /// An operand that crosses a page, gathered.
  var gathered: InlineArray<16, UInt64> = .init(repeating: 0)
  /// General registers as they were before their halves were apart: see BlockEmitter+Halves.
  var wholes: InlineArray<16, UInt64> = .init(repeating: 0)
  /// The page ends of the accesses of a loop whose addresses rise, while it runs: `RisingAccess.stateCount` of them.
  var rising: InlineArray<8, RisingLimit> = .init(repeating: RisingLimit())
  /// The second operand of the operation whose flags are late: see `LateCondition`.
  var addend: UInt64 = 0
  /// Ones in bits 0-31: what a general register is ANDed with whose bits 32-63 are to be set.
  var highHalf: UInt64 = 0xFFFF_FFFF_0000_0000
  /// The block that was last left for another one of its page when it was time to look for attention; how often that was in a row.
  var passingBlock: UInt64 = 0
  var passingLooks: UInt32 = 0
  /// While the host's time-stamp counter is below this, nothing is pending that an enabled CPU would be interrupted by.
  var quietUntil: UInt64 = 0
  /// MXCSR in compiled code. What it calls is entered with it; whether compiled code must load it before it goes on.
  var floatControl: UInt32 = CompiledState.raisingFloatControl
  var isFloatControlLost: UInt32 = 1
  static let raisingFloatControl: UInt32 = 0x1000
  static let quietFloatControl: UInt32 = 0x1F80
  /// Compiled code looks at floating-point results instead of having the host raise exceptions: they were too many.
  var checksFloats = false
  /// Exceptions since the instruction count was this.
  var faults: UInt32 = 0
  var faultsBegan: UInt64 = 0
  /// After so many the CPU decides whether they came fast (`CompilerSettings.floatFaultLimit`).
  var faultLimit: UInt32 = .max
  /// What is looked for in floating-point results: see `FloatConstant`.
  var floatConstants: InlineArray<18, UInt64> = .init(repeating: 0)
  /// 8 >> condition code, by the bits of `condition` that PEXT with `ConditionKind.gathered` gathers.
  var conditionTable: InlineArray<256, UInt8> = .init(repeating: 0)
}
