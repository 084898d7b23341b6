/// What a region asks of a store into it, beyond the store, so that the store is durable when it has completed.
package protocol StoreDurability: Sendable {
  /// Begins the write-back of `count` bytes that were stored at `address`; it is complete after `fence`.
  func writeBack(_ address: UnsafeRawPointer, _ count: Int)
  func fence()
}
