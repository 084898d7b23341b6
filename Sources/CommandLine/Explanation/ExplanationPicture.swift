import Ironload

/// The picture of a load: time from left to right, the disk's tracks above, the channel program in the middle, storage below,
/// an arrow a CCW (or a run of CCWs that go on with one another).
struct ExplanationPicture {
  private typealias Words = ExplanationWords

  // Lengths in pixels.
  private let gutter = 190, columnWidth = 104, narrowWidth = 78, laneHeight = 34, storageLaneHeight = 40, stripHeight = 64
  private let top = 34, gap = 46
  private let columnLimit = 240

  private let explanation: LoadExplanation
  private let columns: [PictureColumn]
  private let hidden: Int
  private let tracks: PictureLanes<TrackKey>
  private let regions: PictureLanes<UInt64>

  struct TrackKey: Hashable, Comparable {
    let cylinder: UInt16, head: UInt16
    static func < (a: Self, b: Self) -> Bool { (a.cylinder, a.head) < (b.cylinder, b.head) }
  }

  init(_ explanation: LoadExplanation) {
    self.explanation = explanation
    var columns = PictureColumn.columns(explanation.steps, crossingTracks: false)
    if columns.count > 80 { columns = PictureColumn.columns(explanation.steps, crossingTracks: true) }
    // What went wrong is at the end: of too many columns, those in the middle are left out.
    hidden = max(0, columns.count - columnLimit)
    if hidden > 0 { columns = Array(columns.prefix(columnLimit / 2)) + columns.suffix(columnLimit - columnLimit / 2) }
    self.columns = columns
    tracks = PictureLanes(columns.flatMap { $0.places.map { (TrackKey(cylinder: $0.cylinder, head: $0.head), nil) } }, limit: 14)
    var pieces = columns.flatMap { $0.stored.map { ($0.address, Optional($0.end)) } }
    for segment in explanation.segments { pieces.append((UInt64(segment.address), UInt64(segment.end))) }
    if case .loaded(let final) = explanation.outcome { pieces.append((final.instructionAddress, final.instructionAddress + 2)) }
    regions = PictureLanes(pieces, limit: 14)
  }

  // MARK: Places

  private func width(_ column: PictureColumn) -> Int {
    switch column.kind {
    case .read, .procedure: columnWidth
    case .command: columnWidth
    case .start, .end: 40
    case .transfer: narrowWidth
    }
  }
  private var lefts: [Int] {
    var x = gutter, all: [Int] = []
    for column in columns {
      all.append(x)
      x += width(column)
    }
    return all + [x]
  }
  private var stripTop: Int { top + tracks.count * laneHeight + gap }
  private var storageTop: Int { stripTop + stripHeight + gap }
  private var bottom: Int { storageTop + regions.count * storageLaneHeight }
  private func trackY(_ place: VolumePlace) -> Int {
    top + tracks.lane(of: TrackKey(cylinder: place.cylinder, head: place.head)) * laneHeight + laneHeight / 2
  }
  private func storageY(_ address: UInt64) -> Int {
    storageTop + regions.lane(of: address) * storageLaneHeight + storageLaneHeight / 2
  }

  // MARK: Drawing

  var svg: String {
    let lefts = lefts
    let finalWidth = 150, width = (lefts.last ?? gutter) + finalWidth, height = bottom + 30
    var picture = Markup()
    picture.raw(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" viewBox=\"0 0 \(width) \(height)\" "
        + "role=\"img\" aria-label=\"The load as a picture\">")
    picture.raw(Self.definitions)
    drawLanes(&picture, width - 8)
    drawArm(&picture, lefts)
    drawProgramFetches(&picture, lefts)
    let names = drawSegments(&picture, lefts)
    for (column, x) in zip(columns, lefts) { draw(column, x, &picture) }
    picture.raw(names.text)
    drawFinal(&picture, lefts.last ?? gutter)
    picture.raw("</svg>")
    return picture.text
  }

