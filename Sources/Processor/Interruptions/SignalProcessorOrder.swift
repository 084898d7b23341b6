/// Order codes of SIGNAL PROCESSOR (chapter 4, "Signal-Processor Orders").
package enum SignalProcessorOrder: UInt8, Sendable {
  case sense = 0x01
  case externalCall = 0x02
  case emergencySignal = 0x03
  case start = 0x04
  case stop = 0x05
  case restart = 0x06
  case stopAndStoreStatus = 0x09
  case initialCPUReset = 0x0B
  case cpuReset = 0x0C
  case setPrefix = 0x0D
  case storeStatusAtAddress = 0x0E
  case setArchitecture = 0x12
  case conditionalEmergencySignal = 0x13
  case senseRunningStatus = 0x15
}

/// Status bits 32-63 of the register that R1 designates, with condition code 1.
package struct SignalProcessorStatus: OptionSet, Hashable, Sendable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }
  static let notRunning = SignalProcessorStatus(rawValue: 0x400)
  static let incorrectState = SignalProcessorStatus(rawValue: 0x200)
  package static let invalidParameter = SignalProcessorStatus(rawValue: 0x100)
  static let externalCallPending = SignalProcessorStatus(rawValue: 0x80)
  package static let stopped = SignalProcessorStatus(rawValue: 0x40)
  package static let checkStop = SignalProcessorStatus(rawValue: 0x10)
  static let invalidOrder = SignalProcessorStatus(rawValue: 0x02)
}

/// How an order ended.
enum SignalProcessorOutcome {
  /// CC 0.
  case accepted
  /// CC 1.
  case status(SignalProcessorStatus)
  /// CC 2.
  case busy
  /// CC 3.
  case notOperational
}

/// An order that the addressed CPU's own thread carries out, because it concerns registers of that CPU.
package enum CPUOrder: Sendable {
  case setPrefix(UInt64)
  case storeStatus(at: UInt64)
  case setArchitecture(isZArchitecture: Bool, keepsPSW: Bool)
  case conditionalEmergencySignal(asn: UInt16, from: UInt16)
}
