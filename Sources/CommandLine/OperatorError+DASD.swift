import DASD
import SystemPackage

extension OperatorError {
  /// What a DASD's file said.
  init(_ error: CKDImageError) {
    let status: Status =
      switch error {
      case .missing: .noInput
      case .exists: .cannotCreate
      case .locked: .tryAgain
      case .readOnly: .noPermission
      case .notAnImage, .wrongGeometry, .truncated, .shrunk, .invalidTrack, .outsideVolume: .badData
      case .system(_, _, .permissionDenied): .noPermission
      case .system(_, let operation, _): operation.hasPrefix("cannot create") ? .cannotCreate : .inputOutput
      }
    self.init(status, error.description)
  }

  /// What a volume's contents said.
  init(_ error: VolumeError) {
    let status: Status =
      switch error.kind {
      case .unsuitable, .noPartition, .badInput: .badData
      case .noRoom: .cannotCreate
      }
    self.init(status, error.description)
  }
}
