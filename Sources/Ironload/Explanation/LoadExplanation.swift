import ChannelIO
import DASD
import Devices
import Processor
import Storage
import Tracing

/// What a load did, step by step, up to the first instruction; and, when it failed, why.
public struct LoadExplanation: Sendable {
  /// The volume's path.
  public let volume: String
  /// The device it was attached as.
  public let deviceNumber: UInt16
  /// Bytes of main storage.
  public let memory: UInt64
  /// What the channel does with programs, by its name on the command line.
  public let channel: String
  /// Everything that happened, in order.
  public let steps: [LoadStep]
  /// The channel program's parts, in the order in which they came into control.
  public let segments: [ProgramSegment]
  /// How it ended.
  public let outcome: Outcome

  /// How the load ended.
  public enum Outcome: Sendable {
    /// The PSW was loaded.
    case loaded(Final)
    /// It was not.
    case failed(Failure)
  }

  /// Where the machine stands before its first instruction.
  public struct Final: Sendable {
    /// The eight bytes that were loaded as the PSW.
    public let psw: UInt64
    /// Where the first instruction is.
    public let instructionAddress: UInt64
    /// The instructions there, as far as they can be told.
    public let instructions: [Instruction]
    /// What is odd about the PSW, in one line; nil when nothing is.
    public let remark: String?
  }

  /// An instruction.
  public struct Instruction: Sendable {
    /// Its address.
    public let address: UInt64
    /// Its bytes in hexadecimal.
    public let bytes: String
    /// What the disassembler makes of it.
    public let text: String
  }

  /// Why the load failed.
  public struct Failure: Sendable {
    /// One line: CCW, cylinder, head, record and cause.
    public let message: String
    /// The step that failed.
    public let step: Int?
    /// The CCW's address.
    public let ccwAddress: UInt32?
    /// Where the device stood, or what it was looking for.
    public let place: VolumePlace?
    /// The cause alone.
    public let cause: String
  }
}

extension LoadExplanation {
  /// Attaches volumes as `configuration` says, performs a load from `deviceNumber` and tells what happened.
  /// - Throws: what is wrong with the configuration. A load that fails is no error: it is explained.
  public init(
    _ configuration: MachineConfiguration, loadingFrom deviceNumber: UInt16, kind: Machine.LoadKind = .clear
  ) throws(ConfigurationError) {
    let observer = LoadObserver()
    let machine = try Machine(configuration, tracer: Tracer(enabled: [.ccw, .load]) { observer.observe($0) })
    defer { machine.close() }
    guard let subchannel = machine.channelSubsystem.subchannel(deviceNumber: deviceNumber),
      let device = machine.channelSubsystem.device(subchannel: subchannel) as? ECKDDevice,
      let dasd = configuration.dasds.first(where: { $0.deviceNumber == deviceNumber })
    else {
      throw ConfigurationError(.usage, "\(deviceNumber.deviceNumberText): no volume is attached there that a load could read")
    }
    observer.storage = machine.storage
    let channelSubsystem = machine.channelSubsystem
    observer.stop = { _ = channelSubsystem.haltSubchannel(SubsystemIdentification(subchannel: subchannel).word) }
    var loadFailure: LoadFailure?
    do throws(LoadFailure) { try machine.load(from: deviceNumber, kind: kind, starts: false) } catch { loadFailure = error }
    let loop = observer.isStopped ? observer.trimLoop() : []

    volume = dasd.path
    self.deviceNumber = deviceNumber
    memory = configuration.memory
    channel = dasd.channel.rawValue
    steps = observer.steps
    segments = ProgramSegment.find(in: observer.steps)
    if loadFailure == nil, let address = observer.pswAddress {
      outcome = .loaded(Final(psw: machine.storage.load(UInt64.self, at: AbsoluteAddress(address)), machine.storage, steps))
    } else {
      let diagnosis = LoadDiagnosis(
        deviceNumber: deviceNumber, steps: steps, segments: segments, sense: observer.sense, loop: loop,
        isStopped: observer.isStopped, image: device.image, storage: machine.storage,
        procedure: loadFailure?.description ?? "the load ended without a PSW")
      outcome = .failed(diagnosis.failure)
    }
  }
}

extension LoadExplanation.Final {
  private static let instructionLimit = 16

  init(psw: UInt64, _ storage: AbsoluteStorage, _ steps: [LoadStep]) {
    let decoded = PSW(short: psw)
    self.psw = psw
    instructionAddress = decoded.instructionAddress
    instructions = Self.disassemble(decoded.instructionAddress, storage)
    remark = Self.remark(on: psw, decoded, steps)
  }

  /// A few instructions, or fewer up to where the mode cannot fetch: with DAT on addresses are not absolute.
  private static func disassemble(_ start: UInt64, _ storage: AbsoluteStorage) -> [LoadExplanation.Instruction] {
    let disassembler = Disassembler()
    var list: [LoadExplanation.Instruction] = [], address = start
    while list.count < instructionLimit, address & 1 == 0, storage.contains(AbsoluteAddress(address), count: 8) {
      let text = InstructionText(bits: storage.load(UInt64.self, at: AbsoluteAddress(address)))
      let bytes = hex(text.bits >> (64 - 8 * text.length), digits: Int(2 * text.length))
      list.append(.init(address: address, bytes: bytes, text: disassembler.disassemble(text, at: address)))
      address += text.length
    }
    return list
  }

  private static func remark(on word: UInt64, _ psw: PSW, _ steps: [LoadStep]) -> String? {
    let address = psw.instructionAddress
    if word == 0 { return "the PSW is zeros: nothing was read over location 0" }
    if word & PSW.shortForm == 0 {
      return "bit 12 of the PSW is zero, which is not valid in an ESA/390 PSW: a specification exception"
    }
    if psw.mask & PSW.wait != 0 {
      let isEnabled = psw.mask & (PSW.io | PSW.external) != 0
      return isEnabled
        ? "the PSW waits for an interruption" : "the PSW is a disabled wait: the volume has no program to load"
    }
    if address & 1 != 0 { return "the PSW's instruction address is odd: a specification exception" }
    let isLoaded = steps.contains { step in
      guard case .command(let command) = step.action else { return false }
      return command.stored.contains { address >= $0.address && address < $0.end }
    }
    return isLoaded ? nil : "nothing was loaded where the PSW points, 0x\(hex(address, digits: 8))"
  }
}
