import Processor
public import Storage
import SystemPackage

/// Storage for the operator's eyes. Displaying changes nothing: no exception is recognized, reference and change bits stay.
/// Accesses happen on a CPU's thread, so the guest's instructions there are seen done or not begun.
extension Machine {
  /// `count` bytes.
  /// - Throws: `address` where there is no storage or no translation.
  public func read(_ count: Int, at location: StorageLocation) throws(OperationError) -> [UInt8] {
    guard count >= 0, UInt64(count) <= storage.size else {
      throw OperationError(.value, "\(count) bytes are more than the machine has")
    }
    let bytes = try inspect(location.cpu) { cpu -> Result<[UInt8], OperationError> in
      do throws(OperationError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        try cpu.forEachPiece(of: location, count: count) { _, piece in bytes.append(contentsOf: piece) }
        return .success(bytes)
      } catch { return .failure(error) }
    }
    return try bytes.get()
  }

  /// Replaces bytes; protection does not count, the change bits of their blocks are set. All are there, or none is changed.
  /// - Throws: `address` where there is no storage or no translation.
  public func write(_ bytes: [UInt8], at location: StorageLocation) throws(OperationError) {
    let failure = try inspect(location.cpu) { cpu -> OperationError? in
      do throws(OperationError) {
        let storage = cpu.storage
        var done = 0, isReadOnly = false
        try cpu.forEachPiece(of: location, count: bytes.count) { address, _ in
          if storage.isReadOnly(address) { isReadOnly = true }
        }
        if isReadOnly { throw OperationError(.address, "\(hex(location.address)) is in a read-only segment") }
        try cpu.forEachPiece(of: location, count: bytes.count) { address, piece in
          storage.recordChange(address)
          bytes.withUnsafeBytes { storage.store(UnsafeRawBufferPointer(rebasing: $0[done..<done + piece.count]), at: address) }
          done += piece.count
        }
        return nil
      } catch { return error }
    }
    if let failure { throw failure }
  }

  /// Puts the contents of a file of the host into storage.
  /// - Returns: how many bytes.
  @discardableResult
  public func write(file path: String, at location: StorageLocation) throws(OperationError) -> Int {
    let bytes: [UInt8]
    do { bytes = try Machine.read(path, "file") } catch { throw OperationError(.file, error.description) }
    try write(bytes, at: location)
    return bytes.count
  }

  /// The storage key of the 4-KiB block at `location`.
  public func storageKey(at location: StorageLocation) throws(OperationError) -> StorageKey {
    try inspect(location.cpu) { cpu in cpu.absolute(location).map { cpu.storage.key(at: AbsoluteAddress($0)) } }
      .orThrow(location)
  }

  /// Sets the storage key of the 4-KiB block at `location`; TLBs that know the old one are purged.
  public func setStorageKey(_ key: StorageKey, at location: StorageLocation) throws(OperationError) {
    _ = try inspect(location.cpu) { cpu in cpu.absolute(location).map { cpu.storage.setKey(key, at: AbsoluteAddress($0)) } }
      .orThrow(location)
    for cpu in complex.signals.indices { _ = try inspect(cpu) { $0.flushTLB() } }
  }

  /// The absolute address that `location` leads to.
  public func absoluteAddress(of location: StorageLocation) throws(OperationError) -> AbsoluteAddress {
    AbsoluteAddress(try inspect(location.cpu) { $0.absolute(location) }.orThrow(location))
  }
}

extension Optional where Wrapped: Sendable {
  fileprivate func orThrow(_ location: StorageLocation) throws(OperationError) -> Wrapped {
    guard let self else { throw OperationError(noStorageAt: location.address, location.kind) }
    return self
  }
}

extension OperationError {
  fileprivate init(noStorageAt address: UInt64, _ kind: StorageLocation.Kind) {
    switch kind {
    case .absolute, .real:
      self.init(.address, "\(kind.rawValue) address \(hex(address)) is outside storage")
    case .logical, .primary, .secondary, .home:
      self.init(.address, "\(kind.rawValue) address \(hex(address)) leads nowhere: no valid translation, or outside storage")
    }
  }
}

extension CPU {
  /// Where `location` is; nil when nowhere.
  fileprivate func absolute(_ location: StorageLocation) -> UInt64? {
    switch location.kind {
    case .absolute: storage.contains(AbsoluteAddress(location.address), count: 1) ? location.address : nil
    case .real:
      storage.contains(AbsoluteAddress(prefixed(location.address)), count: 1) ? prefixed(location.address) : nil
    case .logical: peekAddress(location.address & s.pointee.addressMask)
    case .primary: peekAddress(location.address, in: .primary)
    case .secondary: peekAddress(location.address, in: .secondary)
    case .home: peekAddress(location.address, in: .home)
    }
  }

  /// Calls `body` with the absolute address and the host's bytes of `count` bytes at `location`, page by page.
  fileprivate func forEachPiece(
    of location: StorageLocation, count: Int, _ body: (AbsoluteAddress, UnsafeMutableRawBufferPointer) -> Void
  ) throws(OperationError) {
    var at = location, left = UInt64(count)
    while left > 0 {
      let length = min(left, 4096 &- at.address & 0xFFF)
      guard let absolute = absolute(at), storage.contains(AbsoluteAddress(absolute), count: length) else {
        throw OperationError(noStorageAt: at.address, at.kind)
      }
      let start = AbsoluteAddress(absolute)
      body(start, UnsafeMutableRawBufferPointer(start: storage.host(start), count: Int(length)))
      left -= length
      at.address &+= length
    }
  }
}
