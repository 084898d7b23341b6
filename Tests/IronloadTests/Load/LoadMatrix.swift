import Ironload

/// The matrix of Documentation/Channels.md: what each procedure makes of each volume over each channel, from a cleared machine.
enum LoadMatrix {
  /// How a load ends. The letter is what the documentation's table has.
  enum Outcome: String, Sendable {
    /// All is loaded, and storage is as after the hardware's load over the architected channel, but for what the procedure
    /// writes itself.
    case loads = "loads"
    /// The implied ORB does not allow prefetch, which this channel requires.
    case refused = "(a)"
    /// The channel had copied what stood behind READ IPL before READ IPL read IPL1 there.
    case aheadOfIPL1 = "(b)"
    /// IDAWs of a load are of format 1, as the implied ORB says; the driver takes format 2 only.
    case indirect = "(c)"
    /// The channel had copied the CCW that the program rewrites.
    case aheadOfRewriting = "(d)"
  }

  struct Cell: Sendable, CustomStringConvertible {
    let procedure: LoadProcedure
    let channel: MachineConfiguration.Channel
    let volume: LoadVolume
    let outcome: Outcome
    var description: String { "\(procedure) over \(channel.rawValue), \(volume)" }
  }

  static let columns: [(LoadProcedure, MachineConfiguration.Channel)] = LoadProcedure.allCases.flatMap { procedure in
    MachineConfiguration.Channel.allCases.map { (procedure, $0) }
  }

  /// Rows by volume; columns hardware over architected, prefetch-required, prefetch-always, then prefetch over the same.
  static let rows: [(LoadVolume, [Outcome])] = [
    (.zipl, [.loads, .refused, .aheadOfIPL1, .loads, .loads, .loads]),
    (.below, [.loads, .refused, .aheadOfIPL1, .loads, .loads, .loads]),
    (.above, [.loads, .refused, .aheadOfIPL1, .loads, .indirect, .indirect]),
    (.threeSegments, [.loads, .refused, .aheadOfIPL1, .loads, .loads, .loads]),
    (.rewriting, [.loads, .refused, .aheadOfIPL1, .loads, .aheadOfRewriting, .aheadOfRewriting]),
  ]

  static let cells: [Cell] = rows.flatMap { volume, outcomes in
    zip(columns, outcomes).map { Cell(procedure: $0.0, channel: $0.1, volume: volume, outcome: $1) }
  }

  /// The row as the documentation has it.
  static func line(_ row: (LoadVolume, [Outcome])) -> String {
    "| \(row.0.name) | " + row.1.map(\.rawValue).joined(separator: " | ") + " |"
  }
}
