/// A list of plain values that has one owner: what translation fills and empties for each block. An array would ask before each change
/// whether somebody shares it, and be retained by whoever goes through it, which profiles showed. Emptied, it keeps its room.
struct PlainList<Element: BitwiseCopyable>: ~Copyable {
  private var elements: UnsafeMutablePointer<Element>
  private var capacity: Int
  private(set) var count = 0

  /// - Parameter capacity: how many it has room for at first, at least 1.
  init(capacity: Int = 16) {
    self.capacity = max(capacity, 1)
    elements = .allocate(capacity: self.capacity)
  }
  deinit { elements.deallocate() }

  var isEmpty: Bool { count == 0 }
  var indices: Range<Int> { 0..<count }

  /// - Parameter k: less than `count`.
  @inline(__always) subscript(k: Int) -> Element {
    _read {
      precondition(k >= 0 && k < count)
      yield elements[k]
    }
    _modify {
      precondition(k >= 0 && k < count)
      yield &elements[k]
    }
  }
  /// The last element, when there is one.
  @inline(__always) var last: Element {
    _read { yield self[count &- 1] }
    _modify { yield &self[count &- 1] }
  }
  @inline(__always) mutating func append(_ element: Element) {
    if count == capacity { grow() }
    (elements + count).initialize(to: element)
    count &+= 1
  }
  mutating func removeAll() { count = 0 }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: 2 * capacity)
    larger.moveInitialize(from: elements, count: count)
    elements.deallocate()
    elements = larger
    capacity *= 2
  }
}
