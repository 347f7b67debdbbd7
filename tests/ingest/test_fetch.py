"""The fetcher against a server that does everything servers do: every outcome by name, and no connection to what is
refused."""

import asyncio
import gzip
import os
import ssl
import sys
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import brotli
import pytest
import trustme

from ingest.address import Dialling, Refusal
from ingest.fetch import Fetcher, Limits, user_agent
from ingest.outcome import (
    Failed,
    Failure,
    Fetched,
    Gone,
    Hints,
    Moved,
    NotModified,
    Outcome,
    Refused,
    Validators,
)
from tests.ingest.server import (
    BOMB,
    FEED,
    Names,
    Network,
    Server,
    chunked,
    for_ever,
    gzip_bomb,
    head,
    longest_turn,
    made,
    redirect,
    serving,
    then_silence,
)

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = "Mon, 02 Mar 2026 14:00:00 GMT"
# Only the test's own server may be dialled: its neighbours on 127.0.0.2 and up are as private as any other.
OURS = Dialling((ip_network("127.0.0.1/32"),))
SHORT = Limits(seconds=0.3)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as running:
        yield running


@asynccontextmanager
async def fetching(
    limits: Limits = Limits(seconds=5),
    names: Names | None = None,
    network: Network | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Fetcher]:
    agent = user_agent("0.1", "https://broadsheet.example/about")
    tls = tls or ssl.create_default_context()
    async with Fetcher(
        agent, dialling=OURS, limits=limits, resolve=names or Names(), network=network, tls=tls
    ) as fetcher:
        yield fetcher


async def fetched(url: str, limits: Limits = Limits(seconds=5), known: Validators = Validators()) -> Outcome:
    async with fetching(limits) as fetcher:
        return await fetcher.feed(url, now=NOW, known=known)


async def test_a_feed_is_fetched(server: Server) -> None:
    server.answers["/feed?a=1&b=%C3%A9"] = made(
        body=FEED, Content_Type="application/rss+xml; charset=ISO-8859-1", ETag='W/"x"', Last_Modified="yesterday",
        Cache_Control="public, max-age=600", Expires=LATER, Date="Mon, 02 Mar 2026 13:00:00 GMT", Set_Cookie="a=b",
    )  # fmt: skip
    assert await fetched(server.url("/feed?a=1&b=é")) == Fetched(
        url=server.url("/feed?a=1&b=%C3%A9"),
        body=FEED,
        media_type="application/rss+xml",
        charset="iso-8859-1",
        validators=Validators('W/"x"', "yesterday", server.url("/feed?a=1&b=%C3%A9")),
        hints=Hints(max_age=timedelta(minutes=10), expires_in=timedelta(hours=1)),
    )
    [request] = server.requests
    assert request.headers.pop("accept").startswith("application/atom+xml")
    assert request.headers == {
        "host": f"feeds.example:{server.port}",
        "user-agent": "Broadsheet/0.1 (+https://broadsheet.example/about)",
        "accept-encoding": "gzip, deflate, br, zstd",
        "connection": "close",
    }


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        (None, "Broadsheet/0.1"),
        ("", "Broadsheet/0.1"),
        ("desk@harbour.example", "Broadsheet/0.1 (+desk@harbour.example)"),
        ("a)\r\nX-Evil: (1", "Broadsheet/0.1 (+aX-Evil:1)"),
    ],
)
def test_the_user_agent_has_a_contact(contact: str | None, agent: str) -> None:
    assert user_agent("0.1", contact) == agent


async def test_a_wrong_charset_is_passed_on_as_a_hint(server: Server) -> None:
    body = "<rss><channel><title>東京湾新聞</title></channel></rss>".encode("shift_jis")
    server.answers["/"] = made(body=body, Content_Type='text/xml; charset="UTF-8"')
    outcome = await fetched(server.url("/"))
    assert isinstance(outcome, Fetched)
    assert (outcome.body, outcome.charset) == (body, "utf-8")


LONG = FEED + bytes(range(256)) * 2000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(LONG)),
        ("x-gzip", gzip.compress(LONG[:50_000]) + gzip.compress(LONG[50_000:]) + b"\x00" * 100),
        ("deflate", zlib.compress(LONG)),
        ("deflate", zlib.compress(LONG)[2:-4]),
        ("br", brotli.compress(LONG)),
        ("zstd", zstd.compress(LONG)),
        ("zstd", zstd.compress(LONG[:50_000]) + zstd.compress(LONG[50_000:])),
        ("gzip, br", brotli.compress(gzip.compress(LONG))),
        ("identity", LONG),
    ],
    ids=["gzip", "gzip members", "zlib", "bare deflate", "br", "zstd", "zstd frames", "gzip in br", "identity"],
)
async def test_encodings_are_undone(server: Server, encoding: str, body: bytes) -> None:
    server.answers["/"] = made(body=body, Content_Encoding=encoding)
    server.answers["/chunked"] = head(Content_Encoding=encoding, Transfer_Encoding="chunked") + chunked(
        *(body[i : i + 1000] for i in range(0, len(body), 1000))
    )
    for path in ("/", "/chunked"):
        outcome = await fetched(server.url(path))
        assert isinstance(outcome, Fetched)
        assert outcome.body == LONG


