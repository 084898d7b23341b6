import CHost
import Storage
import X86

/// Compiles guest code of one CPU to x86-64: which code is worth it, the blocks there are, and their end.
///
/// A block is a run of instructions within one page, keyed by its absolute address and the mode; it goes on behind branches that
/// are not taken and, on the way around a loop, where branches lead to. Its code knows addresses only relative to the page, which may
/// have several logical addresses. See BlockBuilder (what the instructions do) and BlockEmitter (the code of it).
///
/// Concurrency: owned by the CPU's thread.
final class Compiler {
  let memory: CodeMemory
  let thunks: CompiledThunks
  let blocks = BlockTable()
  var builder = BlockBuilder()
  private let emitter: BlockEmitter
  var siteTags = SiteTags()
  /// Blocks are verified.
  let verification: Verification?
  /// What such blocks store is noted, to be undone.
  var log: StoreLog? { verification?.log }
  /// The interruption that ended a block that is verified.
  var interruption: ProgramInterruption?
  private let rows: CompilerRows
  private let storage: AbsoluteStorage
  /// What is kept of the frames that the blocks are in.
  var frames = CodeFrames()
  /// The second copies in blocks, by their code, and what is known there.
  private var loops: [UInt64: (start: UInt64, edge: LoopEdge)] = [:]
  private var lessons = Lessons()
  /// The block being built does.
  private(set) var follows = false
  /// How often code was interpreted that is not compiled, by address.
  private let heat: UnsafeMutablePointer<UInt8>
  /// How often everything was dropped to make room.
  private(set) var fullCount = 0
  /// How often blocks were replaced.
  private(set) var recompilationCount = 0

  let settings: CompilerSettings

  private static let heatCount = 1 << 14

  /// - Returns: nil when the host has no memory for code.
  init?(rows: CompilerRows, storage: AbsoluteStorage, settings: CompilerSettings) {
    guard let memory = CodeMemory(codeSize: settings.codeSize) else { return nil }
    self.memory = memory
    self.rows = rows
    self.storage = storage
    self.settings = settings
    verification = settings.isVerifying ? Verification() : nil
    thunks = CompiledThunks(memory, unsaved: settings.distortion == .unsavedRegister ? 2 : nil)
    emitter = BlockEmitter(memory: memory, thunks: thunks, blocks: blocks, builder: builder)
    emitter.linksBlocks = !settings.isVerifying
    heat = .allocate(capacity: Compiler.heatCount)
    heat.initialize(repeating: 0, count: Compiler.heatCount)
  }
  deinit {
    heat.deallocate()
    siteTags.deallocate()
  }

