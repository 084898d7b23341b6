/// Lanes of the picture, in ascending order: each holds one place, or places that lie near one another when there are more than
/// the picture has room for.
struct PictureLanes<Place: Hashable & Comparable & Sendable>: Sendable {
  private var lanes: [(first: Place, last: Place, end: Place)]

  /// - Parameters:
  ///   - places: each with the first place behind it, when places touch or overlap and then share a lane.
  ///   - limit: of lanes.
  init(_ places: [(Place, Place?)], limit: Int) {
    lanes = []
    for (place, end) in places.sorted(by: { $0.0 < $1.0 }) {
      if let last = lanes.last, place == last.last || end != nil && place <= last.end {
        lanes[lanes.count - 1].last = place
        lanes[lanes.count - 1].end = max(last.end, end ?? place)
      } else {
        lanes.append((place, place, end ?? place))
      }
    }
    while lanes.count > limit {
      // Every second pair becomes one lane.
      lanes = stride(from: 0, to: lanes.count, by: 2).map { n in
        n + 1 < lanes.count ? (lanes[n].first, lanes[n + 1].last, max(lanes[n].end, lanes[n + 1].end)) : lanes[n]
      }
    }
  }

  var count: Int { lanes.count }
  func first(_ lane: Int) -> Place { lanes[lane].first }
  func last(_ lane: Int) -> Place { lanes[lane].last }
  func end(_ lane: Int) -> Place { lanes[lane].end }
  /// The last lane that begins at or before `place`.
  func lane(of place: Place) -> Int { max(0, (lanes.firstIndex { $0.first > place } ?? lanes.count) - 1) }
}