async def test_a_body_may_end_with_the_connection(server: Server) -> None:
    server.answers["/"] = head() + FEED
    outcome = await fetched(server.url("/"))
    assert isinstance(outcome, Fetched)
    assert outcome.body == FEED


async def test_what_did_not_change_is_not_sent_again(server: Server) -> None:
    server.answers["/"] = made(304, Last_Modified="today")
    url = server.url("/")
    known = Validators('"x"', "yesterday", url)
    # A new Last-Modified counts even so.
    assert await fetched(url, known=known) == NotModified(url, Validators('"x"', "today", url))
    assert server.requests[0].headers["if-none-match"] == '"x"'
    assert server.requests[0].headers["if-modified-since"] == "yesterday"
    server.answers["/"] = made(304, ETag='"y"', Expires="0")
    assert await fetched(url, known=known) == NotModified(url, Validators())


async def test_validators_count_for_nothing_where_expires_is_0(server: Server) -> None:
    server.answers["/"] = made(body=FEED, ETag='"x"', Last_Modified="today", Expires="0")
    assert await fetched(server.url("/")) == Fetched(server.url("/"), FEED)


async def test_validators_that_would_break_a_head_are_left_out(server: Server) -> None:
    server.answers["/"] = made(body=FEED, ETag='"' + "x" * 5000 + '"')
    outcome = await fetched(server.url("/"), known=Validators('"x\r\nX-Evil: 1"', "naïve", server.url("/")))
    assert isinstance(outcome, Fetched)
    assert outcome.validators == Validators()
    assert "if-none-match" not in server.requests[0].headers
    assert "x-evil" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("status", "headers", "kind", "wait"),
    [
        (429, {"Retry-After": "120"}, Failure.BUSY, 120),
        (429, {"Retry-After": LATER}, Failure.BUSY, 7200),
        (503, {"Retry-After": LATER, "Date": "Mon, 02 Mar 2026 13:59:30 GMT"}, Failure.BUSY, 30),
        (503, {"Retry-After": "Mon, 02 Mar 2020 14:00:00 GMT"}, Failure.BUSY, None),
        (503, {"Retry-After": "soon"}, Failure.BUSY, None),
        (429, {"Retry-After": "99999999999999"}, Failure.BUSY, 9_999_999_999),
        (401, {}, Failure.FORBIDDEN, None),
        (403, {}, Failure.FORBIDDEN, None),
        (403, {"Server": "cloudflare"}, Failure.FORBIDDEN, None),
        (403, {"Server": "cloudflare", "cf-mitigated": "challenge"}, Failure.CHALLENGED, None),
        (404, {}, Failure.NOT_FOUND, None),
        (418, {}, Failure.STATUS, None),
        (204, {}, Failure.STATUS, None),
        (304, {}, Failure.STATUS, None),
        (500, {}, Failure.SERVER, None),
        (522, {}, Failure.SERVER, None),
    ],
)
async def test_refusals_have_names(
    server: Server, status: int, headers: dict[str, str], kind: Failure, wait: int | None
) -> None:
    server.answers["/"] = made(status, body=b"", **headers)
    outcome = await fetched(server.url("/"))
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.status) == (kind, status)
    assert outcome.retry_after == (None if wait is None else timedelta(seconds=wait))
    assert str(status) in outcome.message


@pytest.mark.parametrize("encoding", ["", "gzip"])
async def test_a_challenge_is_known_by_its_page(server: Server, encoding: str) -> None:
    page = (
        b"<html><title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/x.js></script>" + b" " * 90_000
    )
    server.answers["/"] = made(
        503, body=gzip.compress(page) if encoding else page, Server="cloudflare", Content_Encoding=encoding
    )
    outcome = await fetched(server.url("/"))
    assert isinstance(outcome, Failed)
    assert outcome.kind is Failure.CHALLENGED


