"""Connections: slow clients, odd requests, and requests that come together, in parts or not to their end."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

import httpx2
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from api.cycle import CYCLE
from api.health import Lifecycle
from api.serve import server as configured
from api.settings import Settings
from tests.api.raw import HEAD, Raw, answer_to, post
from tests.services import answers, broadsheet, free_port

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


async def bodies_of_two(server: str, asked: bytes, cut: int) -> list[bytes]:
    """What answers two requests that come in two parts."""
    async with Raw(server) as raw:
        await raw.send(asked[:cut])
        # The server has read the first part, since it has answered another client after it came.
        async with Raw(server) as other:
            await other.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            await answer_to(other)
        await raw.send(asked[cut:])
        return [(await answer_to(raw)).body for _ in range(2)]


async def test_a_request_means_the_same_wherever_it_is_cut(server: str) -> None:
    asked = post("{__typename}") + post("{b:__typename}")
    for cut in range(1, len(asked), 7):
        bodies = await bodies_of_two(server, asked, cut)
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


@pytest.mark.parametrize(
    "line",
    [
        b"GET /graphql?query={__typename} HTTP/1.0",
        b"GET /livez HTTP/1.0",
        b"GET /livez HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: h2c",
    ],
)
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


CHUNKED = b'Transfer-Encoding: chunked\r\n\r\n18\r\n{"query":"{__typename}"}\r\n0\r\n'


async def test_what_comes_behind_a_body_is_no_header(server: str) -> None:
    async with Raw(server) as raw:
        await raw.send(HEAD + CHUNKED + b"X-Request-Id: behind\r\nContent-Encoding: gzip\r\n\r\n")
        answer = await answer_to(raw)
        assert (answer.status, answer.body) == (200, b'{"data":{"__typename":"Query"}}')
        assert answer.headers["x-request-id"] != "behind"


async def test_what_comes_behind_a_body_is_bounded(server: str) -> None:
    async with Raw(server) as raw:
        await raw.send(HEAD + CHUNKED)
        for _ in range(20):
            await raw.send(b"X-A: " + b"b" * 1000 + b"\r\n")
        assert (await raw.rest()).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("upgrade", [b"h2c", b"websocket"])
async def test_who_asks_for_another_protocol_is_answered_in_this_one(server: str, upgrade: bytes) -> None:
    """Body and next request are what they would be without the question, wherever they are cut."""
    lines = b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: " + upgrade, b"HTTP2-Settings: AAMAAABkAAQAAP__"
    asked = post("{__typename}", *lines) + post("{b:__typename}")
    for cut in (len(asked), *range(40, len(asked), 23)):
        bodies = await bodies_of_two(server, asked, cut)
        assert bodies == [b'{"data":{"__typename":"Query"}}', b'{"data":{"b":"Query"}}'], cut


@pytest.mark.parametrize(
    ("next_", "status"),
    [
        (b"\0\0\0\r\n", b"400"),
        (b"GET /livez HTTP/1.1\r\nX-A: " + b"b" * 20_000, b"431"),
        (b"GET /livez HT", b"408"),
        (HEAD + b"Content-Length: 10\r\n\r\n{", b"408"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
    ],
    ids=["nonsense", "a long head", "half a head", "half a body", "nonsense for a body"],
)
async def test_a_refusal_waits_for_the_answers_before_it(server: str, next_: bytes, status: bytes) -> None:
    async with Raw(server) as raw:
        await raw.send(post("{__typename}") + next_)
        assert (await answer_to(raw)).body == b'{"data":{"__typename":"Query"}}'
        assert (await raw.rest()).startswith(b"HTTP/1.1 %b " % status)


async def test_who_sends_no_more_is_answered(server: str) -> None:
    """All that was asked for whole, and not what was broken off."""
    for asked in (
        post("{__typename}"),
        post("{__typename}") * 3,
        post("{__typename}") * 2 + post("{a:__typename}")[:-5],
    ):
        async with Raw(server) as raw:
            await raw.send(asked)
            raw.writer.write_eof()
            answer = await raw.rest()
        assert answer.count(b'{"data":{"__typename":"Query"}}') == asked.count(b"{__typename}")
        assert answer.count(b"HTTP/1.1 200 ") == asked.count(b"{__typename}")


async def test_who_asks_for_a_head_and_sends_no_more_gets_it(server: str) -> None:
    async with Raw(server) as raw:
        await raw.send(b"HEAD /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        raw.writer.write_eof()
        assert (await raw.rest()).startswith(b"HTTP/1.1 200 ")


async def test_clients_that_leave_are_no_errors() -> None:
    port = free_port()
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    with broadsheet("serve", database_url=nowhere, port=str(port), log_level="error", drain_seconds="0") as process:
        url = f"http://127.0.0.1:{port}"
        await answers(url + "/livez")
        for asked in (
            post("{__typename}") * 5,
            post("{articles{totalCount}}") * 3,
            b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n" * 3,
            HEAD + b"Content-Length: 100\r\n\r\n{",
            HEAD + b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n",
        ):
            for _ in range(5):
                async with Raw(url) as raw:
                    await raw.send(asked)
                    raw.writer.transport.abort()
        # They are all seen before this one, and the server ends only when nothing is being answered.
        await answers(url + "/livez")
        process.terminate()
        _, said = await asyncio.to_thread(process.communicate)
    assert said == b""


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[tuple[ServerState, Connection]]:
    """An application that is served in this loop: what its server knows, and a connection to it."""
    serving = configured(app, Settings(), Lifecycle())
    serving.config.load()
    protocol = partial(cast(Any, serving.config.http_protocol_class), serving.config, serving.server_state, {})
    async with await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0) as listening:
        reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
        yield serving.server_state, (reader, writer)
        writer.close()


async def say(send: Send) -> None:
    """Answer with a dot."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
    await send({"type": "http.response.body", "body": b"."})


