# Makes the table of Benchmarks/run: from the list of tests, the recorded ratios and the lines that `stamp` wrote, in files named
# MACHINE-RUN.stamps. With -v record=FILE the ratios are written there, and not judged; with -v least=N tests that take QEMU fewer than
# N seconds are marked.

function median(values,    list, n, i, j, kept) {
  n = split(values, list, " ")
  for (i = 2; i <= n; i++) {
    kept = list[i]
    for (j = i - 1; j > 0 && list[j] + 0 > kept + 0; j--) list[j + 1] = list[j]
    list[j + 1] = kept
  }
  return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

function decimal(hexadecimal,    value, i) {
  for (i = 1; i <= length(hexadecimal); i++) value = value * 16 + index("0123456789abcdef", substr(hexadecimal, i, 1)) - 1
  return value
}

function note(text) { notes[++noted] = text }

# Judges a ratio to QEMU, which is better the greater it is.
function judge(name, ratio) {
  now[name] = ratio
  if (record == "" && name in recorded && ratio < recorded[name] * 0.75) {
    note(sprintf("%s: %.2f times QEMU's speed, %.2f is recorded", name, ratio, recorded[name]))
    failed = 1
  }
}

FILENAME ~ /\/tests$/ { order[++count] = $1; mark[$1] = $3; next }
FILENAME ~ /recorded/ { if ($1 !~ /^#/) { recorded[$1] = $2; before[++recordings] = $1 } next }
FNR == 1 {
  machine = FILENAME
  sub(/.*\//, "", machine)
  sub(/-[0-9]+\.stamps$/, "", machine)
  present[machine] = 1
}
$3 == "INIT" { boot[machine] = boot[machine] " " $1; reached[machine] = reached[machine] " " $2 }
$3 == "MEMORY" { memory[machine] = memory[machine] " " $4 }
$3 == "UNKNOWN" { note("the guest has no test " $4); failed = 1 }
$3 == "START" { cpu = $1; elapsed = $2 }
$3 == "END" {
  key = machine SUBSEP $4
  if (mark[$4] == "disk") rates[key] = rates[key] " " decimal($7) / ($2 - elapsed) / 1e6
  else seconds[key] = seconds[key] " " (machine == "native" ? $6 : $1 - cpu)
  if (key in sums && sums[key] != $7) { note(machine " " $4 ": checksum " $7 " and " sums[key]); failed = 1 }
  sums[key] = $7
  drift = $2 - elapsed - $5
  if (drift < 0) drift = -drift
  if (machine != "native" && drift > 0.3 + 0.1 * $5) note(sprintf("%s %s: the guest's clock says %.2f s, the host's %.2f s", machine, $4, $5, $2 - elapsed))
}

function compare_sums(name,    ours) {
  ours = sums["ironload" SUBSEP name]
  if (compared && ours != sums["qemu" SUBSEP name]) {
    note(name ": checksum " ours ", QEMU has " sums["qemu" SUBSEP name])
    failed = 1
  }
  if (ours != sums["native" SUBSEP name]) {
    if (mark[name] == "fused") return "  fused"
    note(name ": checksum " ours ", natively " sums["native" SUBSEP name])
    failed = 1
  }
  return ""
}

function row(name,    native, qemu, ours, remark) {
  native = median(seconds["native" SUBSEP name])
  ours = median(seconds["ironload" SUBSEP name])
  remark = compare_sums(name)
  total["native"] += native
  total["ironload"] += ours
  slower += log(ours / native)
  tests++
  if (!compared) { printf "%-11s %9.3f %9.3f %9.2f%s\n", name, native, ours, ours / native, remark; return }
  qemu = median(seconds["qemu" SUBSEP name])
  total["qemu"] += qemu
  faster += log(qemu / ours)
  judge(name, qemu / ours)
  if (qemu < least) remark = remark "  under " least " s"
  printf "%-11s %9.3f %9.3f %9.3f %9.2f %9.2f%s\n", name, native, qemu, ours, qemu / ours, ours / native, remark
}

function totals() {
  if (compared) {
    printf "%-11s %9.2f %9.2f %9.2f %9.2f %9.2f\n", "sum", total["native"], total["qemu"], total["ironload"],
      total["qemu"] / total["ironload"], total["ironload"] / total["native"]
    printf "%-11s %29s %9.2f %9.2f\n", "mean", "", exp(faster / tests), exp(slower / tests)
  } else {
    printf "%-11s %9.2f %9.2f %9.2f\n", "sum", total["native"], total["ironload"], total["ironload"] / total["native"]
    printf "%-11s %19s %9.2f\n", "mean", "", exp(slower / tests)
  }
}

function disk_row(name,    qemu, ours) {
  ours = median(rates["ironload" SUBSEP name])
  if (!compared) { printf "%-11s %19.1f\n", name, ours; return }
  qemu = median(rates["qemu" SUBSEP name])
  printf "%-11s %19.1f %9.1f %9.2f\n", name, qemu, ours, ours / qemu
}

function boots(    qemu, ours) {
  ours = median(boot["ironload"])
  if (!compared) { printf "\nto /init: Ironload %.2f CPU s, %.2f s elapsed\n", ours, median(reached["ironload"]); return }
  qemu = median(boot["qemu"])
  judge("boot", qemu / ours)
  printf "\nto the first line of /init (natively: does not apply), CPU s and elapsed s\n"
  printf "%-11s %9.2f %9.2f\n%-11s %9.2f %9.2f\n%-11s %9.2f %9.2f\n", "QEMU", qemu, median(reached["qemu"]),
    "Ironload", ours, median(reached["ironload"]), "times QEMU", qemu / ours, median(reached["qemu"]) / median(reached["ironload"])
}

END {
  compared = "qemu" in present
  printf "\nCPU seconds of the process on the host, medians\n"
  printf compared ? "%-11s %9s %9s %9s %9s %9s\n" : "%-11s %9s %.0s%9s %.0s%9s\n", "test", "native", "QEMU", "Ironload", "x QEMU", "/ native"
  for (i = 1; i <= count; i++) if (mark[order[i]] != "disk") row(order[i]); else disks++
  if (tests) totals()
  boots()
  if (disks) printf "\nthe guest's disk (DASD here, virtio there), O_DIRECT, MB/s elapsed\n"
  for (i = 1; i <= count; i++) if (mark[order[i]] == "disk") disk_row(order[i])
  printf "\nmemory beside the guest's RAM, MiB:%s Ironload %.0f\n", compared ? sprintf(" QEMU %.0f,", median(memory["qemu"]) / 1024) : "",
    median(memory["ironload"]) / 1024
  for (i = 1; i <= noted; i++) print "bench: " notes[i]
  if (record != "") {
    print "# Speed as a multiple of QEMU's on one machine in one run; written by `make bench RECORD=1`." >record
    for (i = 1; i <= recordings; i++) if (!(before[i] in now)) print before[i], recorded[before[i]] >record
    for (i = 1; i <= count; i++) if (order[i] in now) printf "%s %.2f\n", order[i], now[order[i]] >record
    if ("boot" in now) printf "boot %.2f\n", now["boot"] >record
  }
  exit failed
}
