"""A connection to a host, to an address that was checked and no other.

A name is resolved once; every address in the answer is checked; one of exactly these is dialled. A name that resolves
to something else a moment later gains nothing, because nobody asks again.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpcore2

from ingest.address import Address, Dialling, NotDialled, Refusal
from ingest.outcome import Failed, Failure
from ingest.way import End

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to network addresses, the best first. Raises OSError. A network address gives itself."""

_ADDRESSES_TRIED = 4
# Read at a time: h11 takes what it is given apart without letting go of the event loop, and a read full of tiny chunks
# or of interim answers costs 35 ms at its usual 64 KiB.
_READ = 16 * 1024


class Dialler:
    """`seconds`: for each address that is tried. `resolve`, `network`, `tls` have their usual answers. To be closed."""

    def __init__(
        self,
        dialling: Dialling,
        seconds: float,
        resolve: Resolve | None = None,
        network: httpcore2.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._dialling = dialling
        self._seconds = seconds
        # The loop's own resolver has four threads in uvloop: four dead name servers would stop everyone.
        self._threads = ThreadPoolExecutor(8, thread_name_prefix="resolve")
        self._resolve = resolve or self._getaddrinfo
        self._network = network or httpcore2.AnyIOBackend()
        self._tls = tls or httpcore2.default_ssl_context()
        self._tls.set_alpn_protocols(["http/1.1"])
        self._turn = asyncio.Lock()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def connect(self, here: Address) -> "Stream":
        """A connection to the host of an address, in TLS for https. Raises NotDialled, and End with a Failed."""
        stream = await self._tcp(here, await self._addresses(here))
        if here.scheme == "https":
            try:
                # Closes the connection itself where this fails.
                stream = await stream.start_tls(self._tls, here.host)
            except (httpcore2.NetworkError, httpcore2.TimeoutException, OSError) as error:
                raise End(Failed(here.url, Failure.TLS, f"no trust in {here.host}: {error}"[:300])) from None
        return Stream(stream, self._turn)

    async def _tcp(self, here: Address, addresses: list[str]) -> httpcore2.AsyncNetworkStream:
        reason = ""
        for address in addresses[:_ADDRESSES_TRIED]:
            try:
                return await self._network.connect_tcp(address, here.port, timeout=self._seconds)
            except (httpcore2.NetworkError, httpcore2.TimeoutException) as error:
                reason = str(error) or "no answer"
        raise End(Failed(here.url, Failure.UNREACHABLE, f"no connection to {here.host}: {reason}"[:300]))

    async def _addresses(self, here: Address) -> list[str]:
        try:
            found = list(dict.fromkeys(await self._resolve(here.host, here.port)))
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            raise End(Failed(here.url, Failure.DNS, f"{here.host}: {reason or 'no such name'}")) from None
        if not found:
            raise End(Failed(here.url, Failure.DNS, f"{here.host}: no address"))
        for address in found:
            # One that must not be dialled, among others that may, is how a name is turned against who resolves it.
            if reason := self._dialling.refusal(address):
                where = here.host if here.host == address else f"{here.host} ({address})"
                raise NotDialled(Refusal.NETWORK, f"{where} is {reason}")
        return found

    async def _getaddrinfo(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        )
        return [str(address[0]) for *_, address in found]


class Stream(httpcore2.AsyncNetworkStream):
    """A connection that is read in small pieces and knows how it ended.

    Whoever has read holds the `turn` of all who fetch until the next read: what came is taken apart and unpacked by one
    at a time. Sixteen bombs at once would otherwise each be let work a little in every turn of the event loop, and keep
    it for 80 to 160 ms.
    """

    def __init__(self, stream: httpcore2.AsyncNetworkStream, turn: asyncio.Lock) -> None:
        self._stream = stream
        self._turn = turn
        self._has_turn = False
        self._answered = False
        self._ended = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore2's
        self._give_turn()
        try:
            data = await self._stream.read(min(max_bytes, _READ), timeout)
        except httpcore2.NetworkError:
            self._ended = True
            raise
        self._answered = self._answered or bool(data)
        self._ended = not data
        await self._turn.acquire()
        self._has_turn = True
        # Holding it: so that those who are woken in the same turn of the event loop find it taken.
        await asyncio.sleep(0)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore2's
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        self._give_turn()
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def broken(self) -> tuple[Failure, str]:
        """What an error of the protocol means, by how the connection stands."""
        if not self._ended:
            return Failure.BAD_RESPONSE, "not the HTTP that we know"
        if self._answered:
            return Failure.TRUNCATED, "the answer breaks off"
        return Failure.UNREACHABLE, "closed without an answer"

    def _give_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._turn.release()
