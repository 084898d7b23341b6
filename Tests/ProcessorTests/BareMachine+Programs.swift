import Processor
import Storage
import Synchronization

/// Programs that run in the interpreter's loop to their end: a DIAGNOSE, or a program interruption.
extension BareMachine {
  /// The code of that DIAGNOSE.
  static let stopCode: UInt16 = 0x500
  static let stopText: [UInt8] = [0x83, 0x00, 0x05, 0x00]
  /// Where the program-new PSW points: a DIAGNOSE.
  static let interruptionHandler: UInt64 = 0x1800

  /// A machine for programs: they are at 0x2000, and the AFP-register control is on.
  static func forPrograms(megabytes: UInt64 = 1, end: UInt64? = nil) -> BareMachine {
    let machine = BareMachine(megabytes: megabytes, end: end)
    machine.cpu.watchesEachInstruction = false
    machine.cpu.s.pointee.cr[0] |= CR0.afpRegister
    machine.load(mask: supervisor, address: 0x2000)
    machine[UInt64.self, Lowcore.program.new] = supervisor
    machine[UInt64.self, Lowcore.program.new + 8] = interruptionHandler
    machine.put(stopText, at: interruptionHandler)
    let services = machine.services
    machine.cpu.programInterruptionObserver = { _, cause in services.record(cause) }
    return machine
  }

  // MARK: Storage and registers

  func put(_ bytes: [UInt8], at address: UInt64) {
    for (k, byte) in bytes.enumerated() {
      storage.host(AbsoluteAddress(address + UInt64(k))).storeBytes(of: byte, as: UInt8.self)
    }
  }
  func bytes(_ count: Int, at address: UInt64) -> [UInt8] {
    (0..<count).map { storage.host(AbsoluteAddress(address + UInt64($0))).load(as: UInt8.self) }
  }
  func store<T: FixedWidthInteger & BitwiseCopyable>(_ v: T, at address: UInt64) { self[T.self, address] = v }
  func load<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type, at address: UInt64) -> T { self[T.self, address] }
  subscript(r: Int) -> UInt64 {
    get { cpu.s.pointee.gr[r] }
    set { cpu.s.pointee.gr[r] = newValue }
  }
  var conditionCode: UInt64 {
    get { cpu.s.pointee.conditionCode }
    set { cpu.s.pointee.conditionCode = newValue }
  }
  /// Replaces PSW bits 0-63; the instruction address stays.
  func setMask(_ mask: UInt64) { load(mask: mask, address: cpu.s.pointee.nextAddress) }

  // MARK: Running

  /// Puts `text` at `address`, followed by the end of the program, and executes it.
  /// - Returns: the program interruption it ended with; nil if it came to its end.
  @discardableResult
  func run(_ text: [UInt8], at address: UInt64 = 0x2000) -> ProgramInterruption? {
    put(text + BareMachine.stopText, at: address)
    return start(at: address)
  }

  /// Executes what is at `address`.
  func start(at address: UInt64) -> ProgramInterruption? {
    cpu.s.pointee.nextAddress = address
    _ = services.takeCause()
    cpu.s.pointee.fetchPage = CPUState.noPage
    cpu.signals.attention.pointee.store(0, ordering: .relaxed)
    cpu.execute()
    return services.takeCause()
  }

  /// The program-old PSW, after an interruption.
  var oldPSW: PSW { old(.program) }
}
