"""Articles between decision and table: as they are known, as they are to be written, and what the log says of both."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ingest.article import Content, Extent, PageText
from ingest.dates import Moment
from ingest.decide import Known


@dataclass(frozen=True, slots=True)
class Written:
    """An article to be written: new, or with new content. `keeps_media`: its pictures and enclosures stay."""

    id: UUID
    content: Content
    published: Moment | None
    estimated: bool
    updated: Moment | None
    has_image: bool
    keeps_media: bool = False


def known_of(row: Any) -> Known:
    """An article as `articles.known` answers with it."""
    return Known(
        id=row["id"],
        source_id=row["source_id"],
        kind=row["kind"],
        language=row["language"],
        headline=row["headline"],
        lead=row["lead"],
        byline=row["byline"],
        body_html=row["body_html"],
        body_text=row["body_text"],
        body_extent=Extent(row["body_extent"]),
        page=_page_of(row),
        dateline=row["dateline"],
        credit=row["credit"],
        rights_holder=row["rights_holder"],
        rights_notice=row["rights_notice"],
        hashes=frozenset(row["hashes"]),
        published_estimated=row["published_estimated"],
        updated_at=row["updated_at"],
        withheld=row["status"] == "WITHHELD",
    )


def _page_of(row: Any) -> PageText | None:
    if row["page_html"] is None:
        return None
    return PageText(row["page_html"], row["page_text"], Extent(row["page_extent"]))


def columns_of(written: Written) -> tuple[Any, ...]:
    """The columns of an article, as `articles.revise` names them."""
    content, published, updated = written.content, written.published, written.updated
    return (
        written.id, content.url, content.kind, content.headline, content.lead, content.body_html, content.body_text,
        content.body_extent.value, content.byline, content.section, content.credit, content.rights_holder,
        content.rights_notice, content.language, json.dumps(content.categories),
        published.instant if published else None, published.text if published else None, written.estimated,
        updated.instant if updated else None, updated.text if updated else None, content.word_count,
        written.has_image, content.hash, content.search, content.dateline, json.dumps(content.subjects),
        *page_columns(content.page),
    )  # fmt: skip


def page_columns(page: PageText | None) -> tuple[str | None, str | None, str]:
    """A page's HTML and text, and how much of the article they are."""
    return (page.html, page.text, page.extent.value) if page else (None, None, Extent.NONE.value)


def revision_of(written: Written) -> tuple[Any, ...]:
    """The columns of a revision after its id: what an article says, and whether the text is a page's."""
    content = written.content
    page = content.page if content.body_html is None else None
    text = (page.html, page.text) if page else (content.body_html, content.body_text)
    return (written.id, content.hash, content.headline, content.lead, *text, page is not None)


def columns_of_new(written: Written) -> tuple[Any, ...]:
    """The columns of a new article, as `articles.insert` names them: those of any, and between which times it may be
    seen."""
    content = written.content
    return (*columns_of(written), instant(content.embargoed_until), instant(content.expires))


def instant(moment: Moment | None) -> datetime | None:
    """The instant of a moment, if there is one."""
    return moment.instant if moment else None


def is_open(content: Content, now: datetime) -> bool:
    """Whether a new article may be seen now."""
    start, end = instant(content.embargoed_until), instant(content.expires)
    return (start is None or start <= now) and (end is None or end > now)


def was_of(known: Any, written: Written, topics: Sequence[UUID]) -> dict[str, Any]:
    """What filters read and this revision changed, as it was before: topics by id, of the text only that it was
    another."""
    content, was = written.content, dict[str, Any]()
    if known["headline"] != content.headline:
        was["headline"] = known["headline"]
    page_text = content.page.text if content.page else None
    if (known["lead"], known["body_text"], known["page_text"]) != (content.lead, content.body_text, page_text):
        was["text"] = True
    if known["language"] != content.language:
        was["language"] = known["language"]
    if written.published is not None:
        was["publishedAt"] = known["published_text"]
    if list(known["topics"]) != list(topics):
        was["topics"] = [f"t_{topic}" for topic in known["topics"]]
    return was
