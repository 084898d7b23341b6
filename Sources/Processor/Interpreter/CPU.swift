package import Storage
import Synchronization

/// One CPU: its registers, its TLB, and its way to storage and the rest of the machine. The interpreter is this type's
/// conformance to `Datapath`; routines are its methods.
///
/// It is two words, and must stay small: Swift copies a noncopyable struct whole for each call of a nonmutating method that
/// is not inlined. What it is made of lies behind the two pointers.
///
/// Concurrency: owned by the thread that operates it. Others reach it through `signals`.
package struct CPU: ~Copyable {
  /// Work on a CPU that is too long or too rare to be written on the datapath.
  package typealias Routine = (inout CPU, InstructionText) throws(ProgramInterruption) -> Void

  /// Registers, and what the engine reads at every instruction.
  package let s: UnsafeMutablePointer<CPUState>
  private let surroundings: UnsafeMutablePointer<Surroundings>

  /// - Parameter provisions: of `complex`, for this CPU alone.
  package init(address: UInt16, complex: ProcessorComplex, _ provisions: CPUProvisions) {
    let memory = provisions.memory
    let tlb = TLB(entries: memory.tlbEntries, large: memory.largeTLBEntries, origins: memory.origins)
    s = memory.state
    s.initialize(to: CPUState(tlbEntries: tlb.entries, storage: complex.storage, dispatch: complex.dispatch))
    surroundings = .allocate(capacity: 1)
    surroundings.initialize(
      to: Surroundings(
        storage: complex.storage, complex: complex, signals: complex.signals[Int(address)], tlb: tlb, address: address,
        memory: memory, compiler: provisions.compiler, storeLog: provisions.compiler?.log,
        durableStores: DurableStores(order: complex.storage.order)))
    CompiledCalls.install(into: s)
  }

  deinit {
    let memory = surroundings.pointee.memory
    surroundings.pointee.tlb.deallocate()
    surroundings.deinitialize(count: 1)
    surroundings.deallocate()
    memory.deallocate()
  }

  /// What a CPU is connected to, and flags that not every instruction looks at.
  private struct Surroundings {
    let storage: AbsoluteStorage
    let complex: ProcessorComplex
    let signals: CPUSignals
    var tlb: TLB
    let address: UInt16
    let memory: CPUMemory
    let compiler: Compiler?
    let storeLog: StoreLog?
    var durableStores: DurableStores
    var isExecuteTarget = false
    var executeAddress: UInt64 = 0
    var hasInvalidPSW = false
    var invalidPSWLength: UInt64 = 0
    var hasLoadedPSW = false
    var watchesEachInstruction = false
    var watch = ExecutionWatch()
    var isWatched = false
    var looksAtStorage = false
    var programInterruptionObserver: ProgramInterruptionObserver?
    var repeatedInterruptions = 0
    var interruptionCounts: InlineArray<6, UInt64> = .init(repeating: 0)
  }

  package typealias ProgramInterruptionObserver = @Sendable (borrowing CPU, ProgramInterruption) -> Void

  package var storage: AbsoluteStorage { surroundings.pointee.storage }
  package var complex: ProcessorComplex { surroundings.pointee.complex }
  package var signals: CPUSignals { surroundings.pointee.signals }
  var attention: UnsafeMutablePointer<Atomic<UInt32>> { surroundings.pointee.signals.attention }
  /// Where stores are noted, while blocks are verified.
  var storeLog: StoreLog? { surroundings.pointee.storeLog }
  /// What compiles code for this CPU, unless everything is interpreted.
  var compiler: Compiler? { surroundings.pointee.compiler }
  var jumpCache: UnsafeMutablePointer<JumpCacheEntry> { surroundings.pointee.memory.jumpCache }
  package var tlb: TLB {
    get { surroundings.pointee.tlb }
    nonmutating _modify { yield &surroundings.pointee.tlb }
  }
  /// This CPU's address, 0-65535.
  package var address: UInt16 { surroundings.pointee.address }
  /// Stores of the current instruction that are not yet durable.
  var durableStores: DurableStores {
    get { surroundings.pointee.durableStores }
    nonmutating _modify { yield &surroundings.pointee.durableStores }
  }
  var dispatch: DispatchTables { surroundings.pointee.complex.dispatch }
  /// The entry that a translation of `address` would be in.
  @inline(__always) func tlbEntry(of address: UInt64) -> TLBEntry { s.pointee.tlbEntries[TLBEntries.number(address)] }
  /// The table of the current mode.
  var handlers: UnsafeMutablePointer<Handler> {
    get { s.pointee.handlers }
    nonmutating set { s.pointee.handlers = newValue }
  }
  /// An EXECUTE is executing its target.
  var isExecuteTarget: Bool {
    get { surroundings.pointee.isExecuteTarget }
    nonmutating set { surroundings.pointee.isExecuteTarget = newValue }
  }
  /// Where that EXECUTE is.
  var executeAddress: UInt64 {
    get { surroundings.pointee.executeAddress }
    nonmutating set { surroundings.pointee.executeAddress = newValue }
  }
  /// A PSW was loaded that is invalid: the next thing that happens is an early specification exception.
  var hasInvalidPSW: Bool {
    get { surroundings.pointee.hasInvalidPSW }
    nonmutating set { surroundings.pointee.hasInvalidPSW = newValue }
  }
  /// The instruction length to report with it: that of SSM and STOSM, 0 after any other.
  var invalidPSWLength: UInt64 {
    get { surroundings.pointee.invalidPSWLength }
    nonmutating set { surroundings.pointee.invalidPSWLength = newValue }
  }
  /// How many program interruptions in a row interrupted what the one before led to.
  var repeatedInterruptions: Int {
    get { surroundings.pointee.repeatedInterruptions }
    nonmutating set { surroundings.pointee.repeatedInterruptions = newValue }
  }
  /// The instruction is LOAD PSW or LOAD PSW EXTENDED: it breaks the sequence and is no branch.
  var hasLoadedPSW: Bool {
    get { surroundings.pointee.hasLoadedPSW }
    nonmutating set { surroundings.pointee.hasLoadedPSW = newValue }
  }
  /// Every turn is one instruction: for whoever takes turns by hand.
  package var watchesEachInstruction: Bool {
    get { surroundings.pointee.watchesEachInstruction }
    nonmutating set { surroundings.pointee.watchesEachInstruction = newValue }
  }
  /// What is watched of this CPU's instructions. Accesses to storage that TLB entries permit are not seen: whoever adds
  /// watched storage flushes the TLB.
  package var watch: ExecutionWatch {
    _read { yield surroundings.pointee.watch }
    nonmutating _modify {
      yield &surroundings.pointee.watch
      surroundings.pointee.isWatched = surroundings.pointee.watch.isActive
      surroundings.pointee.looksAtStorage = surroundings.pointee.watch.looksAtStorage
    }
  }
  /// Something is watched: execution goes by `executeWatched`.
  var isWatched: Bool { surroundings.pointee.isWatched }
  /// Accesses to storage are watched.
  var looksAtStorage: Bool { surroundings.pointee.looksAtStorage }
  /// Called for each program interruption while set.
  package var programInterruptionObserver: ProgramInterruptionObserver? {
    get { surroundings.pointee.programInterruptionObserver }
    nonmutating set { surroundings.pointee.programInterruptionObserver = newValue }
  }
  /// How many interruptions were taken, by class: restart, external, supervisor call, program, machine check, I/O.
  package var interruptionCounts: InlineArray<6, UInt64> {
    get { surroundings.pointee.interruptionCounts }
    nonmutating _modify { yield &surroundings.pointee.interruptionCounts }
  }
}
