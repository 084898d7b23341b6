package import ChannelIO

/// One row of the command table: what a command is, where it may stand, and what it does.
package struct ECKDCommand: Sendable {
  /// What came before in the channel program, as far as later commands ask for it.
  package struct Predecessors: OptionSet, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    /// Nothing: the command is the first one, SUSPEND MULTIPATH RECONNECTION in front of it excepted.
    static let nothing = Self(rawValue: 1)
    /// SEEK, SEEK CYLINDER, LOCATE RECORD or READ IPL, at any time in this channel program.
    static let position = Self(rawValue: 2)
    /// A SEARCH ID EQUAL that was equal on all five bytes; reads and updates of that record may lie between.
    static let equalID = Self(rawValue: 4)
    /// A SEARCH KEY EQUAL that was equal on the whole key; likewise.
    static let equalKey = Self(rawValue: 8)
    /// A SEARCH HOME ADDRESS that was equal, or WRITE HOME ADDRESS.
    static let homeAddress = Self(rawValue: 16)
    /// WRITE RECORD ZERO, WRITE CKD or ERASE.
    static let format = Self(rawValue: 32)
    static let defineExtent = Self(rawValue: 64)
    static let setFileMask = Self(rawValue: 128)
    static let readIPL = Self(rawValue: 256)
    static let spaceCount = Self(rawValue: 512)
    /// These hold to the end of the channel program; the others until the next command.
    static let lasting: Self = [.position, .defineExtent, .setFileMask, .readIPL, .spaceCount]
  }

  /// Where a command may stand: outside any domain, or in the domain of a LOCATE RECORD with this operation.
  package struct Places: OptionSet, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    static let outside = Self(rawValue: 1)
    static let writeData = Self(rawValue: 2)
    static let format = Self(rawValue: 4)
    static let readData = Self(rawValue: 8)
    static let writeTrack = Self(rawValue: 16)
    static let readTracks = Self(rawValue: 32)
    static let read = Self(rawValue: 64)
    static let readTrackData = Self(rawValue: 128)
    static let writeFullTrack = Self(rawValue: 256)
    static let writeTrackData = Self(rawValue: 512)
  }

  package struct Traits: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Goes on to the next track at the end of this one.
    static let multitrack = Self(rawValue: 1)
    /// Does not reset the memory of the index having passed: endless loops of these end with no record found.
    static let remembersIndex = Self(rawValue: 2)
    /// What a search found stays found for the next command.
    static let keepsSearch = Self(rawValue: 4)
    /// Goes on with a formatting that a command before it began.
    static let formats = Self(rawValue: 8)
  }

  package typealias Handler = @Sendable (ECKDDevice, ECKDCommand, any DataTransfer) throws(UnitCheck) -> UnitStatus

  package let code: UInt8
  package let name: String
  package let places: Places
  /// Outside a domain, one of these must have come before; empty: no matter what.
  package let needs: Predecessors
  package let traits: Traits
  let handler: Handler

  init(
    _ code: UInt8, _ name: String, in places: Places = .outside, after needs: Predecessors = [], _ traits: Traits = [],
    _ handler: @escaping Handler
  ) {
    self.code = code
    self.name = name
    self.places = places
    self.needs = needs
    self.traits = traits
    self.handler = handler
  }

  var isMultitrack: Bool { traits.contains(.multitrack) }
}
