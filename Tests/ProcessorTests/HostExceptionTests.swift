import CHost
import Testing
import X86

#if arch(x86_64)
  /// Floating-point exceptions of the host where compiled code has left them unmasked, but is not what runs.
  @Suite struct HostExceptionTests {
    @Test func `an exception outside compiled code masks the thread's exceptions, is counted, and is gone`() throws {
      #expect(chost_handle_float_faults() == 0)
      let size = 4096
      var view: UnsafeMutableRawPointer?
      let execute = try #require(chost_code_memory(size, size, &view)), write = try #require(view)
      defer { chost_release_code_memory(execute, size, size, write) }
      let words = UnsafeMutablePointer<UInt32>.allocate(capacity: 3)
      defer { words.deallocate() }
      (words[0], words[1], words[2]) = (0x1000, 0, 0)
      var code = chost_float_code(start: 0, size: 0, entries: nil, count: 0, faults: words + 1, masked: words + 2)

      // Loads MXCSR from where RDI points, divides zero by zero twice.
      var assembler = Assembler(at: write.assumingMemoryBound(to: UInt8.self))
      assembler.loadFloatControl(Memory(.rdi, 0))
      for _ in 0..<2 {
        assembler.clearFloat(0)
        assembler.float(.divide, 0, 0, isDouble: true)
      }
      assembler.ret()
      typealias Function = @convention(c) (UnsafeMutableRawPointer) -> Void
      chost_set_float_code(&code)
      unsafeBitCast(UnsafeRawPointer(execute), to: Function.self)(UnsafeMutableRawPointer(words))
      chost_set_float_code(nil)
      #expect(words[1] == 1)
      #expect(words[2] == 1)
    }
  }
#endif