async def test_410_ends_a_feed_unless_only_a_temporary_way_led_there(server: Server) -> None:
    server.answers["/gone"] = made(410)
    server.answers["/for-good"] = redirect(301, "/gone")
    server.answers["/for-now"] = redirect(302, "/gone")
    assert await fetched(server.url("/gone")) == Gone(server.url("/gone"))
    assert await fetched(server.url("/for-good")) == Gone(server.url("/gone"))
    outcome = await fetched(server.url("/for-now"))
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.status) == (Failure.NOT_FOUND, 410)


@pytest.mark.parametrize(
    ("way", "moved_to"),
    [
        ([301], 1),
        ([308], 1),
        ([302], None),
        ([303], None),
        ([307], None),
        ([301, 308, 301, 308, 301], 5),
        ([301, 302], 1),
        ([302, 301], None),
        ([308, 307, 301], 1),
    ],
)
async def test_a_feed_moves_as_far_as_the_way_is_permanent(
    server: Server, way: list[int], moved_to: int | None
) -> None:
    for number, status in enumerate(way):
        server.answers[f"/{number}"] = redirect(status, f"/{number + 1}")
    server.answers[f"/{len(way)}"] = made(body=FEED)
    outcome = await fetched(server.url("/0"))
    found = Fetched(server.url(f"/{len(way)}"), FEED)
    assert outcome == (found if moved_to is None else Moved(server.url(f"/{moved_to}"), found))
    assert not any("cookie" in request.headers for request in server.requests)


async def test_a_moved_feed_may_be_unchanged(server: Server) -> None:
    server.answers["/old"] = redirect(301, server.url("/new", "other.example"))
    server.answers["/new"] = made(304)
    new = server.url("/new", "other.example")
    known = Validators('"x"', url=new)
    assert await fetched(server.url("/old"), known=known) == Moved(new, NotModified(new, known))
    assert server.requests[1].headers["host"] == f"other.example:{server.port}"


@pytest.mark.parametrize("status", [301, 302])
async def test_another_address_is_not_asked_whether_it_is_unchanged(server: Server, status: int) -> None:
    server.answers["/feed"] = redirect(status, server.url("/parked", "other.example"))
    # Whoever is there now would say so to anything.
    server.answers["/parked"] = made(304)
    outcome = await fetched(server.url("/feed"), known=Validators('"x"', "yesterday", server.url("/feed")))
    assert isinstance(outcome, Failed)
    conditions = [name for request in server.requests for name in request.headers if name.startswith("if-")]
    assert conditions == ["if-none-match", "if-modified-since"]


async def test_locations_are_read_as_browsers_do(server: Server) -> None:
    server.answers["/a/b"] = redirect(302, "../ä ö?q=ü#part")
    server.answers["/%C3%A4%20%C3%B6?q=%C3%BC"] = made(body=FEED)
    assert await fetched(server.url("/a/b")) == Fetched(server.url("/%C3%A4%20%C3%B6?q=%C3%BC"), FEED)


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({"/0": redirect(302, "/0")}, 1),
        ({"/0": redirect(302, "/1"), "/1": redirect(301, "/0#x")}, 2),
        ({f"/{n}": redirect(302, f"/{n + 1}") for n in range(20)}, 6),
        ({"/0": made(302)}, 1),
    ],
    ids=["to itself", "in a circle", "too many", "to nowhere"],
)
async def test_redirects_that_lead_nowhere(server: Server, answers: dict[str, bytes], asked: int) -> None:
    server.answers.update(answers)
    outcome = await fetched(server.url("/0"))
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.status) == (Failure.REDIRECTS, 302 if asked != 2 else 301)
    assert server.connections == asked


