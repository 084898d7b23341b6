import Foundation
import Glibc
import Processor
import Storage
import Testing

/// Loops whose accesses rise through storage, which compiled code follows from page to page: into pages that are not there, that are
/// protected, that have code, the loop's own or other, and past the end of the address space.
/// IRONLOAD_PROGRAMS sets how many.
@Suite struct RisingAccessTests {
  private static let area: UInt64 = 0x20_0000, areaPages: UInt64 = 64, areaSize = 0x10_0000
  /// Where the loop is: the second page is also the first one of the area.
  private static let loops: [UInt64] = [0x2000, 0x3000]
  /// What branches out of it leads there; and a program in a page of its own, which is sometimes a page of the area.
  private static let ways: Range<UInt64> = 0x200..<0x300, other: UInt64 = 0x4000
  /// Those that count, are walked with, and are loaded and stored.
  private static let counter = 1, walkers: [Int] = [2, 6, 9, 13], values: [Int] = [0, 3, 4, 5, 7, 8, 10, 14]
  /// What a walker goes on by; with the last one it falls.
  private static let steps = [0, 1, 2, 4, 8, 8, 8, 16, 24, 32, 40, 64, 256, 504, 512, 520, 4096, -8]
  private static let rounds = ProcessInfo.processInfo.environment["IRONLOAD_PROGRAMS"].flatMap { Int($0) } ?? 6000

  private struct Result: Equatable {
    var registers: [UInt64]
    var floats: [UInt64]
    var cause: ProgramInterruption?
    var identification: UInt64
    var mask: UInt64
    var address: UInt64
    var instructions: UInt64
  }

  /// Accesses to addresses that come and go are soon known to wander: so many programs are run by the same machines.
  private static let roundsOfMachines = 50

  /// One that interprets, and two that compile.
  private static func machines() throws -> [BareMachine] {
    let machines = [nil, ExecutionMode.compiled.settings, ExecutionMode.following.settings].map {
      BareMachine.forPrograms(megabytes: 4, compiling: $0)
    }
    for bare in machines {
      try bare.mapIdentity()
      // The last page of the address space, by entries that lead to the same tables, and the first two.
      bare[UInt64.self, BareMachine.regionFirst + 8 * 2047] = BareMachine.regionSecond | 0xF
      bare[UInt64.self, BareMachine.regionSecond + 8 * 2047] = BareMachine.regionThird | 0xB
      bare[UInt64.self, BareMachine.regionThird + 8 * 2047] = BareMachine.segments | 0x7
      bare[UInt64.self, BareMachine.segments + 8 * 2047] = BareMachine.pages + 0x1800
      for page in 0..<UInt64(256) { bare[UInt64.self, BareMachine.pages + 0x1800 + 8 * page] = page == 255 ? 0x28_0000 : 0x400 }
      for page in 0..<UInt64(2) { bare[UInt64.self, bare.pageEntry(page << 12)] = 0x28_1000 + page << 12 }
      for page in RisingAccessTests.loops + [RisingAccessTests.other] { bare[UInt64.self, bare.pageEntry(page)] = page | 0x200 }
      bare.cpu.flushTLB()
      var contents = SeededGenerator(seed: 8)
      for k in stride(from: 0, to: UInt64(RisingAccessTests.areaSize), by: 8) {
        bare[UInt64.self, RisingAccessTests.area + k] = contents.next()
      }
    }
    return machines
  }

  // MARK: Programs

