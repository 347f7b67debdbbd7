"""The server as a process: slow clients, refused bodies, and a stop that fails nobody."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator

import httpx2
import pytest

from api.port import PortTaken, listen
from tests.pace import uncollected
from tests.processes import children_of, is_alive
from tests.services import PLENTY, answers, broadsheet, free_port, until

# Seconds for which a connection may be idle.
KEEP_ALIVE = 3


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server with short limits for slow clients. It has no database, and these tests need none."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    limits = {"receive_seconds": "1", "max_header_bytes": "8192", "keep_alive_seconds": str(KEEP_ALIVE)}
    with broadsheet("serve", database_url=nowhere, port=str(port), **limits, log_level="error"):
        asyncio.run(answers(url + "/livez"))
        yield url


class Raw:
    """A connection on which a test sends what no client library would."""

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


HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


async def test_a_silent_connection_is_closed(server: str) -> None:
    async with Raw(server) as raw:
        began = time.monotonic()
        assert await raw.rest() == b""
        assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("first", "drip"),
    [
        (b"GET /livez HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n"),
        (HEAD + b"Content-Length: 1000\r\n\r\n", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"\r\n", b"\r\n"),
    ],
    ids=["head", "body", "chunked body", "empty lines"],
)
async def test_a_client_that_drips_is_closed(server: str, first: bytes, drip: bytes) -> None:
    async with Raw(server) as raw:
        began = time.monotonic()
        await raw.send(first)

        async def go_on() -> None:
            while True:
                await asyncio.sleep(0.1)
                await raw.send(drip)

        dripping = asyncio.create_task(go_on())
        answer = await raw.rest()
        dripping.cancel()
        await asyncio.gather(dripping, return_exceptions=True)
        assert time.monotonic() - began < 3
        assert answer.startswith(b"HTTP/1.1 408 ")


async def test_a_slow_second_request_is_closed_too(server: str) -> None:
    async with Raw(server) as raw:
        await raw.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await raw.reader.readline()).startswith(b"HTTP/1.1 200 ")
        await raw.reader.readuntil(b'{"status":"alive"}')
        await raw.send(b"GET /livez HT")
        began = time.monotonic()
        assert (await raw.rest()).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < 3


async def test_an_idle_connection_between_requests_is_kept(server: str) -> None:
    async with Raw(server) as raw:
        for _ in range(2):
            await raw.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            await raw.reader.readuntil(b'{"status":"alive"}')
            # Longer than receive_seconds of this server, shorter than its keep_alive_seconds.
            await asyncio.sleep(1.3)
        await raw.send(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"200 OK" in await raw.rest()


async def test_an_endless_head_is_refused(server: str) -> None:
    async with Raw(server) as raw:
        await raw.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n")
        for _ in range(20):
            await raw.send(b"X-A: " + b"b" * 1000 + b"\r\n")
        assert (await raw.rest()).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("sent", ["at once", "after another"])
async def test_a_head_may_be_as_long_as_is_allowed(server: str, sent: str) -> None:
    """8,192 bytes, also where its end comes with its beginning, or all of it behind another request."""
    for size, status in ((8_192, 200), (8_193, 431), (70_000, 431), (200_000, 431)):
        for start, end in (
            (b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: ", b"\r\n\r\n"),
            (b"GET /livez?", b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        ):
            async with Raw(server) as raw:
                if sent == "after another":
                    await raw.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
                    await raw.reader.readuntil(b'{"status":"alive"}')
                await raw.send(start + b"a" * (size - len(start) - len(end)) + end)
                assert (await raw.rest()).startswith(b"HTTP/1.1 %d " % status), size


async def test_a_large_body_is_refused_while_it_is_sent(server: str) -> None:
    async with httpx2.AsyncClient() as client:
        answer = await client.post(server + "/graphql", content=b" " * 5_000_000)
        assert answer.status_code == 413
        assert (await client.get(server + "/livez")).status_code == 200


async def test_who_waits_for_100_continue_gets_413_at_once(server: str) -> None:
    async with Raw(server) as raw:
        await raw.send(HEAD + b"Content-Length: 30000000\r\nExpect: 100-continue\r\n\r\n")
        answer = await raw.rest()
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"100 Continue" not in answer


async def test_nonsense_is_answered_with_400(server: str) -> None:
    async with Raw(server) as raw:
        await raw.send(b"\x16\x03\x01 hello\r\n\r\n")
        assert (await raw.rest()).startswith(b"HTTP/1.1 400 ")


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


async def test_requests_sent_at_once_are_answered_one_after_the_other(server: str) -> None:
    asked = [
        post("{__typename}", b"X-Request-Id: 1"),
        b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Request-Id: 2\r\n\r\n",
        post("{__typename", b"X-Request-Id: 3"),
        post("{a:__typename}", b"X-Request-Id: 4"),
    ]
    async with Raw(server) as raw:
        await raw.send(b"".join(asked))
        answers_ = [await answer_to(raw) for _ in asked]
    assert [answer.headers["x-request-id"] for answer in answers_] == ["1", "2", "3", "4"]
    assert [answer.status for answer in answers_] == [200, 200, 400, 200]
    assert answers_[3].body == b'{"data":{"a":"Query"}}'


async def test_a_request_means_the_same_wherever_it_is_cut(server: str) -> None:
    asked = post("{__typename}") + post("{b:__typename}")
    for cut in range(1, len(asked), 7):
        async with Raw(server) as raw:
            await raw.send(asked[:cut])
            # The server has read the first part, since it has answered another client after it came.
            async with Raw(server) as other:
                await other.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
                await answer_to(other)
            await raw.send(asked[cut:])
            bodies = [(await answer_to(raw)).body for _ in range(2)]
            assert bodies == [b'{"data":{"__typename":"Query"}}', b'{"data":{"b":"Query"}}'], cut


async def test_a_body_in_chunks_is_read_whole(server: str) -> None:
    body = b'{"query":"{__typename}"}'
    async with Raw(server) as raw:
        await raw.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for byte in body:
            await raw.send(b"1\r\n%c\r\n" % byte)
        await raw.send(b"0\r\n\r\n" + post("{c:__typename}"))
        assert (await answer_to(raw)).body == b'{"data":{"__typename":"Query"}}'
        assert (await answer_to(raw)).body == b'{"data":{"c":"Query"}}'


async def test_who_waits_for_100_continue_is_told_to_go_on(server: str) -> None:
    head, _, body = post("{__typename}", b"Expect: 100-continue").partition(b"\r\n\r\n")
    async with Raw(server) as raw:
        await raw.send(head + b"\r\n\r\n")
        assert await raw.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        await raw.send(body)
        assert (await answer_to(raw)).body == b'{"data":{"__typename":"Query"}}'


async def test_an_answer_to_head_has_no_body(server: str) -> None:
    async with Raw(server) as raw:
        for path in (b"/graphql", b"/livez"):
            await raw.send(b"HEAD %b HTTP/1.1\r\nHost: x\r\n\r\n" % path)
            answer = await answer_to(raw, has_body=False)
            assert int(answer.headers["content-length"]) > 0
        await raw.send(post("{__typename}"))
        assert (await answer_to(raw)).status == 200


@pytest.mark.parametrize("line", [b"GET /graphql?query={__typename} HTTP/1.0", b"GET /livez HTTP/1.0"])
async def test_a_client_of_http_1_0_is_answered_and_left(server: str, line: bytes) -> None:
    async with Raw(server) as raw:
        await raw.send(line + b"\r\nHost: x\r\n\r\n")
        assert b" 200 OK\r\n" in (await raw.rest()).split(b"connection: close")[0]


async def test_a_connection_that_stays_idle_is_closed_without_a_word(server: str) -> None:
    """Also one whose request was refused before its body was here, and one that was never asked for a second time."""
    body = b" " * 3_000_000
    for asked in (post("{__typename}"), HEAD + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)):
        async with Raw(server) as raw:
            began = time.monotonic()
            await raw.send(asked)
            await answer_to(raw)
            assert await raw.rest() == b""
            assert time.monotonic() - began < 2 * KEEP_ALIVE + 2


def test_an_occupied_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} .*BROADSHEET_PORT={port + 1}"):
            listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(PortTaken, match=r"BROADSHEET_HOST=203\.0\.113\.9 is no address of this machine"):
        listen("203.0.113.9", 8000)


class Crowd:
    """Clients that ask without a pause until the server takes no new connection."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answered = 0
        self.failed: list[str] = []
        self.not_ready = 0

    async def ask(self, path: str) -> None:
        """Ask over a kept connection, opening a new one where the server closed the last after an answer."""
        host, _, port = self.url.removeprefix("http://").partition(":")
        request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        while True:
            try:
                reader, writer = await asyncio.open_connection(host, int(port))
            except OSError:
                return  # The listener is closed: nothing was accepted.
            try:
                while await self._once(reader, writer, request):
                    pass
            finally:
                writer.close()

    async def _once(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bool:
        """One request and its answer; whether the connection can be used again."""
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
        except (OSError, asyncio.IncompleteReadError) as error:
            self.failed.append(repr(error))
            return False
        if b" 200 " in head.split(b"\r\n")[0]:
            self.answered += 1
        elif b" 503 " in head.split(b"\r\n")[0] and b"/readyz" in request:
            self.not_ready += 1
        else:
            self.failed.append(head.decode())
        return b"connection: close" not in head.lower()


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_sigterm_under_load_fails_no_request(database_url: str, workers: str) -> None:
    port = free_port()
    with broadsheet(
        "serve",
        database_url=database_url,
        port=str(port),
        drain_seconds="1",
        workers=workers,
        log_level="error",
        budget_address=str(PLENTY),
    ) as process:
        url = f"http://127.0.0.1:{port}"
        await answers(url + "/readyz")
        crowd = Crowd(url)
        query = "/graphql?query={articles{totalCount}}"
        # A client that stands still for long between two requests is one that is silent.
        with uncollected():
            asking = [asyncio.create_task(crowd.ask(path)) for path in (query, query, query, "/livez", "/readyz", "/")]
            async with asyncio.timeout(20):
                while crowd.answered < 100:  # the clients count, there is no event to wait for
                    await asyncio.sleep(0.01)
                process.send_signal(signal.SIGTERM)
                await asyncio.gather(*asking)
                status = await asyncio.to_thread(process.wait)
    assert crowd.failed == []
    assert crowd.not_ready > 0
    assert status == 0


async def test_a_request_in_flight_is_finished(database_url: str) -> None:
    port = free_port()
    with broadsheet("serve", database_url=database_url, port=str(port), drain_seconds="0") as process:
        await answers(f"http://127.0.0.1:{port}/readyz")
        async with Raw(f"http://127.0.0.1:{port}") as raw:
            body = b'{"query":"{__typename}"}'
            await raw.send(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body[:10])
            # The server has the head once it has answered what came after it on another connection.
            await answers(f"http://127.0.0.1:{port}/livez")
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(5):
                while True:
                    try:
                        _, writer = await asyncio.open_connection("127.0.0.1", port)
                        writer.close()
                    except OSError:
                        break
                    await asyncio.sleep(0.01)
            await raw.send(body[10:])
            answer = await raw.rest()
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.endswith(b'{"data":{"__typename":"Query"}}')
        assert b"connection: close" in answer.lower()
        assert await asyncio.to_thread(process.wait, 10) == 0


async def test_ctrl_c_is_quick(database_url: str) -> None:
    port = free_port()
    with broadsheet("serve", database_url=database_url, port=str(port), drain_seconds="30") as process:
        await answers(f"http://127.0.0.1:{port}/readyz")
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert await asyncio.to_thread(process.wait, 10) == 0
        assert time.monotonic() - began < 3


async def test_a_dead_server_process_is_replaced(database_url: str) -> None:
    port = free_port()
    with broadsheet("serve", database_url=database_url, port=str(port), workers="2", drain_seconds="0") as process:
        url = f"http://127.0.0.1:{port}"
        await answers(url + "/readyz")
        await until(lambda: len(children_of(process.pid)) == 2)
        first, second = children_of(process.pid)
        os.kill(first, signal.SIGKILL)
        await until(lambda: len(children_of(process.pid) - {first}) == 2)
        assert second in children_of(process.pid)
        await answers(url + "/readyz")
        members = children_of(process.pid)
        process.terminate()
        assert await asyncio.to_thread(process.wait, 15) == 0
        assert not any(is_alive(member) for member in members)
