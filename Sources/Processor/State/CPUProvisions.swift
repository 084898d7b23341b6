/// What one CPU needs of the host.
///
/// Concurrency: made by one thread, used by the CPU's.
package struct CPUProvisions: @unchecked Sendable {
  let memory: CPUMemory
  /// nil when everything is interpreted.
  let compiler: Compiler?

  /// Whether code is compiled: not when the host has no memory to give for it.
  package var isCompiling: Bool { compiler != nil }

  /// Gives back what no CPU got.
  package func discard() { memory.deallocate() }
}
