import Foundation
import Ironload
import Processor
import RemoteDebugging
import Testing

/// Debian's gdb-multiarch as the client.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/gdb-multiarch"), "needs Debian's gdb-multiarch"))
struct DebianGDBTests {
  @Test func `gdb reads the description, steps, breaks, watches, writes and detaches`() throws {
    let machine = try Machine(MachineConfiguration(memory: 4 << 20, onStop: .hold))
    let server = try DebugServer(machine, host: "127.0.0.1", port: 0)
    try server.start()
    defer {
      machine.quit()
      server.stop()
      machine.close()
    }
    try machine.write(PacketTests.loop, at: StorageLocation(.absolute, 0x1000))
    try machine.write([
      (.architecturalMode, 1), (.pswMask, PacketTests.mask), (.pswAddress, 0x1000), (.general(3), 0x2000), (.control(1), 0x123),
      (.access(2), 7), (.floatingPoint(4), 0x3FF8_0000_0000_0000),
    ])
    let output = try gdb(
      server.port,
      "printf \"START %lx %lx\\n\", $pswm, $pswa", "printf \"REGISTERS %lx %x %g %x\\n\", $cr1, $acr2, $f4, $prefix",
      "x/3i $pswa",
      "stepi", "stepi", "printf \"STEPPED %lx %lx\\n\", $pswa, *(unsigned long *) 0x2000",
      "break *0x100a", "continue", "continue", "printf \"BROKE %ld\\n\", $r1", "delete",
      "watch *(unsigned long *) 0x2000", "continue", "printf \"WATCHED %lx\\n\", $pswa", "delete",
      "set var *(unsigned long *) 0x2000 = 100", "set $r1 = 500", "stepi", "stepi", "stepi",
      "printf \"WRITTEN %ld\\n\", *(unsigned long *) 0x2000", "info threads", "monitor storage 1000 4", "detach")
    for wanted in [
      "START 180000000 1000", "REGISTERS 123 7 1.5 0", "aghi\t%r1,1", "STEPPED 100a 1", "Breakpoint 1, 0x000000000000100a",
      "BROKE 3", "Hardware watchpoint 2", "WATCHED 100a", "WRITTEN 501", "CPU 0, stopped", "0000000000001000  a71b0001",
    ] { #expect(output.contains(wanted), "\(wanted) in\n\(output)") }
    let deadline = ContinuousClock.now + .seconds(10)
    while try machine.status().state != .operating && ContinuousClock.now < deadline { usleep(10_000) }
    #expect(try machine.status().state == .operating)
  }

  private func gdb(_ port: UInt16, _ commands: String...) throws -> String {
    let process = Process(), out = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/timeout")
    process.arguments =
      ["100", "gdb-multiarch", "-nx", "-batch", "-ex", "set endian big", "-ex", "target remote 127.0.0.1:\(port)"]
      + commands.flatMap { ["-ex", $0] }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = out
    process.standardError = out
    try process.run()
    let output = String(decoding: try out.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return output
  }
}
