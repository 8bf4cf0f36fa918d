"""One running process of the house: its output, its end, and its being stopped."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from starter.supervised import tether
from starter.supervised.child import Child

CHUNK: Final = 65_536
LAST_CHUNKS: Final = 64
LONGEST_LINE: Final = 1_048_576
"""Bytes after which a line is broken, so that a child which never ends its line cannot fill our memory."""


class Process:
    """A child's process in a group of its own: a terminal's Ctrl-C reaches only the supervisor, which passes it on."""

    def __init__(self, child: Child, say: Callable[[str], None]) -> None:
        """Starts it; `say` gets each line it prints. Raises OSError if the system cannot start it."""
        self._popen = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(tether.__file__)), str(os.getpid()), *child.argv],
            env=child.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            process_group=0,
        )
        self._say = say
        self._pending = b""
        assert self._popen.stdout is not None
        self._output = self._popen.stdout
        self._finished = False
        os.set_blocking(self._output.fileno(), False)
        asyncio.get_running_loop().add_reader(self._output, self._relay)

    async def gone(self) -> int:
        """Waits for the end: the exit code, or minus the signal. What the child had started itself ends with it."""
        while self._popen.poll() is None:
            ended = asyncio.Event()
            loop = asyncio.get_running_loop()
            pidfd = os.pidfd_open(self._popen.pid)
            loop.add_reader(pidfd, ended.set)
            try:
                await ended.wait()
            finally:
                loop.remove_reader(pidfd)
                os.close(pidfd)
        self.kill()
        self._finish()
        return self._popen.returncode

    def terminate(self) -> None:
        """Asks it to stop (SIGTERM). Only the child itself: how its own children stop is its business."""
        self._popen.terminate()

    def kill(self) -> None:
        """Ends it and all it has started, at once (SIGKILL)."""
        # Once finished, the number may be somebody else's.
        if not self._finished:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._popen.pid, signal.SIGKILL)

    def _relay(self) -> bool:
        """Passes on what can be read now; whether there may be more."""
        try:
            chunk = os.read(self._output.fileno(), CHUNK)
        except BlockingIOError:
            return False
        *lines, self._pending = (self._pending + chunk).split(b"\n")
        for line in lines:
            self._tell(line)
        if len(self._pending) > LONGEST_LINE or not chunk:
            self._tell_pending()
        if not chunk:
            asyncio.get_running_loop().remove_reader(self._output)
        return bool(chunk)

    def _tell(self, line: bytes) -> None:
        self._say(line.decode(errors="replace").rstrip("\r"))

    def _tell_pending(self) -> None:
        if self._pending:
            self._tell(self._pending)
            self._pending = b""

    def _finish(self) -> None:
        """The last words, and the end of the pipe."""
        if self._finished:
            return
        self._finished = True
        # Bounded: a process that has left the group may still hold the pipe and write for ever.
        for _ in range(LAST_CHUNKS):
            if not self._relay():
                break
        self._tell_pending()
        asyncio.get_running_loop().remove_reader(self._output)
        self._output.close()
