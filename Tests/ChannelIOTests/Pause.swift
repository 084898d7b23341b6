import Glibc

/// A tenth of a millisecond.
func pause() { usleep(100) }
