/// Instruction formats, spelled as the Principles of Operation do (chapter 5, "Instruction Formats").
package enum InstructionFormat: String, Sendable, CaseIterable {
  case e, i, ie, mii, smi
  case riA, riB, riC, rieA, rieB, rieC, rieD, rieE, rieF, rieG, rilA, rilB, rilC, ris
  case rr, rrM, rrd, rre, rrfA, rrfB, rrfC, rrfD, rrfE, rrs
  case rsA, rsB, rsi, rslA, rsyA, rsyB, rxA, rxB, rxe, rxf, rxyA, rxyB
  case s, si, sil, siy, ssA, ssB, ssC, ssD, ssE, ssF, sse, ssf
}
