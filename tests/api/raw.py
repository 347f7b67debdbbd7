"""Connections on which a test sends what no client library would."""

import asyncio

HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


class Raw:
    """One of them."""

    def __init__(self, url: str) -> None:
        self.port = int(url.rpartition(":")[2])

    async def __aenter__(self) -> "Raw":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def rest(self) -> bytes:
        """Everything until the server closes the connection."""
        try:
            return await asyncio.wait_for(self.reader.read(), 10)
        except ConnectionResetError:
            return b""


def post(query: str, *lines: bytes) -> bytes:
    body = b'{"query":"%b"}' % query.encode()
    return b"\r\n".join([HEAD[:-2], b"Content-Length: %d" % len(body), *lines, b"", body])


class Answer:
    """An answer as it came: its status, its headers by lower-case name, its body."""

    def __init__(self, head: bytes, body: bytes) -> None:
        first, *lines = head.decode().rstrip().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        self.body = body


async def answer_to(raw: Raw, *, has_body: bool = True) -> Answer:
    """The next answer of a connection."""
    head = await asyncio.wait_for(raw.reader.readuntil(b"\r\n\r\n"), 10)
    answer = Answer(head, b"")
    if has_body:
        answer.body = await raw.reader.readexactly(int(answer.headers["content-length"]))
    return answer
