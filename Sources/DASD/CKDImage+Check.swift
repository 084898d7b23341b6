extension CKDImage {
  /// What `check` found wrong with one track.
  package struct Finding: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
      /// The slot is not a valid track.
      case invalid(TrackFormatError)
      /// The format mark is there: Ironload or the host stopped while the track was being formatted. The records that
      /// are there are whole; others may be missing.
      case beingFormatted
      /// A record's count names another track.
      case foreignRecord(RecordID, position: Int)
    }
    package let track: TrackAddress
    package let kind: Kind
    package var description: String {
      switch kind {
      case .invalid(let fault): "\(track): invalid: \(fault)"
      case .beingFormatted: "\(track): was being formatted when its writer stopped; records may be missing: format it anew"
      case .foreignRecord(let id, let position): "\(track): record \(position) of the track says it is \(id)"
      }
    }
  }

  /// Looks at every track.
  /// - Parameter progress: called after each cylinder with the number of cylinders done.
  /// - Throws: `CKDImageError` when the file cannot be read; what is wrong with tracks is in the result.
  package func check(progress: (Int) -> Void = { _ in }) throws(CKDImageError) -> [Finding] {
    var findings: [Finding] = []
    for index in 0..<geometry.tracks {
      guard let address = TrackAddress(index: index) else { break }
      let track = try track(address)
      if let fault = track.layout.fault { findings.append(Finding(track: address, kind: .invalid(fault))) }
      if track.isBeingFormatted { findings.append(Finding(track: address, kind: .beingFormatted)) }
      for (position, record) in track.layout.records.enumerated() where record.count.id.track != address {
        findings.append(Finding(track: address, kind: .foreignRecord(record.count.id, position: position)))
      }
      if index % CKDGeometry.heads == CKDGeometry.heads - 1 { progress(index / CKDGeometry.heads + 1) }
    }
    return findings
  }
}
