import CHost
import Glibc
import Testing
import X86

#if arch(x86_64)
  /// Floating-point exceptions of the host where compiled code has left them unmasked, but is not what runs.
  @Suite struct HostExceptionTests {
    @Test func `an exception outside compiled code masks the thread's exceptions, is counted, and is gone`() throws {
      #expect(chost_handle_float_faults() == 0)
      let words = UnsafeMutablePointer<UInt32>.allocate(capacity: 2)
      defer { words.deallocate() }
      (words[0], words[1]) = (0, 0)
      let code = UnsafeMutablePointer<chost_float_code>.allocate(capacity: 1)
      defer { code.deallocate() }
      code.initialize(to: chost_float_code(start: 0, size: 0, entries: nil, count: 0, faults: words, masked: words + 1))
      chost_set_float_code(code)
      defer { chost_set_float_code(nil) }
      try Self.divideZeroByZero()
      #expect(words[0] == 1)
      #expect(words[1] == 1)
    }

    @Test func `an exception of a thread that runs no compiled code ends the process, as without Ironload`() async {
      await #expect(processExitsWith: .signal(SIGFPE)) {
        guard chost_handle_float_faults() == 0 else { return }
        try Self.divideZeroByZero()
      }
    }

    @Test func `a signal that somebody sends ends the process, as without Ironload`() async {
      await #expect(processExitsWith: .signal(SIGFPE)) {
        guard chost_handle_float_faults() == 0 else { return }
        raise(SIGFPE)
      }
    }

    /// Unmasks the thread's exceptions, as compiled code does, and divides zero by zero twice.
    private static func divideZeroByZero() throws {
      let size = 4096
      var view: UnsafeMutableRawPointer?
      let execute = try #require(chost_code_memory(size, size, &view)), write = try #require(view)
      defer { chost_release_code_memory(execute, size, size, write) }
      var assembler = Assembler(at: write.assumingMemoryBound(to: UInt8.self))
      assembler.loadFloatControl(Memory(.rdi, 0))
      for _ in 0..<2 {
        assembler.clearFloat(0)
        assembler.float(.divide, 0, 0, isDouble: true)
      }
      assembler.ret()
      var control: UInt32 = 0x1000
      typealias Function = @convention(c) (UnsafeMutableRawPointer) -> Void
      unsafeBitCast(UnsafeRawPointer(execute), to: Function.self)(&control)
    }
  }
#endif
