"""The keys of an identity provider: found, kept, renewed when one is unknown, and not asked for too often."""

import asyncio

import pytest

from api.provider import FRESH, PAUSE, STALE, Provider, ProviderUnavailable, get
from tests.api.identity import ISSUER, KEYS, SHARED, Published
from tests.services import until


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def made(published: Published, clock: Clock) -> Provider:
    return Provider(ISSUER, get=published.get, clock=clock)


async def kids(provider: Provider, kid: str | None) -> list[str | None]:
    return [key.kid for key in await provider.keys(kid)]


async def test_keys_are_asked_for_once_by_all_who_want_them(clock: Clock) -> None:
    published = Published()
    provider = made(published, clock)
    found = await asyncio.gather(*(kids(provider, "rsa") for _ in range(20)))
    assert found == [["rsa", "ec", "ed"]] * 20
    assert published.asked == 2  # the document that says where, and the keys


async def test_an_unknown_key_is_looked_for_at_most_now_and_then(clock: Clock) -> None:
    published = Published("rsa")
    provider = made(published, clock)
    assert await kids(provider, "rsa") == ["rsa"]
    published.names.append("ec")
    for _ in range(50):
        assert await kids(provider, "ec") == ["rsa"]
    assert published.asked == 2
    clock.now += PAUSE
    assert await kids(provider, "ec") == ["rsa", "ec"]
    for _ in range(50):
        await kids(provider, "no such key")
    assert published.asked == 4


async def test_keys_that_go_are_forgotten(clock: Clock) -> None:
    published = Published("rsa", "ec")
    provider = made(published, clock)
    await provider.keys("rsa")
    published.names.remove("rsa")
    clock.now += FRESH + 1

    async def is_forgotten() -> bool:
        return await kids(provider, "ec") == ["ec"]

    await until(is_forgotten)


async def test_known_keys_serve_while_nobody_answers_but_not_for_ever(clock: Clock) -> None:
    published = Published("rsa")
    provider = made(published, clock)
    await provider.keys("rsa")
    published.down = True
    clock.now += FRESH + 1
    assert await kids(provider, "rsa") == ["rsa"]
    clock.now += STALE
    with pytest.raises(ProviderUnavailable):
        await provider.keys("rsa")
    published.down = False
    clock.now += PAUSE
    assert await kids(provider, "rsa") == ["rsa"]


async def test_nobody_waits_for_new_keys_who_needs_none(clock: Clock) -> None:
    published = Published("rsa")
    provider = made(published, clock)
    await provider.keys("rsa")
    published.hangs = asyncio.Event()
    for _ in range(3):
        clock.now += FRESH + 1
        assert await kids(provider, "rsa") == ["rsa"]
    published.names.append("ec")
    lacking = asyncio.create_task(kids(provider, "ec"))
    assert await kids(provider, "rsa") == ["rsa"]
    assert not lacking.done()
    published.hangs.set()
    assert await lacking == ["rsa", "ec"]


async def test_nobody_answers_at_first(clock: Clock) -> None:
    published = Published()
    published.down = True
    provider = made(published, clock)
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            await provider.keys("rsa")
    assert published.asked == 1


async def test_only_public_keys_for_signatures_count(clock: Clock) -> None:
    published = Published("rsa")
    published.more = [
        *("text", {"kty": "new"}, {"kty": "RSA", "n": 1}, {"kty": "EC", "crv": "P-0"}, SHARED.as_dict()),
        KEYS["ec"].as_dict(private=False) | {"use": "enc"},
    ]
    assert await kids(made(published, clock), "rsa") == ["rsa"]


async def test_a_document_of_another_issuer_counts_for_nothing(clock: Clock) -> None:
    published = Published()
    published.issuer = f"{ISSUER}/other"
    with pytest.raises(ProviderUnavailable):
        await made(published, clock).keys("rsa")


async def test_keys_come_over_http() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).split()[1]
        status, body = {
            b"/keys": (b"200 OK", b'{"keys":[]}'),
            b"/moved": (b"302 Found\r\nlocation: /keys", b""),
        }.get(asked, (b"200 OK", b"x" * 1_000_001))
        writer.write(b"HTTP/1.1 %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b" % (status, len(body), body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        assert await get(f"{base}/keys") == b'{"keys":[]}'
        with pytest.raises(ValueError, match="status 302"):
            await get(f"{base}/moved")
        with pytest.raises(ValueError, match="more than 1 MB"):
            await get(f"{base}/large")
