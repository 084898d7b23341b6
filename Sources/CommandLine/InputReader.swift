import Glibc
import Ironload
import SystemPackage

/// Standard output, unbuffered, so that a prompt is seen at once.
enum Output {
  static func write(_ text: String) { _ = try? FileDescriptor.standardOutput.writeAll(text.utf8) }
  static func write(bytes: [UInt8]) { _ = try? FileDescriptor.standardOutput.writeAll(bytes) }
}

/// Hands standard input to a console of the machine, on a thread of its own. The end of input ends nothing else.
enum InputReader {
  static func start(_ kind: ConsoleKind, _ machine: Machine) {
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(kind, machine))
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, box.toOpaque())
    if status == 0 { pthread_detach(thread) } else { box.release() }
  }

  private final class Box: @unchecked Sendable {
    let kind: ConsoleKind
    weak var machine: Machine?
    init(_ kind: ConsoleKind, _ machine: Machine) { (self.kind, self.machine) = (kind, machine) }

    func run() {
      var line: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let n = buffer.withUnsafeMutableBytes { (try? FileDescriptor.standardInput.read(into: $0)) ?? 0 }
        if n == 0 { break }
        guard let machine else { return }
        if kind == .vt220 {
          machine.type(Array(buffer[0..<n]))
          continue
        }
        for byte in buffer[0..<n] {
          if byte == 10 {
            machine.enter(line: String(decoding: line, as: UTF8.self))
            line = []
          } else {
            line.append(byte)
          }
        }
      }
      if !line.isEmpty { machine?.enter(line: String(decoding: line, as: UTF8.self)) }
    }
  }
}
