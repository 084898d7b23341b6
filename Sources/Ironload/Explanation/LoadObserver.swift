import ChannelIO
import Storage
import Tracing

/// Makes steps of what the tracer tells while a machine loads.
///
/// Concurrency: the tracer calls one at a time; the rest is used before the load begins or after it has ended.
final class LoadObserver: @unchecked Sendable {
  /// More steps than this are no load that anybody would read about; the program is stopped.
  static let stepLimit = 100_000
  /// Searches that are repeated make no steps: a bound on everything that happens.
  static let eventLimit = 5_000_000

  private(set) var steps: [LoadStep] = []
  private(set) var sense: [UInt8] = []
  /// The place that the PSW was loaded from.
  private(set) var pswAddress: UInt64?
  /// The program was stopped, since it did not end.
  private(set) var isStopped = false
  /// The machine's storage; set before the load.
  var storage: AbsoluteStorage?
  /// Stops the channel program; set before the load.
  var stop: @Sendable () -> Void = {}

  private var events = 0
  /// What of storage was brought by which step, newest last.
  private var origins: [(piece: StorageSpan, step: Int)] = []
  private var continuesData = false

  func observe(_ record: TraceRecord) {
    if isStopped { return }
    events += 1
    if steps.count >= Self.stepLimit || events >= Self.eventLimit {
      isStopped = true
      stop()
      return
    }
    switch record.event {
    case let event as CCWEvent: add(event)
    case let event as TransferInChannelEvent: add(event)
    case let event as ProgramStartEvent:
      append(
        .start(.init(address: event.orb.programAddress, control: event.orb.control, refusal: event.refusal?.description)))
    case let event as ProgramEndEvent:
      append(
        .end(
          .init(
            reason: event.reason.rawValue, unitStatus: event.deviceStatus.rawValue,
            subchannelStatus: event.subchannelStatus.rawValue, ccwAddress: event.ccwAddress)))
    case let event as SenseEvent: sense = event.bytes
    case let event as LoadEvent: add(event)
    default: break
    }
  }

  private func append(_ action: LoadStep.Action) { steps.append(LoadStep(number: steps.count + 1, action: action)) }

  private func add(_ event: LoadEvent) {
    if event.step == .loadsPSW { pswAddress = event.address }
    let piece = event.count > 0 ? StoragePiece(address: event.address, count: UInt64(event.count)) : nil
    append(.procedure(.init(step: event.step.rawValue, piece: piece, text: event.text)))
    if let piece, event.step == .stores {
      origins.append((StorageSpan(address: piece.address, count: piece.count), steps.count))
    }
  }

  /// The step that brought the eight bytes at `address`.
  private func origin(of address: UInt32) -> Int? {
    let ccw = StorageSpan(address: UInt64(address), count: 8)
    return origins.last { $0.piece.overlaps(ccw) }?.step
  }

  /// What a doubleword of storage holds now.
  private func word(at address: UInt32) -> UInt64? {
    let address = AbsoluteAddress(UInt64(address))
    guard let storage, storage.contains(address, count: 8) else { return nil }
    return storage.load(UInt64.self, at: address)
  }

  private func add(_ event: CCWEvent) {
    // A CCW may have been read over by itself: who brought it is asked first.
    let origin = origin(of: event.address)
    let pieces = event.spans.map { StoragePiece(address: $0.address, count: $0.count) }
    let overwritesItself =
      event.isInput && event.spans.contains { $0.overlaps(StorageSpan(address: UInt64(event.address), count: 8)) }
    let current = event.ccw.map { event.isFormat1 ? $0.format1 : $0.format0 }
    let isCopy = !overwritesItself && current != nil && !isSame(current, word(at: event.address), event.isFormat1)
    let command = LoadStep.Command(
      address: event.address,
      ccw: event.ccw.map { .init(code: $0.command, flags: $0.flags.rawValue, count: $0.count, dataAddress: $0.dataAddress) },
      name: event.commandName ?? "", continuesData: continuesData, broughtBy: isCopy ? nil : origin, isCopy: isCopy, passes: 1,
      residual: event.residual, stored: event.isInput ? pieces : [], fetched: event.isInput ? [] : pieces,
      firstBytes: event.firstBytes,
      place: event.position.map { VolumePlace(cylinder: $0.cylinder, head: $0.head, record: $0.record) },
      unitStatus: event.deviceStatus?.rawValue, subchannelStatus: event.subchannelStatus.rawValue)
    continuesData = event.deviceStatus == nil
    if foldRepetition(command) { return }
    append(.command(command))
    if event.isInput { for span in event.spans { origins.append((span, steps.count)) } }
  }

  /// Byte 5 of a format-0 CCW means nothing.
  private func isSame(_ a: UInt64?, _ b: UInt64?, _ isFormat1: Bool) -> Bool {
    guard let a, let b else { return false }
    return isFormat1 ? a == b : (a ^ b) & ~0xFF_0000 == 0
  }

  private func add(_ event: TransferInChannelEvent) {
    let isCopy = word(at: event.address) != event.word
    append(
      .transfer(
        .init(
          address: event.address, target: event.target, broughtBy: isCopy ? nil : origin(of: event.address),
          targetBroughtBy: isCopy ? nil : origin(of: event.target))))
  }

  /// A search that a transfer in channel repeats is one step: SEARCH, TIC *-8, SEARCH becomes a SEARCH of two passes.
  private func foldRepetition(_ command: LoadStep.Command) -> Bool {
    guard steps.count >= 2, case .transfer(let transfer) = steps[steps.count - 1].action,
      case .command(var search) = steps[steps.count - 2].action, transfer.target == command.address,
      search.address == command.address, search.ccw == command.ccw,
      command.firstBytes.isEmpty || search.firstBytes == command.firstBytes,
      search.unitStatus == 0x0C, Self.isSearch(command)
    else { return false }
    search.passes += 1
    search.residual = command.residual
    search.place = command.place
    search.unitStatus = command.unitStatus
    search.subchannelStatus = command.subchannelStatus
    steps.removeLast(2)
    append(.command(search))
    return true
  }

  private static func isSearch(_ command: LoadStep.Command) -> Bool { command.role?.isSearch ?? false }

  /// Takes the repetitions of an endless loop away, leaving its first rounds.
  /// - Returns: the addresses of the loop's CCWs; empty when what was stopped was no loop.
  func trimLoop() -> [UInt32] {
    let addresses = steps.map { step -> UInt32? in
      switch step.action {
      case .command(let command): command.address
      case .transfer(let transfer): transfer.address
      default: nil
      }
    }
    let last = addresses.count - 1
    guard last > 4096 else { return [] }
    for period in 1...512 where (0..<3 * period).allSatisfy({ addresses[last - $0] == addresses[last - $0 - period] }) {
      var first = last
      while first - period >= 0, addresses[first] == addresses[first - period] { first -= 1 }
      steps.removeLast(max(0, last - (first + 2 * period)))
      return addresses[last - period + 1...last].compactMap { $0 }.sorted()
    }
    return []
  }
}