# Each stops as named, within its limits, and lets the event loop go on meanwhile.
TROUBLE: dict[str, tuple[Any, Limits, Failure]] = {
    "silence": (then_silence(b""), SHORT, Failure.TOO_SLOW),
    "slow head": (then_silence(b"HTTP/1.1 200 OK\r\nConte"), SHORT, Failure.TOO_SLOW),
    "dripping head": (for_ever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.02), SHORT, Failure.TOO_SLOW),
    "endless head": (for_ever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000), Limits(seconds=5), Failure.BAD_RESPONSE),
    "interim answers": (for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000), SHORT, Failure.TOO_SLOW),
    "slow body": (then_silence(head(Content_Length="100") + b"<rss>"), SHORT, Failure.TOO_SLOW),
    "dripping body": (for_ever(head(), b"<", 0.02), SHORT, Failure.TOO_SLOW),
    "dripping chunks": (for_ever(head(Transfer_Encoding="chunked"), b"1\r\n<\r\n", 0.02), SHORT, Failure.TOO_SLOW),
    "endless body": (for_ever(head(), bytes(500_000)), Limits(seconds=10), Failure.TOO_LARGE),
    "storm of chunks": (
        for_ever(head(Transfer_Encoding="chunked"), b"1\r\n<\r\n" * 50_000), Limits(seconds=1), Failure.TOO_SLOW,
    ),
    "announced too large": (head(Content_Length=str(20 * 1024 * 1024)), Limits(seconds=5), Failure.TOO_LARGE),
    "truncated": (head(Content_Length="1000") + FEED, Limits(seconds=5), Failure.TRUNCATED),
    "truncated chunk": (head(Transfer_Encoding="chunked") + b"ff\r\n<rss>", Limits(seconds=5), Failure.TRUNCATED),
    "missing last chunk": (
        head(Transfer_Encoding="chunked") + chunked(FEED, end=False), Limits(seconds=5), Failure.TRUNCATED,
    ),
    "truncated gzip": (
        made(body=gzip.compress(LONG)[:-20], Content_Encoding="gzip"), Limits(seconds=5), Failure.TRUNCATED,
    ),
    "truncated br": (made(body=brotli.compress(LONG)[:-9], Content_Encoding="br"), Limits(), Failure.TRUNCATED),
    "truncated zstd": (made(body=zstd.compress(LONG)[:-9], Content_Encoding="zstd"), Limits(), Failure.TRUNCATED),
    "truncated head": (b"HTTP/1.1 200 OK\r\nContent-", Limits(seconds=5), Failure.TRUNCATED),
    "no answer": (b"", Limits(seconds=5), Failure.UNREACHABLE),
    "no HTTP": (b"220 mail.harbour.example ESMTP\r\n\r\n", Limits(seconds=5), Failure.BAD_RESPONSE),
    "bad chunk": (head(Transfer_Encoding="chunked") + b"zz\r\n<rss>", Limits(seconds=5), Failure.BAD_RESPONSE),
    "no gzip": (made(body=FEED, Content_Encoding="gzip"), Limits(seconds=5), Failure.BAD_ENCODING),
    "no br": (made(body=FEED, Content_Encoding="br"), Limits(seconds=5), Failure.BAD_ENCODING),
    "no zstd": (made(body=FEED, Content_Encoding="zstd"), Limits(seconds=5), Failure.BAD_ENCODING),
    "unknown encoding": (made(body=FEED, Content_Encoding="lzma"), Limits(seconds=5), Failure.BAD_ENCODING),
    "thrice packed": (made(body=FEED, Content_Encoding="gzip,gzip,gzip"), Limits(seconds=5), Failure.BAD_ENCODING),
    "a large zstd window": (
        made(
            body=zstd.compress(bytes(40_000_000), options={zstd.CompressionParameter.window_log: 25}),
            Content_Encoding="zstd",
        ),
        Limits(seconds=5),
        Failure.BAD_ENCODING,
    ),
    "gzip bomb": (made(body=gzip_bomb(), Content_Encoding="gzip"), Limits(), Failure.TOO_LARGE),
    "br bomb": (made(body=brotli.compress(bytes(BOMB), quality=1), Content_Encoding="br"), Limits(), Failure.TOO_LARGE),
    "zstd bomb": (made(body=zstd.compress(bytes(BOMB)), Content_Encoding="zstd"), Limits(), Failure.TOO_LARGE),
    "bomb in a bomb": (
        made(body=gzip.compress(gzip_bomb()), Content_Encoding="gzip, gzip"), Limits(), Failure.TOO_LARGE,
    ),
    "empty members": (
        made(body=gzip.compress(b"") * 50_000, Content_Encoding="gzip"), Limits(), Failure.BAD_ENCODING,
    ),
    "empty frames": (
        made(body=zstd.compress(b"") * 50_000, Content_Encoding="zstd"), Limits(), Failure.BAD_ENCODING,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TROUBLE)
async def test_trouble_is_stopped_and_named(server: Server, name: str) -> None:
    server.answers["/"], limits, kind = TROUBLE[name]
    loop = asyncio.get_running_loop()
    async with fetching(limits) as fetcher:
        began = loop.time()
        async with longest_turn() as longest:
            outcome = await fetcher.feed(server.url("/"), now=NOW)
        took = loop.time() - began
    assert isinstance(outcome, Failed)
    assert outcome.kind is kind, outcome
    assert took < limits.seconds + 1
    assert longest[0] < 0.05


