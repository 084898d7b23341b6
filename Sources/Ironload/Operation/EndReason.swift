import Processor

/// Why a machine came to rest.
public enum EndReason: Hashable, Sendable, CustomStringConvertible {
  /// Every CPU stopped itself: how a guest powers off in a logical partition.
  case poweredOff
  /// A CPU loaded a PSW that waits with every interruption disabled.
  case disabledWait(mask: UInt64, address: UInt64)
  /// A CPU entered the check-stop state.
  case checkStop
  /// A CPU takes one program interruption after the other, each at the first instruction of the handler.
  case interruptionLoop(mask: UInt64, address: UInt64)
  /// Compiled code did what the interpreter does not: a fault of ours.
  case executionDiffers(String)
  /// Persistent memory could not be read, or not be written back: the guest had a machine check, and nothing it is promised
  /// from there on would hold. One line.
  case storageFailed(String)
  /// A load asked for by the guest failed.
  case loadFailed(LoadFailure)
  /// The guest asked for the start that it came from, and a file is not as it was.
  case restartFailed(ConfigurationError)
  /// Somebody outside ended the machine.
  case quit

  /// The reason in words, with what the operator needs to judge it.
  public var description: String {
    switch self {
    case .poweredOff: "the guest powered itself off"
    case .disabledWait(let mask, let address):
      "disabled wait: PSW \(hex(mask)) \(hex(address)): \(EndReason.meaning(ofWaitAddress: address))"
    case .checkStop: "a CPU is in the check-stop state: nothing but a reset gets it out"
    case .interruptionLoop(let mask, let address):
      "program interruptions without end: their new PSW \(hex(mask)) \(hex(address)) is invalid, or leads to what cannot be executed"
    case .executionDiffers(let description): description
    case .storageFailed(let line): line
    case .loadFailed(let failure): failure.description
    case .restartFailed(let error): error.description
    case .quit: "ended by the operator"
    }
  }

  /// What a disabled wait's address means to the programs we know.
  private static func meaning(ofWaitAddress address: UInt64) -> String {
    switch address {
    case 0: "the program ended, or a new PSW of the prefix area was never set"
    case 0xDEAD...0xDEAF: "Linux stopped after a panic"
    default: "the program's own wait code is the address"
    }
  }
}
