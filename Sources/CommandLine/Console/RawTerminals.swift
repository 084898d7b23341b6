import Glibc
import Synchronization

/// The terminals of this process that are in raw mode, where a signal handler can find them. A process has one set of signal
/// handlers and they are given no context, so this cannot belong to a session.
///
/// Concurrency: a terminal is written before a slot leads to it, and neither changed nor freed later, as a handler may have it;
/// handlers call nothing that is not async-signal-safe (tcsetattr, sigaction, raise), and leave errno as it was.
enum RawTerminals {
  private struct Terminal {
    let descriptor: Int32
    var original: termios, raw: termios
  }
  /// Leads to a terminal while it is in raw mode.
  private typealias Slot = Atomic<UnsafeMutablePointer<Terminal>?>

  /// More than one only in tests.
  private static let count = 16
  private static let lock = Mutex(())

  /// Plain pointers, set once by `install`, so that a handler runs no lazy initialisation.
  nonisolated(unsafe) private static var slots: UnsafeMutablePointer<Slot>?
  nonisolated(unsafe) private static var previous: UnsafeMutablePointer<sigaction>?

  /// Signals that end a process; crashes as well, Swift's own traps (SIGILL, SIGTRAP) among them.
  static let endings: [Int32] = [
    SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGXCPU, SIGXFSZ, SIGABRT, SIGILL, SIGTRAP, SIGFPE, SIGBUS, SIGSEGV,
  ]

  static func add(_ descriptor: Int32, _ original: termios, _ raw: termios) -> Int? {
    lock.withLock { _ in
      install()
      guard let slots, let free = (0..<count).first(where: { slots[$0].load(ordering: .relaxed) == nil }) else { return nil }
      let terminal = UnsafeMutablePointer<Terminal>.allocate(capacity: 1)
      terminal.initialize(to: Terminal(descriptor: descriptor, original: original, raw: raw))
      slots[free].store(terminal, ordering: .releasing)
      return free
    }
  }

  static func remove(_ slot: Int) {
    lock.withLock { _ in
      guard let slots, let terminal = slots[slot].exchange(nil, ordering: .acquiringAndReleasing) else { return }
      tcsetattr(terminal.pointee.descriptor, TCSANOW, &terminal.pointee.original)
    }
  }

  /// All terminals get the mode they had; or raw mode, after a stop.
  fileprivate static func setAll(raw: Bool) {
    guard let slots else { return }
    let error = errno
    defer { errno = error }
    for k in 0..<count {
      guard let terminal = slots[k].load(ordering: .acquiring) else { continue }
      if raw {
        tcsetattr(terminal.pointee.descriptor, TCSANOW, &terminal.pointee.raw)
      } else {
        tcsetattr(terminal.pointee.descriptor, TCSANOW, &terminal.pointee.original)
      }
    }
  }

  // MARK: Handlers

  private static func install() {
    guard slots == nil else { return }
    let old = UnsafeMutablePointer<sigaction>.allocate(capacity: 128)
    old.initialize(repeating: sigaction(), count: 128)
    let all = UnsafeMutablePointer<Slot>.allocate(capacity: count)
    for k in 0..<count { (all + k).initialize(to: Slot(nil)) }
    previous = old
    slots = all

    for number in endings { install(number) { RawTerminals.end($0) } }
    install(SIGTSTP) { RawTerminals.stop($0) }
    install(SIGCONT) { _ in RawTerminals.setAll(raw: true) }
    atexit { RawTerminals.setAll(raw: false) }
  }

  /// Takes over `number`, unless it is ignored (as SIGHUP is under nohup) or is one that the emulator lives on (an access that
  /// fails, a floating-point exception of compiled code) and something handles it already. What comes to handle such a one
  /// later hands on to us what it cannot mend.
  private static func install(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    guard let previous else { return }
    sigaction(number, nil, &previous[Int(number)])
    let isMended = number == SIGSEGV || number == SIGBUS || number == SIGFPE
    let isOurs = isMended ? isDefault(previous[Int(number)]) : !isIgnored(previous[Int(number)])
    guard isOurs else { return }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    action.sa_flags = SA_RESTART | SA_ONSTACK
    sigaction(number, &action, nil)
  }

  private static func address(_ action: sigaction) -> Int {
    unsafeBitCast(action.__sigaction_handler, to: Int.self)
  }
  private static func isDefault(_ action: sigaction) -> Bool { address(action) == 0 }
  private static func isIgnored(_ action: sigaction) -> Bool { address(action) == 1 }

  /// Restores, then lets the signal do what it would have done.
  private static func end(_ number: Int32) {
    setAll(raw: false)
    if let previous { sigaction(number, &previous[Int(number)], nil) }
    raise(number)  // it is blocked until this handler returns
  }

  /// Restores for the time that the process is stopped; SIGCONT makes the terminals raw again.
  private static func stop(_ number: Int32) {
    let error = errno
    setAll(raw: false)
    raise(SIGSTOP)
    errno = error
  }
}
