"""Servers that are nobody's: they answer with whatever bytes a test gives them, or not at all."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

Form = dict[str, str]
PROMISED = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def reply(body: bytes = b"", status: str = "200 OK") -> bytes:
    """An HTTP answer."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


class Heard(list[Form]):
    """The forms a web server was posted, and where it stands."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self._came = asyncio.Condition()

    async def hear(self, form: Form) -> None:
        """One more."""
        async with self._came:
            self.append(form)
            self._came.notify_all()

    async def until(self, count: int, within_s: float = 10.0) -> list[Form]:
        """The first `count` forms, as soon as they have come."""
        async with asyncio.timeout(within_s), self._came:
            await self._came.wait_for(lambda: len(self) >= count)
        return self[:count]


@asynccontextmanager
async def web(*answers: tuple[bytes, ...], pause_s: float = 0.0) -> AsyncIterator[Heard]:
    """A web server. Request by request it gives the next answer piece by piece, and the last one ever after."""
    heard = Heard()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        promised = PROMISED.search(head)
        body = await reader.readexactly(int(promised.group(1)) if promised else 0)
        await heard.hear(dict(parse_qsl(body.decode(), keep_blank_values=True)))
        for piece in answers[min(len(heard), len(answers)) - 1]:
            writer.write(piece)
            await asyncio.sleep(pause_s)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        heard.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield heard


@asynccontextmanager
async def mail_server(answers: Mapping[str, bytes | None]) -> AsyncIterator[int]:
    """A mail server; gives its port.

    `answers` go by command, by `hello` for the greeting and by `text` for what follows DATA. A command that is not
    there is answered well, None hangs up, nothing (b"") keeps it waiting.
    """
    good = {"hello": b"220 hi\r\n", "DATA": b"354 go on\r\n", "QUIT": None}

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = "hello"
        while (answer := {**good, **answers}.get(said, b"250 OK\r\n")) is not None:
            writer.write(answer)
            ends = b"\r\n.\r\n" if said == "DATA" else b"\r\n"
            try:
                line = await reader.readuntil(ends)
            except asyncio.IncompleteReadError:
                break
            said = "text" if said == "DATA" else line[:4].decode().strip().upper()
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        port: int = server.sockets[0].getsockname()[1]
        yield port
