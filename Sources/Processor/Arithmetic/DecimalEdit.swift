/// EDIT and EDIT AND MARK (chapter 8): what the instructions remember from one pattern byte to the next.
package struct DecimalEdit {
  /// Pattern bytes with a meaning; all others are message bytes.
  private static let digitSelector: UInt8 = 0x20
  private static let significanceStarter: UInt8 = 0x21
  private static let fieldSeparator: UInt8 = 0x22

  private let fill: UInt8
  private var isSignificant = false
  /// A digit of the last field was not zero.
  private var isNonzero = false
  /// The right digit of a source byte whose left one has been used.
  private var pending: UInt8?
  /// The position of the last result byte that became significant by a nonzero digit, for EDIT AND MARK.
  package private(set) var mark: Int?

  /// - Parameter first: the first byte of the pattern, the fill byte; it is then processed like all others.
  package init(first: UInt8) { fill = first }

  /// 0 the last field is zero or absent, 1 less than zero, 2 greater.
  package var conditionCode: UInt8 { !isNonzero ? 0 : isSignificant ? 1 : 2 }

  /// The byte that takes the place of pattern byte number `position`.
  /// - Parameter fetch: the next byte of the source, from left to right; its errors are passed on.
  /// - Returns: nil for an invalid digit: a data exception.
  package mutating func replacement<Failure: Error>(
    of pattern: UInt8, at position: Int, fetch: () throws(Failure) -> UInt8
  ) throws(Failure) -> UInt8? {
    switch pattern {
    case DecimalEdit.digitSelector, DecimalEdit.significanceStarter:
      var digit: UInt8
      /// The sign code that follows the digit in its byte.
      var sign: UInt8 = 0
      if let right = pending {
        (digit, pending) = (right, nil)
      } else {
        let byte = try fetch()
        digit = byte &>> 4
        if digit > 9 { return nil }
        if byte & 15 > 9 { sign = byte & 15 } else { pending = byte & 15 }
      }
      let result = isSignificant || digit != 0 ? 0xF0 | digit : fill
      if digit != 0 {
        if !isSignificant { mark = position }
        isSignificant = true
        isNonzero = true
      }
      if pattern == DecimalEdit.significanceStarter { isSignificant = true }
      if sign != 0 && !PackedDecimal.isMinus(sign) { isSignificant = false }
      return result
    case DecimalEdit.fieldSeparator:
      isSignificant = false
      isNonzero = false
      return fill
    default:
      return isSignificant ? pattern : fill
    }
  }
}
