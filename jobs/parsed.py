"""A document between parsing and storing: as far as it can be understood alone."""

from dataclasses import dataclass

from ingest.article import Candidate
from ingest.source import SourceFacts
from ingest.wishes import NO_WISHES, Wishes

# The form of a document that is a page, and the fields of pages that are counted.
PAGE = "html"
PAGE_FIELDS = (
    "headline", "date", "time of day", "authors", "lead", "text", "image", "caption", "section", "language",
    "outlet", "rights notice", "agency credit", "paywall mark", "address",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document as far as it can be understood alone. `site_url` is the channel's homepage, canonical; `beyond` counts
    entries after the limit; `said`: of a page, the fields that it states."""

    form: str
    hash: bytes
    feed_url: str
    title: str | None
    site_url: str | None
    language: str | None
    source: SourceFacts
    candidates: list[Candidate]
    beyond: int
    wishes: Wishes = NO_WISHES
    said: frozenset[str] = frozenset()
