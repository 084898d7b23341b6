import Glibc

func truncateFile(_ path: UnsafePointer<CChar>, _ size: Int) -> Int32 { truncate(path, size) }
