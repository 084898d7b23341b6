import DASD
import SystemPackage

/// A volume with the demonstration guest on it, made on the fly: what a user runs when packages are out of reach.
public enum DemoVolume {
  /// The device number that the volume is meant for.
  public static let deviceNumber: UInt16 = 0x0120

  /// Makes a volume of five cylinders at `path`, which must not exist, and the channel program on it that loads the guest.
  public static func create(at path: String) throws {
    let path = FilePath(path)
    guard let geometry = CKDGeometry(cylinders: 5) else { preconditionFailure("five cylinders are a volume") }
    try LabelledVolume.create(path: path, geometry: geometry, serial: "DEMO00", partition: nil, date: .today())
    let image = StorageImage(
      psw: DemoGuest.loadPSW, regions: [StorageImage.Region("demo", at: DemoGuest.address, DemoGuest.program)])
    let volume = try LabelledVolume(CKDImage(path: path))
    _ = try volume.install(LoadProgram(image, path: path), date: .today())
  }
}
