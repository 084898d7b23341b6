/// What went wrong for the operator: one line that says what, where and what to do, and how the process ends.
struct OperatorError: Error {
  /// Exit statuses, numbered as in BSD's `sysexits.h`.
  enum Status: Int32 {
    /// `EX_USAGE`: the command line does not make sense.
    case usage = 64
    /// `EX_DATAERR`: an input file is not what it should be.
    case badData = 65
    /// `EX_NOINPUT`: an input file is missing or cannot be read.
    case noInput = 66
    /// `EX_UNAVAILABLE`: something that the work needs is not there.
    case unavailable = 69
    /// `EX_SOFTWARE`: our own mistake.
    case software = 70
    /// `EX_OSERR`: the host system refused something it should grant.
    case system = 71
    /// `EX_CANTCREAT`: an output file cannot be made.
    case cannotCreate = 73
    /// `EX_IOERR`: reading or writing failed.
    case inputOutput = 74
    /// `EX_TEMPFAIL`: another process has it now; try again.
    case tryAgain = 75
    /// `EX_NOPERM`: not allowed.
    case noPermission = 77
    /// `EX_CONFIG`: the parts of a configuration do not fit together.
    case configuration = 78
  }

  let status: Status
  /// One line, no full stop at the end, without the leading `ironload:`.
  let message: String

  init(_ status: Status, _ message: String) {
    self.status = status
    self.message = message
  }
}
