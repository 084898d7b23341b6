/// The form of an explanation in JSON: addresses, codes and status in hexadecimal, counts and step numbers as numbers.

/// `value` in `digits` hexadecimal digits.
private func text(_ value: some FixedWidthInteger & UnsignedInteger, _ digits: Int) -> String {
  hex(UInt64(truncatingIfNeeded: value), digits: digits)
}

extension LoadExplanation: Encodable {
  private enum Key: CodingKey { case volume, device, memory, channel, steps, segments, loaded, failed }

  /// The whole explanation.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(volume, forKey: .volume)
    try object.encode(deviceNumber.deviceNumberText, forKey: .device)
    try object.encode(memory, forKey: .memory)
    try object.encode(channel, forKey: .channel)
    try object.encode(steps, forKey: .steps)
    try object.encode(segments, forKey: .segments)
    switch outcome {
    case .loaded(let final): try object.encode(final, forKey: .loaded)
    case .failed(let failure): try object.encode(failure, forKey: .failed)
    }
  }
}

extension LoadExplanation.Final: Encodable {
  private enum Key: CodingKey { case psw, instructionAddress, instructions, remark }

  /// PSW and instructions.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(text(psw, 16), forKey: .psw)
    try object.encode(text(instructionAddress, 8), forKey: .instructionAddress)
    try object.encode(instructions, forKey: .instructions)
    try object.encodeIfPresent(remark, forKey: .remark)
  }
}

extension LoadExplanation.Instruction: Encodable {
  private enum Key: CodingKey { case address, bytes, text }

  /// One instruction.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(Ironload.text(address, 8), forKey: .address)
    try object.encode(bytes, forKey: .bytes)
    try object.encode(text, forKey: .text)
  }
}

extension LoadExplanation.Failure: Encodable {
  private enum Key: CodingKey { case message, step, ccwAddress, place, cause }

  /// Message and its parts.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(message, forKey: .message)
    try object.encodeIfPresent(step, forKey: .step)
    try object.encodeIfPresent(ccwAddress.map { text($0, 8) }, forKey: .ccwAddress)
    try object.encodeIfPresent(place, forKey: .place)
    try object.encode(cause, forKey: .cause)
  }
}

extension ProgramSegment: Encodable {
  private enum Key: CodingKey { case name, broughtBy, place, address, end, ccwCount, firstStep }

  /// One segment.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(name, forKey: .name)
    try object.encodeIfPresent(broughtBy, forKey: .broughtBy)
    try object.encodeIfPresent(place, forKey: .place)
    try object.encode(text(address, 8), forKey: .address)
    try object.encode(text(end, 8), forKey: .end)
    try object.encode(ccwCount, forKey: .ccwCount)
    try object.encode(firstStep, forKey: .firstStep)
  }
}

extension StoragePiece: Encodable {
  private enum Key: CodingKey { case address, count }

  /// Address and length.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(text(address, 8), forKey: .address)
    try object.encode(count, forKey: .count)
  }
}

extension LoadStep: Encodable {
  private enum Key: CodingKey { case number, kind }

  /// The number, the kind, and the action's fields.
  public func encode(to encoder: any Encoder) throws {
    let (kind, payload): (String, any Encodable) =
      switch action {
      case .procedure(let payload): ("procedure", payload)
      case .start(let payload): ("start", payload)
      case .command(let payload): ("command", payload)
      case .transfer(let payload): ("transfer", payload)
      case .end(let payload): ("end", payload)
      }
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(number, forKey: .number)
    try object.encode(kind, forKey: .kind)
    try payload.encode(to: encoder)
  }
}

extension LoadStep.Start: Encodable {
  private enum Key: CodingKey { case address, control, refusal }

  /// A start.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(text(address, 8), forKey: .address)
    try object.encode(text(control, 8), forKey: .control)
    try object.encodeIfPresent(refusal, forKey: .refusal)
  }
}

extension LoadStep.Transfer: Encodable {
  private enum Key: CodingKey { case address, target, broughtBy, targetBroughtBy }

  /// A transfer in channel.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(text(address, 8), forKey: .address)
    try object.encode(text(target, 8), forKey: .target)
    try object.encodeIfPresent(broughtBy, forKey: .broughtBy)
    try object.encodeIfPresent(targetBroughtBy, forKey: .targetBroughtBy)
  }
}

extension LoadStep.End: Encodable {
  private enum Key: CodingKey { case reason, unitStatus, subchannelStatus, ccwAddress }

  /// The end of a channel program.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(reason, forKey: .reason)
    try object.encode(text(unitStatus, 2), forKey: .unitStatus)
    try object.encode(text(subchannelStatus, 2), forKey: .subchannelStatus)
    try object.encode(text(ccwAddress, 8), forKey: .ccwAddress)
  }
}

extension LoadStep.Command: Encodable {
  private enum Key: CodingKey {
    case address, code, flags, count, dataAddress, name, continuesData, broughtBy, isCopy, passes, residual, stored, fetched,
      firstBytes, place, unitStatus, subchannelStatus
  }

  /// A CCW and what came of it.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(text(address, 8), forKey: .address)
    if let ccw {
      try object.encode(text(ccw.code, 2), forKey: .code)
      try object.encode(ccw.flagNames, forKey: .flags)
      try object.encode(ccw.count, forKey: .count)
      try object.encode(text(ccw.dataAddress, 8), forKey: .dataAddress)
    }
    try object.encode(name, forKey: .name)
    if continuesData { try object.encode(true, forKey: .continuesData) }
    try object.encodeIfPresent(broughtBy, forKey: .broughtBy)
    if isCopy { try object.encode(true, forKey: .isCopy) }
    try object.encode(passes, forKey: .passes)
    try object.encode(residual, forKey: .residual)
    if !stored.isEmpty { try object.encode(stored, forKey: .stored) }
    if !fetched.isEmpty { try object.encode(fetched, forKey: .fetched) }
    try object.encode(firstBytes.map { text($0, 2) }.joined(), forKey: .firstBytes)
    try object.encodeIfPresent(place, forKey: .place)
    try object.encodeIfPresent(unitStatus.map { text($0, 2) }, forKey: .unitStatus)
    try object.encode(text(subchannelStatus, 2), forKey: .subchannelStatus)
  }
}
