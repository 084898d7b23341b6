import ChannelIO
import Glibc
import Processor
import Testing

/// The I/O instructions and the I/O interruption (chapters 14 and 16), with a device that does nothing, well.
struct InputOutputTests {
  final class Idler: Device {
    let identification = DeviceIdentification(controlUnitType: 0x3174, controlUnitModel: 1, deviceType: 0x3278, deviceModel: 2)
    func beginChannelProgram() {}
    func execute(_ command: UInt8, _ transfer: any DataTransfer) -> UnitStatus { .normalEnd }
    func takeSense() -> [UInt8] { [UInt8](repeating: 0, count: 32) }
    func reset(_ signal: ResetSignal) {}
  }

  static let block: UInt64 = 0x5_0000, orb: UInt64 = 0x5_1000, response: UInt64 = 0x5_2000, program: UInt64 = 0x5_3000

  private func machine() throws -> BareMachine {
    let m = BareMachine()
    _ = m.complex.channelSubsystem.attach(device: Idler(), number: 0x0120)
    m.gr[1] = 0x0001_0000
    (m.gr[2], m.gr[3], m.gr[4]) = (Self.block, Self.orb, Self.response)
    return m
  }
  private func enable(_ m: BareMachine) {
    m.run("B234 2000")  // STSCH
    #expect(m.cc == 0)
    #expect(m[UInt16.self, Self.block + 6] == 0x0120)
    m[UInt32.self, Self.block + 4] |= 0x0080_0000 | 3 << 27
    m.run("B232 2000")  // MSCH
    #expect(m.cc == 0)
  }
  private func start(_ m: BareMachine) {
    m[UInt32.self, Self.orb] = 0xCAFE_0001
    m[UInt32.self, Self.orb + 4] = 0x0080_FF00
    m[UInt32.self, Self.orb + 8] = UInt32(Self.program)
    m[UInt64.self, Self.program] = 0x0320_0001_0000_0000  // no operation, SLI
    m.run("B233 3000")
    #expect(m.cc == 0)
    for _ in 0..<10_000 where m.complex.channelSubsystem.pendingInterruptions == 0 { usleep(200) }
  }

  @Test func `a started program ends with an interruption that tells subchannel, parameter and subclass`() throws {
    let m = try machine()
    enable(m)
    start(m)
    m.cpu.setControlRegister(6, 0xEF00_0000)
    m.code("0700 0700")
    m.load(mask: BareMachine.supervisor | PSW.io, address: BareMachine.codeAddress)
    m.turn()
    #expect(m.psw.instructionAddress == BareMachine.codeAddress + 2)
    m.cpu.setControlRegister(6, 0x1000_0000)
    m.turn()
    #expect(m.psw.instructionAddress == 0xF00 + Lowcore.io.old)
    #expect(m.old(.io) == PSW(mask: BareMachine.supervisor | PSW.io, instructionAddress: BareMachine.codeAddress + 2))
    #expect(m[UInt32.self, Lowcore.subsystemIdentification] == 0x0001_0000)
    #expect(m[UInt32.self, Lowcore.ioParameter] == 0xCAFE_0001)
    #expect(m[UInt32.self, Lowcore.ioIdentification] == 3 << 27)
    m.run("B235 4000")  // TSCH
    #expect(m.cc == 0)
    #expect(m[UInt32.self, Self.response + 4] == UInt32(Self.program) + 8)
    #expect(m[UInt8.self, Self.response + 8] == 0x0C)
    m.run("B235 4000")
    #expect(m.cc == 1)
  }

  @Test func `TPI takes the pending interruption, to storage or to the prefix area`() throws {
    let m = try machine()
    m.gr[5] = 0x5_4000
    m.run("B236 5000")
    #expect(m.cc == 0)
    enable(m)
    m.cpu.setControlRegister(6, 0xFF00_0000)
    start(m)
    m.run("B236 5000")
    #expect(m.cc == 1)
    #expect(m[UInt64.self, 0x5_4000] == 0x0001_0000_CAFE_0001)
    m.run("B235 4000")
    start(m)
    m.run("B236 0000")
    #expect(m.cc == 1)
    #expect(m[UInt32.self, Lowcore.subsystemIdentification] == 0x0001_0000)
    #expect(m[UInt32.self, Lowcore.ioIdentification] == 3 << 27)
  }

