/// A large frame in the TLB: one megabyte that a segment-table entry with format control one maps (EDAT-1). It saves the walk;
/// keys, reference and change bits are those of each 4-KiB block.
struct LargeTLBEntry {
  /// Megabyte address with the context in bits 52-59; `TLB.invalid` matches no access.
  var tag = TLB.invalid
  /// The frame's absolute address.
  var frame: UInt64 = 0
  var isProtected = false
  var frameKey: UInt8?
}
