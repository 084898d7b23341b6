import Ironload
import Processor

/// Continue, step, stop.
extension DebugSession {
  /// GDB's own signal numbers (its include/gdb/signals.def), which are not Linux's throughout.
  enum Signal: UInt8 {
    case interruption = 2
    case trap = 5
    /// For a disabled wait and the check-stop state.
    case abort = 6
    /// For CPUs that the guest stopped.
    case stop = 17
  }

  /// Stops every CPU, and notes which are to go on later.
  func halt() {
    held = []
    for cpu in 0..<machine.cpuCount {
      guard let before = try? machine.status(of: cpu) else { continue }
      if goesOn(before) { held.insert(cpu) }
      try? machine.stop([cpu])
    }
    isRunning = false
  }

  /// Whether a CPU is to go on when the debugger lets it: not one that the guest or a reset stopped.
  private func goesOn(_ status: CPUStatus) -> Bool {
    status.state == .stopped ? status.stopCause != .program : status.state != .checkStop
  }

  // MARK: Packets

  /// `c [addr]`.
  func resume(at text: ArraySlice<UInt8>) -> PacketReply {
    if isRunning { return .later }
    guard setAddress(text) else { return .malformed }
    // What happened before is no answer to this.
    _ = news.take()
    isRunning = true
    for cpu in held.isEmpty ? [resumed] : held.sorted() {
      do throws(OperationError) { try machine.start([cpu]) } catch {
        halt()
        return .refused
      }
    }
    return .later
  }

  /// `s [addr]`. Other CPUs stand meanwhile; pending interruptions wait.
  func step(at text: ArraySlice<UInt8>) -> PacketReply {
    if isRunning { return .later }
    guard setAddress(text) else { return .malformed }
    do throws(OperationError) {
      // A CPU that waits for an interruption stays where it is.
      let status = try machine.step(resumed, holdingInterruptions: true, limit: .milliseconds(500))
      _ = news.take()
      selected = resumed
      held = goesOn(status) ? [resumed] : []
      let rest: CPURest =
        switch status.state {
        case .checkStop: .checkStop
        case .disabledWait: .disabledWait(status.psw)
        case .operating, .waiting, .stopped, .load: .stopped(status.stopCause ?? .program)
        }
      report(resumed, rest)
    } catch { return .refused }
    return .later
  }

  /// `C sig[;addr]` and `S`: a CPU has no signals, so they are passed over.
  func resume(withSignal text: ArraySlice<UInt8>, steps: Bool) -> PacketReply {
    let fields = text.split(separator: UInt8(ascii: ";"), maxSplits: 1)
    guard let signal = fields.first, HexDigits.number(signal) != nil else { return .malformed }
    let address = fields.count > 1 ? fields[1] : []
    return steps ? step(at: address) : resume(at: address)
  }

  /// `action[:thread]`, separated by semicolons. The first that steps decides; else they continue.
  func resume(byActions text: ArraySlice<UInt8>) -> PacketReply {
    if isRunning { return .later }
    var continues = false
    for action in text.split(separator: UInt8(ascii: ";")) {
      let fields = action.split(separator: UInt8(ascii: ":"), maxSplits: 1)
      guard let letter = fields.first?.first else { return .malformed }
      switch letter {
      case UInt8(ascii: "s"), UInt8(ascii: "S"):
        if fields.count > 1 {
          guard let cpu = thread(fields[1]) else { return .refused }
          resumed = cpu
        }
        return step(at: [])
      case UInt8(ascii: "c"), UInt8(ascii: "C"): continues = true
      default: return .malformed
      }
    }
    return continues ? resume(at: []) : .malformed
  }

  /// The byte 03.
  func interrupt() {
    guard isRunning else { return }
    halt()
    _ = news.take()
    lastStop = stopReply(signal: .interruption)
    reply(lastStop)
  }

  func detach() -> PacketReply {
    end()
    return .ok
  }

  func kill() -> PacketReply {
    end()
    machine.quit()
    return .later
  }

  private func setAddress(_ text: ArraySlice<UInt8>) -> Bool {
    if text.isEmpty { return true }
    guard let address = HexDigits.number(text) else { return false }
    do throws(OperationError) { try machine.write([(.pswAddress, address)], of: resumed) } catch { return false }
    return true
  }

  // MARK: Stops

  /// Looks at what the machine told since; while the debugger waits for a stop, one of them may be it.
  func hearNews() {
    for one in news.take() where !isOver {
      switch one {
      case .ended(let reason):
        if isRunning { reply(Array("W".utf8) + HexDigits.text([reason == .poweredOff ? 0 : 1])) }
        isRunning = false
        end()
      case .resting(let cpu, let rest) where isRunning: hear(cpu, rest)
      // Somebody else's reset, or a load that failed.
      case .reset where isRunning: hear(resumed, .stopped(.program))
      case .reset: held = held.filter { cpu in (try? machine.status(of: cpu)).map(goesOn) ?? false }
      case .resting, .operating, .atRest, .console, .quitting: break
      }
    }
  }

  private func hear(_ cpu: Int, _ rest: CPURest) {
    switch rest {
    // A guest that stops one of its CPUs goes on with the others.
    case .stopped(.program), .disabledWait: if !machine.isAtRest { return }
    case .stopped, .checkStop: break
    }
    halt()
    selected = cpu
    resumed = cpu
    report(cpu, rest)
  }

  /// Tells why CPU `cpu` rests. A debugger knows no disabled wait: it gets a line of text as well.
  private func report(_ cpu: Int, _ rest: CPURest) {
    switch rest {
    case .stopped(.breakpoint(let address)):
      lastStop = stopReply(signal: .trap, breakpoints[address]?.kind == .hardware ? "hwbreak:;" : "swbreak:;")
    case .stopped(.storage(let hit)):
      let use = hit.area.onStore && hit.area.onFetch ? "awatch" : hit.isStore ? "watch" : "rwatch"
      lastStop = stopReply(signal: .trap, "\(use):\(String(hit.area.address, radix: 16));")
    case .stopped(.program): lastStop = stopReply(signal: .stop)
    case .stopped: lastStop = stopReply(signal: .trap)
    case .disabledWait(let psw):
      say("CPU \(cpu): \(EndReason.disabledWait(mask: psw.mask, address: psw.instructionAddress))\n")
      lastStop = stopReply(signal: .abort)
    case .checkStop:
      say("CPU \(cpu): \(EndReason.checkStop)\n")
      lastStop = stopReply(signal: .abort)
    }
    reply(lastStop)
  }

  func stopReply(signal: Signal, _ detail: String = "") -> [UInt8] {
    Array("T".utf8) + HexDigits.text([signal.rawValue]) + Array("thread:\(String(selected + 1, radix: 16));\(detail)".utf8)
  }

  /// Text for the debugger's console, which may come while it waits.
  func say(_ text: String) { reply(Array("O".utf8) + HexDigits.text(text)) }
}
