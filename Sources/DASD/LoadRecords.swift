/// What the first two records of a volume make the machine load.
package struct LoadRecords: Hashable, Sendable {
  package enum Loader: Hashable, Sendable {
    /// Records 1 and 2 are not there or not as large as they must be.
    case none
    /// What `dasdfmt` leaves: a disabled wait.
    case empty
    /// `ironload dasd boot` wrote it.
    case ironload
    /// zipl wrote it.
    case zipl
    case unknown
  }

  package let loader: Loader
  /// The PSW in record 1, as an ESA/390 PSW.
  package let psw: UInt64

  /// Reads them off track 0.
  package init(_ track: Track) {
    guard let first = track.record(1), let second = track.record(2),
      Int(first.count.dataLength) >= CompatibleLayout.ipl1Size
    else {
      loader = .none
      psw = 0
      return
    }
    let ipl1 = Array(track.data(of: first)), ipl2 = Array(track.data(of: second))
    psw = BigEndianFields(ipl1).integer(at: 0, width: 8)
    loader =
      if ipl1.starts(with: CompatibleLayout.emptyIPL1) {
        .empty
      } else if ipl2.dropFirst(LoadProgram.markerOffset).starts(with: LoadProgram.marker) {
        .ironload
      } else if Self.contains(ipl2, Array("zIPL".utf8)) {
        .zipl
      } else if ipl1.allSatisfy({ $0 == 0 }) {
        .none
      } else {
        .unknown
      }
  }

  private static func contains(_ bytes: [UInt8], _ text: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0...].starts(with: text) }
  }
}
