/// Sixteen bytes at the end of a track's slot, behind all records: there while the track is being formatted.
///
/// Found later, it says that nobody was told how the formatting ended: Ironload or its host stopped in the middle.
/// Other users of the image format ignore what lies behind the end-of-track marker.
package enum FormatMark {
  package static let size = 16
  package static let offset = CKDGeometry.trackSize - size
  static let bytes = Array("FORMATTING TRACK".utf8)

  package static func isSet(in slot: UnsafeRawBufferPointer) -> Bool {
    slot.count == CKDGeometry.trackSize && slot[offset...].elementsEqual(bytes)
  }
}
