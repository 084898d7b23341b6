extension InstructionSet where Machine: ~Copyable {
  /// Every row there is, by the chapter of the Principles that describes it.
  mutating func defineAll() {
    defineBranches()
    defineExecute()
    definePSWInstructions()
    defineFloatingPointSupport()
    defineBinaryFloatingPoint()
    defineControlRegisterInstructions()
    defineClockInstructions()
    defineIdentificationInstructions()
    defineStorageKeyInstructions()
    defineTranslationInstructions()
    defineCrossSpaceMoves()
    defineAddressSpaceInstructions()
    defineSignalProcessor()
    defineInputOutputInstructions()
  }
}
