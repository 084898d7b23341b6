/// A large frame in the TLB: one megabyte that a segment-table entry with format control one maps (EDAT-1). It saves the walk;
/// keys, reference and change bits are those of each 4-KiB block.
///
/// Compiled code fetches by it under key 0, which no key protects anything from, where the block's reference bit is one already.
struct LargeTLBEntry {
  /// Megabyte address with the context in bits 52-59; `TLB.invalid` matches no access.
  var tag = TLB.invalid
  /// The frame's absolute address.
  var frame: UInt64 = 0
  /// Add it to the logical address for the host address.
  var addend: UInt64 = 0
  /// The host address of the first of the frame's 256 storage keys.
  var keys: UInt64 = 0
  var isProtected = false
  var frameKey: UInt8?
  static let tagOffset: Int32 = 0, frameOffset: Int32 = 8, addendOffset: Int32 = 16, keysOffset: Int32 = 24
  /// The stride is a power of two, for compiled code.
  private var padding: InlineArray<3, UInt64> = .init(repeating: 0)
}
