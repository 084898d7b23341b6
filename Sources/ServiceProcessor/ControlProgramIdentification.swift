/// What the control program says it is (event type 11; Linux: /sys/firmware/cpi, drivers/s390/char/sclp_cpi_sys.c).
package struct ControlProgramIdentification: Hashable, Sendable {
  /// Up to eight characters each, without trailing blanks; "LINUX" as the type.
  package var systemType: String, systemName: String, sysplexName: String
  /// Version and level, in the control program's own format.
  package var systemLevel: UInt64

  /// From the data of an event buffer:
  /// 0 format, 2 system type, 18 system name, 34 system level, 50 sysplex name, 58 reserved.
  /// - Returns: nil when the data is too short.
  init?(data: [UInt8], _ page: CodePage) {
    guard data.count >= 58, let level = data.field(UInt64.self, at: 34) else { return nil }
    func name(_ offset: Int) -> String {
      var text = ""
      for byte in data[offset..<offset + 8] {
        let c = page.latin1(byte)
        text.unicodeScalars.append(c < 0x20 || (0x7F..<0xA0).contains(c) ? " " : Unicode.Scalar(c))
      }
      while text.last == " " { text.removeLast() }
      return text
    }
    (systemType, systemName, sysplexName, systemLevel) = (name(2), name(18), name(50), level)
  }
}
