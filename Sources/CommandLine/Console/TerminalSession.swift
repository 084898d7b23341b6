import Sockets
import Synchronization
package import SystemPackage

/// The operator's side of a guest's consoles: keyboard and screen when standard input and output are a terminal, plain pipes
/// or files when they are not.
///
/// On a terminal, keys go to the guest at once: whole lines to the line-mode console, with a line editor; single bytes to the
/// VT220 console; but Ctrl-a begins a command of the operator's own (`TerminalKeys`). From a pipe, lines go one at a time, when
/// the guest seems to listen (`PacedInput`). The end of input ends nothing.
///
/// Concurrency: one thread reads the input and calls the handlers, without a lock held. `show` may be called on any thread and
/// never waits; the display and the pacing are guarded by `state`, so outputs never mix.
package final class TerminalSession: Sendable {
  /// Which of the guest's consoles the keyboard belongs to.
  package enum Keyboard: Sendable { case lineMode, vt220 }

  /// What input leads to.
  package struct Handlers: Sendable {
    /// A line for the line-mode console, without its end.
    package var enterLine: @Sendable (String) -> Void
    /// Bytes for the VT220 console.
    package var typeBytes: @Sendable ([UInt8]) -> Void
    /// Ask the guest to shut down.
    package var requestShutdown: @Sendable () -> Void
    /// End the run.
    package var quit: @Sendable () -> Void
    /// Whether the guest computes just now: its silence then is no sign that it listens.
    package var isGuestBusy: @Sendable () -> Bool
    package init(
      enterLine: @escaping @Sendable (String) -> Void, typeBytes: @escaping @Sendable ([UInt8]) -> Void,
      requestShutdown: @escaping @Sendable () -> Void, quit: @escaping @Sendable () -> Void,
      isGuestBusy: @escaping @Sendable () -> Bool = { false }
    ) {
      self.enterLine = enterLine
      self.typeBytes = typeBytes
      self.requestShutdown = requestShutdown
      self.quit = quit
      self.isGuestBusy = isGuestBusy
    }
  }

  struct State {
    var display: ConsoleDisplay
    var keyboard: Keyboard
    var keys = TerminalKeys()
    var editor = LineEditor()
    var watch = PromptWatch()
    var paced: PacedInput
    var mode: TerminalMode?
    var reader: InputThread?
    /// The run is over: no more is shown, and what was is still on its way.
    var isEnding = false
    var hasStopped = false
    /// The consoles that the guest has written to.
    var hasWritten: (lineMode: Bool, vt220: Bool) = (false, false)

    /// A guest writes much twice, to both consoles. Once the keyboard's console has been written to, it alone is shown.
    mutating func shows(_ console: Keyboard) -> Bool {
      if console == .lineMode { hasWritten.lineMode = true } else { hasWritten.vt220 = true }
      return keyboard == console || !(keyboard == .lineMode ? hasWritten.lineMode : hasWritten.vt220)
    }
  }

  let state: Mutex<State>
  let input: FileDescriptor
  /// Full while nobody reads what the guest writes.
  package let output: StreamOutput

  package init(
    keyboard: Keyboard, input: FileDescriptor = .standardInput, output: FileDescriptor = .standardOutput,
    patience: PacedInput.Patience = PacedInput.Patience()
  ) {
    self.input = input
    self.output = StreamOutput(output)
    state = Mutex(
      State(display: ConsoleDisplay(self.output), keyboard: keyboard, paced: PacedInput(patience, now: .now)))
  }

  // MARK: Output

  /// Shows a line of the line-mode console.
  package func show(line: String, isPrompt: Bool = false) {
    let isPrompt = isPrompt || PromptWatch.isPrompt(line)
    wrote(to: .lineMode, isPrompt: { _ in isPrompt }) { $0.show(line: line, isPrompt: isPrompt) }
  }

  /// Shows bytes of the VT220 console.
  package func show(bytes: [UInt8]) {
    wrote(to: .vt220, isPrompt: { $0.take(bytes) }) { $0.show(bytes: bytes) }
  }

  /// Shows a line for the operator that no guest wrote: on the terminal, else on the standard error stream.
  package func show(notice: String) {
    let isShown = state.withLock { state in
      if state.mode != nil { state.display.note([notice]) }
      return state.mode != nil
    }
    if !isShown { StandardError.write("ironload: \(notice)\n") }
  }

  private func wrote(to console: Keyboard, isPrompt: (inout PromptWatch) -> Bool, _ show: (inout ConsoleDisplay) -> Void) {
    let reader = state.withLock { state -> InputThread? in
      guard !state.isEnding, state.shows(console) else { return nil }
      show(&state.display)
      let isPrompt = isPrompt(&state.watch)
      state.paced.guestWrote(isPrompt: isPrompt, now: .now)
      return isPrompt ? state.reader : nil
    }
    reader?.wake()
  }

  // MARK: Start and end

  /// Makes a terminal raw and begins to read.
  /// - Returns: false when the host has no thread or pipe to give.
  @discardableResult
  package func start(_ handlers: Handlers) -> Bool {
    state.withLock { state in
      guard state.reader == nil, !state.hasStopped else { return true }
      state.mode = TerminalMode(raw: input)
      let isTerminal = state.mode != nil
      state.display.dropsQueries = !isTerminal
      state.reader = InputThread { [weak self] wakeup in
        self?.read(isTerminal: isTerminal, wakeup: wakeup, handlers)
      }
      return state.reader != nil
    }
  }

  /// Waits until what was shown is written, or the operator gives up; ends the reading and gives the terminal the mode it had.
  /// More calls do nothing. Not to be called by a handler.
  /// - Parameter patience: how long to wait at most, if there is a limit, for whoever reads what was shown.
  package func stop(patience: Duration? = nil) {
    state.withLock { state in
      state.isEnding = true
      state.display.finish()
    }
    output.finish(patience: patience)
    let reader = state.withLock { state in
      state.hasStopped = true
      state.mode = nil
      defer { state.reader = nil }
      return state.reader
    }
    reader?.wake()
    reader?.join()
  }

  // MARK: Input

  private func read(isTerminal: Bool, wakeup: Wakeup, _ handlers: Handlers) {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var isOpen = true
    while true {
      let (hasStopped, wantsMore, wait) = state.withLock { state in
        (state.hasStopped, isOpen && (isTerminal || state.paced.wantsMore), state.paced.wait(now: .now))
      }
      if hasStopped { return }
      guard InputThread.wait(for: wantsMore ? input : nil, or: wakeup, atMost: wait) else {
        sendPaced(handlers)
        continue
      }
      let count = (try? buffer.withUnsafeMutableBytes { try input.read(into: $0) }) ?? 0
      if count == 0 { isOpen = false }
      if isTerminal {
        for byte in buffer[..<count] { typed(byte, handlers) }
      } else {
        state.withLock { $0.paced.take(buffer[..<count]) }
        sendPaced(handlers)
      }
    }
  }

  private func sendPaced(_ handlers: Handlers) {
    let isBusy = handlers.isGuestBusy()
    let next = state.withLock { state in state.paced.next(now: .now, isGuestBusy: isBusy).map { ($0, state.keyboard) } }
    guard let (line, keyboard) = next else { return }
    switch keyboard {
    case .vt220: handlers.typeBytes(line)
    case .lineMode: handlers.enterLine(String(decoding: line.last == 0x0A ? line.dropLast() : line[...], as: UTF8.self))
    }
  }

  /// A key of a terminal.
  private func typed(_ byte: UInt8, _ handlers: Handlers) {
    let action: (() -> Void)? = state.withLock { state in
      switch state.keys.take(byte) {
      case nil: return nil
      case .byte(let byte):
        if state.keyboard == .vt220 { return { handlers.typeBytes([byte]) } }
        guard let line = state.editor.take(byte) else {
          state.display.show(typed: state.editor.text)
          return nil
        }
        state.display.entered(line, now: .now)
        return { handlers.enterLine(line) }
      case .command(.quit):
        if state.isEnding { output.giveUp() }
        return handlers.quit
      case .command(.help):
        state.display.note(TerminalKeys.help)
        return nil
      case .command(.requestShutdown):
        state.display.note(["asked the guest to shut down"])
        return handlers.requestShutdown
      case .command(.switchConsole):
        state.keyboard = state.keyboard == .vt220 ? .lineMode : .vt220
        state.display.show(typed: state.keyboard == .vt220 ? "" : state.editor.text)
        state.display.note([state.keyboard == .vt220 ? "keyboard to VT220 (ttysclp0)" : "keyboard to line mode (ttyS0)"])
        return nil
      }
    }
    action?()
  }
}
