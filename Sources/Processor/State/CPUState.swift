import Storage

/// The registers of one CPU and what the engine keeps beside them, in one block at a fixed address.
///
/// Concurrency: only the CPU's own thread touches it while the CPU runs; others only while it is stopped.
package struct CPUState {
  /// Compiled code reaches these, and general registers 6 to 8, by short displacements.
  var front = CompiledFront()
  /// Logical address of the page that instructions are being fetched from, or `noPage`.
  package var fetchPage: UInt64 = CPUState.noPage
  /// General registers.
  package var gr: InlineArray<16, UInt64> = .init(repeating: 0)
  /// Between instructions the PSW's address; within one, the address of the next sequential instruction or the branch target.
  package var nextAddress: UInt64 = 0
  /// The address of the instruction being executed (of the target, under EXECUTE).
  package var instructionAddress: UInt64 = 0
  /// All ones under the addressing mode: 0xFFFFFF, 0x7FFFFFFF or 0xFFFF_FFFF_FFFF_FFFF.
  package var addressMask: UInt64 = 0xFF_FFFF
  /// Instructions executed, for --stats; while compiled code runs, without the last of them.
  package var instructionCount: UInt64 = 0
  /// Condition code, 0 to 3.
  package var conditionCode: UInt64 = 0
  /// The instruction length of the instruction being executed: 2, 4, 6; 0 when an interruption reports none.
  package var instructionLength: UInt64 = 0
  /// PSW bits 0-63 with the condition-code field zero.
  package var pswMask: UInt64 = 0

  /// Host address of the page that instructions are being fetched from.
  var fetchHost: UInt64 = 0

  // What a TLB tag carries in bits 52-63: context and key (see TLB). Of data accesses in the current space, or
  // `TLB.noContext` when each access must go the slow way.
  var dataTag: UInt64 {
    get { front.dataTag }
    set { front.dataTag = newValue }
  }
  /// The same of instruction fetches.
  var instructionTag: UInt64 = 0

  /// The dispatch table of the current mode.
  var handlers: UnsafeMutablePointer<Handler>
  /// Bytes of main storage, and the host address of its first.
  let storageSize: UInt64
  let storageBase: UnsafeMutableRawPointer
  /// Where the entries of each first byte of instructions begin: see `DispatchTables.index`.
  let opcodeIndex: UnsafeMutablePointer<UInt32>
  /// The entries of the CPU's TLB.
  let tlbEntries: TLBEntries

  /// Floating-point registers.
  package var fpr: InlineArray<16, UInt64> = .init(repeating: 0)
  /// Control registers.
  package var cr: InlineArray<16, UInt64> = .init(repeating: 0)
  /// Access registers.
  package var ar: InlineArray<16, UInt32> = .init(repeating: 0)
  /// Floating-point-control register.
  package var fpc: UInt32 = 0

  /// Absolute address of the prefix area; 8 KiB aligned (4 KiB in ESA/390).
  package var prefix: UInt64 = 0
  /// 1 = z/Architecture, 0 = ESA/390.
  package var isZArchitecture = false
  /// The z/Architecture PSW when SIGP SET ARCHITECTURE changed to ESA/390.
  var capturedPSW = PSW(mask: 0, instructionAddress: 0)
  /// Bits 16-31 of the TOD programmable register (SCKPF).
  package var todProgrammable: UInt64 = 0
  package var clockComparator: UInt64 = 0
  /// CPU timer = `cpuTimerBase` minus the TOD units that passed since `cpuTimerStart`.
  var cpuTimerBase: UInt64 = 0
  var cpuTimerStart: UInt64 = 0
  /// When the next timer condition comes up, and when the alarm goes off: `TODClock.monotonic` units, all ones for never.
  var timerMoment: UInt64 = .max
  var alarmMoment: UInt64 = 0
  /// Breaking-event address.
  package var breakingEventAddress: UInt64 = 1

  // Details of the program interruption that is being thrown.
  /// Translation-exception identification (real address 168).
  package var translationExceptionIdentification: UInt64 = 0
  /// Exception access identification (160), operand access identification (162), data-exception code (147), monitor class and code.
  package var exceptionAccessIdentification: UInt8 = 0
  package var operandAccessIdentification: UInt8 = 0
  package var dataExceptionCode: UInt8 = 0
  var monitorClass: UInt16 = 0
  package var monitorCode: UInt64 = 0

  // PER events of the current instruction, reported when it ends.
  package var perCode: UInt8 = 0
  package var perAddress: UInt64 = 0
  var perAccessIdentification: UInt8 = 0
  /// The space of a storage alteration: the ASCE identification.
  var perSpace: UInt64 = 0
  /// PSW bits 0-63 when the instruction began: the addressing-and-translation-mode identification.
  var perMask: UInt64 = 0

  /// What is done now may be undone: what it stores is noted, and clocks are read through the verification.
  var isRunUndoable = false

  /// What compiled code needs.
  var compiled = CompiledState()

  package static let noPage: UInt64 = 0x0000_0000_0000_0001
  /// An odd value: no branch has this address.
  static let noBreakingEvent: UInt64 = 0xFFFF_FFFF_FFFF_FFFF
  /// - Parameters:
  ///   - tlbEntries: the entries of this CPU's TLB, which looks them up here.
  ///   - storage: where table walks fetch, without a reference to count.
  ///   - dispatch: outlives the CPU, as its index and handlers are used from here.
  init(tlbEntries: TLBEntries, storage: AbsoluteStorage, dispatch: DispatchTables) {
    self.tlbEntries = tlbEntries
    storageSize = storage.size
    storageBase = storage.base
    opcodeIndex = dispatch.index
    handlers = dispatch.table(isProblemState: false, isZArchitecture: false, isSecondarySpace: false)
  }
}
