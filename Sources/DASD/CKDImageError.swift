package import SystemPackage

/// What can be wrong with an image file: for the operator, one line each, with what to do.
package enum CKDImageError: Error, Hashable, CustomStringConvertible {
  case missing(FilePath)
  case exists(FilePath)
  /// Another process uses the image.
  case locked(FilePath)
  /// The file may not be written, or was opened read-only.
  case readOnly(FilePath)
  case notAnImage(FilePath, String)
  case wrongGeometry(FilePath, String)
  /// The file's length is not that of whole cylinders.
  case truncated(FilePath, size: Int)
  /// A read came to the end of the file where a track should be: somebody shortened it while it was in use.
  case shrunk(FilePath, TrackAddress)
  case invalidTrack(FilePath, TrackAddress, TrackFormatError)
  /// No such track on this volume.
  case outsideVolume(FilePath, TrackAddress)
  case system(FilePath, String, Errno)

  package var description: String {
    switch self {
    case .missing(let path): "\(path): no such file; make one with `ironload dasd create`"
    case .exists(let path): "\(path): exists already; name another file or remove it first"
    case .locked(let path): "\(path): in use by another process; stop that first, or work on a copy"
    case .readOnly(let path): "\(path): may not be written; use it with `,ro` or mend its permissions"
    case .notAnImage(let path, let why): "\(path): not a CKD DASD image: \(why)"
    case .wrongGeometry(let path, let why): "\(path): not a 3390 volume: \(why)"
    case .truncated(let path, let size):
      "\(path): truncated or damaged: \(size) bytes are not a whole number of 3390 cylinders; restore it from a copy"
    case .shrunk(let path, let track): "\(path): ends before \(track): shortened while in use; restore it from a copy"
    case .invalidTrack(let path, let track, let fault):
      "\(path): \(track): not a valid track: \(fault); format the track anew or restore the image from a copy"
    case .outsideVolume(let path, let track): "\(path): \(track) is not on this volume"
    case .system(let path, let operation, let errno): "\(path): \(operation): \(errno)"
    }
  }
}