@pytest.mark.parametrize(
    "name", ["gzip bomb", "br bomb", "zstd bomb", "empty frames", "interim answers", "storm of chunks"]
)
async def test_trouble_from_everywhere_at_once_leaves_the_event_loop_free(server: Server, name: str) -> None:
    server.answers["/"], limits, kind = TROUBLE[name]
    async with fetching(limits) as fetcher, longest_turn() as longest:
        urls = [server.url("/", f"n{number}.example") for number in range(limits.at_once)]
        outcomes = await asyncio.gather(*(fetcher.feed(url, now=NOW) for url in urls))
    assert server.most_at_once == limits.at_once
    assert {outcome.kind for outcome in outcomes if isinstance(outcome, Failed)} == {kind}
    assert longest[0] < 0.05


async def test_a_bomb_is_unpacked_no_further_than_the_limit(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    made_of_it = 0

    def counting(real: Callable[..., Any]) -> Callable[..., Any]:
        def pieces(self: Any, data: bytes) -> Any:
            nonlocal made_of_it
            for piece in real(self, data):
                made_of_it += len(piece)
                yield piece

        return pieces

    from ingest.unpack import Unpacker

    monkeypatch.setattr(Unpacker, "pieces", counting(Unpacker.pieces))
    server.answers["/"] = made(body=gzip_bomb(), Content_Encoding="gzip")
    limits = Limits(max_bytes=1_000_000)
    outcome = await fetched(server.url("/"), limits)
    assert isinstance(outcome, Failed)
    assert limits.max_bytes < made_of_it <= limits.max_bytes + 64 * 1024


async def test_a_body_at_the_limit_is_taken(server: Server) -> None:
    limits = Limits(max_bytes=len(LONG), seconds=5)
    server.answers["/"] = made(body=gzip.compress(LONG), Content_Encoding="gzip")
    assert isinstance(await fetched(server.url("/"), limits), Fetched)
    server.answers["/"] = made(body=gzip.compress(LONG + b"x"), Content_Encoding="gzip")
    assert isinstance(await fetched(server.url("/"), limits), Failed)


async def test_the_time_is_for_the_whole_way(server: Server) -> None:
    async def slow_redirect(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.12)
        writer.write(redirect(302, f"/{len(server.requests)}"))

    for number in range(10):
        server.answers[f"/{number}"] = slow_redirect
    outcome = await fetched(server.url("/0"), SHORT)
    assert isinstance(outcome, Failed)
    assert outcome.kind is Failure.TOO_SLOW
    # Three at best; fewer on a machine with much to do.
    assert server.connections <= 3


async def test_servers_that_are_not_there(server: Server) -> None:
    async with serving() as closed:
        nobody = closed.port
    outcome = await fetched(f"http://feeds.example:{nobody}/")
    assert isinstance(outcome, Failed)
    assert outcome.kind is Failure.UNREACHABLE
    outcome = await fetched("http://feeds.invalid/")
    assert outcome == Failed("http://feeds.invalid/", Failure.DNS, "feeds.invalid: Name or service not known")


async def test_a_name_that_resolves_to_nothing_fails() -> None:
    async with fetching(names=Names(feeds=[[]])) as fetcher:
        outcome = await fetcher.feed("http://feeds.example/", now=NOW)
    assert isinstance(outcome, Failed)
    assert outcome.kind is Failure.DNS


async def test_the_next_address_is_tried_when_one_is_dead(server: Server) -> None:
    # Of two addresses that may be dialled the first has nobody listening.
    both = Dialling((ip_network("127.0.0.0/8"),))
    network = Network()
    names = Names(feeds=[["127.0.0.9", "127.0.0.1"]])
    server.answers["/"] = made(body=FEED)
    async with Fetcher("Broadsheet/0.1", dialling=both, resolve=names, network=network) as fetcher:
        assert await fetcher.feed(server.url("/"), now=NOW) == Fetched(server.url("/"), FEED)
    assert network.dialled == ["127.0.0.9", "127.0.0.1"]


# With {port} the port on which somebody listens on 127.0.0.2 and [::1].
FORBIDDEN: list[tuple[str, Refusal]] = [
    ("http://127.0.0.2:{port}/", Refusal.NETWORK),
    ("http://inside.example:{port}/", Refusal.NETWORK),
    ("http://mixed.example:{port}/", Refusal.NETWORK),
    ("http://mapped.example:{port}/", Refusal.NETWORK),
    ("http://0177.0.0.2:{port}/", Refusal.ODD_NUMBER),
    ("http://0x7f.0.0.2:{port}/", Refusal.ODD_NUMBER),
    ("http://0x7f000002:{port}/", Refusal.ODD_NUMBER),
    ("http://2130706434:{port}/", Refusal.ODD_NUMBER),
    ("http://017700000002:{port}/", Refusal.ODD_NUMBER),
    ("http://127.2:{port}/", Refusal.ODD_NUMBER),
    ("http://127.0.2:{port}/", Refusal.ODD_NUMBER),
    ("http://127.0.0.2.:{port}/", Refusal.NETWORK),
    ("http://127.0.0.0002:{port}/", Refusal.ODD_NUMBER),
    ("http://１２７.０.０.２:{port}/", Refusal.NETWORK),
    ("http://127。0。0。2:{port}/", Refusal.NETWORK),
    ("http://127%2e0%2e0%2e2:{port}/", Refusal.MALFORMED),
    ("http://%31%32%37.0.0.2:{port}/", Refusal.MALFORMED),
    ("http://[::1]:{port}/", Refusal.NETWORK),
    ("http://[0:0:0:0:0:0:0:1]:{port}/", Refusal.NETWORK),
    ("http://[::ffff:127.0.0.2]:{port}/", Refusal.NETWORK),
    ("http://[::ffff:7f00:2]:{port}/", Refusal.NETWORK),
    ("http://[::127.0.0.2]:{port}/", Refusal.NETWORK),
    ("http://[64:ff9b::7f00:2]:{port}/", Refusal.NETWORK),
    ("http://[64:ff9b:1::7f00:2]:{port}/", Refusal.NETWORK),
    ("http://[2002:7f00:2::]:{port}/", Refusal.NETWORK),
    ("http://[fe80::1%25lo]:{port}/", Refusal.MALFORMED),
    ("http://[::1%25lo]:{port}/", Refusal.MALFORMED),
    ("http://feeds.example@127.0.0.2:{port}/", Refusal.USERINFO),
    ("http://feeds.example:80@127.0.0.2:{port}/", Refusal.USERINFO),
    ("http://feeds.example%40127.0.0.2:{port}/", Refusal.MALFORMED),
    ("http://127.0.0.2:{port}\\@feeds.example/", Refusal.NETWORK),
    ("http://127.0.0.2:{port}#@feeds.example/", Refusal.NETWORK),
    ("http:\\\\127.0.0.2:{port}/", Refusal.NETWORK),
    ("http://127.0.0.2 feeds.example:{port}/", Refusal.MALFORMED),
    ("ht\ttp://127.0.0.2:{port}/", Refusal.NETWORK),
    ("http://localhost:{port}/", Refusal.NETWORK),
    ("http://0:{port}/", Refusal.ODD_NUMBER),
    ("http://0.0.0.0:{port}/", Refusal.NETWORK),
    ("http://10.1.2.3:{port}/", Refusal.NETWORK),
    ("http://172.31.0.1:{port}/", Refusal.NETWORK),
    ("http://192.168.1.1:{port}/", Refusal.NETWORK),
    ("http://169.254.169.254:{port}/latest/meta-data/", Refusal.NETWORK),
    ("http://100.64.0.1:{port}/", Refusal.NETWORK),
    ("http://224.0.0.1:{port}/", Refusal.NETWORK),
    ("http://255.255.255.255:{port}/", Refusal.NETWORK),
    ("http://[fd00::1]:{port}/", Refusal.NETWORK),
    ("http://[ff02::1]:{port}/", Refusal.NETWORK),
    ("http://feeds.example:22/", Refusal.PORT),
    ("http://feeds.example:0/", Refusal.PORT),
    ("http://feeds.example:99999/", Refusal.PORT),
    ("http://feeds.example:6667/", Refusal.PORT),
    ("ftp://feeds.example/", Refusal.SCHEME),
    ("file:///etc/passwd", Refusal.SCHEME),
    ("gopher://127.0.0.2:{port}/_x", Refusal.SCHEME),
    ("javascript:alert(1)", Refusal.SCHEME),
    ("http://", Refusal.MALFORMED),
    ("http://[::1/", Refusal.MALFORMED),
    ("http://-a.example/", Refusal.MALFORMED),
]


def hostile_names() -> Names:
    names = Names(
        inside=[["127.0.0.2"]], mixed=[["127.0.0.1", "127.0.0.2"]], mapped=[["::ffff:127.0.0.2"]]
    )  # fmt: skip
    names.answers["localhost"] = [["127.0.0.2", "::1"]]
    return names


@pytest.mark.parametrize(("address", "why"), FORBIDDEN)
async def test_forbidden_addresses_are_not_dialled(server: Server, address: str, why: Refusal) -> None:
    network = Network()
    async with (
        serving("127.0.0.2") as inside,
        serving("::1", inside.port) as inside6,
        fetching(SHORT, hostile_names(), network) as fetcher,
    ):
        url = address.format(port=inside.port)
        outcome = await fetcher.feed(url, now=NOW)
        assert isinstance(outcome, Refused)
        assert outcome.why is why, outcome
        assert network.dialled == []
        # And not when a server leads there, for good or for now.
        for status in (301, 302):
            server.answers["/"] = redirect(status, url.replace("\t", ""))
            outcome = await fetcher.feed(server.url("/"), now=NOW)
            assert isinstance(outcome, Refused)
            assert outcome.why is why, outcome
            assert set(network.dialled) == {"127.0.0.1"}
        assert inside.connections == inside6.connections == 0


async def test_a_second_answer_is_checked_like_the_first(server: Server) -> None:
    """A name that is public when it is checked and private when it is dialled: nobody asks between the two."""
    network = Network()
    names = Names(turning=[["127.0.0.1"], ["127.0.0.2"]])
    async with serving("127.0.0.2", server.port) as inside, fetching(names=names, network=network) as fetcher:
        server.answers["/"] = redirect(302, server.url("/again", "turning.example"))
        server.answers["/again"] = made(body=FEED)
        outcome = await fetcher.feed(server.url("/", "turning.example"), now=NOW)
        assert outcome == Refused(
            server.url("/again", "turning.example"),
            Refusal.NETWORK,
            "turning.example (127.0.0.2) is a loopback address",
        )
        assert names.asked == ["turning.example"] * 2
        assert network.dialled == ["127.0.0.1"]
        assert inside.connections == 0


async def test_proxies_of_the_environment_are_not_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving("127.0.0.2") as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setitem(os.environ, name, f"http://127.0.0.2:{proxy.port}")
        server.answers["/"] = made(body=FEED)
        assert isinstance(await fetched(server.url("/")), Fetched)
        assert proxy.connections == 0


async def test_the_server_of_a_checked_address_is_known_by_its_name() -> None:
    authority = trustme.CA()
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("feeds.example").configure_cert(ours)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    names_seen: list[str | None] = []
    ours.sni_callback = lambda _socket, name, _context: names_seen.append(name)
    network = Network()
    async with serving(tls=ours) as server, fetching(network=network, tls=trusting) as fetcher:
        server.answers["/"] = made(body=FEED)
        assert await fetcher.feed(server.url("/", scheme="https"), now=NOW) == Fetched(
            server.url("/", scheme="https"), FEED
        )
        assert network.dialled == ["127.0.0.1"]
        assert names_seen == ["feeds.example"]
        assert server.requests[0].headers["host"] == f"feeds.example:{server.port}"
        # Whoever is not what the name says is not spoken to.
        outcome = await fetcher.feed(server.url("/", "other.example", "https"), now=NOW)
        assert isinstance(outcome, Failed)
        assert outcome.kind is Failure.TLS
        assert len(server.requests) == 1
        # Back to plain HTTP is followed, but is no move.
        async with serving() as plain:
            plain.answers["/"] = made(body=FEED)
            server.answers["/"] = redirect(301, plain.url("/"))
            assert await fetcher.feed(server.url("/", scheme="https"), now=NOW) == Fetched(plain.url("/"), FEED)


async def test_a_host_sees_two_connections_at_most(server: Server) -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        writer.write(made(body=FEED))

    server.answers["/"] = slow
    # Waiting for a place is not on the clock: thirty times a tenth of a second by two is longer than one.
    async with fetching(Limits(seconds=1)) as fetcher:
        outcomes = await asyncio.gather(*(fetcher.feed(server.url("/"), now=NOW) for _ in range(30)))
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)
    assert server.most_at_once == 2


