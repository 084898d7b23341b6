import Foundation
import Processor
import Testing

/// Compiled code against the interpreter, on random sequences of general instructions. IRONLOAD_SEQUENCES sets how many.
@Suite struct CompilerTests {
  /// Everything is compiled when it is first executed, however often its page changes.
  private static func settings(isVerifying: Bool = false, _ distortion: CompilerSettings.Distortion? = nil) -> CompilerSettings {
    var settings = CompilerSettings.atOnce(isVerifying: isVerifying)
    settings.distortion = distortion
    return settings
  }
  private static let sequenceCount = ProcessInfo.processInfo.environment["IRONLOAD_SEQUENCES"].flatMap { Int($0) } ?? 400

  /// Runs random sequences on one CPU.
  /// - Parameter isDone: asked after each run.
  private func run(on bare: BareMachine, sequences: Int, _ visit: ([UInt8], SequenceState, SequenceResult) -> Bool) {
    var generator = SequenceGenerator(seed: 20_261_125)
    bare.put(BareMachine.stopText, at: SequenceGenerator.exit)
    for _ in 0..<sequences {
      let code = SequenceGenerator.code(generator.sequence(20)[...])
      bare.put(code, at: SequenceGenerator.code)
      for _ in 0..<12 {
        let state = generator.randomState()
        if !visit(code, state, bare.result(of: state)) { return }
      }
    }
  }

  @Test func `compiled sequences leave what interpreted ones leave`() {
    let interpreter = BareMachine.forPrograms(megabytes: 4),
      compiler = BareMachine.forPrograms(megabytes: 4, compiling: CompilerTests.settings())
    interpreter.put(BareMachine.stopText, at: SequenceGenerator.exit)
    var runs = 0
    run(on: compiler, sequences: CompilerTests.sequenceCount) { code, state, compiled in
      let interpreted = interpreter.result(ofCode: code, state)
      runs += 1
      #expect(compiled == interpreted)
      return compiled == interpreted
    }
    #expect(runs == 12 * CompilerTests.sequenceCount)
    #expect(compiler.cpu.s.pointee.instructionCount == interpreter.cpu.s.pointee.instructionCount)
  }

  @Test func `code memory that is full again and again changes nothing`() {
    var settings = CompilerTests.settings()
    settings.codeSize = 3 << 17
    let interpreter = BareMachine.forPrograms(megabytes: 4), compiler = BareMachine.forPrograms(megabytes: 4, compiling: settings)
    interpreter.put(BareMachine.stopText, at: SequenceGenerator.exit)
    run(on: compiler, sequences: CompilerTests.sequenceCount) { code, state, compiled in
      let interpreted = interpreter.result(ofCode: code, state)
      #expect(compiled == interpreted)
      return compiled == interpreted
    }
    #expect(compiler.cpu.fullCodeMemoryCount > 3)
  }

  @Test func `verification finds no difference in random sequences`() {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: CompilerTests.settings(isVerifying: true))
    run(on: bare, sequences: CompilerTests.sequenceCount) { _, _, _ in bare.services.firstDifference == nil }
    #expect(bare.services.firstDifference == nil)
    #expect(bare.cpu.verifiedBlockCount > CompilerTests.sequenceCount)
  }

  @Test(arguments: [CompilerSettings.Distortion.conditionCode, .highHalf, .storeAddress, .nextAddress, .unsavedRegister])
  func `verification finds a fault that was put in`(_ distortion: CompilerSettings.Distortion) {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: CompilerTests.settings(isVerifying: true, distortion))
    run(on: bare, sequences: 200) { _, _, _ in bare.services.firstDifference == nil }
    #expect(bare.services.firstDifference != nil)
  }
}
