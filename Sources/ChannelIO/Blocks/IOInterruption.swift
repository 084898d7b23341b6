/// The I/O-interruption code: twelve bytes, real locations 184-195 or the operand of TEST PENDING INTERRUPTION
/// (chapter 16, "I/O-Interruption Code").
package struct IOInterruption: Hashable, Sendable {
  package static let size = 12

  package var identification: SubsystemIdentification
  /// From the ORB or the PMCW.
  package var parameter: UInt32
  /// The I/O-interruption-identification word: A 0, ISC 2-4.
  package var identificationWord: UInt32

  package init(identification: SubsystemIdentification, parameter: UInt32, subclass: UInt8) {
    self.identification = identification
    self.parameter = parameter
    identificationWord = UInt32(subclass & 7) << 27
  }

  /// ISC, 0-7.
  package var subclass: UInt8 { UInt8(identificationWord >> 27 & 7) }

  package func encode() -> [UInt8] {
    var block = BlockWriter(capacity: Self.size)
    block.put(identification.word)
    block.put(parameter)
    block.put(identificationWord)
    return block.bytes
  }
}
