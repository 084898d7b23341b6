/// What a debugger, the operator or a trace wants to see of one CPU's instructions. Empty, it costs nothing: the CPU then
/// runs its ordinary loop.
///
/// Concurrency: owned by the CPU's thread; others change it by work that they queue there.
package struct ExecutionWatch {
  /// Addresses, as the PSW has them, before whose instruction the CPU stops, in whatever space.
  package var breakpoints: Set<UInt64> = [] {
    didSet { filter = breakpoints.reduce(0) { $0 | ExecutionWatch.filterBit($1) } }
  }
  /// Places in storage whose use stops the CPU, after the instruction that used them.
  package var storageAreas: [WatchedArea] = []
  /// The CPU stops after this many instructions.
  package var stepsLeft: UInt64?
  /// Pending interruptions wait while the CPU steps: a debugger's step is not to end in the timer's interruption.
  package var holdsInterruptions = false
  /// Instructions at these addresses are told to `tracer` when they have ended.
  package var tracedAddresses: ClosedRange<UInt64>?
  package var tracer: (@Sendable (borrowing CPU, TracedInstruction) -> Void)?

  /// One bit for each address's low bits: most instructions need no look at the set.
  private(set) var filter: UInt64 = 0
  /// Where the CPU was started: a breakpoint there does not stop it before its first instruction.
  var passes: UInt64?
  /// The use of a watched area by the instruction in progress.
  var hit: WatchHit?
  /// While an instruction is traced: the stores it made, in order.
  var stores: [StoredArea]?

  package init() {}

  /// Whether the CPU must go instruction by instruction, with a look at the watch.
  var isActive: Bool {
    !breakpoints.isEmpty || !storageAreas.isEmpty || stepsLeft != nil || tracedAddresses != nil
  }
  /// Whether accesses to storage are looked at.
  var looksAtStorage: Bool { !storageAreas.isEmpty || stores != nil }

  @inline(__always) static func filterBit(_ address: UInt64) -> UInt64 { 1 &<< (address &>> 1 & 63) }
}

/// Bytes at logical addresses, or real ones without DAT, whose use stops a CPU.
public struct WatchedArea: Hashable, Sendable {
  /// The first byte.
  public var address: UInt64
  /// At least 1; the area does not wrap.
  public var count: UInt64
  /// Stores count.
  public var onStore: Bool
  /// Fetches count; an update is a store.
  public var onFetch: Bool

  /// `count` bytes at `address`.
  public init(address: UInt64, count: UInt64, onStore: Bool, onFetch: Bool) {
    self.address = address
    self.count = min(max(count, 1), UInt64.max &- address)
    self.onStore = onStore
    self.onFetch = onFetch
  }

  func overlaps(_ other: UInt64, count otherCount: UInt64) -> Bool {
    other <= address &+ (count &- 1) && address <= other &+ (otherCount &- 1)
  }
  func touchesPage(of other: UInt64) -> Bool { overlaps(other & ~0xFFF, count: 4096) }
}

/// A use of a watched area.
public struct WatchHit: Hashable, Sendable {
  /// What was watched.
  public var area: WatchedArea
  /// Stored, not fetched.
  public var isStore: Bool
}

/// Bytes that an instruction stored, where they are in absolute storage too.
package struct StoredArea: Hashable, Sendable {
  package var address: UInt64
  package var absolute: UInt64
  package var count: UInt64
}

/// An instruction that has ended, for a trace.
package struct TracedInstruction {
  package let address: UInt64
  package let text: InstructionText
  /// The CPU's registers when it began.
  package let before: CPUState
  package let stores: [StoredArea]
}

/// Why a CPU is in the stopped state.
public enum StopCause: Hashable, Sendable {
  /// SIGNAL PROCESSOR or a reset.
  case program
  /// The operator's stop key, or a debugger.
  case `operator`
  /// As many instructions as were asked for have been executed.
  case step
  /// The instruction at this address is next.
  case breakpoint(UInt64)
  /// The instruction before used a watched place.
  case storage(WatchHit)
}
