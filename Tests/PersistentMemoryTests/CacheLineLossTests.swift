import Storage
import Testing

/// The store and flush code of the machine (`DurableStores`) on a machine that loses its caches, at every moment. A log: a record's
/// data (three lines), then the number of records, then an acknowledgement that leaves the machine.
@Suite struct CacheLineLossTests {
  enum Order: String, CaseIterable, Sendable { case right, noWriteBack, noFence, commitBeforeData, acknowledgeBeforeFence }
  private static let records = 12, dataSize = 160, stride = 192, dataStart = 64

  /// - Returns: how many of the memories that crashes may leave break the log.
  private func violations(_ order: Order) -> Int {
    let simulator = CacheLineSimulator(size: Self.dataStart + Self.records * Self.stride)
    simulator.omitsWriteBack = order == .noWriteBack
    simulator.omitsFence = order == .noFence
    var acknowledged = 0, wrong = 0
    simulator.onCrashPoint = { [unowned simulator] in
      simulator.crash { image in
        let count = Int(image[0])
        let isWhole = (0..<count).allSatisfy { k in
          let at = Self.dataStart + k * Self.stride
          return image[at..<at + Self.dataSize].allSatisfy { Int($0) == k + 1 }
        }
        if count < acknowledged || !isWhole { wrong += 1 }
      }
    }
    let storeOrder = StoreOrder()
    var stores = DurableStores(order: storeOrder)
    func store(_ byte: UInt8, at offset: Int, count: Int, beforeFinish: () -> Void = {}) {
      let place = simulator.memory + offset
      stores.begin(simulator, place, count)
      place.initializeMemory(as: UInt8.self, repeating: byte, count: count)
      simulator.onCrashPoint()
      beforeFinish()
      simulator.onCrashPoint()
      stores.finish()
    }
    for k in 0..<Self.records {
      let data = { store(UInt8(k + 1), at: Self.dataStart + k * Self.stride, count: Self.dataSize) }
      let commit = { store(UInt8(k + 1), at: 0, count: 1) }
      switch order {
      case .commitBeforeData:
        commit()
        data()
      case .acknowledgeBeforeFence:
        data()
        store(UInt8(k + 1), at: 0, count: 1) { acknowledged = k + 1 }
      default:
        data()
        commit()
      }
      acknowledged = k + 1
      simulator.onCrashPoint()
    }
    return wrong
  }

  @Test func `no crash breaks the log when each store is written back and fenced before the next`() {
    #expect(violations(.right) == 0)
  }

  @Test(arguments: Order.allCases.filter { $0 != .right }) func `each wrong order is caught`(order: Order) {
    #expect(violations(order) > 0)
  }
}
