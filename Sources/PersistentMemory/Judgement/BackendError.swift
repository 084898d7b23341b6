package import SystemPackage

/// A backend that cannot be had at all; what it cannot promise is a verdict instead.
package enum BackendError: Error, Hashable, Sendable, CustomStringConvertible {
  case missing(path: String)
  case inUse(path: String)
  case misaligned(path: String, what: String, value: UInt64, alignment: UInt64)
  case tooSmall(path: String, has: UInt64, wants: UInt64)
  case tooLarge(path: String, size: UInt64, room: UInt64)
  case empty(path: String)
  /// It cannot be mapped as asked, or opened.
  case unusable(path: String, shortfall: BackendVerdict.Shortfall)
  case system(path: String, operation: String, errno: Errno)

  /// One line: what, where, what to do.
  package var description: String {
    switch self {
    case .missing(let path): "\(path): there is no such file; make it with `truncate -s 256M \(path)`, or name another"
    case .inUse(let path): "\(path): another machine uses it; end that one first"
    case .misaligned(let path, let what, let value, let alignment):
      "\(path): \(what) \(value) is no multiple of \(alignment), which this backend needs; choose one that is"
    case .tooSmall(let path, let has, let wants):
      "\(path): it ends at \(has) bytes, and \(wants) are asked for; make it longer or ask for less"
    case .tooLarge(let path, let size, let room):
      "\(path): \(size) bytes do not fit into the \(room) that are left of the address space; ask for less with size="
    case .empty(let path): "\(path): there is nothing in it behind the offset; make it longer, as with `truncate -s 256M`"
    case .unusable(let path, let shortfall): "\(path): \(shortfall.reason); \(shortfall.remedy)"
    case .system(let path, let operation, let errno): "\(path): \(operation) failed: \(errno)"
    }
  }
}
