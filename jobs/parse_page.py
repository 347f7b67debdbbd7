"""A page parsed as a document of its own: one entry, or none and the reason."""

from dataclasses import replace
from datetime import datetime

from ingest import page, page_article
from ingest.source import SourceFacts, source_of
from jobs.parsed import PAGE, PAGE_FIELDS, Parsed


def parse_page(data: bytes, address: str, *, now: datetime, charset: str | None = None) -> Parsed:
    """Read a page found at `address` (http, https or file). Pages of an outlet share one feed, named after its host.
    Raises UnreadablePageError."""
    found_on_web = address if address.startswith("http") else None
    read = page.read(data, found_on_web, charset=charset, now=now)
    channel = page_article.document_of(read).channel
    candidate = page_article.candidate_of(read, now=now)
    facts: SourceFacts = source_of(channel, address)
    content = candidate.content
    said = {
        "headline": read.headline,
        "date": read.published,
        "time of day": read.published and not read.published.text.endswith(("T00:00:00Z", "T00:00:00+00:00")),
        "authors": read.byline,
        "lead": content and content.lead,
        "text": read.body_html,
        "image": read.image,
        "caption": read.image and read.image.caption,
        "section": read.section or (content and content.section),
        "language": read.language,
        "outlet": read.site_name,
        "rights notice": read.rights or (content and content.rights_notice),
        "agency credit": content and content.credit,
        "paywall mark": read.is_free is not None,
        "address": read.address,
    }
    return Parsed(
        form=PAGE,
        # Of all pages of an outlet none is 'the document as it was last read'.
        hash=b"",
        feed_url=f"pages:{read.host or ''}",
        title=facts.name if channel.title else None,
        site_url=facts.homepage_url,
        language=facts.language,
        source=facts,
        candidates=[replace(candidate, content=content and page_article.as_page(content))],
        beyond=0,
        said=frozenset(name for name in PAGE_FIELDS if said[name]),
    )
