"""Processes that parse: what a bad document costs, and that it costs its neighbours nothing."""

import asyncio
import os
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.parse import DocumentRefused, Limits, Parsers, ParsersClosed, read_file

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)


def document(entries: int) -> bytes:
    items = "".join(
        f"<item><title>Ferry {n}</title><link>https://harbour.example/{n}</link>"
        f"<description>{'A word or two. ' * 300}</description></item>"
        for n in range(entries)
    )
    return f'<rss version="2.0"><channel><title>The Harbour Post</title>{items}</channel></rss>'.encode()


async def test_a_document_that_took_too_long_takes_no_other_along() -> None:
    """Each document that follows one at once is read by a process of its own, which nobody ends."""
    poison, good = document(2_500), document(1)
    async with Parsers(1, Limits()) as warm:
        await warm.parse(good, "file:///good.xml", NOW)
    async with Parsers(1, Limits(wall_seconds=0.75)) as parsers:
        for _ in range(8):
            with pytest.raises(DocumentRefused, match="took more than"):
                await parsers.parse(poison, "file:///poison.xml", NOW)
            assert len((await parsers.parse(good, "file:///good.xml", NOW)).candidates) == 1


async def test_a_caller_that_leaves_gives_the_process_back() -> None:
    poison, good = document(2_500), document(1)
    async with Parsers(1, Limits()) as parsers:
        await parsers.parse(good, "file:///good.xml", NOW)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await parsers.parse(poison, "file:///poison.xml", NOW)
        assert len((await parsers.parse(good, "file:///good.xml", NOW)).candidates) == 1


async def test_the_end_does_not_wait_for_a_document() -> None:
    async with Parsers(1, Limits()) as warm:
        await warm.parse(document(1), "file:///good.xml", NOW)
    async with asyncio.timeout(8):
        async with Parsers(1, Limits(cpu_seconds=60)) as parsers:
            asking = asyncio.create_task(parsers.parse(document(2_500), "file:///poison.xml", NOW))
            await asyncio.sleep(0)
        # Nothing is said of the document.
        with pytest.raises(ParsersClosed):
            await asking


async def test_a_document_may_be_as_large_as_is_allowed(tmp_path: Path) -> None:
    """A bound of one's own, above the usual one and below."""
    file = tmp_path / "large.xml"
    padding = b" " * (Limits().document_bytes + 1)
    file.write_bytes(document(1).replace(b"<channel>", b"<channel>" + padding))
    with pytest.raises(DocumentRefused, match="larger than 15,728,640 bytes"):
        read_file(file, Limits())
    limits = Limits(document_bytes=2 * Limits().document_bytes, memory_bytes=2 * Limits().memory_bytes)
    async with Parsers(1, limits) as parsers:
        assert len((await parsers.parse(read_file(file, limits), file.as_uri(), NOW)).candidates) == 1


def test_what_is_no_document_costs_nothing(tmp_path: Path) -> None:
    """A pipe that nobody writes to, a file without an end, and one of three gigabytes."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(DocumentRefused, match="no regular file"):
            read_file(path, Limits())
    (tmp_path / "huge").touch()
    os.truncate(tmp_path / "huge", 3 * 10**9)
    tracemalloc.start()
    try:
        with pytest.raises(DocumentRefused, match="larger than 15,728,640 bytes"):
            read_file(tmp_path / "huge", Limits())
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
