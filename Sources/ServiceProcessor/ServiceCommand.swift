/// The commands that the service processor carries out (drivers/s390/char/sclp.h: SCLP_CMDW_...). A command word has the
/// command in bytes 0-1, an identifier of a resource in byte 2, which these do not use, and the command class in byte 3.
///
/// Not there, and so not announced among the facilities: reconfiguration of CPUs, storage, channel paths and PCI functions.
package enum ServiceCommand: UInt32, CaseIterable, Sendable {
  case readCPUInfo = 0x0001_0001
  case readSCPInfo = 0x0002_0001
  case readSCPInfoForced = 0x0012_0001
  case writeEventData = 0x0076_0005
  case readEventData = 0x0077_0005
  case writeEventMask = 0x0078_0005

  init?(word: UInt32) { self.init(rawValue: word & 0xFFFF_00FF) }
}
