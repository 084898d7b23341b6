/// External interruptions by their codes (chapter 6, "External Interruption").
enum ExternalInterruption: UInt16 {
  case interruptKey = 0x0040
  case clockComparator = 0x1004
  case cpuTimer = 0x1005
  case emergencySignal = 0x1201
  case externalCall = 0x1202
  case serviceSignal = 0x2401
}
