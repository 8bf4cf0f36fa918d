"""Run as a script, `tether.py PID PROGRAM ARGS...`: becomes PROGRAM, and dies when the process PID dies.

A supervisor that is killed with kill -9 can stop nobody any more; the kernel does it for us. This is a program between
fork and exec because `preexec_fn` may deadlock in a process with threads. Standard library only, no imports of ours.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(supervisor: int, argv: list[str]) -> None:
    """Replaces this process with `argv`. Exits 1 with one line if that fails, SIGKILL if the supervisor is gone."""
    # SIGKILL and not SIGTERM: nobody is left to see to it that a child which ignores SIGTERM goes after all.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != supervisor:
        os.kill(os.getpid(), signal.SIGKILL)
    # Python ignores these two, and what is ignored stays ignored in the program it becomes.
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    try:
        os.execvp(argv[0], argv)
    except OSError as error:
        sys.exit(f"cannot run {argv[0]}: {error.strerror}")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
