/// A register of a CPU as operators, scripts and debuggers name it. Values are 64 bits wide; access registers and the
/// floating-point-control register use the low 32.
public enum Register: Hashable, Sendable {
  /// General register, 0-15: `r0`.
  case general(Int)
  /// Access register, 0-15: `a0`.
  case access(Int)
  /// Control register, 0-15: `c0`.
  case control(Int)
  /// Floating-point register, 0-15: `f0`.
  case floatingPoint(Int)
  /// Floating-point-control register: `fpc`.
  case floatingPointControl
  /// PSW bits 0-63, the condition code among them: `pswm`.
  case pswMask
  /// PSW bits 64-127, the address of the next instruction: `pswa`.
  case pswAddress
  /// Prefix: `prefix`.
  case prefix
  /// Clock comparator, in TOD units: `ckc`.
  case clockComparator
  /// CPU timer, in TOD units; it stands still while the CPU is stopped: `timer`.
  case cpuTimer
  /// TOD programmable register, bits 16-31 of it in the low bits: `todpr`.
  case todProgrammable
  /// Breaking-event address: `break`.
  case breakingEventAddress
  /// The architectural mode: 1 z/Architecture, 0 ESA/390: `mode`. Set it before a PSW of the other mode's form.
  case architecturalMode

  /// A set of registers that belong together.
  public enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
    /// The general registers.
    case general
    /// The access registers.
    case access
    /// The control registers.
    case control
    /// The floating-point registers and their control register.
    case floatingPoint = "floating-point"
    /// PSW, prefix, timers and the like.
    case other
  }

  /// The registers of `kind`, in their order.
  public static func all(_ kind: Kind) -> [Register] {
    switch kind {
    case .general: (0..<16).map { .general($0) }
    case .access: (0..<16).map { .access($0) }
    case .control: (0..<16).map { .control($0) }
    case .floatingPoint: (0..<16).map { .floatingPoint($0) } + [.floatingPointControl]
    case .other:
      [.pswMask, .pswAddress, .prefix, .clockComparator, .cpuTimer, .todProgrammable, .breakingEventAddress, .architecturalMode]
    }
  }

  /// The kind that this register belongs to.
  public var kind: Kind {
    switch self {
    case .general: .general
    case .access: .access
    case .control: .control
    case .floatingPoint, .floatingPointControl: .floatingPoint
    case .pswMask, .pswAddress, .prefix, .clockComparator, .cpuTimer, .todProgrammable, .breakingEventAddress, .architecturalMode:
      .other
    }
  }

  /// How it is written, as in `r15` or `prefix`.
  public var name: String {
    switch self {
    case .general(let n): "r\(n)"
    case .access(let n): "a\(n)"
    case .control(let n): "c\(n)"
    case .floatingPoint(let n): "f\(n)"
    case .floatingPointControl: "fpc"
    case .pswMask: "pswm"
    case .pswAddress: "pswa"
    case .prefix: "prefix"
    case .clockComparator: "ckc"
    case .cpuTimer: "timer"
    case .todProgrammable: "todpr"
    case .breakingEventAddress: "break"
    case .architecturalMode: "mode"
    }
  }

  /// Bits that count: 32 or 64.
  public var width: Int {
    switch self {
    case .access, .floatingPointControl, .prefix, .todProgrammable, .architecturalMode: 32
    default: 64
    }
  }

  private static let byName: [String: Register] = Dictionary(
    uniqueKeysWithValues: Kind.allCases.flatMap { Register.all($0) }.map { ($0.name, $0) })

  /// The register that is written `name`, or nil.
  public init?(name: String) {
    guard let register = Register.byName[name.lowercased()] else { return nil }
    self = register
  }
}