  @Test
  func `no such subchannel is cc 3, a wrong identification an operand exception, a wrong boundary a specification exception`()
    throws
  {
    let m = try machine()
    for text in ["B230 0000", "B231 0000", "B238 0000", "B276 0000", "B232 2000", "B234 2000", "B235 4000"] {
      m.gr[1] = 0x0001_0007
      m.run(text)
      #expect(m.programInterruption == nil, "\(text)")
      #expect(m.cc == 3, "\(text)")
      m.gr[1] = 0x0002_0000
      m.run(text)
      #expect(m.programInterruption == .operand, "\(text)")
      #expect(m.old(.program).instructionAddress == BareMachine.codeAddress + 4)
    }
    for text in ["B232 2002", "B233 3002", "B234 2002", "B235 4002", "B236 4002", "B239 4002"] {
      m.run(text)
      #expect(m.programInterruption == .specification, "\(text)")
    }
    m.gr[1] = 0x0001_0000
    m[UInt32.self, Self.orb + 4] = 0x0080_FF00
    m.run("B233 3000")
    #expect(m.cc == 3)  // not enabled
  }

  @Test func `STCPS shows no path in use when nothing runs, on a boundary of 32 bytes`() throws {
    let m = try machine()
    m[UInt64.self, Self.response + 24] = ~0
    m.run("B23A 4000")
    #expect(m[UInt64.self, Self.response + 24] == 0)
    m.run("B23A 4010")
    #expect(m.programInterruption == .specification)
  }

  @Test func `STCRW with no report stores zeros; CHSC wants a page`() throws {
    let m = try machine()
    m[UInt32.self, Self.response] = ~0
    m.run("B239 4000")
    #expect(m.cc == 1)
    #expect(m[UInt32.self, Self.response] == 0)
    m.run("B25F 0040")
    #expect(m.programInterruption == .operand)
    m[UInt32.self, Self.response] = 0x0010_FFFF
    m.run("B25F 0040")
    #expect(m.cc == 0)
    #expect(m[UInt16.self, Self.response + 18] == 0x0004)
    m.gr[4] += 8
    m.run("B25F 0040")
    #expect(m.programInterruption == .specification)
  }

  @Test func `nothing is lost when the result cannot be stored`() throws {
    let m = try machine()
    enable(m)
    start(m)
    try m.mapIdentity()
    m[UInt64.self, m.pageEntry(Self.response)] |= 0x200
    m.run("B235 4000", mask: BareMachine.dat)
    #expect(m.programInterruption == .protection)
    m.run("B235 4000")
    #expect(m.cc == 0)
  }
}

/// What the CPU says of itself (chapter 10).
struct IdentificationTests {
  @Test func `STFLE stores what there is room for and tells how much there is`() throws {
    let m = BareMachine()
    m.gr[2] = 0x5_0000
    m.gr[0] = 0xAB00
    m.run("B2B0 2000")
    #expect(m.cc == 3)
    #expect(m.gr[0] == 0xAB02)
    #expect(m[UInt64.self, 0x5_0000] == m.services.facilities[0])
    #expect(m[UInt64.self, 0x5_0008] == 0)
    m[UInt64.self, 0x5_0018] = 7
    m.gr[0] = 9
    m.run("B2B0 2000", mask: BareMachine.problem)
    #expect(m.cc == 0)
    #expect(m.gr[0] == 2)
    #expect(m[UInt64.self, 0x5_0010] == m.services.facilities[2])
    #expect(m[UInt64.self, 0x5_0018] == 7)
    m.run("B2B1 0000")
    #expect(m[UInt32.self, Lowcore.facilityList] == UInt32(m.services.facilities[0] >> 32))
  }

  @Test func `STSI checks function, selectors and boundary in that order`() throws {
    let m = BareMachine()
    m.gr[2] = 0x5_0000
    m.run("B27D 2008")
    #expect(m.cc == 0)
    #expect(m.gr[0] == 0x2000_0000)
    (m.gr[0], m.gr[1]) = (0x1000_0001, 1)
    m.run("B27D 2000")
    #expect(m.cc == 0)
    #expect(m[UInt8.self, 0x5_0FFF] == 0xC9)
    m.run("B27D 2008")
    #expect(m.programInterruption == .specification)
    m.gr[0] = 0x1000_0003
    m.run("B27D 2000")
    #expect(m.cc == 3)
    m.gr[0] = 0x3000_0001
    m.run("B27D 2000")
    #expect(m.cc == 3)
    m.gr[0] = 0x7000_0100
    m.run("B27D 2008")
    #expect(m.cc == 3)
    m.gr[0] = 0x1000_0101
    m.run("B27D 2000")
    #expect(m.programInterruption == .specification)
  }

