/// What the user asks of a backend, in the words of QEMU's memory-backend-file and nvdimm device.
package struct BackendRequest: Hashable, Sendable {
  /// A file or a DAX device.
  package var path: String
  /// Bytes; nil: all there are behind `offset`.
  package var size: UInt64?
  package var offset: UInt64
  /// The guest's stores go into the file.
  package var share: Bool
  /// The backend is persistent memory: the rule must hold.
  package var pmem: Bool
  /// The guest may read only.
  package var unarmed: Bool
  /// The file is opened for reading only, and so the guest may read only.
  package var readOnly: Bool
  /// Write-backs in batches: not persistent.
  package var relaxed: Bool

  package init(
    path: String, size: UInt64? = nil, offset: UInt64 = 0, share: Bool = false, pmem: Bool = false, unarmed: Bool = false,
    readOnly: Bool = false, relaxed: Bool = false
  ) {
    self.path = path
    self.size = size
    self.offset = offset
    self.share = share
    self.pmem = pmem
    self.unarmed = unarmed
    self.readOnly = readOnly
    self.relaxed = relaxed
  }

  /// Whether the guest may store.
  package var isWritable: Bool { !unarmed && !readOnly }
}
