// swift-tools-version: 6.2
// Ironload: a z/Architecture machine. The rooms and who may use whom are drawn in Documentation/Map.md.
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// The engine: exclusivity checks on every register access would cost a factor of 4.
let engine: [SwiftSetting] = strict + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "ironload",
  products: [
    .executable(name: "ironload", targets: ["CommandLine"]),
    .library(name: "Ironload", targets: ["Ironload"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
  ],
  targets: [
    .target(name: "CHost"),
    .target(name: "Tracing", swiftSettings: strict),
    .target(name: "Threads", swiftSettings: strict),
    .target(name: "X86", swiftSettings: engine),
    .target(name: "DASD", dependencies: [system], swiftSettings: strict),
    .target(name: "Storage", dependencies: ["CHost"], swiftSettings: engine),
    .target(name: "PersistentMemory", dependencies: ["CHost", "Storage", system], swiftSettings: strict),
    .target(name: "ServiceProcessor", dependencies: ["Storage", "Tracing"], swiftSettings: strict),
    .target(name: "ChannelIO", dependencies: ["Storage", "Threads", "Tracing"], swiftSettings: strict),
    .target(name: "Devices", dependencies: ["ChannelIO", "DASD", "PersistentMemory"], swiftSettings: strict),
    .target(
      name: "Processor", dependencies: ["Storage", "ChannelIO", "ServiceProcessor", "Threads", "Tracing", "X86", "CHost"],
      swiftSettings: engine),
    .target(
      name: "Ironload",
      dependencies: [
        "Processor", "Devices", "ChannelIO", "ServiceProcessor", "PersistentMemory", "Storage", "DASD", "Threads", "Tracing",
        system,
      ],
      swiftSettings: strict),
    .target(name: "Sockets", dependencies: ["Threads"], swiftSettings: strict),
    .target(
      name: "OperatorInterface", dependencies: ["Ironload", "Processor", "Storage", "Tracing", "Sockets"], swiftSettings: strict),
    .target(
      name: "RemoteDebugging", dependencies: ["Ironload", "Processor", "OperatorInterface", "Sockets"], swiftSettings: strict),
    .executableTarget(
      name: "CommandLine",
      dependencies: [
        "Ironload", "OperatorInterface", "RemoteDebugging", "Sockets", "DASD", "PersistentMemory", "Threads", "Tracing", system,
        arguments,
      ], swiftSettings: strict),
    .testTarget(name: "X86Tests", dependencies: ["X86"], swiftSettings: strict),
    .testTarget(name: "StorageTests", dependencies: ["Storage"], swiftSettings: strict),
    .testTarget(
      name: "PersistentMemoryTests", dependencies: ["LoopFileSystem", "PersistentMemory", "Storage", system],
      swiftSettings: strict),
    // Loses what was not on the medium, for DevicesTests and PersistentMemoryTests.
    .target(name: "LoopFileSystem", path: "Tests/LoopFileSystem", swiftSettings: strict),
    .testTarget(
      name: "CommandLineTests", dependencies: ["CHost", "CommandLine", "Ironload", "OperatorInterface", "DASD", system],
      swiftSettings: strict),
    .testTarget(name: "DASDTests", dependencies: ["DASD", system], swiftSettings: strict),
    .testTarget(name: "ServiceProcessorTests", dependencies: ["ServiceProcessor", "Storage"], swiftSettings: strict),
    .testTarget(name: "ChannelIOTests", dependencies: ["ChannelIO", "Storage", "Tracing"], swiftSettings: strict),
    .testTarget(
      name: "DevicesTests",
      dependencies: ["Devices", "ChannelIO", "DASD", "LoopFileSystem", "Storage", "VolumeLoad", system],
      swiftSettings: strict),
    // Killed at random moments by DevicesTests.
    .executableTarget(
      name: "VolumeLoad", dependencies: ["Devices", "ChannelIO", "DASD", system], path: "Tests/VolumeLoad", swiftSettings: strict),
    .testTarget(
      name: "ProcessorTests",
      dependencies: ["Processor", "Storage", "PersistentMemory", "ChannelIO", "ServiceProcessor", "Tracing", "CHost", "X86"],
      swiftSettings: strict),
    .testTarget(
      name: "OperatorInterfaceTests", dependencies: ["OperatorInterface", "Ironload", "Sockets"], swiftSettings: strict),
    .testTarget(
      name: "RemoteDebuggingTests", dependencies: ["RemoteDebugging", "Ironload", "Processor", "Sockets"], swiftSettings: strict),
    .testTarget(
      name: "IronloadTests", dependencies: ["Ironload", "ChannelIO", "DASD", "Processor", "Storage", "Tracing", system],
      swiftSettings: strict),
  ]
)
