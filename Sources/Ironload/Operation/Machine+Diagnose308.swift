import ChannelIO
import Dispatch
import Processor
import ServiceProcessor
import Storage
import Synchronization

/// DIAGNOSE 308 (known from Linux arch/s390/include/asm/diag.h, arch/s390/kernel/ipl.c and QEMU target/s390x/diag.c):
/// R1 the block's address, R1+1 receives the return code, R3 the subcode.
extension Machine {
  /// Return codes in R1+1.
  private enum ReturnCode {
    static let done: UInt64 = 0x0001
    static let noBlock: UInt64 = 0x0102
    static let invalidBlock: UInt64 = 0x0402
  }

  func diagnoseLoad(_ cpu: inout CPU, _ text: InstructionText) throws(ProgramInterruption) {
    let r1 = text.r1, subcode = cpu.gr(text.r3)
    switch subcode {
    case 0: resetAndLoadPSW(&cpu, clear: true)
    case 1: resetAndLoadPSW(&cpu, clear: false)
    case 3: reload(&cpu, kind: .clear)
    case 4, 7: reload(&cpu, kind: .normal)
    case 5, 6:
      guard r1 & 1 == 0, cpu.gr(r1) & 0xFFF == 0 else { throw .specification }
      let address = AbsoluteAddress(cpu.prefixed(cpu.reduced(cpu.gr(r1))))
      guard storage.contains(address, count: 4096) else { throw .addressing }
      if subcode == 6 && storage.isReadOnly(address) { throw .protection }
      cpu.setGR(r1 + 1, subcode == 5 ? setBlock(address) : storeBlock(address))
    default: throw .specification
    }
  }

  /// Subcode 5: the guest says from where to load next.
  private func setBlock(_ address: AbsoluteAddress) -> UInt64 {
    let host = UnsafeRawBufferPointer(start: storage.host(address), count: LoadParameterBlock.maximumLength)
    guard let block = LoadParameterBlock(guest: Array(host)) else { return ReturnCode.invalidBlock }
    state.withLock { $0.loadParameterBlock = block }
    return ReturnCode.done
  }

  /// Subcode 6: from where was loaded.
  private func storeBlock(_ address: AbsoluteAddress) -> UInt64 {
    guard let block = state.withLock({ $0.loadParameterBlock }) else { return ReturnCode.noBlock }
    storage.store(block.bytes, at: address)
    storage.recordChange(address)
    return ReturnCode.done
  }

  /// Subcodes 0 and 1: resets (0 with this CPU's registers cleared) and goes on with the PSW at 0. Storage stays. As after every
  /// reset the CPU is in ESA/390 mode where the machine has one: Linux sends SIGP SET ARCHITECTURE right after it
  /// (arch/s390/kernel/relocate_kernel.S).
  private func resetAndLoadPSW(_ cpu: inout CPU, clear: Bool) {
    state.withLock { $0.isOperatorStopping = true }
    let others = complex.signals.filter { $0 !== cpu.signals }
    for signal in others { signal.post(clear ? .initialReset : .reset) }
    cpu.waitWhile { others.contains(where: \.isObeying) }
    channelSubsystem.resetIO()
    virtualMachine?.purgeAll()
    serviceProcessor.reset()
    complex.clearFloatingConditions()
    // For whoever steps through it, this is one instruction.
    let (stepsLeft, holdsInterruptions) = (cpu.watch.stepsLeft, cpu.watch.holdsInterruptions)
    if clear { cpu.clearReset() } else { cpu.initialReset() }
    (cpu.watch.stepsLeft, cpu.watch.holdsInterruptions) = (stepsLeft, holdsInterruptions)
    cpu.load(PSW(short: storage.load(UInt64.self, at: AbsoluteAddress(0))))
    cpu.enter(.operating)
    state.withLock { $0.isOperatorStopping = false }
  }

  /// Subcodes 3, 4 and 7: starts anew, from the device of the block; without one, as after --kernel, in the same way as before,
  /// which is what QEMU does. This CPU waits in the load state meanwhile.
  private func reload(_ cpu: inout CPU, kind: LoadKind) {
    let (block, wayIn) = state.withLock { ($0.loadParameterBlock, $0.wayIn) }
    state.withLock { $0.isReloading = true }
    cpu.enter(.load)
    control.async { [self] in
      defer {
        state.withLock { $0.isReloading = false }
        observers.tell(.reset)
      }
      if let parameter = block?.loadParameter { serviceProcessor.description.loadParameter = parameter }
      do { try reload(block, wayIn, kind) } catch let failure as LoadFailure { comeToRest(.loadFailed(failure)) } catch let error
        as ConfigurationError
      { comeToRest(.restartFailed(error)) } catch { preconditionFailure("\(error)") }
    }
  }

  private func reload(_ block: LoadParameterBlock?, _ wayIn: WayIn, _ kind: LoadKind) throws {
    switch (wayIn, block) {
    case (.firmware(let path), let block?): try performLoad(firmware: path, block: block, kind: kind)
    case (_, let block?): try performLoad(from: block.deviceNumber, block: block, kind: kind)
    case (.kernel(let kernel, let initrd, let commandLine), nil):
      try performLoad(kernel: kernel, initrd: initrd, commandLine: commandLine, kind: kind)
    case (.list(let path), nil): try performLoad(list: path, kind: kind)
    // A machine that was started without a load.
    case (.device, nil), (.firmware, nil):
      throw ConfigurationError(.usage, "nothing was loaded that could be loaded again; have the operator load a device")
    }
  }
}
