"""Page to article: a page as the one entry of a document, so that what makes articles of feeds makes them of pages."""

from dataclasses import replace
from datetime import datetime

import orjson

from ingest.article import Candidate, Content, Extent, PageText, candidates
from ingest.feed import Category, Channel, Document, Entry, Markup, Medium, Person, Role
from ingest.page import NotArticle, Page

_WHOLE_WORDS = 250


def document_of(page: Page) -> Document:
    """The document that a page is: its outlet as the channel, its article as the only entry."""
    image = page.image
    entry = Entry(
        link=page.address,
        other_links=page.aliases,
        title=Markup(page.headline, is_html=False),
        summary=Markup(page.description, is_html=False) if page.description else None,
        content=Markup(page.body_html, is_html=True, base=page.base) if page.body_html else None,
        published=page.published.text if page.published else None,
        updated=page.modified.text if page.modified else None,
        expires=page.expires.text if page.expires else None,
        authors=tuple(Person(name) for name in page.byline),
        categories=tuple(Category(keyword) for keyword in page.keywords),
        media=(
            Medium(
                Role.CONTENT,
                image.url,
                kind="image",
                width=str(image.width) if image.width else None,
                height=str(image.height) if image.height else None,
                alt=image.alt,
                caption=image.caption,
                credit=image.credit,
            ),
        )
        if image
        else (),
        language=page.language,
        rights=page.rights,
        section=page.section,
    )
    channel = Channel(
        title=page.site_name,
        site_url=f"https://{page.host}/" if page.host else None,
        language=page.language,
        publisher=page.publisher,
        logo=page.logo,
    )
    return Document("html", channel, (entry,))


def content_of(page: Page, *, now: datetime) -> Content | NotArticle:
    """The article that a page gives, or why it gives none. A short text behind a paywall is the beginning of a longer
    one: its extent is EXCERPT. (Metered pages carry the whole text, and say the same of themselves.)"""
    made = candidate_of(page, now=now)
    return made.content or NotArticle(made.set_aside or NotArticle.EMPTY)


def as_page(content: Content) -> Content:
    """The same with its text as a page's: nothing that a feed carried."""
    if content.body_html is None:
        return content
    page = PageText(content.body_html, content.body_text or "", content.body_extent)
    return replace(content, body_html=None, body_text=None, body_extent=Extent.NONE, page=page)


def candidate_of(page: Page, *, now: datetime) -> Candidate:
    """The same as the candidate that a document's entry is, known again by its hash."""
    document = document_of(page)
    made = candidates(document, site_url=document.channel.site_url, now=now)[0]
    reason = page.not_article or (NotArticle.NO_ADDRESS if page.address is None else None)
    content = made.content
    if reason is not None or content is None:
        raw = orjson.dumps(document.entries[0], option=orjson.OPT_SORT_KEYS).decode()
        return Candidate(made.hash, None, reason or NotArticle.EMPTY, raw)
    if page.is_free is False and content.body_extent is Extent.FULL and content.word_count < _WHOLE_WORDS:
        content = replace(content, body_extent=Extent.EXCERPT)
    return replace(made, content=replace(content, kind="LIVE") if page.is_live else content)
