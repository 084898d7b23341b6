import Storage

/// Blocks that are compiled again, with what their accesses have taught.
extension CPU {
  /// Notes that an access missed its site. If it often does, its instruction will look into the TLB. What is learnt is used when the
  /// block is compiled again: later, when its other accesses had time to show what they are.
  /// - Parameter tag: what the site is to have.
  func noteMiss(_ history: UnsafeMutablePointer<AccessHistory>, _ tag: UInt64) {
    guard let compiler else { return }
    let instruction = history.pointee.instruction
    if history.pointee.isSampled {
      if let conduct = history.pointee.sample(tag) { compiler.frames.note(conduct, of: instruction) }
    } else if history.pointee.noteMiss() {
      switch compiler.frames.conduct(of: instruction) {
      case nil: history.pointee.beginSampling(tag)
      case .steady: break
      case .wandering where history.pointee.wanders: recompile(compiler, history.pointee.block)
      case .wandering: history.pointee.noteWandering()
      }
    }
  }

  /// How often blocks were compiled again for what was learnt of them.
  package var recompilationCount: Int { compiler?.recompilationCount ?? 0 }
  /// How many blocks were found to lead around a loop.
  package var followingBlockCount: Int { compiler?.frames.followerCount ?? 0 }

  /// Has a block follow branches when compiled code has found that it leads around a loop.
  func followLoopFound(_ compiler: Compiler) {
    guard s.pointee.compiled.passingLooks > CompiledThunks.passingLimit else { return }
    s.pointee.compiled.passingLooks = 0
    compiler.frames.noteFollower(s.pointee.compiled.passingBlock)
    recompile(compiler, s.pointee.compiled.passingBlock)
  }

  /// Compiles a block of the current page anew, unless it lies in two. The old one, which may be running, leads to the new one from
  /// now on.
  private func recompile(_ compiler: Compiler, _ key: UInt64) {
    let frame = s.pointee.fetchHost &- UInt64(UInt(bitPattern: s.pointee.storageBase))
    guard BlockTable.frame(of: key) == frame, compiler.mayRecompile(key), let old = compiler.blocks.find(key),
      let code = compiler.compile(key: key, page: CPU.pointer(s.pointee.fetchHost), next: nil, s)
    else { return }
    compiler.replace(old, with: code, key)
    let address = s.pointee.fetchPage &+ key & 0xFFF
    let entry = jumpCache + JumpCache.number(address)
    if entry.pointee.code == old { entry.pointee.code = code }
  }
}
