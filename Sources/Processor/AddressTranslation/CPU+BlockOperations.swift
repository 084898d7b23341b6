import Glibc

/// Whole operands moved and compared as the Principles define it byte by byte, in as few host operations as that allows.
extension CPU.Block {
  /// The host address of byte `k`, and how many bytes follow it without a break.
  @inline(__always) private func piece(_ k: Int) -> (UnsafeMutableRawPointer, Int) {
    k < firstCount ? (first + k, firstCount &- k) : (second + (k &- firstCount), count &- k)
  }

  /// Moves this operand into `target`, of the same length, byte by byte from the left.
  @inline(__always) package func copy(onto target: CPU.Block) {
    if isContiguous && target.isContiguous { return CPU.Block.copyForward(target.first, first, count) }
    var k = 0
    while k < count {
      let (from, m) = piece(k), (to, n) = target.piece(k)
      let step = min(m, n)
      CPU.Block.copyForward(to, from, step)
      k &+= step
    }
  }

  /// A move from the left to the right: where the target begins inside the source, moved bytes are moved again.
  @inline(__always) static func copyForward(_ to: UnsafeMutableRawPointer, _ from: UnsafeMutableRawPointer, _ count: Int) {
    let distance = UnsafeRawPointer(to) - UnsafeRawPointer(from)
    if distance <= 0 || distance >= count {
      memmove(to, from, count)
    } else if distance == 1 {
      memset(to, Int32(from.load(as: UInt8.self)), count)
    } else {
      // The pattern of `distance` bytes is repeated: each move doubles what is there.
      var done = 0
      while done < count {
        let step = min(distance &+ done, count &- done)
        memcpy(to + done, from, step)
        done &+= step
      }
    }
  }

  /// The condition code of a logical comparison: 0 equal, 1 this one low, 2 high.
  @inline(__always) package func order(against other: CPU.Block) -> UInt64 {
    var k = 0
    while k < count {
      let (a, m) = piece(k), (b, n) = other.piece(k)
      let step = min(m, n)
      let order = memcmp(a, b, step)
      if order != 0 { return order < 0 ? 1 : 2 }
      k &+= step
    }
    return 0
  }

  /// The index of the first byte at or after `start` where the two differ; `count` when there is none.
  func mismatch(with other: CPU.Block, from start: Int = 0) -> Int {
    var k = start
    while k < count {
      let (a, m) = piece(k), (b, n) = other.piece(k)
      let step = min(m, n)
      if memcmp(a, b, step) != 0 {
        var j = 0
        while a.load(fromByteOffset: j, as: UInt8.self) == b.load(fromByteOffset: j, as: UInt8.self) { j &+= 1 }
        return k &+ j
      }
      k &+= step
    }
    return count
  }

  package func fill(_ byte: UInt8) {
    memset(first, Int32(byte), firstCount)
    if firstCount < count { memset(second, Int32(byte), count &- firstCount) }
  }
}
