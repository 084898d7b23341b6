extension Machine {
  /// Lines of address, bytes and instruction for `count` instructions, or as many as there are before translation or storage
  /// ends.
  /// - Throws: `address` when there is not even one.
  public func disassemble(_ count: Int, at location: StorageLocation) throws(OperationError) -> [String] {
    var lines: [String] = [], at = location
    while lines.count < count {
      let bytes: [UInt8]
      do throws(OperationError) {
        let first = try read(2, at: at)
        bytes = first + (try read(Disassembly.length(first[0]) - 2, at: StorageLocation(at.kind, at.address &+ 2, cpu: at.cpu)))
      } catch {
        if lines.isEmpty { throw error }
        break
      }
      lines.append(Disassembly.line(bytes[...], at: at.address))
      at.address &+= UInt64(bytes.count)
    }
    return lines
  }
}