  /// One access by a walker, and what is done with what it fetched.
  private static func access(_ g: inout SequenceGenerator, isIndexed: Bool) -> [UInt8] {
    func one<T>(_ of: [T]) -> T { of[g.below(of.count)] }
    let base = UInt8(one(walkers)), r = UInt8(one(values))
    let index = isIndexed && g.below(2) == 0 ? UInt8(one(walkers)) : 0
    let d = g.below(3) == 0 ? 0 : g.below(64), low = UInt8(d & 0xFF), high = base << 4 | UInt8(d >> 8)
    let rx: ([UInt8]) -> [UInt8] = { [$0[0], r << 4 | index, high, low] + ($0.count > 1 ? [0, $0[1]] : []) }
    let condition = r << 4 | UInt8(g.below(16))
    switch g.below(14) {
    case 12: return [0xEB, condition, high, low, 0, 0xE2]  // LOCG
    case 13: return [0xEB, condition, high, low, 0, 0xE3]  // STOCG
    case 0...3: return rx(one([[0xE3, 0x04], [0x58], [0xE3, 0x16], [0xE3, 0x90], [0x48], [0x43], [0xE3, 0x0F]]))
    case 4...6: return rx(one([[0xE3, 0x24], [0x50], [0x40], [0x42], [0xE3, 0x2F]]))
    case 7...8: return rx(one([[0xE3, 0x08], [0x5A], [0xE3, 0x0A], [0xE3, 0x20], [0x59], [0xE3, 0x80]]))
    case 9: return [0x68, UInt8(g.below(4)) << 4 | index, high, low]  // LD
    case 10: return [0x60, UInt8(g.below(4)) << 4 | index, high, low]  // STD
    default: return [0xED, UInt8(g.below(4)) << 4 | index, high, low, 0, 0x1A]  // ADB
    }
  }
  /// - Parameter mayFall: addresses may be below where the walkers begin.
  private static func program(_ g: inout SequenceGenerator, mayFall: Bool) -> [UInt8] {
    var units: [[UInt8]] = (0...g.below(4)).map { _ in access(&g, isIndexed: mayFall) }
    for r in walkers where g.below(4) != 0 {
      let step = UInt16(bitPattern: Int16(steps[g.below(steps.count - (mayFall ? 0 : 1))]))
      let parts = [UInt8(step >> 8), UInt8(step & 0xFF)]
      let isAddress = step < 4096 && g.below(2) == 0
      // LA, AGHI; AHI, which is no sum of 64 bits, but mostly the same.
      let add = [UInt8(0xA7), UInt8(r << 4 | (g.below(16) == 0 ? 10 : 11))] + parts
      let unit = isAddress ? [0x41, UInt8(r << 4), UInt8(r << 4) | parts[0], parts[1]] : add
      units.insert(unit, at: g.below(units.count + 1))
    }
    if g.below(3) == 0 {
      units.insert([0x1A, UInt8(values[g.below(8)] << 4 | values[g.below(8)])], at: g.below(units.count + 1))
    }
    // A branch out of the loop, seldom taken.
    if g.below(4) == 0 { units.append([0xB9, 0x02, 0, UInt8(values[g.below(8)] * 17), 0xA7, 0x84, 0x01, 0x00]) }
    let body = units.flatMap { $0 }, back = UInt16(bitPattern: -Int16(body.count / 2))
    return body + [0xA7, UInt8(counter << 4 | 7), UInt8(back >> 8), UInt8(back & 0xFF)] + BareMachine.stopText
  }

  /// Where a walker begins: before a page's end, mostly, and not where it could come to the loop.
  private static func start(_ g: inout SequenceGenerator) -> UInt64 {
    let page = area + UInt64(4 + g.below(40)) << 12
    switch g.below(16) {
    case 0: return 0 &- UInt64(g.below(600))
    case 1: return UInt64(g.below(4096))
    case 2: return area &+ areaPages << 12 &- UInt64(g.below(8192))
    case 3: return area + ways.upperBound + 0x100 + UInt64(g.below(0xB00))
    case 4...6: return page + UInt64(g.below(512)) * 8
    default: return page + 4096 - UInt64(g.below(200))
    }
  }

  /// - Parameter hasLoops: the area begins with the page of the second loop.
  private static func map(_ machines: [BareMachine], _ g: inout SequenceGenerator, hasLoops: Bool) {
    let frames = (0..<RisingAccessTests.areaPages).shuffled(using: &g.random)
    for (page, frame) in frames.enumerated() {
      let kind = g.below(40), isCode = g.below(20) == 0
      let entry =
        hasLoops && page == 0
        ? RisingAccessTests.loops[1] : isCode ? RisingAccessTests.other : RisingAccessTests.area + frame << 12
      for bare in machines {
        bare[UInt64.self, bare.pageEntry(RisingAccessTests.area + UInt64(page) << 12)] =
          entry | (kind == 0 ? 0x400 : kind == 1 ? 0x200 : 0)
      }
    }
    for bare in machines { bare.cpu.flushTLB() }
  }

