"""Hostile feeds and pages: read or refused within the limits of a document, and nothing of them is believed."""

from datetime import UTC, datetime

import pytest

from jobs.parse import DocumentRefused, Limits, Parsers
from tests.benchmarks.load import hostile

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
DOCUMENTS = hostile()


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_hostile_document_costs_no_more_than_a_document_may(name: str) -> None:
    async with Parsers(1, Limits()) as parsers:
        try:
            parsed = await parsers.parse(DOCUMENTS[name], "https://bad.example/x", NOW, may_be_page=True)
        except DocumentRefused:
            # By a limit, or as no feed: either way it is over.
            return
        assert len(parsed.candidates) <= Limits().entries
        texts = [each.content.headline for each in parsed.candidates if each.content]
        assert all("root:" not in text and len(text) <= 500 for text in texts)
        # The process is there for the next one.
        feed = b"<rss version='2.0'><channel><title>x</title><item><guid>https://ok.example/1</guid></item></channel></rss>"
        assert len((await parsers.parse(feed, "https://ok.example/f", NOW)).candidates) == 1