  @Test func `STIDP, STAP, STPX, clocks and control registers`() throws {
    let m = BareMachine()
    m.gr[2] = 0x5_0000
    m.run("B202 2000")
    #expect(m[UInt64.self, 0x5_0000] == 0x0012_3456_2097_0000)
    m[UInt16.self, 0x5_0000] = 9
    m.run("B212 2000")
    #expect(m[UInt16.self, 0x5_0000] == 0)
    m[UInt64.self, 0x5_0000] = 0x1234_5678_9ABC_DEF0
    m.run("B206 2000")  // SCKC
    m.run("B207 2008")  // STCKC
    #expect(m[UInt64.self, 0x5_0008] == 0x1234_5678_9ABC_DEF0)
    m.run("B208 2000")  // SPT
    m.run("B209 2008")  // STPT
    let timer = m[UInt64.self, 0x5_0008]
    #expect(timer <= 0x1234_5678_9ABC_DEF0 && timer > 0x1234_5678_0000_0000)
    m.run("B204 2000")  // SCK
    #expect(m.cc == 0)
    #expect(m.complex.clock.now() &- 0x1234_5678_9ABC_DEF0 < 1 << 40)
    for text in ["B206 2004", "B207 2004", "B208 2004", "B209 2004", "B204 2004", "B202 2004", "B212 2001", "B211 2002"] {
      m.run(text)
      #expect(m.programInterruption == .specification, "\(text)")
    }
    for k in 0..<UInt64(4) { m[UInt64.self, 0x5_0100 + 8 * k] = 0x1111_0000 * (k + 1) }
    m.run("EBE1 2100 002F")  // LCTLG 14,1: wraps
    #expect(m.cpu.s.pointee.cr[14] == 0x1111_0000)
    #expect(m.cpu.s.pointee.cr[1] == 0x4444_0000)
    m.run("EBE1 2200 0025")
    #expect(m[UInt64.self, 0x5_0218] == 0x4444_0000)
    m[UInt32.self, 0x5_0300] = 0xABCD_0000
    m.cpu.setControlRegister(9, 0x5555_5555_0000_0000)
    m.run("B799 2300")
    #expect(m.cpu.s.pointee.cr[9] == 0x5555_5555_ABCD_0000)
    m.run("B699 2304")
    #expect(m[UInt32.self, 0x5_0304] == 0xABCD_0000)
    m.gr[0] = 0x1_0000
    m.run("0107")
    #expect(m.programInterruption == .specification)
  }

  @Test func `TRACG stores bits 0-79 of the clock and whole registers`() throws {
    let m = BareMachine()
    (m.gr[2], m.gr[3]) = (0x5_0000, 0x1122_3344_5566_7788)
    m[UInt32.self, 0x5_0000] = 0x1234
    m.cpu.setControlRegister(12, 0x6_0001)
    m.run("EB33 2000 000F")
    #expect(m[UInt16.self, 0x6_0000] == 0x7080)
    #expect(UInt64(m[UInt16.self, 0x6_0002]) == m.complex.clock.now() >> 48)
    let clock = m[UInt64.self, 0x6_0002], now = m.complex.clock.now()
    #expect(clock <= now && now - clock < 1 << 32)
    #expect(m[UInt32.self, 0x6_000C] == 0x1234)
    #expect(m[UInt64.self, 0x6_0010] == 0x1122_3344_5566_7788)
    #expect(m.cpu.s.pointee.cr[12] == 0x6_0019)
  }

  @Test func `TRACE makes an entry when it is asked to`() throws {
    let m = BareMachine()
    (m.gr[2], m.gr[3], m.gr[4]) = (0x5_0000, 3, 4)
    m[UInt32.self, 0x5_0000] = 0x1234
    m.cpu.setControlRegister(12, 0x6_0000)
    m.run("9934 2000")
    #expect(m.cpu.s.pointee.cr[12] == 0x6_0000)
    m.cpu.setControlRegister(12, 0x6_0001)
    m.run("9934 2000")
    #expect(m.cpu.s.pointee.cr[12] == 0x6_0001 + 20)
    #expect(m[UInt8.self, 0x6_0000] == 0x71)
    #expect(m[UInt32.self, 0x6_0008] == 0x1234)
    #expect(m[UInt64.self, 0x6_000C] == 0x0000_0003_0000_0004)
    m[UInt32.self, 0x5_0000] = 0x8000_0000
    m.run("9934 2000")
    #expect(m.cpu.s.pointee.cr[12] == 0x6_0001 + 20)
    m[UInt32.self, 0x5_0000] = 0
    m.cpu.setControlRegister(12, 0x6_0FF5)
    m.run("EB34 2000 000F")
    #expect(m.programInterruption == .traceTable)
    #expect(m.old(.program).instructionAddress == BareMachine.codeAddress)
  }
}
