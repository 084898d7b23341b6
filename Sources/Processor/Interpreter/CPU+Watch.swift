import Synchronization

/// Execution while something watches: breakpoints, watched storage, steps, traces. A loop of its own, so that the ordinary
/// one has no test for it.
extension CPU {
  /// Executes until `attention` is requested or the watch stops the CPU.
  mutating func executeWatched() {
    let state = s, attention = self.attention
    // The watch changes by queued work alone, which is done outside this loop.
    let isDetailed = isPERActive || watchesEachInstruction || tracesImplicitly
    let traced = watch.tracedAddresses, filter = watch.filter
    let mayStop = watch.stepsLeft != nil || !watch.storageAreas.isEmpty
    var passes = watch.passes
    while attention.pointee.load(ordering: .relaxed) == 0 {
      let address = state.pointee.nextAddress
      if filter & ExecutionWatch.filterBit(address) != 0 && address != passes && watch.breakpoints.contains(address) {
        return stop(because: .breakpoint(address))
      }
      if passes != nil {
        passes = nil
        watch.passes = nil
        // Interruptions that waited for this instruction are next.
        requestAnotherLook()
      }
      if let traced, traced.contains(address) {
        executeTraced()
      } else if isDetailed {
        executeOne()
        requestAnotherLook()
      } else {
        executeQuickly(address)
      }
      if mayStop && stopsAfterInstruction() { return }
    }
  }

  /// One instruction without PER. What it does is what `executeOne` does.
  @inline(__always) private mutating func executeQuickly(_ address: UInt64) {
    s.pointee.instructionAddress = address
    let text: InstructionText
    do { text = InstructionText(bits: try fetchText(address)) } catch {
      interruptProgram(error, fetching: true)
      return
    }
    begin(text, at: address)
    do { try dispatch(text) } catch { interruptProgram(error, fetching: false) }
  }

  /// One instruction with a note of each store, told to the tracer. An instruction that cannot be fetched is told as the
  /// program interruption that it is, elsewhere.
  private mutating func executeTraced() {
    let before = s.pointee
    guard let text = peekInstruction(before.nextAddress) else { return executeOne() }
    // Stores that TLB entries permit would not be seen.
    watch.stores = []
    tlb.flushWriteTags()
    executeOne()
    let stores = watch.stores ?? []
    watch.stores = nil
    watch.tracer?(self, TracedInstruction(address: before.nextAddress, text: text, before: before, stores: stores))
  }

  /// Stops when a watched place was used, or the last step done: an instruction, or the interruption of an invalid PSW.
  mutating func stopsAfterInstruction() -> Bool {
    if let hit = watch.hit {
      stop(because: .storage(hit))
      return true
    }
    guard let left = watch.stepsLeft else { return false }
    watch.stepsLeft = left &- 1
    if left > 1 { return false }
    stop(because: .step)
    return true
  }

  /// Enters the stopped state on somebody's behalf; what was to be done before is forgotten.
  package mutating func stop(because cause: StopCause) {
    endSteps()
    requestAnotherLook()
    guard signals.state == .operating else { return }
    setState(.stopped)
    complex.services.stateChanged(address, .stopped(cause))
  }

  /// Forgets what was to be done until the CPU stops.
  mutating func endSteps() {
    guard isWatched else { return }
    watch.hit = nil
    watch.stepsLeft = nil
    watch.holdsInterruptions = false
  }

  /// The CPU was started at a breakpoint and has not executed the instruction there: interruptions wait, lest their handler come
  /// back to the breakpoint each time.
  var passesBreakpoint: Bool {
    guard let address = watch.passes, s.pointee.pswMask & PSW.wait == 0 else { return false }
    return address == s.pointee.nextAddress && watch.breakpoints.contains(address)
  }

  /// The start key. The breakpoint that the CPU stands at is passed.
  package mutating func start() {
    guard signals.state == .stopped else { return }
    watch.passes = s.pointee.nextAddress
    enter(.operating)
  }

  /// Begins `count` steps in the stopped state. The CPU stops after them.
  package mutating func step(_ count: UInt64, holdingInterruptions: Bool) {
    guard count > 0, signals.state == .stopped else { return }
    watch.stepsLeft = count
    watch.holdsInterruptions = holdingInterruptions
    start()
  }

  // MARK: Accesses to storage

  /// Called on the slow way of each access that succeeded. `count` is 0 when the instruction has not said how much of the page
  /// it will look at: then it counts to the page's end.
  func noteWatchedAccess(_ address: UInt64, _ kind: AccessKind, _ count: UInt64, absolute: UInt64) {
    guard kind != .instructionFetch else { return }
    let isStore = kind == .store
    let length = count == 0 ? 4096 &- address & 0xFFF : count
    if isStore { watch.stores?.append(StoredArea(address: address, absolute: absolute, count: length)) }
    guard watch.hit == nil else { return }
    let area = watch.storageAreas.first { (isStore ? $0.onStore : $0.onFetch) && $0.overlaps(address, count: length) }
    if let area { watch.hit = WatchHit(area: area, isStore: isStore) }
  }

  /// Whether an access to this page must go on taking the slow way.
  func mustWatchPage(of address: UInt64, _ kind: AccessKind) -> Bool {
    if kind == .store && watch.stores != nil { return true }
    return watch.storageAreas.contains { (kind == .store ? $0.onStore : $0.onFetch) && $0.touchesPage(of: address) }
  }
}
