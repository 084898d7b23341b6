import OperatorInterface
import Testing

/// Requests from words, as `ironload operate` makes them.
@Suite struct OperatorWordsTests {
  @Test func `words become arguments by place, options by name`() throws {
    let request = try OperatorRequest(words: ["storage", "1000", "--kind=real", "16", "--cpu", "2"])
    #expect(request.command == "storage")
    #expect(
      request.arguments == ["address": .string("1000"), "count": .string("16"), "kind": .string("real"), "cpu": .string("2")])
  }

  @Test func `what is left belongs to the last`() throws {
    let request = try OperatorRequest(words: ["enter", "ls", "-l", "/"])
    #expect(request.arguments == ["line": .string("ls -l /")])
  }

  @Test func `a path is made one that the machine understands`() throws {
    let request = try OperatorRequest(words: ["place", "0", "x.bin"]) { "/here/" + $0 }
    #expect(request.arguments?["file"] == .string("/here/x.bin"))
  }

  @Test(arguments: [
    [], ["nothing"], ["storage"], ["storage", "xyz"], ["storage", "0", "1", "2"], ["storage", "0", "--kind", "virtual"],
    ["storage", "0", "--kind"], ["storage", "0", "--what", "1"], ["set", "r1"], ["storage", "10000000000000000"],
  ])
  func `what makes no sense is refused before anybody is asked`(words: [String]) {
    #expect(throws: OperatorFailure.self) { try OperatorRequest(words: words) }
  }

  @Test func `no two commands have one name, nor two parameters of one`() {
    let names = OperatorCommand.all.map(\.name)
    #expect(Set(names).count == names.count)
    for command in OperatorCommand.all { #expect(Set(command.parameters.map(\.name)).count == command.parameters.count) }
  }
}
