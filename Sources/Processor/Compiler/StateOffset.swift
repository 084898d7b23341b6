/// Displacements from the state, as compiled code uses them. Computed: of a key path that is written down the optimizer makes a number,
/// while who looks at a stored one asks each time whether it has been set.
enum StateOffset {
  @inline(__always) private static func of(_ offset: Int?) -> Int32 {
    guard let offset else { preconditionFailure("a field of CPUState is not stored") }
    return Int32(truncatingIfNeeded: offset)
  }
  @inline(__always) static var gr: Int32 { of(MemoryLayout<CPUState>.offset(of: \.gr)) }
  @inline(__always) static var fpr: Int32 { of(MemoryLayout<CPUState>.offset(of: \.fpr)) }
  @inline(__always) static var fpc: Int32 { of(MemoryLayout<CPUState>.offset(of: \.fpc)) }
  @inline(__always) static var fetchPage: Int32 { of(MemoryLayout<CPUState>.offset(of: \.fetchPage)) }
  @inline(__always) static var fetchHost: Int32 { of(MemoryLayout<CPUState>.offset(of: \.fetchHost)) }
  @inline(__always) static var nextAddress: Int32 { of(MemoryLayout<CPUState>.offset(of: \.nextAddress)) }
  @inline(__always) static var pswMask: Int32 { of(MemoryLayout<CPUState>.offset(of: \.pswMask)) }
  @inline(__always) static var instructionCount: Int32 { of(MemoryLayout<CPUState>.offset(of: \.instructionCount)) }
  @inline(__always) static var dataTag: Int32 { of(MemoryLayout<CPUState>.offset(of: \.front.dataTag)) }
  @inline(__always) static var quietUntil: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.quietUntil)) }
  @inline(__always) static var breakingEventAddress: Int32 { of(MemoryLayout<CPUState>.offset(of: \.breakingEventAddress)) }
  @inline(__always) static var condition: Int32 { of(MemoryLayout<CPUState>.offset(of: \.front.condition)) }
  @inline(__always) static var breakingEvent: Int32 { of(MemoryLayout<CPUState>.offset(of: \.front.breakingEvent)) }
  @inline(__always) static var siteTag: Int32 { of(MemoryLayout<CPUState>.offset(of: \.front.siteTag)) }
  @inline(__always) static var jumpTag: Int32 { of(MemoryLayout<CPUState>.offset(of: \.front.jumpTag)) }
  @inline(__always) static var attention: Int32 { of(MemoryLayout<CPUState>.offset(of: \.front.attention)) }
  @inline(__always) static var untilLook: Int32 { of(MemoryLayout<CPUState>.offset(of: \.front.untilLook)) }
  @inline(__always) static var addend: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.addend)) }
  @inline(__always) static var passingBlock: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.passingBlock)) }
  @inline(__always) static var passingLooks: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.passingLooks)) }
  @inline(__always) static var conditionValue: Int32 { of(MemoryLayout<CPUState>.offset(of: \.front.conditionValue)) }
  @inline(__always) static var hostStack: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.hostStack)) }
  @inline(__always) static var saved: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.saved)) }
  @inline(__always) static var spilled: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.spilled)) }
  @inline(__always) static var accessAddress: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.accessAddress)) }
  @inline(__always) static var accessSite: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.accessSite)) }
  @inline(__always) static var accessAddend: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.accessAddend)) }
  @inline(__always) static var descriptor: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.descriptor)) }
  @inline(__always) static var changedCode: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.changedCode)) }
  @inline(__always) static var link: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.link)) }
  @inline(__always) static var routine: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.routine)) }
  @inline(__always) static var crossing: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.crossing)) }
  @inline(__always) static var fetchMiss: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.fetchMiss)) }
  @inline(__always) static var storeMiss: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.storeMiss)) }
  @inline(__always) static var highHalf: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.highHalf)) }
  @inline(__always) static var rising: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.rising)) }
  @inline(__always) static var wholes: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.wholes)) }
  @inline(__always) static var kept: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.kept)) }
  @inline(__always) static var gathered: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.gathered)) }
  @inline(__always) static var faults: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.faults)) }
  @inline(__always) static var floatControl: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.floatControl)) }
  @inline(__always) static var isFloatControlLost: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.isFloatControlLost)) }
  @inline(__always) static var floatConstants: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.floatConstants)) }
  @inline(__always) static var conditionTable: Int32 { of(MemoryLayout<CPUState>.offset(of: \.compiled.conditionTable)) }
  @inline(__always) static var readTags: Int32 { Int32(CPUMemory.tlbOffset + TLBEntries.readTagOffset) }
  @inline(__always) static var writeTags: Int32 { Int32(CPUMemory.tlbOffset + TLBEntries.writeTagOffset) }
  @inline(__always) static var addends: Int32 { Int32(CPUMemory.tlbOffset + TLBEntries.addendOffset) }
  @inline(__always) static var frames: Int32 { Int32(CPUMemory.tlbOffset + TLBEntries.frameOffset) }
  @inline(__always) static var jumpCache: Int32 { Int32(CPUMemory.jumpCacheOffset) }
  @inline(__always) static var largeTLB: Int32 { Int32(CPUMemory.largeTLBOffset) }
  @inline(__always) static var origins: Int32 { Int32(CPUMemory.originsOffset) }
}
