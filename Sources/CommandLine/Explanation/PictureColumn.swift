import Ironload

/// One column of the picture: a read with the seek and search before it, several reads that go on with one another, or any
/// other step.
struct PictureColumn {
  enum Kind {
    /// The load procedure stored or changed something.
    case procedure
    case start, end
    case read
    /// A command that brings nothing into storage.
    case command
    case transfer
  }

  var kind: Kind
  /// The step whose CCW the column shows, and all steps that it stands for.
  var step: Int
  var steps: ClosedRange<Int>
  /// Of the CCW; nil for what is none.
  var ccwAddress: UInt32?
  var title: String
  var broughtBy: Int?
  var isCCW: Bool { ccwAddress != nil }
  var places: [VolumePlace] = []
  /// The search that found the record.
  var passes = 0
  var stored: [StoragePiece] = []
  var storedCount: UInt64 { stored.reduce(0) { $0 &+ $1.count } }
  var reads = 0
  var hasFailed = false
  /// The load procedure turned off a CCW's chaining flags.
  var breaksChain = false
  var isCopy = false
  var target: UInt32?

  /// The columns of a load. With `crossingTracks`, reads that fill storage on and on are one column even over many tracks.
  static func columns(_ steps: [LoadStep], crossingTracks: Bool) -> [PictureColumn] {
    var columns: [PictureColumn] = [], waiting: [PictureColumn] = []
    func place(_ column: PictureColumn) {
      columns += waiting
      waiting = []
      columns.append(column)
    }
    for step in steps {
      // The picture ends with a column for the PSW.
      if case .procedure(let procedure) = step.action, procedure.isEnd { continue }
      var column = PictureColumn(step)
      switch column.kind {
      case .command where column.isPositioning && !column.hasFailed: waiting.append(column)
      case .transfer where !waiting.isEmpty: waiting.append(column)
      case .read:
        if let last = columns.last, last.canGoOn(with: column, after: waiting, crossingTracks: crossingTracks) {
          columns[columns.count - 1].goOn(with: column)
        } else {
          column.take(waiting)
          columns.append(column)
        }
        waiting = []
      default: place(column)
      }
    }
    return columns + waiting
  }

  private init(_ step: LoadStep) {
    self.step = step.number
    steps = step.number...step.number
    switch step.action {
    case .procedure(let procedure):
      (kind, title, breaksChain) = (.procedure, procedure.text, procedure.breaksChain)
      if let piece = procedure.piece { stored = [piece] }
    case .start(let start): (kind, title, hasFailed) = (.start, "start", start.refusal != nil)
    case .end(let end): (kind, title) = (.end, ExplanationWords.status(end.unitStatus, end.subchannelStatus))
    case .transfer(let transfer):
      (kind, title, ccwAddress, broughtBy, target) = (.transfer, "TIC", transfer.address, transfer.broughtBy, transfer.target)
    case .command(let command):
      kind = command.stored.isEmpty ? .command : .read
      title = command.continuesData ? "data chain" : command.name
      (ccwAddress, broughtBy, stored, passes) = (command.address, command.broughtBy, command.stored, command.passes)
      (hasFailed, isCopy, reads) = (command.hasFailed, command.isCopy, kind == .read ? 1 : 0)
      if let place = command.place { places = [place] }
      isPositioning = kind == .command && command.isPositioning
    }
  }

  private var isPositioning = false

  /// The seek and search in front of this read become part of it.
  private mutating func take(_ before: [PictureColumn]) {
    guard let first = before.first else { return }
    steps = first.steps.lowerBound...steps.upperBound
    passes = before.map(\.passes).max() ?? 0
  }

  private func canGoOn(with next: PictureColumn, after waiting: [PictureColumn], crossingTracks: Bool) -> Bool {
    guard kind == .read, !hasFailed, next.broughtBy == broughtBy, isCopy == next.isCopy, let end = stored.last?.end,
      next.stored.first?.address == end, stored.count + next.stored.count <= 64 || crossingTracks
    else { return false }
    guard let here = places.last, let there = next.places.first else { return waiting.isEmpty }
    let isSameTrack = here.cylinder == there.cylinder && here.head == there.head
    return crossingTracks || isSameTrack && waiting.isEmpty
  }

  private mutating func goOn(with next: PictureColumn) {
    steps = steps.lowerBound...next.steps.upperBound
    for piece in next.stored {
      if let last = stored.last, last.end == piece.address {
        stored[stored.count - 1] = StoragePiece(address: last.address, count: last.count + piece.count)
      } else {
        stored.append(piece)
      }
    }
    places += next.places
    reads += next.reads
    hasFailed = next.hasFailed
  }
}
