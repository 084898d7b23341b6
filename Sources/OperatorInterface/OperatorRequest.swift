/// One line of the operator's socket: `{"command": "storage", "arguments": {"address": "1000", "count": 16}}`. `id`, when it is
/// there, comes back with the answer.
package struct OperatorRequest: Codable, Sendable {
  package var command: String
  package var arguments: [String: JSONValue]?
  package var id: JSONValue?

  package init(command: String, arguments: [String: JSONValue] = [:], id: JSONValue? = nil) {
    self.command = command
    self.arguments = arguments
    self.id = id
  }
}

/// The answer to one request, one line: `{"ok": true, "status": 0, "result": {...}, "text": "..."}`, or
/// `{"ok": false, "status": 65, "error": {"kind": "address", "message": "..."}}`.
package struct OperatorAnswer: Codable, Sendable {
  /// What went wrong.
  package struct Failure: Codable, Hashable, Sendable {
    /// One word to decide by: a kind of `OperationError`, `request` for what is no request, or `busy`.
    package var kind: String
    /// One line for people.
    package var message: String
  }
  package var ok: Bool
  /// The exit status of `ironload operate`: 0 done; 1 a time limit came first; 2 something else than what was waited for came;
  /// 64 and above as for every command.
  package var status: Int32
  package var result: JSONValue?
  /// The result as people read it.
  package var text: String?
  package var error: Failure?
  package var id: JSONValue?
  /// The machine is to end when this has been sent: who asked for that gets an answer.
  var endsMachine = false

  private enum CodingKeys: String, CodingKey { case ok, status, result, text, error, id }

  /// What was asked for is done.
  package init(_ result: JSONValue = .object([:]), _ text: String = "", status: Int32 = 0) {
    ok = true
    self.status = status
    self.result = result
    self.text = text
  }
  package init(_ failure: OperatorFailure) {
    ok = false
    status = failure.status
    error = Failure(kind: failure.kind, message: failure.message)
  }
}

/// Why a request was not carried out.
package struct OperatorFailure: Error, Hashable, Sendable {
  package var kind: String
  package var message: String
  package var status: Int32

  /// A request that makes no sense.
  package init(request message: String) {
    kind = "request"
    self.message = message
    status = 64
  }

  /// A connection more than are served at a time.
  init(busyAt limit: Int) {
    kind = "busy"
    message = "the machine serves \(limit) clients already; try again when one of them has ended"
    status = 75
  }
}
