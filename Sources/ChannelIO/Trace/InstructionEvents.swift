internal import Tracing

/// Trace class `io`: an I/O instruction and its outcome.
package struct IOInstructionEvent: TraceEvent, Hashable {
  package static let kind = "instruction"
  package var name: String
  /// General register 1, bits 32-63.
  package var operand: UInt32
  /// Nil for an operand exception.
  package var conditionCode: UInt8?

  package var description: String {
    "\(name) \(hex(operand, 8)): \(conditionCode.map { "cc \($0)" } ?? "operand exception")"
  }

  private enum Key: CodingKey { case name, operand, conditionCode }
  package func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(name, forKey: .name)
    try object.encode(hex(operand, 8), forKey: .operand)
    try object.encodeIfPresent(conditionCode, forKey: .conditionCode)
  }
}

/// Trace class `io`: a CPU or TEST PENDING INTERRUPTION took an I/O interruption.
package struct IOInterruptionEvent: TraceEvent, Hashable {
  package static let kind = "interruption"
  package var code: IOInterruption

  package var description: String {
    "I/O interruption \(hex(code.identification.word, 8)) parameter \(hex(code.parameter, 8)) ISC \(code.subclass)"
  }

  private enum Key: CodingKey { case identification, parameter, subclass }
  package func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(hex(code.identification.word, 8), forKey: .identification)
    try object.encode(hex(code.parameter, 8), forKey: .parameter)
    try object.encode(code.subclass, forKey: .subclass)
  }
}
