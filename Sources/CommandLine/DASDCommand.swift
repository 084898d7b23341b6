import ArgumentParser

/// `ironload dasd`: make, look into and fill emulated ECKD volumes on the host.
struct DASDCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dasd",
    abstract: "Make, look into and fill ECKD DASD volumes.",
    discussion: """
      A volume is a file: a 3390 in uncompressed CKD format, as Hercules has it. From nothing to a loadable Linux:

        ironload dasd create linux.ckd --cylinders 500 --volser LNX001
        ironload dasd import linux.ckd --partition 1 root.ext4
        ironload dasd boot linux.ckd --kernel vmlinuz --initrd initrd.img --parm 'root=/dev/dasda1'
        ironload dasd ls linux.ckd

      A volume that a running guest uses is locked; work on a copy or stop the guest first.
      """,
    subcommands: [
      DASDCreate.self, DASDInfo.self, DASDList.self, DASDExport.self, DASDImport.self, DASDBoot.self, DASDCheck.self,
    ])
}
