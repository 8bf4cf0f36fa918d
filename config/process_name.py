"""What a process is called where it speaks to the engine: told apart from all others of its kind."""

import os
import socket


def process_name(kind: str, pid: int | None = None) -> str:
    """`worker-<host>-<pid>`, its own pid if none is given. In containers every pid is 1, and the host tells."""
    return f"{kind}-{socket.gethostname()}-{os.getpid() if pid is None else pid}"
