import ChannelIO
import Processor
import Testing

/// A channel program that reads into code which is compiled already: what is executed behind its end is the new code.
@Suite struct ChannelCodeChangeTests {
  /// Reads the operand of LGHI 1,2.
  private final class Reader: Device {
    let identification = DeviceIdentification(controlUnitType: 0x3174, controlUnitModel: 1, deviceType: 0x3278, deviceModel: 2)
    func beginChannelProgram() {}
    func execute(_ command: UInt8, _ transfer: any DataTransfer) -> UnitStatus {
      _ = transfer.send([0, 2])
      return .normalEnd
    }
    func takeSense() -> [UInt8] { [UInt8](repeating: 0, count: 32) }
    func reset(_ signal: ResetSignal) {}
  }

  /// Where LGHI 1,1 is: right behind the loop that waits, in its page, in another one.
  @Test(arguments: [0x200E, 0x2800, 0x3000] as [UInt64], ExecutionMode.allCases)
  func `code that a channel program read is executed, wherever it is`(_ target: UInt64, _ mode: ExecutionMode) {
    let bare = BareMachine.forPrograms(compiling: mode.settings)
    let block = InputOutputTests.block, orb = InputOutputTests.orb, program = InputOutputTests.program
    _ = bare.complex.channelSubsystem.attach(device: Reader(), number: 0x0120)
    (bare[2], bare[3], bare[4], bare[6]) = (block, orb, InputOutputTests.response, target)
    bare.gr[1] = 0x0001_0000
    bare.run("B234 2000")  // STSCH
    bare[UInt32.self, block + 4] |= 0x0080_0000
    bare.run("B232 2000")  // MSCH
    bare[UInt32.self, orb + 4] = 0x0080_FF00
    bare[UInt32.self, orb + 8] = UInt32(program)
    bare[UInt64.self, program] = 0x0220_0002_0000_0000 | (target + 2)
    // SSCH, TSCH until there is status, BR 6.
    bare.code("B233 3000 B235 4000 A744 FFFE 07F6", at: 0x2000)
    bare.code("A719 0001 8300 0500", at: target)
    bare.load(mask: BareMachine.supervisor, address: target)
    for _ in 0..<2 {
      #expect(bare.start(at: target) == nil)
      #expect(bare[1] == 1)
    }
    bare.gr[1] = 0x0001_0000
    #expect(bare.start(at: 0x2000) == nil)
    #expect(bare[1] == 2)
    #expect(bare.services.firstDifference == nil)
  }
}
