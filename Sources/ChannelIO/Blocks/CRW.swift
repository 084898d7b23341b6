/// A channel-report word (chapter 17, "Channel-Report Word"):
///
///     0 0, S 1, R 2, C 3, reporting-source code 4-7, A 8, 0 9, error-recovery code 10-15, reporting-source identification 16-31
package struct CRW: Hashable, Sendable {
  package enum Source: UInt8, Hashable, Sendable {
    case monitoring = 2, subchannel = 3, channelPath = 4, configurationAlert = 9, channelSubsystem = 11
  }
  package enum Recovery: UInt8, Hashable, Sendable {
    case eventInformationPending = 0, available = 1, initialized = 2, temporaryError = 3, installedParametersInitialized = 4,
      terminal = 5, permanentErrorNotInitialized = 6, permanentErrorInitialized = 7, installedParametersModified = 8
  }

  package var word: UInt32
  package init(word: UInt32) { self.word = word }
  /// - Parameters:
  ///   - solicited: the report answers an instruction of the program.
  ///   - chained: the next CRW belongs to this one.
  package init(_ source: Source, _ recovery: Recovery, identification: UInt16, solicited: Bool = false, chained: Bool = false) {
    word =
      (solicited ? 0x4000_0000 : 0) | (chained ? 0x1000_0000 : 0) | UInt32(source.rawValue) << 24
      | UInt32(recovery.rawValue) << 16 | UInt32(identification)
  }

  /// R: reports were lost before this one.
  package var overflow: Bool {
    get { word & 0x2000_0000 != 0 }
    set { word = word & ~0x2000_0000 | (newValue ? 0x2000_0000 : 0) }
  }

  package func encode() -> [UInt8] {
    var block = BlockWriter(capacity: 4)
    block.put(word)
    return block.bytes
  }
}