async def test_all_hosts_together_see_a_limited_number(server: Server) -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        writer.write(made(body=FEED))

    server.answers["/"] = slow
    async with fetching(Limits(at_once=3)) as fetcher:
        # Five wait for one host, and take no place from the others meanwhile.
        urls = [server.url("/", f"n{n if n > 4 else 0}.example") for n in range(10)]
        outcomes = await asyncio.gather(*(fetcher.feed(url, now=NOW) for url in urls))
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)
    assert server.most_at_once == 3


async def test_a_cancelled_fetch_gives_its_places_back(server: Server) -> None:
    server.answers["/silent"] = then_silence(b"")
    server.answers["/"] = made(body=FEED)
    async with fetching(Limits(at_once=2, seconds=5)) as fetcher:
        waiting = [asyncio.create_task(fetcher.feed(server.url("/silent"), now=NOW)) for _ in range(4)]
        while server.connections < 2:
            await asyncio.sleep(0.001)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert all(task.cancelled() for task in waiting)
        assert isinstance(await fetcher.feed(server.url("/"), now=NOW), Fetched)


ROBOTS = b"""\xef\xbb\xbfUser-agent: *
Disallow: /

User-agent: broadsheet
Disallow: /private/
Allow: /private/*/open$
"""


async def test_pages_heed_robots_txt(server: Server) -> None:
    server.answers["/robots.txt"] = made(body=ROBOTS)
    for path in ("/page", "/private/page", "/private/a/open"):
        server.answers[path] = made(body=b"<html>")
    async with fetching() as fetcher:
        assert isinstance(await fetcher.page(server.url("/page"), now=NOW), Fetched)
        assert isinstance(await fetcher.page(server.url("/private/a/open"), now=NOW), Fetched)
        outcome = await fetcher.page(server.url("/private/page"), now=NOW)
        assert isinstance(outcome, Refused)
        assert outcome.why is Refusal.ROBOTS
        # Asked for once, and again after a day; a feed does not ask.
        assert server.targets() == ["/robots.txt", "/page", "/private/a/open"]
        await fetcher.page(server.url("/private/page"), now=NOW + timedelta(hours=23))
        assert len(server.requests) == 3
        await fetcher.page(server.url("/private/page"), now=NOW + timedelta(hours=24))
        assert server.targets()[3:] == ["/robots.txt"]
        assert isinstance(await fetcher.feed(server.url("/private/page"), now=NOW), Fetched)
        assert server.requests[-1].headers["accept"].startswith("application/atom+xml")