async def test_one_task_answers_a_connection_and_ends_with_it() -> None:
    seen = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        seen.append(asyncio.current_task())
        await say(send)

    async with asyncio.timeout(10), served(app) as (state, (reader, writer)):
        for asked in (ASK, ASK * 2, ASK):
            writer.write(asked)
            for _ in range(asked.count(ASK)):
                await reader.readuntil(b"\r\n\r\n.")
        (task,) = state.tasks
        assert seen == [task] * 4
        writer.close()
        while state.tasks:
            await asyncio.sleep(0)
        assert task.done()


async def test_many_requests_at_once_leave_others_their_turn() -> None:
    """Though none of them waits for anything."""
    answered, together = 0, []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        nonlocal answered
        answered += 1
        await say(send)

    async with asyncio.timeout(10), served(app) as (_, (_reader, writer)):
        writer.write(ASK * 100)
        while answered < 100:
            before = answered
            await asyncio.sleep(0)
            together.append(answered - before)
    assert max(together) == 1


async def test_many_at_once_that_ask_for_another_protocol_are_all_answered() -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await say(send)

    async with asyncio.timeout(10), served(app) as (_, (reader, writer)):
        writer.write(ASK.replace(b"\r\n\r\n", b"\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n") * 900)
        for _ in range(900):
            await reader.readuntil(b"\r\n\r\n.")


async def test_a_request_is_taken_up_though_its_client_has_left() -> None:
    """As it would be had it come alone: it is logged."""
    messages = []
    answered, gone = asyncio.Event(), asyncio.Event()

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        messages.append(await receive())
        if not answered.is_set():
            await say(send)
            answered.set()
            await gone.wait()

    async with asyncio.timeout(10), served(app) as (state, (_, writer)):
        writer.write(ASK * 2)
        await answered.wait()
        writer.transport.abort()
        while state.connections:
            await asyncio.sleep(0)
        gone.set()
        while state.tasks:
            await asyncio.sleep(0)
    assert messages == [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]


@pytest.mark.parametrize("when", ["before its first step", "while it answers", "while it waits"])
async def test_a_connection_whose_task_is_cancelled_is_closed(when: str) -> None:
    answering = asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        answering.set()
        if when == "while it answers":
            await asyncio.Event().wait()
        await say(send)

    async with asyncio.timeout(10), served(app) as (state, (reader, writer)):
        writer.write(ASK)
        if when == "while it waits":
            await reader.readuntil(b"\r\n\r\n.")
        elif when == "while it answers":
            await answering.wait()
        while not state.tasks:
            await asyncio.sleep(0)
        (task,) = state.tasks
        assert answering.is_set() is (when != "before its first step")
        task.cancel()
        assert (await reader.read())[:13] == (b"HTTP/1.1 500 " if when == "while it answers" else b"")
        while state.tasks:
            await asyncio.sleep(0)
        assert task.done()


@pytest.mark.parametrize("asked", [ASK, ASK * 2], ids=["amid an answer", "before one"])
async def test_a_cancelled_task_waits_for_nobody_who_does_not_read(asked: bytes) -> None:
    begun = 0

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        nonlocal begun
        begun += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(10_000_000), "more_body": asked == ASK})
        if asked == ASK:
            await send({"type": "http.response.body"})

    # Less than for what a client that reads nothing is given.
    async with asyncio.timeout(10), served(app) as (state, (_, writer)):
        writer.write(asked)
        while begun < asked.count(ASK):
            await asyncio.sleep(0)
        (task,) = state.tasks
        task.cancel()
        while state.tasks:
            await asyncio.sleep(0)


async def test_a_scope_says_what_came_and_where() -> None:
    seen: list[dict[str, object]] = []

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        seen.append(dict(scope))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async with served(app) as (_, (reader, writer)):
        here, there = writer.get_extra_info("sockname"), writer.get_extra_info("peername")
        writer.write(b"GET /a%20b?c=%20 HTTP/1.1\r\nHost: one\r\n\r\nPUT /d HTTP/1.0\r\nX-Two: 2\r\n\r\n")
        await reader.read()
    same = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "server": there,
        "client": here,
        "scheme": "http",
        "root_path": "",
        "state": {},
    }
    first = {"http_version": "1.1", "method": "GET", "path": "/a b", "raw_path": b"/a%20b", "query_string": b"c=%20"}
    second = {"http_version": "1.0", "method": "PUT", "path": "/d", "raw_path": b"/d", "query_string": b""}
    for scope in seen:
        del scope[CYCLE]
    assert seen == [
        {**same, **first, "headers": [(b"host", b"one")]},
        {**same, **second, "headers": [(b"x-two", b"2")]},
    ]
