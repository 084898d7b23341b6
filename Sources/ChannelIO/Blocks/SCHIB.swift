/// The subchannel-information block of STORE SUBCHANNEL and MODIFY SUBCHANNEL: 52 bytes, PMCW, SCSW, and the address of a
/// format-1 measurement block or what the model likes (chapter 15, "Subchannel-Information Block").
package struct SCHIB: Hashable, Sendable {
  package static let size = 52

  package var pathManagement: PMCW
  package var status: SCSW
  /// Words 10-11.
  package var measurementBlockAddress: UInt64

  package init(pathManagement: PMCW = PMCW(), status: SCSW = SCSW(), measurementBlockAddress: UInt64 = 0) {
    self.pathManagement = pathManagement
    self.status = status
    self.measurementBlockAddress = measurementBlockAddress
  }

  /// - Returns: nil when `bytes` are fewer than 52.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.size else { return nil }
    let block = BlockReader(bytes)
    self.init(
      pathManagement: PMCW(block, at: 0), status: SCSW(block, at: PMCW.size), measurementBlockAddress: block.doubleword(40))
  }

  package func encode() -> [UInt8] {
    var block = BlockWriter(capacity: Self.size)
    pathManagement.encode(into: &block)
    status.encode(into: &block)
    block.put(measurementBlockAddress)
    block.fill(to: Self.size)
    return block.bytes
  }

  /// Whether MODIFY SUBCHANNEL takes it: otherwise an operand exception.
  package var isValid: Bool {
    pathManagement.isValid && (!pathManagement.hasFormat1MeasurementBlock || measurementBlockAddress & 0x3F == 0)
  }
}
