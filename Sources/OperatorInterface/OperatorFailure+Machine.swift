import Ironload

extension OperatorFailure {
  /// What the machine says, with the exit status that goes with it (sysexits.h).
  init(_ error: OperationError) {
    kind = error.kind.rawValue
    message = error.description
    status =
      switch error.kind {
      case .unknown, .value: 64
      case .address: 65
      case .file: 66
      case .state, .load: 69
      case .closed: 75
      }
  }

  init(_ failure: LoadFailure) {
    kind = OperationError.Kind.load.rawValue
    message = failure.description
    status = 69
  }
}
