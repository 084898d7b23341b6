import Storage

/// EXECUTE and EXECUTE RELATIVE LONG: a target in the same page is known when the block is built, and built in the place of the
/// instruction. Whoever stores into it stores into the page of the block, which is then dropped.
extension Compiler {
  /// Builds the target, or calls.
  func buildExecute(_ text: InstructionText, _ page: UnsafeRawPointer, _ mode: BlockMode, _ cpu: UnsafeMutablePointer<CPUState>) {
    let isRelative = text.majorOpcode == 0xC6
    let likely = isRelative ? builder.state.pointee.offset &+ UInt64(bitPattern: text.i32 &* 2) : likelyTarget(text, cpu)
    guard likely < 4095, likely & 1 == 0 else { return builder.call() }
    let target = Compiler.text(page, Int(likely))
    guard likely + target.length <= 4096, let row = row(of: target, mode), !Compiler.isExecute(row.pointee.opcode) else {
      return builder.call()
    }
    if !isRelative { builder.requireTarget(builder.rx(text).address, at: likely) }
    // Relative addresses of the target are relative to itself.
    builder.state.pointee.offset = likely
    if text.r1 == 0 || target.byte1 == 0xFF {
      build(row, target)
    } else if !builder.countedBytes(target, modifier: text.r1) {
      builder.call()
    }
  }
  static func isExecute(_ opcode: UInt16) -> Bool { opcode == 0x44 || opcode == 0xC600 }

  /// Where the target of EXECUTE was or will be, from the beginning of the page: programs have its address from LOAD ADDRESS
  /// RELATIVE LONG before, or know it since long. The code looks whether it is there.
  private func likelyTarget(_ text: InstructionText, _ cpu: UnsafeMutablePointer<CPUState>) -> UInt64 {
    var address = text.d2
    for r in [text.x2, text.b2] where r != 0 { address &+= likelyValue(r, cpu) }
    return (address & cpu.pointee.addressMask) &- cpu.pointee.fetchPage
  }
  private func likelyValue(_ r: Int, _ cpu: UnsafeMutablePointer<CPUState>) -> UInt64 {
    let nodes = builder.state.pointee.nodes
    for k in stride(from: builder.state.pointee.count - 1, to: 0, by: -1)
    where nodes[k].operation == .setRegister && nodes[k].imm == UInt64(r) {
      let value = nodes[Int(nodes[k].a)]
      return value.operation == .programAddress ? cpu.pointee.fetchPage &+ value.imm : cpu.pointee.gr[r]
    }
    return cpu.pointee.gr[r]
  }
}
