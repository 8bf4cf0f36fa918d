"""The processes of the house as described before any of them runs, and what would keep them from starting."""

import errno
import os
import shutil
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter


@dataclass(frozen=True)
class Child:
    """One process to keep alive.

    `env` is merged over ours. `ready` is asked again and again until it says True; without it a child is ready once
    started. `port` on `host` must be free before anything starts, `port_setting` is the environment variable that
    changes it, and `more_ports` has further ones (setting -> port). Times are in seconds.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], Awaitable[bool]] | None = None
    port: int | None = None
    port_setting: str | None = None
    host: str = "127.0.0.1"
    more_ports: Mapping[str, int] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    ready_within_s: float = 60.0
    stop_within_s: float = 10.0

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of the process."""
        # Python holds back what it prints into a pipe; a log that comes minutes late is none.
        return {**os.environ, "PYTHONUNBUFFERED": "1", **self.env}

    @property
    def ports(self) -> Iterator[tuple[int, str | None]]:
        """Every port the child will listen on, with the setting that changes it."""
        if self.port is not None:
            yield self.port, self.port_setting
        for setting, port in self.more_ports.items():
            yield port, setting


def start_order(children: Sequence[Child]) -> tuple[Child, ...]:
    """The children, each after those it depends on. Raises ValueError for a double name, an unknown one or a circle."""
    named = {child.name: child for child in children}
    if len(named) < len(children):
        raise ValueError("two children have the same name")
    for child in children:
        if unknown := set(child.depends_on) - set(named):
            raise ValueError(f"{child.name} depends on an unknown child: {', '.join(sorted(unknown))}")
    try:
        order = TopologicalSorter({child.name: child.depends_on for child in children}).static_order()
        return tuple(named[name] for name in order)
    except CycleError as circle:
        raise ValueError(f"children depend on each other: {' -> '.join(circle.args[1])}") from None


def obstacles(children: Sequence[Child]) -> Iterator[str]:
    """One line for everything that will keep a child from starting: a missing program, a port that is taken."""
    owners: dict[int, str] = {}
    for child in children:
        if shutil.which(child.argv[0], path=child.environment.get("PATH")) is None:
            yield f"{child.name} cannot start: the program {child.argv[0]} was not found"
        for port, setting in child.ports:
            change = f"; choose another with {setting}=<port>" if setting else ""
            if port in owners:
                yield f"port {port} is wanted by both {owners[port]} and {child.name}{change}"
            elif trouble := _cannot_listen(child.host, port):
                yield f"port {port} for {child.name} {trouble}{change}"
            owners[port] = child.name


def _cannot_listen(host: str, port: int) -> str | None:
    """Why nobody can listen there, None if somebody can."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # Connections of the previous run that still wait to be forgotten do not make a port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
    return None
