/// How the machine was last started, for a guest that asks for the same again (DIAGNOSE 308, subcodes 3, 4 and 7).
enum WayIn: Hashable, Sendable {
  /// A load from the device of the load parameter block.
  case device
  /// A kernel from files: there is no block, and the files are read again.
  case kernel(String, initrd: String?, commandLine: String?)
  /// The files of a list.
  case list(String)
  /// A firmware that loads from the device of the block.
  case firmware(String)
}
