/// How an I/O instruction ended. CPUs set `conditionCode`, or recognise an operand exception when there is none.
package protocol InstructionOutcome: Hashable, Sendable {
  /// 0-3, or nil for an operand exception.
  var conditionCode: UInt8? { get }
}

extension InstructionOutcome where Self: RawRepresentable, RawValue == UInt8 {
  package var conditionCode: UInt8? { rawValue < 4 ? rawValue : nil }
}

/// START SUBCHANNEL (chapter 14). cc 2: a start, halt or clear function is in progress.
package enum StartSubchannel {
  package enum Outcome: UInt8, InstructionOutcome {
    case started = 0, statusPending = 1, busy = 2, notOperational = 3, operandException = 0xFF
  }
}
/// TEST SUBCHANNEL. The IRB is stored with cc 0 and 1.
package enum TestSubchannel {
  package enum Outcome: UInt8, InstructionOutcome {
    case statusWasPending = 0, statusNotPending = 1, notOperational = 3, operandException = 0xFF
  }
}
/// STORE SUBCHANNEL. The SCHIB is stored with cc 0.
package enum StoreSubchannel {
  package enum Outcome: UInt8, InstructionOutcome { case stored = 0, notOperational = 3, operandException = 0xFF }
}
/// MODIFY SUBCHANNEL.
package enum ModifySubchannel {
  package enum Outcome: UInt8, InstructionOutcome {
    case modified = 0, statusPending = 1, busy = 2, notOperational = 3, operandException = 0xFF
  }
}
/// HALT SUBCHANNEL. cc 1: status other than intermediate is pending; cc 2: a halt or clear function is in progress.
package enum HaltSubchannel {
  package enum Outcome: UInt8, InstructionOutcome {
    case initiated = 0, statusPending = 1, busy = 2, notOperational = 3, operandException = 0xFF
  }
}
/// CLEAR SUBCHANNEL.
package enum ClearSubchannel {
  package enum Outcome: UInt8, InstructionOutcome { case initiated = 0, notOperational = 3, operandException = 0xFF }
}
/// RESUME SUBCHANNEL. cc 2: the function is not applicable.
package enum ResumeSubchannel {
  package enum Outcome: UInt8, InstructionOutcome {
    case initiated = 0, statusPending = 1, notApplicable = 2, notOperational = 3, operandException = 0xFF
  }
}
/// CANCEL SUBCHANNEL. cc 2: the function is not applicable.
package enum CancelSubchannel {
  package enum Outcome: UInt8, InstructionOutcome {
    case canceled = 0, statusPending = 1, notApplicable = 2, notOperational = 3, operandException = 0xFF
  }
}
/// RESET CHANNEL PATH. cc 2: a reset of the path is in progress.
package enum ResetChannelPath {
  package enum Outcome: UInt8, InstructionOutcome { case initiated = 0, busy = 2, notOperational = 3, operandException = 0xFF }
}
/// SET CHANNEL MONITOR and SET ADDRESS LIMIT, which leave the condition code alone.
package enum SetControl {
  package enum Outcome: Hashable, Sendable { case done, operandException }
}
