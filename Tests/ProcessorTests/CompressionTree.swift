/// A tree of strings, the dictionaries of COMPRESSION CALL that say the same, and what compression by it gives: the slow,
/// independent reference of the tests. It looks for strings in the tree and never at a dictionary.
struct CompressionTree {
  struct Node {
    /// The characters that it adds to its parent's.
    var extensionCharacters: [UInt8]
    /// All that it stands for.
    var string: [UInt8]
    var parent: Int?
    var children: [Int] = []
    var index: UInt64
  }
  let symbolSize: Int
  let isFormat1: Bool
  private(set) var nodes: [Node]
  private(set) var compression: [UInt64]
  private(set) var expansion: [UInt64]
  private var next: UInt64 = 256

  /// - Parameter bytes: the characters that strings are made of.
  init(symbolSize: Int, isFormat1: Bool, bytes: [UInt8], random: inout SeededGenerator) {
    self.symbolSize = symbolSize
    self.isFormat1 = isFormat1
    nodes = (0..<256).map { Node(extensionCharacters: [UInt8($0)], string: [UInt8($0)], parent: nil, index: UInt64($0)) }
    compression = [UInt64](repeating: 0, count: 1 << symbolSize)
    // Rubbish where nothing is: it must not matter.
    expansion = (0..<1 << symbolSize).map { _ in random.next() }
    for k in 0..<256 { expansion[k] = 1 << 56 | UInt64(k) << 48 }
    var queue = bytes.map { Int($0) }.shuffled(using: &random)
    while !queue.isEmpty {
      let k = queue.removeFirst()
      queue += grow(k, bytes, &random)
    }
    for k in nodes.indices where k >= 256 { expansion[Int(nodes[k].index)] = expansionEntry(k, &random) }
  }

  /// Gives node `k` children, with their entries, as long as there is room.
  private mutating func grow(_ k: Int, _ bytes: [UInt8], _ random: inout SeededGenerator) -> [Int] {
    let node = nodes[k], own = node.parent == nil ? [] : Array(node.extensionCharacters.dropFirst())
    let most = own.count > 1 ? 1 : Int.random(in: 0...3, using: &random) == 0 ? bytes.count : 6
    var count = node.string.count > 240 ? 0 : Int.random(in: 0...most, using: &random)
    // A last descriptor of format 0 has at most six siblings: seven mean that another one follows.
    let width = isFormat1 ? 14 : 7, capacity = own.isEmpty ? 5 : 4
    if count > capacity && !isFormat1 && (count - capacity) % width == 0 { count -= 1 }
    let descriptors = count > capacity ? (count - capacity + width - 1) / width : 0
    if Int(next) + count + descriptors > 1 << symbolSize { count = 0 }
    let firsts = bytes.shuffled(using: &random).prefix(count)
    var children: [Int] = [], places: [UInt64] = [], descriptorPlaces: [UInt64] = []
    for (n, first) in firsts.enumerated() {
      if n >= capacity && (n - capacity) % width == 0 && count > capacity {
        descriptorPlaces.append(next)
        next += 1
      }
      let more = Int.random(in: 0...2, using: &random) == 0 ? Int.random(in: 0...4, using: &random) : 0
      let characters = [first] + (0..<more).map { _ in bytes.randomElement(using: &random) ?? 0 }
      nodes.append(Node(extensionCharacters: characters, string: node.string + characters, parent: k, index: next))
      children.append(nodes.count - 1)
      places.append(next)
      next += 1
    }
    nodes[k].children = children
    // What must be examined is known when the children have theirs: examine all that may have them, and some that do not.
    let examined = children.map { _ in Int.random(in: 0...3, using: &random) > 0 }
    write(node: k, own: own, firsts: Array(firsts), places: places, examined: examined)
    write(descriptors: descriptorPlaces, Array(firsts.dropFirst(capacity)), Array(examined.dropFirst(capacity)), width)
    var growing: [Int] = []
    for (n, child) in children.enumerated() {
      let k = n - capacity
      let isAlways = k >= 0 && k / width > 0 && k % width >= (isFormat1 ? 12 : 5)
      if examined[n] || isAlways {
        growing.append(child)
      } else {
        // Not looked at: it ends there.
        nodes[child].string = node.string + [firsts[firsts.startIndex + n]]
        nodes[child].extensionCharacters = [firsts[firsts.startIndex + n]]
      }
      compression[Int(nodes[child].index)] = leaf(nodes[child])
    }
    return growing
  }