  private static let definitions = """
    <defs>
    <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0,0 L8,4 L0,8 z" class="tip"/></marker>
    <marker id="fetchtip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" class="fetchtip"/></marker>
    </defs>
    """

  private func drawLanes(_ picture: inout Markup, _ right: Int) {
    picture.label(8, top - 14, "DISK", "part")
    for lane in 0..<tracks.count {
      let y = top + lane * laneHeight
      picture.rectangle(gutter - 6, y + 2, right - gutter + 6, laneHeight - 4, "lane")
      let first = tracks.first(lane), last = tracks.last(lane)
      var name = "cyl \(first.cylinder) head \(first.head)"
      if first != last { name = "cyl/head \(first.cylinder)/\(first.head) – \(last.cylinder)/\(last.head)" }
      picture.label(gutter - 14, y + laneHeight / 2 + 4, name, "name", anchor: "end")
    }
    picture.label(8, stripTop - 10, "CHANNEL PROGRAM", "part")
    picture.label(gutter - 14, stripTop + 27, "command", "name", anchor: "end")
    picture.label(gutter - 14, stripTop + 45, "CCW's address", "name", anchor: "end")
    picture.label(8, storageTop - 12, "STORAGE", "part")
    for lane in 0..<regions.count {
      let y = storageTop + lane * storageLaneHeight
      picture.rectangle(gutter - 6, y + 2, right - gutter + 6, storageLaneHeight - 4, "lane")
      let piece = StoragePiece(address: regions.first(lane), count: regions.end(lane) - regions.first(lane))
      picture.label(gutter - 14, y + storageLaneHeight / 2 + 4, Words.range(piece), "name mono", anchor: "end")
    }
  }

  /// Where the arm is over time.
  private func drawArm(_ picture: inout Markup, _ lefts: [Int]) {
    var d = "", last: (x: Int, y: Int)?
    for (column, x) in zip(columns, lefts) {
      guard let first = column.places.first, let end = column.places.last else { continue }
      let points = [(x + 10, trackY(first)), (x + width(column) - 10, trackY(end))]
      for point in points {
        if let last {
          d += " C\(last.x + 8),\(last.y) \(point.0 - 8),\(point.1) \(point.0),\(point.1)"
        } else {
          d = "M\(point.0),\(point.1)"
        }
        last = point
      }
    }
    if !d.isEmpty { picture.path(d, "arm") }
  }

  private func style(of column: PictureColumn) -> String {
    guard let index = explanation.segments.firstIndex(where: { $0.broughtBy == column.broughtBy }), column.isCCW else {
      return "s0"
    }
    return explanation.segments[index].broughtBy == nil ? "stale" : "s\(index % 6)"
  }

  /// A band a stretch of one segment's CCWs, with its name.
  /// - Returns: the names, to be drawn over the arrows.
  private func drawSegments(_ picture: inout Markup, _ lefts: [Int]) -> Markup {
    var n = 0, names = Markup()
    while n < columns.count {
      guard columns[n].isCCW, let segment = explanation.segments.first(where: { $0.broughtBy == columns[n].broughtBy }) else {
        n += 1
        continue
      }
      var end = n
      while end + 1 < columns.count, columns[end + 1].isCCW, columns[end + 1].broughtBy == columns[n].broughtBy { end += 1 }
      let left = lefts[n], right = lefts[end + 1]
      picture.rectangle(left + 1, stripTop - 22, right - left - 2, stripHeight + 26, "band " + style(of: columns[n]))
      let name = segment.name == "implied" ? "load" : right - left < 110 ? segment.name.replacingDynamic : segment.name
      names.label(left + 7, stripTop - 8, name, "band-name")
      n = end + 1
    }
    return names
  }

