"""Hostile feeds and pages: what becomes of each within the limits of a document, and nothing of them is believed."""

from datetime import UTC, datetime

import pytest

from ingest.article import Reason
from ingest.page import NotArticle
from jobs.parse import Limits, Parsers
from tests.benchmarks.load import hostile

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
DOCUMENTS = hostile()
# What takes 5 of the 10 seconds on one machine takes all of them on a slower one: how long each takes is told by
# tests/benchmarks/load.py, and that none goes on for ever is told here.
LIMITS = Limits(cpu_seconds=30)
MOST = LIMITS.entries

# Of each how many entries are read, and what the first one is: a headline, or the reason why it is none. Nothing of
# them costs a process: the limits of processor time and memory would refuse the document, and the test would say so.
BECOMES: dict[str, tuple[int, str]] = {
    "feed: entity bomb": (1, Reason.NO_ADDRESS),
    "feed: external entity": (1, Reason.NO_ADDRESS),
    "feed: 200,000 items": (MOST, "0"),
    "feed: 100,000 levels": (1, Reason.NO_ADDRESS),
    "page: 100,000 levels": (1, NotArticle.EMPTY),
    "page: 500,000 tags": (1, "a"),
    "page: 200,000 attributes": (1, ">x"),
    "page: one line of 10 MB": (1, NotArticle.EMPTY),
    "page: 50,000 open comments": (1, NotArticle.EMPTY),
    "page: JSON-LD of 100,000 levels": (1, "x"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_hostile_document_costs_no_more_than_a_document_may(name: str) -> None:
    async with Parsers(1, LIMITS) as parsers:
        parsed = await parsers.parse(DOCUMENTS[name], "https://bad.example/x", NOW, may_be_page=True)
        first = parsed.candidates[0]
        said = first.content.headline if first.content else first.set_aside
        assert (len(parsed.candidates), said) == BECOMES[name]
        assert parsed.beyond == (200_000 - MOST if "items" in name else 0)
        assert "root:" not in "".join(each.raw or "" for each in parsed.candidates)
        # The process is there for the next one.
        feed = b"<rss version='2.0'><channel><title>x</title><item><guid>https://ok.example/1</guid></item></channel></rss>"
        assert len((await parsers.parse(feed, "https://ok.example/f", NOW)).candidates) == 1