  private static func run(_ bare: BareMachine, _ registers: [UInt64], at address: UInt64) -> Result {
    for r in 0..<16 { bare[r] = registers[r] }
    bare.load(mask: BareMachine.dat, address: address)
    let before = bare.cpu.s.pointee.instructionCount, cause = bare.start(at: address)
    let psw = cause == nil ? bare.psw : bare.oldPSW
    return Result(
      registers: (0..<16).map { bare[$0] }, floats: (0..<4).map { bare.cpu.s.pointee.fpr[$0] }, cause: cause,
      identification: cause == nil ? 0 : bare.identification, mask: psw.mask, address: psw.instructionAddress,
      instructions: bare.cpu.s.pointee.instructionCount &- before)
  }

  @Test func `loops through pages leave what interpreted ones leave, wherever they end`() throws {
    var g = SequenceGenerator(seed: 4096), causes: [ProgramInterruption: Int] = [:], machines: [BareMachine] = []
    for round in 0..<RisingAccessTests.rounds {
      if round % RisingAccessTests.roundsOfMachines == 0 { machines = try RisingAccessTests.machines() }
      // No loop stores into itself: that may have no end.
      let mayFall = g.below(2) == 0
      RisingAccessTests.map(machines, &g, hasLoops: !mayFall)
      let address = RisingAccessTests.loops[g.below(2)], text = RisingAccessTests.program(&g, mayFall: mayFall)
      for bare in machines {
        bare.put(text, at: address)
        for k in stride(from: RisingAccessTests.ways.lowerBound, to: RisingAccessTests.ways.upperBound, by: 4) {
          bare.put(BareMachine.stopText, at: address + k)
        }
        bare.load(mask: BareMachine.supervisor, address: RisingAccessTests.other)
        bare.run([0x18, 0x22], at: RisingAccessTests.other)
      }
      for _ in 0..<3 {
        var registers = (0..<16).map { _ in g.value() }
        for r in RisingAccessTests.walkers { registers[r] = RisingAccessTests.start(&g) }
        registers[RisingAccessTests.counter] = UInt64(2 + g.below([8, 100, 1200][g.below(3)]))
        let results = machines.map { RisingAccessTests.run($0, registers, at: address) }
        #expect(results[0] == results[1], "round \(round)")
        #expect(results[0] == results[2], "round \(round), following")
        for bare in machines[1...] {
          let isSame = memcmp(
            bare.storage.base + Int(RisingAccessTests.area), machines[0].storage.base + Int(RisingAccessTests.area),
            RisingAccessTests.areaSize)
          #expect(isSame == 0, "round \(round): storage")
        }
        if results[0] != results[1] || results[0] != results[2] { return }
        if let cause = results[0].cause { causes[cause, default: 0] += 1 }
      }
    }
    #expect(causes[.protection, default: 0] > 20)
    #expect(causes[.pageTranslation, default: 0] > 20)
  }

  @Test func `a store that rises in a page that cannot be kept goes where the page is now`() throws {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: ExecutionMode.compiled.settings)
    try bare.mapIdentity()
    // STG 0,0(2), AGHI 2,8, BRCTG 1 in a page of its own.
    bare.code("E300 2000 0024 A72B 0008 A717 FFFB 8300 0500", at: 0x2000)
    let first: UInt64 = 0x800, count: UInt64 = 100, frames: [UInt64] = [0x10_0000, 0x10_1000]
    func store(_ value: UInt64, into frame: UInt64) {
      bare[UInt64.self, bare.pageEntry(0)] = frame
      bare.cpu.flushTLB()
      (bare[0], bare[1], bare[2]) = (value, count, first)
      bare.setMask(BareMachine.dat)
      #expect(bare.start(at: 0x2000) == nil)
    }
    for _ in 0..<3 { store(1, into: frames[0]) }
    // Page 0 has low addresses, to which a store must not go from now on: compiled code may not keep where the page is.
    bare.cpu.setControlRegister(0, bare.cpu.s.pointee.cr[0] | CR0.lowAddressProtection)
    for _ in 0..<3 { store(2, into: frames[1]) }
    for k in 0..<count {
      #expect(bare[UInt64.self, frames[0] + first + 8 * k] == 1)
      #expect(bare[UInt64.self, frames[1] + first + 8 * k] == 2)
    }
  }
}
