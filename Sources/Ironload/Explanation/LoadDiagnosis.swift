import ChannelIO
import DASD
import Storage

/// Finds out why a load failed, from its steps, the sense bytes, and the volume itself.
struct LoadDiagnosis {
  let deviceNumber: UInt16
  let steps: [LoadStep]
  let segments: [ProgramSegment]
  let sense: [UInt8]
  /// The CCWs of an endless loop, by address.
  let loop: [UInt32]
  let isStopped: Bool
  let image: CKDImage
  let storage: AbsoluteStorage
  /// What the load procedure said.
  let procedure: String

  /// What a rule looks at: the CCW that failed, and what was before.
  struct Trouble {
    let step: LoadStep
    let command: LoadStep.Command
    /// The steps before.
    let before: ArraySlice<LoadStep>
    var unitStatus: UnitStatus { UnitStatus(rawValue: command.unitStatus ?? 0) }
    var subchannelStatus: SubchannelStatus { SubchannelStatus(rawValue: command.subchannelStatus) }
  }

  var failure: LoadExplanation.Failure {
    if let refused = steps.last(where: { if case .start(let start) = $0.action { start.refusal != nil } else { false } }),
      case .start(let start) = refused.action, let refusal = start.refusal
    {
      return make(refused.number, start.address, lastPlace, "the channel refused the start: \(refusal)", verb: "start at")
    }
    if isStopped { return loopFailure }
    guard let trouble else {
      return LoadExplanation.Failure(message: procedure, step: nil, ccwAddress: nil, place: lastPlace, cause: procedure)
    }
    for rule in Self.rules {
      if let cause = rule.cause(self, trouble) {
        return make(trouble.step.number, trouble.command.address, place(of: trouble), cause, name: trouble.command.name)
      }
    }
    let status =
      hex(UInt64(trouble.command.unitStatus ?? 0), digits: 2) + hex(UInt64(trouble.command.subchannelStatus), digits: 2)
    return make(
      trouble.step.number, trouble.command.address, place(of: trouble), "status \(status)\(senseText)", name: trouble.command.name
    )
  }

  var senseText: String { sense.isEmpty ? "" : ", sense " + sense.map { hex(UInt64($0), digits: 2) }.joined() }

  private func make(
    _ step: Int, _ address: UInt32, _ place: VolumePlace?, _ cause: String, name: String = "", verb: String = "CCW at"
  ) -> LoadExplanation.Failure {
    var line = "\(deviceNumber.deviceNumberText): \(verb) 0x\(hex(UInt64(address), digits: 6))"
    if !name.isEmpty { line += " (\(name))" }
    if let place { line += ", \(place)" }
    return LoadExplanation.Failure(
      message: "\(line): \(cause)", step: step, ccwAddress: address, place: place, cause: cause)
  }

  private var trouble: Trouble? {
    guard
      let index = steps.lastIndex(where: { if case .command(let command) = $0.action { command.hasFailed } else { false } }),
      case .command(let command) = steps[index].action
    else { return nil }
    return Trouble(step: steps[index], command: command, before: steps[..<index])
  }

  private var loopFailure: LoadExplanation.Failure {
    let addresses = loop.prefix(8).map { "0x" + hex(UInt64($0), digits: 6) }.joined(separator: ", ")
    let cause =
      loop.isEmpty
      ? "more than \(LoadObserver.stepLimit) steps: the program was stopped"
      : "the program never ends: the CCWs at \(addresses)\(loop.count > 8 ? " ..." : "") repeat one another"
    return make(steps.last?.number ?? 0, loop.first ?? 0, lastPlace, cause)
  }

  /// Where the device stood last.
  private var lastPlace: VolumePlace? { place(in: steps[...]) }
  private func place(in steps: ArraySlice<LoadStep>) -> VolumePlace? {
    for step in steps.reversed() {
      if case .command(let command) = step.action, let place = command.place { return place }
    }
    return nil
  }

  /// Where the command was, with the record that it wanted: a search's argument, the record behind the last one, record 1
  /// for READ IPL.
  private func place(of trouble: Trouble) -> VolumePlace? {
    guard let place = trouble.command.place ?? place(in: trouble.before) else { return nil }
    if trouble.unitStatus.contains(.unitCheck) {
      if trouble.command.role == .readIPL { return VolumePlace(cylinder: 0, head: 0, record: 1) }
      let argument = argument(of: trouble.command)
      if trouble.command.role == .searchID, argument.count >= 5 {
        return VolumePlace(cylinder: place.cylinder, head: place.head, record: argument[4])
      }
    }
    if place.record != nil { return place }
    // After a seek no record has passed yet.
    return VolumePlace(cylinder: place.cylinder, head: place.head, record: 0)
  }

  /// The argument of a seek or search: what the device asked for, or, when it never did, what storage has for it.
  func argument(of command: LoadStep.Command) -> [UInt8] {
    guard command.firstBytes.isEmpty, let ccw = command.ccw, ccw.flags & 0x05 == 0 else { return command.firstBytes }
    let address = AbsoluteAddress(UInt64(ccw.dataAddress)), count = min(ccw.count, 32)
    guard storage.contains(address, count: UInt64(count)) else { return [] }
    return (0..<UInt64(count)).map { storage.load(UInt8.self, at: address + $0) }
  }

  /// The track's records, or nil when it cannot be read.
  func track(_ place: VolumePlace) -> TrackBuffer? {
    let address = TrackAddress(cylinder: place.cylinder, head: place.head)
    return image.geometry.contains(address) ? try? image.track(address) : nil
  }
}
