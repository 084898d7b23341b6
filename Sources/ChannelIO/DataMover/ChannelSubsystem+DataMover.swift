internal import Synchronization
internal import Tracing

/// Subchannels of the EADM type: the start function moves data between main storage and storage-class memory.
extension ChannelSubsystem {
  /// Attaches increments of storage-class memory, all of one size that is a power of two, and two subchannels that move data.
  /// - Returns: false when the sizes are not so, or no subchannel is left.
  package func attach(storageClassMemory increments: [any StorageClassMemory]) -> Bool {
    guard let size = increments.first?.size, size >= 4096, size.nonzeroBitCount == 1, increments.allSatisfy({ $0.size == size }),
      increments.count <= ChannelSubsystemCall.storageClassMemoryLimit
    else { return false }
    storageClassMemory.withLock { $0 = StorageClassMemoryMap(increments: increments) }
    return subchannels.withLock { all in
      for _ in 0..<2 {
        guard let next = UInt16(exactly: all.count) else { return false }
        all.append(Subchannel(dataMover: next))
      }
      return true
    }
  }

  /// The start function of a data mover: the ORB has an AOB's address where others have a program's.
  func performMove(_ s: Subchannel) {
    let orb: ORB? = s.state.withLock { state in
      guard state.status.function == .start, state.status.activity.contains(.startPending) else { return nil }
      state.status.activity.remove(.startPending)
      state.status.activity.formUnion(.active)
      return state.orb
    }
    guard let orb else { return }
    let mover = DataMover(
      storage: ChannelStorage(storage, key: orb.key), block: UInt64(orb.programAddress),
      memory: storageClassMemory.withLock { $0 }, isStopRequested: { s.stopRequested.load(ordering: .acquiring) })
    let outcome = mover.run()
    tracer.trace(.io, "EADM \(hex(s.number, 4)) AOB \(hex(orb.programAddress, 8)): \(outcome)")
    end(s) { state in
      // A clear that came meanwhile has the subchannel.
      guard state.status.function.contains(.start) else { return }
      state.status.activity = []
      state.status.ccwAddress = orb.programAddress
      switch outcome {
      case .completed: state.status.status = [.primary, .secondary, .pending]
      case .stopped: break
      case .failed:
        // L and the ERW's R: the response block says what it was.
        state.status.status = [.alert, .primary, .secondary, .pending]
        state.status.hasLogout = true
        state.hasResponseBlock = true
      }
    }
  }
}

extension Subchannel {
  /// A subchannel of the EADM type.
  convenience init(dataMover number: UInt16) {
    self.init(number: number, deviceNumber: 0, type: .dataMover, channelPath: 0, kind: .architected, forcesPrefetch: false)
  }

  /// The PMCW of a data mover after a reset: type 3, no device number, no paths.
  static var dataMoverPathManagement: PMCW {
    var p = PMCW()
    p.characteristics = 3 << 21
    return p
  }
}

extension ChannelSubsystemCall {
  /// How many increments one answer of CHSC 004C has room for.
  static let storageClassMemoryLimit = 248
}

extension ChannelSubsystem {
  /// CHSC 004C, store storage-class-memory information (Linux drivers/s390/cio/chsc.h, chsc_scm_info).
  ///
  ///     request   8 token          answer  11 RQ            32 increments in use       entry 0 address
  ///     answer after its header:            4 most blocks a move   24 (MCI) 28, 36       8 persistence 0-3, state 4-7, data
  ///                                          8 highest address     88 next token           state 8-11, rank 12-15
  ///                                         16 increment size, as a power of two
  func describeStorageClassMemory(_ request: BlockReader) -> ChannelSubsystemCall.Answer {
    guard request.half(0) == 32 else { return .init(code: .invalidRequest) }
    let map = storageClassMemory.withLock { $0 }
    guard map.incrementSize > 0 else { return .init(code: .notProvided) }
    let count = UInt64(map.increments.count)
    var block = BlockWriter(capacity: 88 + 16 * map.increments.count)
    block.put(UInt32(0))
    // The most blocks of a move: what one page of AIDAWs designates.
    block.put(UInt32(256))
    block.put(count * map.incrementSize - 1)
    block.put(UInt16(map.incrementSize.trailingZeroBitCount))
    block.put(UInt16(0))
    block.put(UInt32(map.increments.count))
    block.put(count)
    block.put(UInt64(0))
    block.put(Array(repeating: UInt8(0), count: 40))
    block.put(UInt64(0))
    for k in map.increments.indices {
      block.put(UInt64(k) * map.incrementSize)
      // Persistent, operational state good.
      block.put(UInt32(0x1100_0000))
      block.put(UInt32(0))
    }
    return .init(code: .done, data: block.bytes)
  }
}
