import ChannelIO

/// The hardware's load (Principles, chapter 17, "CCW-Type IPL"): READ IPL, implied at 0 with command chaining, reads IPL1 over
/// itself and goes on with what it has read.
struct HardwareProcedure {
  let channel: LoadChannel

  /// READ IPL: 24 bytes to 0.
  static let readIPL = CCW(0x02, flags: .suppressLengthIndication, count: 24, dataAddress: 0)

  func run() throws(LoadProblem) {
    var first = Self.readIPL
    first.flags.insert(.chainCommand)
    channel.store([first.format0], at: 0, "READ IPL of 24 bytes to 0, command chaining and SLI")
    try channel.start(at: 0, allowsPrefetch: false)
  }
}
