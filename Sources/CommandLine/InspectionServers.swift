import Ironload
import OperatorInterface
import RemoteDebugging
import Sockets

/// The servers that a machine's options ask for.
struct InspectionServers {
  private var operatorServer: OperatorServer?
  private var debugServer: DebugServer?

  init(_ machine: Machine, _ options: InspectionOptions) throws(OperatorError) {
    if let path = options.operatorPath {
      do { operatorServer = try OperatorServer(machine, path: path) } catch { throw OperatorError(error, "--operator ") }
    }
    if let gdb = options.gdb {
      do { debugServer = try DebugServer(machine, host: gdb.host, port: gdb.port) } catch {
        operatorServer?.stop()
        throw OperatorError(error, "--gdb ")
      }
      if let debugServer {
        StandardError.write("ironload: debuggers can connect to \(InternetAddress.text(gdb.host, debugServer.port))\n")
      }
    }
  }

  /// Begins to serve: when the load has begun, lest a client takes the empty machine for one at rest.
  func start() throws(OperatorError) {
    do { try operatorServer?.start() } catch { throw OperatorError(error, "--operator ") }
    do { try debugServer?.start() } catch { throw OperatorError(error, "--gdb ") }
  }

  func stop() {
    debugServer?.stop()
    operatorServer?.stop()
  }

  /// Tells the terminal that a machine rests and stays.
  static func announce(_ news: MachineNews, _ policy: MachineConfiguration.StopPolicy) {
    if case .atRest(let reason) = news, policy == .hold {
      StandardError.write("ironload: \(reason); the machine stays, `operate PATH quit` or Ctrl-a x ends it\n")
    }
  }
}

extension OperatorError {
  /// What a socket says; `option` goes before it.
  init(_ error: SocketError, _ option: String = "") {
    let status: Status =
      switch error.kind {
      case .address: .usage
      case .inUse: .tryAgain
      case .refused: .unavailable
      case .permission: .noPermission
      case .host: .system
      }
    self.init(status, option + error.description)
  }
}
