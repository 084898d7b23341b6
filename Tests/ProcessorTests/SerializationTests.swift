import Foundation
import Processor
import Storage
import Testing

/// BCR 15,0 and 14,0 serialize: an instruction behind it is the one that was stored before what the CPU has seen (Principles,
/// chapter 5, "Serialization"), also when the block that has both was compiled long before.
@Suite struct SerializationTests {
  /// The loop waits for the word at 0x5000, then LGHI 1,1 behind the serialization.
  private static let changed: UInt64 = 0x200E
  private static func program(_ serialization: String) -> String {
    "5850 2000 1255 A784 FFFD \(serialization) A719 0001 8300 0500"
  }

  // Verification carries out the loop twice, and the other thread does not wait for that.
  @Test(arguments: ["07F0", "07E0"], [.interpreted, .compiled, .following] as [ExecutionMode])
  func `what another thread stored into code is executed behind a serialization`(_ serialization: String, _ mode: ExecutionMode) {
    let bare = BareMachine.forPrograms(compiling: mode.settings)
    bare.code(Self.program(serialization), at: 0x2000)
    bare[2] = 0x5000
    bare[UInt32.self, 0x5000] = 1
    for _ in 0..<3 {
      #expect(bare.start(at: 0x2000) == nil)
      #expect(bare[1] == 1)
    }
    let storage = bare.storage
    for value in UInt8(2)...20 {
      bare[UInt32.self, 0x5000] = 0
      let other = Thread {
        usleep(1000)
        storage.store([0, value], at: AbsoluteAddress(Self.changed))
        storage.store([0, 0, 0, 1], at: AbsoluteAddress(0x5000))
      }
      other.start()
      #expect(bare.start(at: 0x2000) == nil)
      #expect(bare[1] == UInt64(value))
    }
  }
}
