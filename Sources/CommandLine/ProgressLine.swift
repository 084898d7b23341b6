import Glibc

/// One line on the standard error stream that tells how far long work is; nothing when that is no terminal.
final class ProgressLine {
  private let title: String
  private let isShown: Bool
  private var shownPercent = -1

  init(_ title: String) {
    self.title = title
    isShown = isatty(STDERR_FILENO) != 0
  }

  deinit { finish() }

  /// Shows the share that is done, at most once for each percent.
  func show(_ done: Int, of all: Int) {
    guard isShown, all > 0 else { return }
    let percent = done * 100 / all
    guard percent != shownPercent else { return }
    shownPercent = percent
    StandardError.write("\r\(title) \(percent)%")
  }

  /// Removes the line.
  func finish() {
    guard shownPercent >= 0 else { return }
    shownPercent = -1
    StandardError.write("\r\u{1B}[K")
  }
}
