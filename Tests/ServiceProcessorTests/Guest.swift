import ServiceProcessor
import Storage
import Synchronization
import Testing
import Tracing

/// A control program without a CPU: it lays out SCCBs, calls, and takes service signals.
final class Guest: Sendable {
  let storage: AbsoluteStorage
  let service: ServiceProcessor
  private let written = Mutex((lines: [ConsoleLine](), bytes: [UInt8](), signals: 0))

  static let prefix = AbsoluteAddress(0x8000)
  static let page: UInt64 = 0x10000

  init(
    megabytes: UInt64 = 4, description: SystemDescription? = nil, lineMode: Bool = true, terminal: Bool = true,
    codePage: CodePage = .ibm500, lineConvention: OperatorLine.Convention = .linux
  ) throws {
    storage = try #require(AbsoluteStorage(size: megabytes << 20))
    service = ServiceProcessor(
      storage: storage, description: description ?? SystemDescription(storageSize: megabytes << 20), consoles: Consoles(),
      tracer: Tracer { _ in })
    attach(lineMode: lineMode, terminal: terminal, codePage: codePage, lineConvention: lineConvention)
    service.reset()  // no state change from the consoles of the beginning
    service.onServiceSignal = { [weak self] in self?.written.withLock { $0.signals += 1 } }
  }

  func attach(
    lineMode: Bool, terminal: Bool, codePage: CodePage = .ibm500, lineConvention: OperatorLine.Convention = .linux
  ) {
    var consoles = Consoles(codePage: codePage, lineConvention: lineConvention)
    if lineMode { consoles.lineMode = { [weak self] line in self?.written.withLock { $0.lines.append(line) } } }
    if terminal { consoles.terminal = { [weak self] bytes in self?.written.withLock { $0.bytes += bytes } } }
    service.consoles = consoles
  }

  var lines: [ConsoleLine] { written.withLock { $0.lines } }
  var bytes: [UInt8] { written.withLock { $0.bytes } }
  var signals: Int { written.withLock { $0.signals } }

  // MARK: Service calls

  func put(_ bytes: [UInt8], at address: UInt64) {
    for (k, byte) in bytes.enumerated() { storage.store(byte, at: AbsoluteAddress(address + UInt64(k))) }
  }
  func get(_ count: Int, at address: UInt64) -> [UInt8] {
    [UInt8](UnsafeRawBufferPointer(start: storage.host(AbsoluteAddress(address)), count: count))
  }

  func serviceCall(_ command: UInt32, at address: UInt64) -> ServiceProcessor.Outcome {
    service.serviceCall(command: command, sccb: RealAddress(address), prefix: Self.prefix)
  }

  /// Calls with `sccb`, takes the signal, and returns the SCCB as it is then.
  func call(_ command: UInt32, _ sccb: [UInt8], at address: UInt64 = page) throws -> [UInt8] {
    put(sccb, at: address)
    try #require(serviceCall(command, at: address) == .accepted)
    let parameter = try #require(service.takeServiceSignal())
    #expect(UInt64(parameter & ~7) == address)
    return get(sccb.count, at: address)
  }

  /// An SCCB of `length` bytes with `data` behind its header.
  static func sccb(_ length: Int, function: UInt8 = 0, variable: Bool = false, _ data: [UInt8] = []) -> [UInt8] {
    let header: [UInt8] = [UInt8(length >> 8), UInt8(length & 255), function, 0, 0, variable ? 0x80 : 0, 0, 0]
    return header + data + [UInt8](repeating: 0, count: max(0, length - 8 - data.count))
  }

  // MARK: Events

  /// WRITE EVENT MASK with 4-byte masks; returns the answer.
  @discardableResult func setMasks(receive: UInt32, send: UInt32 = 0) throws -> [UInt8] {
    try call(0x0078_0005, Self.sccb(28, [0, 0, 0, 4] + be(receive) + be(send)))
  }

  func write(_ events: [[UInt8]]) throws -> [UInt8] {
    let data = events.flatMap { $0 }
    return try call(0x0076_0005, Self.sccb(8 + data.count, data))
  }

  static func event(_ type: UInt8, _ data: [UInt8]) -> [UInt8] { be(UInt16(6 + data.count)) + [type, 0, 0, 0] + data }

  /// A message event as Linux lays it out: an MDB with a general object and a text object a line.
  static func message(_ lines: [[UInt8]], type: UInt8 = 2, flags: UInt16 = 0x1000, general: UInt16 = 0) -> [UInt8] {
    var go = be(UInt16(56)) + be(UInt16(1)) + [UInt8](repeating: 0, count: 52)
    go.replaceSubrange(28..<30, with: be(general))
    var objects = go
    for line in lines { objects += be(UInt16(10 + line.count)) + be(UInt16(4)) + be(flags) + [0, 0, 0, 0] + line }
    let header: [UInt8] = be(UInt16(12 + objects.count)) + [0, 1, 0xD4, 0xC4, 0xC2, 0x40, 0, 0, 0, 1]
    return event(type, header + objects)
  }

  /// READ EVENT DATA, unconditional; returns the response code and the event buffers.
  func read(length: Int = 4096) throws -> (response: UInt16, events: [(type: UInt8, data: [UInt8])]) {
    let sccb = try call(0x0077_0005, Self.sccb(length, variable: true))
    var events: [(type: UInt8, data: [UInt8])] = [], at = 8
    let end = half(sccb, 6) == 0x0020 ? Int(half(sccb, 0)) : 0
    while at < end, half(sccb, at) != 0 {
      let size = Int(half(sccb, at))
      events.append((sccb[at + 2], [UInt8](sccb[at + 6..<at + size])))
      at += size
    }
    return (half(sccb, 6), events)
  }
}

func be(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.bigEndian) { [UInt8]($0) }
}
func half(_ bytes: [UInt8], _ offset: Int) -> UInt16 { UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1]) }
func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 { UInt32(half(bytes, offset)) << 16 | UInt32(half(bytes, offset + 2)) }
func response(_ sccb: [UInt8]) -> UInt16 { half(sccb, 6) }