  private static func pack(_ bytes: [UInt8], _ at: Int) -> UInt64 {
    bytes.enumerated().reduce(0) { $0 | UInt64($1.element) << UInt64(56 - 8 * (at + $1.offset)) }
  }
  private static func flags(_ bits: [Bool], _ at: Int) -> UInt64 {
    bits.enumerated().reduce(0) { $0 | ($1.element ? 1 << UInt64(63 - at - $1.offset) : 0) }
  }

  private func leaf(_ node: Node) -> UInt64 {
    let more = Array(node.extensionCharacters.dropFirst())
    return UInt64(more.count) << 53 | Self.pack(more, 3)
  }

  private mutating func write(node k: Int, own: [UInt8], firsts: [UInt8], places: [UInt64], examined: [Bool]) {
    let capacity = own.isEmpty ? 5 : 4
    if firsts.isEmpty { return compression[Int(nodes[k].index)] = leaf(nodes[k]) & (k < 256 ? 0 : ~0) }
    var entry = places[0] << 40 | Self.pack(own + firsts.prefix(capacity), 3)
    entry |= UInt64(min(firsts.count, capacity + 1)) << 61 | Self.flags(Array(examined.prefix(capacity)), 3)
    entry |= UInt64(own.count) << 53
    if firsts.count > 1 {
      let last = examined.dropFirst(capacity + (isFormat1 ? 12 : 5)).prefix(2)
      entry |= Self.flags(Array(last), 8)
    }
    compression[Int(nodes[k].index)] = entry
  }

  private mutating func write(descriptors: [UInt64], _ firsts: [UInt8], _ examined: [Bool], _ width: Int) {
    for (n, place) in descriptors.enumerated() {
      let characters = Array(firsts.dropFirst(n * width).prefix(width))
      let bits = Array(examined.dropFirst(n * width).prefix(isFormat1 ? 12 : 5))
      let hasMore = n < descriptors.count - 1
      if isFormat1 {
        compression[Int(place)] =
          UInt64(hasMore ? 15 : characters.count) << 60 | Self.flags(bits, 4) | Self.pack(Array(characters.prefix(6)), 2)
        expansion[Int(place)] = Self.pack(Array(characters.dropFirst(6)), 0)
      } else {
        compression[Int(place)] = UInt64(characters.count) << 61 | Self.flags(bits, 3) | Self.pack(characters, 1)
      }
    }
  }

  /// A random one of the ways to say what node `k` stands for.
  private func expansionEntry(_ k: Int, _ random: inout SeededGenerator) -> UInt64 {
    let string = nodes[k].string
    if string.count <= 7 && Bool.random(using: &random) {
      return UInt64(string.count) << 56 | Self.pack(string, 1)
    }
    var before = nodes[k].parent ?? 0
    while let further = nodes[before].parent, string.count - nodes[further].string.count <= 5, Bool.random(using: &random) {
      before = further
    }
    let start = nodes[before].string.count, characters = Array(string.dropFirst(start))
    return UInt64(characters.count) << 61 | nodes[before].index << 48 | Self.pack(characters, 2) | UInt64(start)
  }

  // MARK: The reference

  /// The node of the longest string that `text` begins with, by the tree's way of going on: to the child with the next
  /// character, if all of the child's characters follow.
  func longest(_ text: ArraySlice<UInt8>) -> Node {
    var node = nodes[Int(text[text.startIndex])]
    while true {
      let rest = text.dropFirst(node.string.count)
      let next = node.children.map { nodes[$0] }.first { $0.extensionCharacters.first == rest.first }
      guard let next, rest.starts(with: next.extensionCharacters) else { return node }
      node = next
    }
  }
  func compressed(_ text: [UInt8]) -> [Node] {
    var rest = text[...], result: [Node] = []
    while !rest.isEmpty {
      let node = longest(rest)
      result.append(node)
      rest = rest.dropFirst(node.string.count)
    }
    return result
  }
  /// A text that this tree has something to say about.
  func text(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
    var text: [UInt8] = []
    while text.count < count {
      let string = nodes.randomElement(using: &random)?.string ?? []
      text += string.prefix(Int.random(in: 1...string.count, using: &random))
    }
    return Array(text.prefix(count))
  }
}
