/// CCWs that came into storage together: what the load procedure stored, IPL1, IPL2, and the segments that a program read while it
/// ran (dynamic segments).
public struct ProgramSegment: Sendable {
  /// `implied`, `IPL1`, `IPL2`, `dynamic segment N`, or `stale` for CCWs that nothing in this load brought.
  public let name: String
  /// The step that brought them; nil for stale ones.
  public let broughtBy: Int?
  /// Where on the volume they were.
  public let place: VolumePlace?
  /// The lowest address of an executed CCW, and the first byte behind the highest one.
  public internal(set) var address: UInt32, end: UInt32
  /// How many CCWs were executed, transfers included, each place counted once.
  public internal(set) var ccwCount: Int
  /// The first step that one of them made.
  public let firstStep: Int

  /// Finds the segments of a load's steps.
  static func find(in steps: [LoadStep]) -> [ProgramSegment] {
    var segments: [ProgramSegment] = [], executed: [Set<UInt32>] = [], byOrigin: [Int?: Int] = [:], dynamic = 0
    for step in steps {
      let address: UInt32, origin: Int?
      switch step.action {
      case .command(let command): (address, origin) = (command.address, command.broughtBy)
      case .transfer(let transfer): (address, origin) = (transfer.address, transfer.broughtBy)
      default: continue
      }
      if let known = byOrigin[origin] {
        segments[known].address = min(segments[known].address, address)
        segments[known].end = max(segments[known].end, address &+ 8)
        executed[known].insert(address)
        segments[known].ccwCount = executed[known].count
        continue
      }
      let name = name(of: origin, steps, segments, &dynamic)
      var place: VolumePlace?
      if let origin, case .command(let read) = steps[origin - 1].action { place = read.place }
      byOrigin[origin] = segments.count
      executed.append([address])
      segments.append(
        ProgramSegment(
          name: name, broughtBy: origin, place: place, address: address, end: address &+ 8, ccwCount: 1, firstStep: step.number))
    }
    return segments
  }

  /// What a segment is called follows from the segment that the READ which brought it belongs to.
  private static func name(of origin: Int?, _ steps: [LoadStep], _ segments: [ProgramSegment], _ dynamic: inout Int) -> String {
    guard let origin else { return "stale" }
    guard case .command(let read) = steps[origin - 1].action else { return "implied" }
    if read.role == .readIPL, read.place?.record == 1 { return "IPL1" }
    if segments.first(where: { $0.broughtBy == read.broughtBy })?.name == "IPL1" || isIPL2(read, steps) { return "IPL2" }
    dynamic += 1
    return "dynamic segment \(dynamic)"
  }

  /// The prefetch procedure has a program of its own that reads record 2 with IPL1's READ.
  private static func isIPL2(_ read: LoadStep.Command, _ steps: [LoadStep]) -> Bool {
    guard read.place == VolumePlace(cylinder: 0, head: 0, record: 2), let origin = read.broughtBy else { return false }
    if case .command = steps[origin - 1].action { return false }
    return true
  }
}
