/// What verification keeps of a CPU's blocks: each runs compiled, is undone, and runs interpreted.
///
/// Concurrency: owned by the CPU's thread.
final class Verification {
  let log = StoreLog()
  /// The state before a block, and what the compiled run made of it.
  let before: UnsafeMutablePointer<CPUState>
  let compiled: UnsafeMutablePointer<CPUState>
  /// What clocks said in the first run, and how many of it the second run was told.
  private var readings: [UInt64] = []
  private var readingsTold: Int?
  /// An EXECUTE that was come upon has a target that must be left out.
  var hasForeignTarget = false
  /// The instructions of the second run.
  var texts: [UInt64] = []
  /// How many blocks were compared; how many instructions were only interpreted, by opcode, and because they lie in two pages.
  var blockCount = 0
  var leftOut: [UInt16: Int] = [:]
  var crossingCount = 0

  init() {
    before = .allocate(capacity: 2)
    compiled = before + 1
  }
  deinit { before.deallocate() }

  // MARK: Clocks

  func beginFirstRun() {
    readings.removeAll(keepingCapacity: true)
    readingsTold = nil
    hasForeignTarget = false
    log.begin()
  }
  func beginSecondRun() {
    readingsTold = 0
    texts.removeAll(keepingCapacity: true)
    log.begin()
  }
  /// What the run is told when a clock says `now`: the second run what the first one was.
  func reading(_ now: UInt64) -> UInt64 {
    guard let told = readingsTold else {
      readings.append(now)
      return now
    }
    readingsTold = told + 1
    return told < readings.count ? readings[told] : now
  }

  // MARK: What is left out

  /// Whether an instruction that is called may be in a verified block: all that it changes is the CPU's state and storage that the
  /// log sees, or is the same when it is done again, as a purge of the TLB is.
  static func covers(_ text: InstructionText) -> Bool { !foreign.contains(OpcodeMap.opcode(of: text)) }

  /// Instructions that ask or change what is neither state nor logged storage: devices, other CPUs, the machine, clocks, keys,
  /// tables of the control program.
  private static let foreign: Set<UInt16> = [
    // DIAGNOSE, IUCV, SERVC, SIGP.
    0x83, 0xB2F0, 0xB220, 0xAE,
    // I/O.
    0xB230, 0xB231, 0xB232, 0xB233, 0xB234, 0xB235, 0xB236, 0xB237, 0xB238, 0xB239, 0xB23A, 0xB23B, 0xB23C, 0xB25F, 0xB276,
    // SCK, SCKC, SPT, SPX.
    0xB204, 0xB206, 0xB208, 0xB210,
    // RRBE, SSKE, TB, PFMF.
    0xB22A, 0xB22B, 0xB22C, 0xB9AF,
    // IPTE, IDTE, CSP, CSPG.
    0xB221, 0xB98E, 0xB250, 0xB98A,
    // TRACE, TRACG.
    0x99, 0xEB0F,
    // PR, PC, PT, PTI, BAKR, MSTA, EREG, EREGG, ESTA.
    0x0101, 0xB218, 0xB228, 0xB99E, 0xB240, 0xB247, 0xB249, 0xB90E, 0xB24A,
    // BSA, BSG, RP, TRAP2, TRAP4, LASP.
    0xB25A, 0xB258, 0xB277, 0x01FF, 0xB2FF, 0xE500,
  ]
}