  /// CCWs come out of storage: from where a read put them to where they take control.
  private func drawProgramFetches(_ picture: inout Markup, _ lefts: [Int]) {
    for segment in explanation.segments {
      guard let origin = segment.broughtBy,
        let from = columns.firstIndex(where: { $0.steps.contains(origin) && !$0.stored.isEmpty }),
        let to = columns.firstIndex(where: { $0.isCCW && $0.broughtBy == segment.broughtBy && !$0.steps.contains(origin) })
      else { continue }
      let x1 = lefts[from] + width(columns[from]) / 2 + 30, y1 = storageY(UInt64(segment.address)) - 11
      let x2 = lefts[to] + 16, y2 = stripTop + stripHeight + 6
      picture.path("M\(x1),\(y1) C\(x1 + 24),\(y1 - 34) \(x2),\(y2 + 40) \(x2),\(y2)", "fetch", marker: "fetchtip")
    }
  }

  private func draw(_ column: PictureColumn, _ x: Int, _ picture: inout Markup) {
    let width = width(column), middle = x + width / 2
    guard column.isCCW || column.kind == .procedure else { return drawMark(column, x, &picture) }
    let failed = column.hasFailed ? " failed" : ""
    if let first = column.places.first, column.kind != .transfer { drawDisk(column, first, x, &picture) }
    if !column.stored.isEmpty {
      if let place = column.places.first {
        picture.path("M\(middle),\(trackY(place) + 11) V\(stripTop + 6)", "flow")
        picture.path(
          "M\(middle),\(stripTop + stripHeight + 2) V\(storageY(column.stored[0].address) - 12)", "flow", marker: "tip")
      }
      drawStored(column, x, &picture)
    }
    if column.kind == .procedure { return drawProcedure(column, x, &picture) }
    picture.rectangle(
      x + 4, stripTop + 6, width - 8, stripHeight - 14, "ccw \(style(of: column))\(failed)", title: tip(column), link: column.step
    )
    let name = column.reads > 1 ? "\(column.reads) × READ" : short(column.title)
    picture.label(middle, stripTop + 27, name, "command" + failed, anchor: "middle")
    let address = column.ccwAddress.map { Words.address($0) } ?? ""
    let detail = column.target.map { "→ \(Words.address($0))" } ?? address
    picture.label(middle, stripTop + 45, detail, column.target == nil ? "mono small" : "mono tiny", anchor: "middle")
    if column.hasFailed { picture.label(middle, stripTop + stripHeight + 20, "fails here", "failed-text", anchor: "middle") }
  }

  private func drawDisk(_ column: PictureColumn, _ place: VolumePlace, _ x: Int, _ picture: inout Markup) {
    let width = width(column), y = trackY(place)
    let last = column.places.last ?? place
    var words = place.record.map { "R\($0)" } ?? "seek"
    if let a = place.record, let b = last.record, column.places.count > 1 {
      words = place.cylinder == last.cylinder && place.head == last.head ? "R\(a)–\(b)" : "\(column.places.count) records"
    }
    picture.rectangle(
      x + 12, y - 11, width - 24, 22, column.hasFailed ? "record failed" : place.record == nil ? "record seek" : "record",
      title: "\(place)", link: column.step)
    picture.label(x + width / 2, y + 4, words, "command", anchor: "middle")
    if column.passes > 1 { picture.label(x + width - 11, y - 4, "×\(column.passes)", "tiny muted halo") }
  }

  private func drawStored(_ column: PictureColumn, _ x: Int, _ picture: inout Markup) {
    let width = width(column)
    var seen: Set<Int> = []
    for piece in column.stored where seen.insert(regions.lane(of: piece.address)).inserted {
      let y = storageY(piece.address)
      picture.rectangle(
        x + 6, y - 12, width - 12, 24, column.kind == .procedure ? "bytes procedure" : "bytes", title: Words.range(piece),
        link: column.step)
      picture.label(x + width / 2, y + 4, size(column.storedCount), "small", anchor: "middle")
    }
  }

