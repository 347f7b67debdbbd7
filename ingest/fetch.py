"""The web, asked: one address in, one outcome out (`ingest.outcome`), whatever the server does.

With `ingest.dial` the part of ingest that is not pure. Of the environment nothing is used but SSL_CERT_FILE and
SSL_CERT_DIR, which say whom the machine trusts: no proxy, no .netrc. Nothing is kept between requests, no cookie and no
connection, so that what a host sees can be counted.

Built on httpcore2, the engine of httpx2, because httpx2's own transport resolves and dials by itself, and its decoders
go on after the limit is reached.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import httpcore2
from cachetools import LRUCache

from ingest.address import Address, Dialling, NotDialled, Refusal
from ingest.dial import Dialler, Resolve
from ingest.headers import Headers, content_type, hints, is_challenge, validators
from ingest.outcome import NO_VALIDATORS, Failed, Failure, Fetched, Gone, NotModified, Outcome, Refused, Validators
from ingest.robots import Robots, robots
from ingest.unpack import ACCEPT, BadEncoding, Truncated, Unpacker
from ingest.way import REDIRECTS, End, Redirect, Way

PRODUCT = "Broadsheet"

_FEED = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
_PAGE = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
_TEXT = "text/plain, */*;q=0.5"

# How long work on what came may keep the event loop, in seconds.
_BREATH = 0.005
_CHALLENGE_PAGE = 32 * 1024
_ROBOTS_KEPT = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one fetch: bytes of the body, packed or unpacked, seconds in all (waiting for a free place not counted),
    seconds for each address dialled, redirects. Of all together: connections at once, and of these to one host."""

    max_bytes: int = 15 * 1024 * 1024
    seconds: float = 20
    connect_seconds: float = 6
    redirects: int = 5
    at_once: int = 16
    per_host: int = 2


def user_agent(version: str, contact: str | None) -> str:
    """What we call ourselves: `Broadsheet/0.1 (+contact)`. `contact`: an address, of a page or of mail."""
    kept = "".join(c for c in contact or "" if c.isascii() and c.isprintable() and c not in " ()\\")
    return f"{PRODUCT}/{version} (+{kept})" if kept else f"{PRODUCT}/{version}"


class Fetcher:
    """To be shared by all who fetch in a process: it holds the limits and the robots.txt that it has seen.

    `agent`: see `user_agent`. `dialling`: which networks besides the public one. `resolve`, `network` (what dials) and
    `tls` (whom to trust) have their usual answers. To be closed, or used as a context manager.
    """

    def __init__(
        self,
        agent: str,
        *,
        dialling: Dialling = Dialling(),
        limits: Limits = Limits(),
        resolve: Resolve | None = None,
        network: httpcore2.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._agent = agent
        self._limits = limits
        self._dialler = Dialler(dialling, limits.connect_seconds, resolve, network, tls)
        self._places = asyncio.Semaphore(limits.at_once)
        self._hosts = _Places(limits.per_host)
        self._robots: LRUCache[str, Robots] = LRUCache(_ROBOTS_KEPT)
        self._robots_asked = _Places(1)

    async def __aenter__(self) -> "Fetcher":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._dialler.close()

    async def feed(self, url: str, *, now: datetime, known: Validators = NO_VALIDATORS) -> Outcome:
        """The document at `url`, unless it is still the one that `known` (of the last Fetched or NotModified) tells of;
        only the address where that was found is asked. `now`: the time for headers that give a date where the server
        gives none of its own."""
        return await self._fetch(url, now, _FEED, known=known)

    async def page(self, url: str, *, now: datetime) -> Outcome:
        """The page at `url`, if the robots.txt of every host on the way lets us. That file is another fetch, with
        limits of its own, once a day for each origin."""
        return await self._fetch(url, now, _PAGE, heed_robots=True)

    async def _fetch(
        self, url: str, now: datetime, accept: str, *, known: Validators = NO_VALIDATORS, heed_robots: bool = False
    ) -> Outcome:
        clock = _Clock(self._limits.seconds)
        way = Way(self._limits.redirects)
        try:
            here = way.begin(url)
            while True:
                if heed_robots and not await self._may_read(here, now):
                    return Refused(here.url, Refusal.ROBOTS, "the site's robots.txt asks us not to read this")
                # Who waits for a host holds no place that others could use.
                async with self._hosts.place(here.host), self._places, clock.running():
                    answer = await self._ask(here, now, accept, known if known.url == here.url else NO_VALIDATORS)
                if not isinstance(answer, Redirect):
                    return way.judge(answer)
                here = way.follow(answer)
        except End as end:
            return end.outcome
        except NotDialled as refused:
            return Refused(way.tried, refused.why, str(refused))
        except TimeoutError:
            return Failed(way.tried, Failure.TOO_SLOW, f"not done within {self._limits.seconds:g} seconds")

    async def _may_read(self, here: Address, now: datetime) -> bool:
        async with self._robots_asked.place(here.origin):
            known = self._robots.get(here.origin)
            if known is None or known.until <= now:
                outcome = await self._fetch(f"{here.origin}/robots.txt", now, _TEXT)
                # Half a megabyte of rules takes 0.4 s to read; in a thread the event loop goes on meanwhile.
                known = await asyncio.to_thread(robots, outcome, now)
                self._robots[here.origin] = known
        return known.allows(here.url, PRODUCT)

    async def _ask(self, here: Address, now: datetime, accept: str, known: Validators) -> Outcome | Redirect:
        stream = await self._dialler.connect(here)
        origin = httpcore2.Origin(here.scheme.encode(), here.host.encode(), here.port)
        connection = httpcore2.AsyncHTTP11Connection(origin, stream)
        request = httpcore2.Request(
            "GET",
            httpcore2.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=here.target.encode()),
            headers=[
                (b"Host", here.authority.encode()),
                (b"User-Agent", self._agent.encode()),
                (b"Accept", accept.encode()),
                (b"Accept-Encoding", ACCEPT.encode()),
                *_conditions(known),
                (b"Connection", b"close"),
            ],
        )
        try:
            response = await connection.handle_async_request(request)
            return await self._read(here, now, response, known)
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            kind, message = stream.broken()
            return Failed(here.url, kind, f"{message}: {error}"[:300])
        finally:
            await connection.aclose()

    async def _read(
        self, here: Address, now: datetime, response: httpcore2.Response, known: Validators
    ) -> Outcome | Redirect:
        status = response.status
        headers = Headers(response.headers)
        if status in REDIRECTS:
            location = headers.first("location")
            if location is None:
                return Failed(here.url, Failure.REDIRECTS, f"{status} without saying where to", status)
            return Redirect(status, location)
        if status == 304 and known:
            return NotModified(here.url, validators(headers, here.url, known), hints(headers, now))
        if status == 410:
            return Gone(here.url)
        if status not in (200, 203):
            # Of refusals only those pages are looked at that may be a challenge.
            suspect = status in _CHALLENGING and "cloudflare" in (headers.first("server") or "").lower()
            page = await _start(response) if suspect else b""
            return _refusal(here, status, headers, page, now)
        body = await self._body(here, response, headers)
        media_type, charset = content_type(headers)
        return Fetched(here.url, body, media_type, charset, validators(headers, here.url), hints(headers, now))

    async def _body(self, here: Address, response: httpcore2.Response, headers: Headers) -> bytes:
        most = self._limits.max_bytes
        too_large = End(Failed(here.url, Failure.TOO_LARGE, f"larger than {most:,} bytes", response.status))
        announced = headers.first("content-length") or ""
        if announced.isdecimal() and (len(announced) > 18 or int(announced) > most):
            raise too_large
        kept = bytearray()
        packed = 0
        breath = _Breath()
        try:
            unpacker = Unpacker(headers.all("content-encoding"))
            async for data in response.aiter_stream():
                packed += len(data)
                if packed > most:
                    raise too_large
                for piece in unpacker.pieces(data):
                    kept += piece
                    if len(kept) > most:
                        raise too_large
                    await breath.draw()
                await breath.draw()
            unpacker.finish()
        except BadEncoding as error:
            raise End(Failed(here.url, Failure.BAD_ENCODING, str(error), response.status)) from None
        except Truncated as error:
            raise End(Failed(here.url, Failure.TRUNCATED, str(error), response.status)) from None
        return bytes(kept)


