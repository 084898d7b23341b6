/// The response code, bytes 6-7 of the SCCB: reason code and response class (sclp.h of Linux and of QEMU).
package struct ResponseCode: Hashable, Sendable {
  package let rawValue: UInt16
  init(_ rawValue: UInt16) { self.rawValue = rawValue }
  package static let informationReturned = ResponseCode(0x0010)
  package static let complete = ResponseCode(0x0020)
  package static let boundaryViolation = ResponseCode(0x0100)
  package static let insufficientLength = ResponseCode(0x0300)
  package static let invalidCommand = ResponseCode(0x01F0)
  package static let invalidFunction = ResponseCode(0x40F0)
  package static let noEventsStored = ResponseCode(0x60F0)
  package static let invalidSelectionMask = ResponseCode(0x70F0)
  package static let inconsistentLengths = ResponseCode(0x72F0)
  package static let eventBufferSyntaxError = ResponseCode(0x73F0)
  package static let invalidMaskLength = ResponseCode(0x74F0)
  package static let eventExceedsSCCB = ResponseCode(0x75F0)
}

/// A private copy of a service-call control block: the guest may change the original meanwhile, and nothing here can
/// reach past its length.
///
///      0  length of the SCCB, 8 to 4096
///      2  function code
///      3  control mask: byte 5 bit 0x80 asks for a response of variable length
///      6  response code
///      8  data
struct SCCB {
  static let headerLength = 8

  /// As many bytes as the length field said when the SCCB was fetched.
  private(set) var bytes: [UInt8]

  init(bytes: [UInt8]) {
    precondition(bytes.count >= Self.headerLength, "an SCCB has a header")
    self.bytes = bytes
  }

  /// The bytes there are, whatever the length field says by now.
  var count: Int { bytes.count }
  var functionCode: UInt8 { bytes[2] }

  var allowsVariableLength: Bool { bytes[5] & 0x80 != 0 }

  var response: ResponseCode {
    get { ResponseCode(bytes.field(UInt16.self, at: 6) ?? 0) }
    set { bytes.setField(newValue.rawValue, at: 6) }
  }

  func field<T: FixedWidthInteger>(_ type: T.Type, at offset: Int) -> T? { bytes.field(type, at: offset) }
  mutating func setField<T: FixedWidthInteger>(_ value: T, at offset: Int) { bytes.setField(value, at: offset) }

  /// Replaces everything behind the header with `data` and zeros. `data` fits: the caller has asked `count`.
  mutating func setData(_ data: [UInt8]) {
    precondition(Self.headerLength + data.count <= count, "data outside of its SCCB")
    bytes.replaceSubrange(Self.headerLength..., with: data + [UInt8](repeating: 0, count: count - Self.headerLength - data.count))
  }

  /// Answers a request for variable length: the length field shows `used` bytes and the request is reset.
  mutating func setVariableLength(_ used: Int) {
    precondition(used <= count)
    bytes.setField(UInt16(used), at: 0)
    bytes[5] &= 0x7F
  }
}
