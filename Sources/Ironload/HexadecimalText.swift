/// So many hexadecimal digits or more, in small letters.
package func hex(_ v: UInt64, digits: Int = 16) -> String {
  let text = String(v, radix: 16)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}