  private func drawProcedure(_ column: PictureColumn, _ x: Int, _ picture: inout Markup) {
    picture.rectangle(
      x + 4, stripTop + 6, width(column) - 8, stripHeight - 14, "ccw procedure", title: column.title, link: column.step)
    let words = column.stored.isEmpty ? "reset" : column.breaksChain ? "breaks chain" : "stores"
    picture.label(x + width(column) / 2, stripTop + 27, "procedure", "command", anchor: "middle")
    picture.label(x + width(column) / 2, stripTop + 45, words, "small", anchor: "middle")
    guard let piece = column.stored.first else { return }
    let middle = x + width(column) / 2
    picture.path("M\(middle),\(stripTop + stripHeight + 2) V\(storageY(piece.address) - 12)", "flow", marker: "tip")
  }

  private func drawMark(_ column: PictureColumn, _ x: Int, _ picture: inout Markup) {
    let middle = x + 20
    picture.path("M\(middle),\(stripTop - 20) V\(stripTop + stripHeight + 4)", column.hasFailed ? "mark failed" : "mark")
    let word = column.kind == .start ? "start" : "end"
    var text = Markup()
    text.label(0, 0, word, column.hasFailed ? "failed-text" : "small muted", anchor: "middle")
    picture.raw(
      "<g transform=\"translate(\(middle - 5),\(stripTop + 26)) rotate(-90)\"><title>\(Markup.escape(column.title))</title>\(text.text)</g>"
    )
  }

  private func drawFinal(_ picture: inout Markup, _ x: Int) {
    switch explanation.outcome {
    case .failed:
      picture.label(x + 12, stripTop + 36, "no PSW", "failed-text")
    case .loaded(let final):
      let middle = x + 66, from = storageY(0), to = storageY(final.instructionAddress)
      picture.rectangle(x + 8, stripTop + 6, 116, stripHeight - 14, "ccw final", title: final.remark ?? "the PSW")
      picture.label(middle, stripTop + 27, "PSW", "command", anchor: "middle")
      picture.label(middle, stripTop + 45, "→ \(Words.address(final.instructionAddress))", "mono small", anchor: "middle")
      picture.rectangle(x + 8, from - 12, 44, 24, "bytes final", title: "the PSW, location 0")
      picture.label(x + 30, from + 4, "PSW", "small", anchor: "middle")
      picture.path(
        "M\(x + 30),\(from - 13) C\(x + 30),\(from - 40) \(x + 30),\(stripTop + stripHeight + 40) \(x + 30),\(stripTop + stripHeight + 2)",
        "fetch", marker: "fetchtip")
      picture.path("M\(middle + 30),\(stripTop + stripHeight + 2) V\(to - 12)", "flow", marker: "tip")
      picture.rectangle(middle - 16, to - 12, 92, 24, "bytes final", title: Words.address(final.instructionAddress))
      picture.label(middle + 30, to + 4, "first instruction", "tiny", anchor: "middle")
    }
    if hidden > 0 {
      picture.label(gutter, bottom + 20, "\(hidden) columns in the middle are left out; the table has them all", "muted")
    }
  }

  // MARK: Words

  private func tip(_ column: PictureColumn) -> String {
    let steps = column.steps.count == 1 ? "step \(column.step)" : "steps \(column.steps.lowerBound) to \(column.steps.upperBound)"
    var text = "\(steps): \(column.title)"
    if column.storedCount > 0 {
      text +=
        ", \(Words.count(column.storedCount, "byte")) to \(column.stored.map(Words.range).prefix(6).joined(separator: ", "))"
    }
    return text
  }

  private func short(_ name: String) -> String {
    ["SEARCH ID EQUAL": "SEARCH ID", "SEARCH KEY EQUAL": "SEARCH KEY", "READ KEY AND DATA": "READ KD", "": "invalid"][name]
      ?? name
  }

  private func size(_ bytes: UInt64) -> String {
    if bytes >= 1 << 20 { return "\(bytes >> 20) MiB" }
    if bytes >= 1 << 14 { return "\(bytes >> 10) KiB" }
    return bytes == 0 ? "CCW" : "\(bytes) B"
  }
}

extension String {
  fileprivate var replacingDynamic: String { hasPrefix("dynamic segment ") ? "dyn. " + dropFirst(16) : self }
}
