/// How a result that its format cannot hold is chosen from the two candidates (Principles of Operation, chapter 9, "Rounding").
package enum RoundingMode: UInt8, Sendable {
  case nearestEven
  case towardZero
  case up
  case down
  /// Nearest; a tie goes away from zero.
  case nearestAway
  /// Round to prepare for shorter precision: an inexact result gets an odd last digit, so that a second, shorter rounding
  /// is not a double one.
  case forShorter

  /// The meaning of FPC bits 29-31. Codes 4-6 cannot be loaded into the FPC; they are read as nearest.
  @inline(__always) package init(field: UInt32) {
    switch field & 7 {
    case 1: self = .towardZero
    case 2: self = .up
    case 3: self = .down
    case 7: self = .forShorter
    default: self = .nearestEven
    }
  }

  /// The meaning of an M3 (or M4) rounding-method modifier, the FPC's own mode for 0; nil is a specification exception.
  /// Modifier 3 needs the floating-point-extension facility, which we always have.
  @inline(__always) package init?(modifier: UInt8, control: FloatingPointControl) {
    switch modifier {
    case 0: self = control.roundingMode
    case 1: self = .nearestAway
    case 3: self = .forShorter
    case 4: self = .nearestEven
    case 5: self = .towardZero
    case 6: self = .up
    case 7: self = .down
    default: return nil
    }
  }
}

/// A nonnegative integer cut out of a longer significand by rounding.
package struct RoundedSignificand {
  package var magnitude: UInt128
  /// Something nonzero was dropped.
  var isInexact: Bool
  /// The magnitude was raised, not only cut: the Principles' "result incremented".
  var isIncremented: Bool

  /// Rounds `significand` / 2^`dropped`; its lowest bit may be a sticky one if at least two bits are dropped.
  /// `dropped` may be any positive number or zero.
  @inline(__always)
  package init(_ significand: UInt128, dropping dropped: Int, negative: Bool, mode: RoundingMode) {
    let kept: UInt128
    /// 0: nothing dropped, 1: less than half a unit, 2: half, 3: more.
    let remainder: Int
    if dropped <= 0 {
      (kept, remainder) = (significand, 0)
    } else if dropped <= 128 {
      let below = dropped &- 1
      let half = (significand &>> UInt128(truncatingIfNeeded: below)) & 1
      kept = dropped == 128 ? 0 : significand &>> UInt128(truncatingIfNeeded: dropped)
      let rest = significand & ((1 &<< UInt128(truncatingIfNeeded: below)) &- 1)
      remainder = (half == 0 ? 0 : 2) | (rest == 0 ? 0 : 1)
    } else {
      (kept, remainder) = (0, significand == 0 ? 0 : 1)
    }
    let increment: Bool
    switch mode {
    case .nearestEven: increment = remainder == 3 || (remainder == 2 && kept & 1 != 0)
    case .towardZero: increment = false
    case .up: increment = remainder != 0 && !negative
    case .down: increment = remainder != 0 && negative
    case .nearestAway: increment = remainder >= 2
    case .forShorter: increment = remainder != 0 && kept & 1 == 0
    }
    magnitude = increment ? kept &+ 1 : kept
    isInexact = remainder != 0
    isIncremented = increment
  }
}