async def _start(response: httpcore2.Response) -> bytes:
    """The first bytes of a page that is only looked at; whatever is wrong with it ends it."""
    kept = bytearray()
    breath = _Breath()
    try:
        unpacker = Unpacker(Headers(response.headers).all("content-encoding"))
        async for data in response.aiter_stream():
            for piece in unpacker.pieces(data):
                kept += piece
                if len(kept) >= _CHALLENGE_PAGE:
                    return bytes(kept)
            await breath.draw()
    except (BadEncoding, httpcore2.NetworkError, httpcore2.ProtocolError):
        pass
    return bytes(kept)


def _conditions(known: Validators) -> Iterable[tuple[bytes, bytes]]:
    # They came from a server and go into a head: one that could break it is left out.
    for name, value in ((b"If-None-Match", known.etag), (b"If-Modified-Since", known.last_modified)):
        if value and value.isprintable():
            yield name, value.encode()


def _refusal(here: Address, status: int, headers: Headers, page: bytes, now: datetime) -> Failed:
    kind, message = _KINDS.get(status, (Failure.SERVER, "the server failed") if status >= 500 else _OTHER)
    if status in _CHALLENGING and is_challenge(headers, page):
        kind, message = Failure.CHALLENGED, "Cloudflare asks whether we are a browser"
    return Failed(here.url, kind, f"{message} ({status})", status, hints(headers, now).retry_after)


_CHALLENGING = (403, 429, 503)
_OTHER = (Failure.STATUS, "no answer that we can use")
_KINDS = {
    401: (Failure.FORBIDDEN, "a login is wanted"),
    403: (Failure.FORBIDDEN, "the server does not let us"),
    404: (Failure.NOT_FOUND, "nothing is there"),
    429: (Failure.BUSY, "we ask this server too often"),
    503: (Failure.BUSY, "the server is busy"),
}


class _Clock:
    """Seconds that run down only while something is under way."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._left):
                yield
        finally:
            self._left = max(0.0, self._left - (loop.time() - began))


class _Places:
    """Places by name, `size` for each; a name is forgotten when nobody wants it any more."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._wanted: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def place(self, name: str) -> AsyncIterator[None]:
        places, wanted = self._wanted.get(name, (asyncio.Semaphore(self._size), 0))
        self._wanted[name] = (places, wanted + 1)
        try:
            async with places:
                yield
        finally:
            wanted = self._wanted[name][1] - 1
            if wanted:
                self._wanted[name] = (places, wanted)
            else:
                del self._wanted[name]


class _Breath:
    """Lets the event loop go on when work on what came has taken long."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    async def draw(self) -> None:
        if time.perf_counter() - self._since > _BREATH:
            await asyncio.sleep(0)
            self._since = time.perf_counter()
