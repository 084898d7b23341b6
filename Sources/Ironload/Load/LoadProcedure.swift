/// How a load gets from READ IPL to the PSW at 0 (Documentation/Channels.md, "Two procedures").
public enum LoadProcedure: String, Codable, Hashable, Sendable, CaseIterable {
  /// One channel program that reads itself: what the hardware does. Needs a channel that fetches CCWs one by one.
  case hardware
  /// A start for each piece that has been read: gets over a channel that copies whole programs ahead.
  case prefetch
}
