/// How code is compiled.
package struct CompilerSettings: Sendable {
  /// How often code is interpreted before it is compiled, at least 1.
  package var threshold: UInt8 = 30
  /// A page whose compiled code was dropped so often, because it was stored into, is compiled one instruction at a time, with a guard.
  package var changeLimit = 32
  /// Bytes of memory for code; when it is full everything is dropped, and while three quarters of it are used blocks are not compiled again:
  /// what a kernel's start leaves is to be less. Half of what the emulator may use beside the guest's storage.
  package var codeSize = 64 << 20
  /// How many floating-point exceptions of the host are counted before compiled code looks at results instead, if they came fast;
  /// `max`: it never does.
  package var floatFaultLimit: UInt32 = 32
  /// Every block follows branches, not only those on the way around a loop: see Compiler+Paths.
  package var followsAlways = false
  /// Blocks run compiled and interpreted, and are compared.
  package var isVerifying = false
  /// Changes nodes before code is made of them: how tests see that verification finds faults.
  package var distortion: Distortion?

  /// A fault to be made on purpose.
  package enum Distortion: Sendable { case conditionCode, highHalf, storeAddress, nextAddress, unsavedRegister }

  /// Compiling as a user wants it.
  package init() {}
}

extension CompilerSettings.Distortion {
  func apply(to nodes: UnsafeMutablePointer<BlockNode>, _ range: Range<Int>) {
    for k in range {
      switch (self, nodes[k].operation) {
      case (.conditionCode, .addSetting): nodes[k].operation = .addLogicalSetting
      case (.highHalf, .setRegister32): nodes[k].operation = .setRegister
      case (.storeAddress, .store): nodes[k].kind = nodes[k].kind == 8 ? 4 : nodes[k].kind
      case (.nextAddress, .branch), (.nextAddress, .branchIf):
        let target = Int(nodes[k].operation == .branch ? nodes[k].a : nodes[k].b)
        if nodes[target].operation == .programAddress { nodes[target].imm &+= 2 }
      default: break
      }
    }
  }
}
