/// What a guest finds itself in, as STORE SYSTEM INFORMATION says it.
public enum MachineIdentity: String, Codable, Hashable, Sendable, CaseIterable {
  /// A logical partition.
  case lpar
  /// A virtual machine of z/VM: saved segments, CP commands, and code page 037 on the line-mode console.
  case zvm
  /// A virtual machine of KVM, which is always in z/Architecture mode (`MachineConfiguration.hasESA390Mode`).
  case kvm

  /// Function code 3 of STSI has blocks.
  var isVirtual: Bool { self != .lpar }
  /// The control-program identifier of STSI 3.2.2, 16 characters (Linux arch/s390/kernel/early.c).
  var controlProgram: String? {
    switch self {
    case .lpar: nil
    case .zvm: "z/VM"
    case .kvm: "KVM/Linux"
    }
  }
}
