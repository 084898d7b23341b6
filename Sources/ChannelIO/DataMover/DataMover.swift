internal import Storage

/// One operation of the extended asynchronous data mover: the moves of an AOB, one after the other, block by block.
struct DataMover {
  let storage: ChannelStorage
  /// The AOB's address.
  let block: UInt64
  let memory: StorageClassMemoryMap
  /// Asked between blocks: a clear function ends the operation.
  let isStopRequested: () -> Bool

  enum Outcome { case completed, stopped, failed(MoveFailure) }

  /// Carries the operation out. What was written is durable before this returns, also when a later move failed.
  func run() -> Outcome {
    var written: [any StorageClassMemory] = []
    var outcome = Outcome.completed
    do throws(MoveFailure) {
      let request = try fetch(block, 64) { MoveFailure(qualifier: .invalidRequest) }
      let head = BlockReader(request), count = Int(head.half(14))
      guard head.byte(8) & 0xF0 == 0, head.half(10) == AOB.move, count > 0, count <= AOB.moveLimit else {
        throw MoveFailure(qualifier: .invalidRequest)
      }
      for k in 0..<count {
        if try perform(moveAt: block + AOB.moves + AOB.moveSize * UInt64(k), &written) == false {
          outcome = .stopped
          break
        }
      }
    } catch { outcome = .failed(error) }
    for memory in written where !memory.persist() {
      outcome = .failed(MoveFailure(qualifier: .backend))
    }
    if case .failed(let failure) = outcome { storeResponse(failure) }
    return outcome
  }

  /// - Returns: false when a clear function asked to stop.
  private func perform(moveAt at: UInt64, _ written: inout [any StorageClassMemory]) throws(MoveFailure) -> Bool {
    let move = MoveSpecification(try fetch(at, Int(AOB.moveSize)) { MoveFailure(qualifier: .storage, move: at) })
    guard move.isValid, let operation = move.operation, let blockSize = move.blockSize else {
      throw MoveFailure(qualifier: .invalidMove, move: at)
    }
    // Blocks number less than 2^32, and a block is at most 2^20 bytes.
    let count = move.blockCount * blockSize
    guard move.scmAddress % blockSize == 0, let (target, offset) = memory.find(move.scmAddress, count: count) else {
      throw MoveFailure(qualifier: .noSuchMemory, move: at, scm: move.scmAddress)
    }
    if operation != .read {
      guard !target.isWriteProhibited else { throw MoveFailure(qualifier: .writeProhibited, move: at, scm: move.scmAddress) }
      if !written.contains(where: { $0 === target }) { written.append(target) }
    }
    // What a release leaves behind is unpredictable: here, what was there.
    if operation == .release { return true }
    let page = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 4096)
    defer { page.deallocate() }
    page.initializeMemory(as: UInt8.self, repeating: 0)
    var done: UInt64 = 0
    while done < count {
      if isStopRequested() { return false }
      let failing = MoveFailure(qualifier: .backend, move: at, scm: move.scmAddress + done)
      switch operation {
      case .clear:
        guard target.write(UnsafeRawBufferPointer(page), at: offset + done) else { throw failing }
      case .read, .write:
        let address = try dataAddress(move, done, at)
        guard storage.check(address, count: 4096, storing: operation == .read) == nil else {
          throw MoveFailure(qualifier: .storage, move: at, data: address)
        }
        guard let base = page.baseAddress else { return true }
        if operation == .read {
          guard target.read(page, at: offset + done) else { throw failing }
          storage.store(base, at: address, count: 4096)
        } else {
          storage.fetch(into: base, at: address, count: 4096)
          guard target.write(UnsafeRawBufferPointer(page), at: offset + done) else { throw failing }
        }
      case .release: break
      }
      done += 4096
    }
    return true
  }

  /// Where the 4 KiB at `done` are in main storage: from the address on, or from the list of AIDAWs, 16 bytes each with the address
  /// of 4 KiB in the second half.
  private func dataAddress(_ move: MoveSpecification, _ done: UInt64, _ at: UInt64) throws(MoveFailure) -> UInt64 {
    var address = move.dataAddress &+ done
    if move.isIndirect {
      let word = move.dataAddress &+ done / 4096 * 16
      guard word & 0xF == 0, case .success(let value) = storage.fetchDoubleword(word &+ 8) else {
        throw MoveFailure(qualifier: .storage, move: at, indirectWord: word)
      }
      address = value
    }
    guard address & 0xFFF == 0 else { throw MoveFailure(qualifier: .invalidMove, move: at, data: address) }
    return address
  }

  private func fetch(_ address: UInt64, _ count: Int, _ failure: () -> MoveFailure) throws(MoveFailure) -> [UInt8] {
    guard storage.check(address, count: UInt64(count), storing: false) == nil else { throw failure() }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, n in
      if let base = buffer.baseAddress { storage.fetch(into: base, at: address, count: count) }
      n = count
    }
  }

  private func storeResponse(_ failure: MoveFailure) {
    let at = block + AOB.response
    guard storage.check(at, count: UInt64(AOB.responseSize), storing: true) == nil else { return }
    failure.encode().withUnsafeBytes { if let base = $0.baseAddress { storage.store(base, at: at, count: AOB.responseSize) } }
  }
}

/// The increments of a configuration, all of one size, one after the other from address 0 of storage-class memory on.
struct StorageClassMemoryMap: Sendable {
  var increments: [any StorageClassMemory] = []
  var incrementSize: UInt64 { increments.first?.size ?? 0 }

  /// The increment that has all of a range, and where in it.
  func find(_ address: UInt64, count: UInt64) -> (any StorageClassMemory, UInt64)? {
    guard incrementSize > 0, let k = Int(exactly: address / incrementSize), k < increments.count else { return nil }
    let offset = address % incrementSize
    return count <= incrementSize - offset ? (increments[k], offset) : nil
  }
}
