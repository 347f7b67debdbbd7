"""What is counted of documents that come in, by files or by feeds."""

from collections import Counter as Count

from prometheus_client import Counter, Histogram

from ingest.article import Reason
from jobs.store import Stored

DOCUMENTS = Counter("broadsheet_ingest_documents", "Feed documents, by what became of them", ["outcome"])
ENTRIES = Counter("broadsheet_ingest_entries", "Entries of feeds, by what became of them", ["outcome"])
SET_ASIDE = Counter("broadsheet_ingest_set_aside", "Entries that became no article, by reason", ["reason"])
SECONDS = Histogram(
    "broadsheet_ingest_seconds",
    "Seconds of a document in each stage",
    ["stage"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


def count(stored: Stored, beyond: int) -> Count[str]:
    """Count what became of a document's entries, for the metrics; those set aside, by reason. `beyond`: entries after
    the limit."""
    reasons = stored.set_aside + Count({Reason.BEYOND_LIMIT.value: beyond})
    for outcome, number in (
        ("published", stored.articles),
        ("revised", stored.revisions),
        ("unchanged", stored.unchanged),
        ("repeated", stored.repeated),
        ("page_kept", stored.pages),
        ("set_aside", reasons.total()),
    ):
        ENTRIES.labels(outcome).inc(number)
    for reason, number in reasons.items():
        SET_ASIDE.labels(reason).inc(number)
    return reasons
