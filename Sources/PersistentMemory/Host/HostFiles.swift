package import SystemPackage

/// What the judge asks of the host: files, mappings and sysfs. A protocol, so that every answer a kernel can give is tested
/// without that kernel.
package protocol HostFiles: Sendable {
  /// open(2) with O_CLOEXEC. A writable descriptor is O_RDWR.
  func open(_ path: String, writable: Bool) throws(Errno) -> Int32
  func close(_ descriptor: Int32)
  /// fstat(2).
  func status(_ descriptor: Int32) throws(Errno) -> FileStatus
  /// A lock of the open file description, exclusive or shared; `resourceTemporarilyUnavailable` when somebody else has it.
  func lock(_ descriptor: Int32, exclusive: Bool) throws(Errno)
  /// statx(2), STATX_ATTR_DAX; nil when the kernel does not say. It is shown, and never believed.
  func daxAttribute(_ descriptor: Int32) -> Bool?
  /// mmap(2), at `place` when there is one.
  func map(_ descriptor: Int32, _ request: MappingRequest) throws(Errno) -> UnsafeMutableRawPointer
  /// munmap(2).
  func unmap(_ base: UnsafeMutableRawPointer, size: Int)
  /// msync(2) with MS_SYNC. Never of a DAX device.
  func synchronize(_ base: UnsafeMutableRawPointer, size: Int) throws(Errno)
  /// fdatasync(2). Never of a DAX device.
  func synchronize(_ descriptor: Int32) throws(Errno)
  /// The first line of a file of sysfs; nil when it cannot be read.
  func line(of path: String) -> String?
  /// The path without symbolic links; nil when there is none.
  func realPath(_ path: String) -> String?
}

/// What the judge looks at in `struct stat`.
package struct FileStatus: Hashable, Sendable {
  package enum Kind: Hashable, Sendable { case regular, characterDevice, blockDevice, directory, other }
  package var kind: Kind
  /// Bytes; zero for a DAX device, whose size is in sysfs.
  package var size: UInt64
  /// `major:minor` of the device that a file lies on (st_dev).
  package var container: String
  /// `major:minor` of a device (st_rdev).
  package var device: String

  package init(kind: Kind, size: UInt64, container: String = "0:0", device: String = "0:0") {
    self.kind = kind
    self.size = size
    self.container = container
    self.device = device
  }
}

/// One mmap(2).
package struct MappingRequest: Sendable {
  /// MAP_PRIVATE; MAP_SHARED; MAP_SHARED_VALIDATE with MAP_SYNC. There is no fourth: MAP_SHARED with MAP_SYNC succeeds on
  /// tmpfs and overlayfs, where it means nothing.
  package enum Sharing: String, Hashable, Sendable { case copied, shared, sharedSync }
  package var sharing: Sharing
  package var offset: UInt64
  package var size: Int
  package var isWritable: Bool
  /// Where the mapping replaces what is there; nil: anywhere.
  package nonisolated(unsafe) var place: UnsafeMutableRawPointer?

  package init(sharing: Sharing, offset: UInt64, size: Int, isWritable: Bool, place: UnsafeMutableRawPointer? = nil) {
    self.sharing = sharing
    self.offset = offset
    self.size = size
    self.isWritable = isWritable
    self.place = place
  }
}
