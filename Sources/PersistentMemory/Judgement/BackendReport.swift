/// What was found out about a backend, for the operator.
package struct BackendReport: Hashable, Sendable {
  /// One thing that was tried, and the kernel's answer.
  package struct Step: Hashable, Sendable, Codable {
    package let tried: String
    package let answer: String
  }
  package let path: String
  package internal(set) var kind = ""
  package internal(set) var steps: [Step] = []
  /// Offset and size must be multiples of it.
  package internal(set) var alignment: UInt64 = 4096
  /// Bytes of the mapping.
  package internal(set) var size: UInt64 = 0
  package internal(set) var domain = PersistenceDomain.unknown
  package internal(set) var verdict = BackendVerdict.notGuaranteed(.notPersistent)
  package internal(set) var action = StoreAction.refused

  init(path: String) { self.path = path }

  mutating func note(_ tried: String, _ answer: String) { steps.append(Step(tried: tried, answer: answer)) }

  /// What no probe can tell.
  package static let unproven =
    "the medium: MAP_SYNC succeeds on RAM that poses as persistent memory (memmap=) and in a virtual machine's NVDIMM; only a power cut shows what survives one"
}