async def test_robots_txt_is_asked_for_once_by_many(server: Server) -> None:
    server.answers["/robots.txt"] = made(body=ROBOTS)
    async with fetching() as fetcher:
        await asyncio.gather(*(fetcher.page(server.url(f"/{n}"), now=NOW) for n in range(6)))
    assert server.targets().count("/robots.txt") == 1


async def test_a_redirect_does_not_lead_past_robots_txt(server: Server) -> None:
    server.answers["/robots.txt"] = made(body=ROBOTS)
    server.answers["/page"] = redirect(302, server.url("/private/page", "other.example"))
    server.answers["/private/page"] = made(body=b"<html>")
    async with fetching() as fetcher:
        outcome = await fetcher.page(server.url("/page"), now=NOW)
    assert isinstance(outcome, Refused)
    assert outcome.url == server.url("/private/page", "other.example")
    assert "/private/page" not in server.targets()


@pytest.mark.parametrize(
    ("answer", "allowed"),
    [
        (made(404), True),
        (made(403), True),
        (made(410), True),
        (made(429), False),
        (made(500), False),
        (made(503), False),
        (then_silence(b""), False),
        (b"", False),
        (made(body=b"\x00\xff<html>nonsense"), True),
        (redirect(302, "http://10.0.0.1/robots.txt"), True),
        (redirect(302, "/robots.txt"), True),
        (for_ever(head(), b"#" * 500_000), False),
    ],
)
async def test_without_robots_txt_a_page_is_read_and_while_it_fails_it_is_not(
    server: Server, answer: Any, allowed: bool
) -> None:
    server.answers["/robots.txt"] = answer
    server.answers["/page"] = made(body=b"<html>")
    async with fetching(Limits(seconds=0.3, max_bytes=1_000_000)) as fetcher:
        outcome = await fetcher.page(server.url("/page"), now=NOW)
        assert isinstance(outcome, Fetched if allowed else Refused)
        # A failing one is tried again before long.
        server.answers["/robots.txt"] = made(404)
        outcome = await fetcher.page(server.url("/page"), now=NOW + timedelta(minutes=31))
        assert isinstance(outcome, Fetched)


async def test_a_huge_robots_txt_keeps_nobody_waiting(server: Server) -> None:
    server.answers["/robots.txt"] = made(
        body=b"User-agent: *\n" + b"".join(b"Disallow: /p%d*x$\n" % n for n in range(22_000))
    )
    server.answers["/page"] = made(body=b"<html>")
    async with fetching() as fetcher, longest_turn() as longest:
        assert isinstance(await fetcher.page(server.url("/page"), now=NOW), Fetched)
    assert longest[0] < 0.05


async def test_the_machines_own_resolver_is_asked_without_holding_the_loop(server: Server) -> None:
    server.answers["/"] = made(body=FEED)
    both = Dialling((ip_network("127.0.0.0/8"), ip_network("::1/128")))
    async with Fetcher("Broadsheet/0.1", dialling=both) as fetcher:
        assert isinstance(await fetcher.feed(server.url("/", "localhost"), now=NOW), Fetched)
        outcome = await fetcher.feed("http://no-such-name.invalid/", now=NOW)
    assert isinstance(outcome, Failed)
    assert outcome.kind is Failure.DNS
