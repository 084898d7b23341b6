/// Lines from a pipe on their way to a guest, one at a time, when it is likely to listen.
///
/// Linux takes lines from the line-mode console long before a program has opened the terminal, and throws them away until
/// then (drivers/s390/char/sclp_tty.c: sclp_tty_input); and a terminal nobody reads keeps 4,095 bytes. So the first line waits
/// for a prompt, and so does each further one; but where no prompt comes, silence is taken for one.
package struct PacedInput {
  /// How long a silence must be to count as a prompt.
  package struct Patience: Hashable, Sendable {
    /// Before the first prompt: a kernel can be silent for long while it comes up.
    package var atFirst: Duration
    /// After it: the terminal is open and keeps what comes.
    package var later: Duration
    package init(atFirst: Duration = .seconds(30), later: Duration = .seconds(1)) {
      self.atFirst = atFirst
      self.later = later
    }
  }

  private let patience: Patience
  private var lines: ArraySlice<[UInt8]> = []
  private var partial: [UInt8] = []
  private var hasEnded = false
  private var isAtPrompt = false, hasSeenPrompt = false
  /// When the guest wrote or was given something last.
  private var lastEvent: ContinuousClock.Instant

  package init(_ patience: Patience, now: ContinuousClock.Instant) {
    self.patience = patience
    lastEvent = now
  }

  /// Whether to read on; a file of any size goes through a little memory.
  package var wantsMore: Bool { !hasEnded && lines.count < 64 && partial.count < 1 << 16 }

  /// Takes bytes as they were read; none at the end of input.
  package mutating func take(_ bytes: some Collection<UInt8>) {
    for byte in bytes {
      partial.append(byte)
      if byte == 0x0A { endLine() }
    }
    if bytes.isEmpty {
      hasEnded = true
      if !partial.isEmpty { endLine() }
    } else if partial.count >= 1 << 16 {
      endLine()
    }
  }

  private mutating func endLine() {
    lines.append(partial)
    partial = []
  }

  /// The guest wrote something, which ends in a prompt or not.
  package mutating func guestWrote(isPrompt: Bool, now: ContinuousClock.Instant) {
    lastEvent = now
    isAtPrompt = isPrompt
    if isPrompt { hasSeenPrompt = true }
  }

  /// The next line with its end, if it has one, when its time has come.
  /// - Parameter isGuestBusy: the silence of a guest that computes (a kernel that unpacks itself) is begun anew.
  package mutating func next(now: ContinuousClock.Instant, isGuestBusy: Bool = false) -> [UInt8]? {
    guard let line = lines.first, let wait = wait(now: now), wait <= .zero else { return nil }
    if isGuestBusy && !isAtPrompt {
      lastEvent = now
      return nil
    }
    lines = lines.dropFirst()
    if lines.isEmpty { lines = [] }
    isAtPrompt = false
    // A silence that was long enough once says that the guest prompts in some other way.
    hasSeenPrompt = true
    lastEvent = now
    return line
  }

  /// How long until `next` has a line even if the guest writes nothing; nil when there is none to send.
  package func wait(now: ContinuousClock.Instant) -> Duration? {
    if lines.isEmpty { return nil }
    if isAtPrompt { return .zero }
    return max(.zero, (hasSeenPrompt ? patience.later : patience.atFirst) - (now - lastEvent))
  }
}