  /// Notes one more run of code that is not compiled.
  /// - Returns: whether it is worth compiling now.
  func isHot(_ key: UInt64) -> Bool {
    let k = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> 50)
    heat[k] &+= 1
    if heat[k] < settings.threshold { return false }
    heat[k] = 0
    return true
  }
  /// Whether a frame was stored into so often that its blocks are to look at their text themselves.
  func isChanging(_ frame: CodeFrame) -> Bool { frame.changeCount >= settings.changeLimit }

  /// The mnemonic of an opcode; its digits when it has none.
  func mnemonic(opcode: UInt16) -> String {
    rows.row(opcode: opcode).map { String(describing: $0.pointee.mnemonic) } ?? String(opcode, radix: 16)
  }

  /// Drops the blocks of frames that were stored into.
  func drop(_ changed: [UInt64]) {
    for address in changed {
      let frame = frames.at(address)
      for block in frame.blocks { blocks.drop(block) }
      frame.dropBlocks()
    }
  }
  /// Whether a block is to be compiled again, now that something was learnt of it: only while a quarter of the memory is free. What is
  /// learnt outlasts the code: when memory is full, blocks begin with it.
  func mayRecompile(_ key: UInt64) -> Bool { memory.isQuarterFree && !isFull && lessons.note(key) }
  /// Has a block that may be running, and whatever leads to it, go on at one that replaces it.
  func replace(_ old: UInt64, with code: UInt64, _ key: UInt64) {
    recompilationCount += 1
    memory.lead(from: old, to: code)
    for end in frames.of(key).links(to: key) { memory.link(end, to: code) }
    guard let loop = loops.removeValue(forKey: old) else { return }
    // The second copy has the condition code pending, and registers apart, that the first expects to be in their places.
    let glue = memory.executeView(memory.cursor)
    emitter.assembler.cursor = memory.cursor
    emitter.emit(loop.edge.deferred)
    emitter.emitJump(memory.writeView(code))
    memory.cursor = emitter.assembler.cursor
    memory.lead(from: loop.start, to: glue)
  }
  /// Makes room by forgetting everything. No compiled code may be running.
  func dropAll() {
    blocks.dropAll()
    for frame in frames.forgetCode() { storage.setHasCode(AbsoluteAddress(frame), false) }
    memory.reset()
    lessons.forgetAll()
    loops.removeAll(keepingCapacity: true)
    fullCount += 1
  }
  /// Whether compiling needs to drop everything first, so that what the jump cache holds is void.
  var isFull: Bool { !memory.hasRoom || blocks.isNearlyFull }

  /// Compiles the block of `key`. There must be room, and stores into its page must be noticed already.
  /// - Parameters:
  ///   - page: the host address of its page.
  ///   - next: that of the next page, when its first instruction lies in both.
  ///   - cpu: what the CPU has in its registers now.
  /// - Returns: its code, or nil when it begins with an instruction that cannot be in a block.
  func compile(
    key: UInt64, page: UnsafeRawPointer, next: UnsafeRawPointer?, _ cpu: UnsafeMutablePointer<CPUState>
  ) -> UInt64? {
    let pageKey = key & ~0xFFF, offset = UInt16(truncatingIfNeeded: key & 0xFFF)
    let frame = frames.of(key)
    follows = settings.followsAlways || frame.followers.contains(key)
    var end = build(page, next, frame, offset, BlockMode(bits: UInt8(key >> 56)), cpu)
    guard builder.instructions.first != nil else { return nil }
    settings.distortion?.apply(to: builder.state.pointee.nodes, 1..<builder.state.pointee.count)
    builder.analyze()
    repeat {
      emitter.begin(pageKey: pageKey, offset: offset, shape: builder.shape(of: builder.instructions, end: end))
      let last = builder.instructions[builder.instructions.count - 1]
      repeat {
        for k in builder.instructions.indices { emitter.emit(builder.state.pointee.instructions + k) }
        if !last.endsBlock || last.isRoutine { emitter.emitFallThrough(to: end) }
      } while emitter.beginLoop()
      emitter.emitStubs()
      if let failed = emitter.failed { end = call(failed, end) }
    } while emitter.failed != nil
    // They do not leave the page.
    for k in emitter.links.indices { frame.noteLink(to: emitter.links[k].key, memory.executeView(emitter.links[k].end)) }
    let code = memory.executeView(memory.cursor)
    memory.cursor = emitter.assembler.cursor
    memory.stubCursor = emitter.stubCursor
    memory.enlargePages()
    if let loop = emitter.loop, let start = loop.start { loops[code] = (memory.executeView(start), loop.edge) }
    for k in emitter.faults.indices { memory.noteFault(at: emitter.faults[k].at, to: emitter.faults[k].stub) }
    if blocks.insert(key, code: code) && !builder.instructions[0].isGuarded { frame.note(key) }
    return code
  }
  /// Has an instruction of the block called.
  /// - Returns: where the block now goes on behind its last instruction; until then it was `end`.
  private func call(_ k: Int, _ end: UInt16) -> UInt16 {
    let instructions = builder.instructions
    for j in instructions.indices { instructions[j].rising = nil }
    instructions[k].isRoutine = true
    guard instructions[k].followed != nil else { return end }
    instructions[k].followed = nil
    builder.state.pointee.instructionCount = k + 1
    return instructions[k].offset + UInt16(instructions[k].length)
  }
  /// Builds the nodes.
  /// - Returns: the offset behind the last instruction.
  private func build(
    _ page: UnsafeRawPointer, _ next: UnsafeRawPointer?, _ frame: CodeFrame, _ start: UInt16, _ mode: BlockMode,
    _ cpu: UnsafeMutablePointer<CPUState>
  ) -> UInt16 {
    let state = builder.state
    state.pointee.count = 1
    state.pointee.instructionCount = 0
    state.pointee.mode = mode
    let isGuarded = isChanging(frame)
    var offset = start
    while offset < 4096, state.pointee.instructionCount < BlockBuilder.instructionLimit,
      state.pointee.count < BlockBuilder.nodeLimit
    {
      var text = Compiler.text(page, Int(offset))
      let length = UInt16(text.length), crossesPage = offset + length > 4096
      if crossesPage {
        guard let next, offset == start else { break }
        text = Compiler.text(text, upTo: Int(4096 - offset), next)
      }
      builder.begin(
        BlockInstruction(
          text: text.bits, firstNode: UInt16(truncatingIfNeeded: state.pointee.count), endNode: 0, offset: offset,
          length: UInt8(truncatingIfNeeded: length), conduct: frame.conducts[offset], crossesPage: crossesPage,
          isGuarded: isGuarded))
      let instruction = state.pointee.instruction
      build(text, instruction, page, mode, cpu)
      if verification != nil && instruction.pointee.isRoutine && !Verification.covers(text) {
        state.pointee.instructionCount -= 1
        break
      }
      offset += length
      if follows {
        if let branch = branch(of: instruction.pointee), !crossesPage && !isGuarded,
          follows(branch, instruction.pointee, start, cpu)
        {
          instruction.pointee.followed = branch.target
          instruction.pointee.endsBlock = false
          offset = branch.target
        }
        if includes(offset) { break }
      }
      if instruction.pointee.endsBlock || crossesPage || isGuarded { break }
    }
    return offset
  }

  /// Whether the instruction at an offset is in the block.
  func includes(_ offset: UInt16) -> Bool { builder.instructions.contains { $0.offset == offset } }

  /// The instruction whose first `count` bytes are those of `text` and whose others `next` points to.
  private static func text(_ text: InstructionText, upTo count: Int, _ next: UnsafeRawPointer) -> InstructionText {
    let rest = UInt64(UInt32(bigEndian: next.loadUnaligned(as: UInt32.self)))
    return InstructionText(bits: text.bits | (rest << 32) >> UInt64(8 * count))
  }
  /// Builds the nodes of one instruction.
  private func build(
    _ text: InstructionText, _ instruction: UnsafeMutablePointer<BlockInstruction>, _ page: UnsafeRawPointer, _ mode: BlockMode,
    _ cpu: UnsafeMutablePointer<CPUState>
  ) {
    guard let row = row(of: text, mode) else {
      builder.call()
      instruction.pointee.endsBlock = true
      return builder.endInstruction()
    }
    // EXECUTE goes on behind itself, mostly.
    let isExecute = Compiler.isExecute(row.pointee.opcode)
    // The guard does not look at the target of EXECUTE.
    if !isExecute {
      build(row, text)
    } else if instruction.pointee.isGuarded {
      builder.call()
    } else {
      buildExecute(text, page, mode, cpu)
    }
    builder.endInstruction()
    instruction.pointee.endsBlock =
      instruction.pointee.isRoutine
      ? row.pointee.traits.contains(.endsBlock) && !isExecute : instruction.pointee.traits.contains(.branches)
  }

  /// The row of an instruction that the mode has.
  func row(of text: InstructionText, _ mode: BlockMode) -> UnsafePointer<CompilerRow>? {
    guard let row = rows.row(of: text), !(mode.isProblemState && row.pointee.traits.contains(.privileged)),
      mode.isZArchitecture || !row.pointee.traits.contains(.zArchitectureOnly)
    else { return nil }
    return row
  }
  /// Builds the nodes of one instruction, or has it called.
  func build(_ row: UnsafePointer<CompilerRow>, _ text: InstructionText) {
    if let specialisation = row.pointee.floatingPoint {
      do { try builder.floatingPoint(specialisation, text) } catch { builder.call() }
    } else if let operation = row.pointee.operation {
      operation._withUnsafeGuaranteedRef { $0.build(&builder, text) }
    } else if !builder.bytes(text) {
      do { if try !builder.division(row.pointee.opcode, text) && !builder.systemMask(text) { builder.call() } } catch {
        builder.call()
      }
    }
  }

  /// Eight bytes of text, zeros behind the page.
  @inline(__always) static func text(_ page: UnsafeRawPointer, _ offset: Int) -> InstructionText {
    if offset <= 4088 {
      return InstructionText(bits: UInt64(bigEndian: page.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
    }
    var bits: UInt64 = 0
    for k in offset..<4096 { bits |= UInt64(page.load(fromByteOffset: k, as: UInt8.self)) << UInt64(56 - 8 * (k - offset)) }
    return InstructionText(bits: bits)
  }
}
