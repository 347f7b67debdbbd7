"""RSS, RDF and Atom: what `ingest.feed_parser` found, as a document of ours."""

import re
from collections.abc import Iterator
from typing import Any

from ingest.feed import Category, Channel, Document, Entry, Markup, Medium, Person, Role, UnreadableError
from ingest.feed_parser import parsed
from ingest.text import clean, unescaped
from ingest.wishes import Wishes, wishes

_TAG = re.compile(r"<[^<>]*>")
_HTML = re.compile(r"</?(?:p|br|a|img|div|b|i|em|strong|ul|ol|li|span|h[1-6]|table|blockquote)\b[^<>]*>", re.I)
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "html", "xhtml"})
# What Atom's content may be when it is neither text nor markup: a picture or a film by address, base64, other XML.
_TEXT_TYPES = _HTML_TYPES | {"text/plain", "text", "plain", ""}


def read(data: bytes, address: str | None, max_entries: int, charset: str | None = None) -> Document:
    """The document in XML `data`, however badly formed. Raises UnreadableError."""
    parser, version = parsed(data, address, max_entries, charset)
    if not version and not parser.entries:
        # feedparser reads anything; what has neither a version nor an entry nor a feed's root element is no feed.
        raise UnreadableError("neither RSS, RDF, Atom nor JSON Feed")
    return Document(
        form=version or "unknown",
        channel=_channel(parser.feeddata, is_atom=version.startswith("atom")),
        entries=tuple(_entry(entry, parser.feeddata) for entry in parser.entries),
        beyond=parser.beyond,
        wishes=_wishes(parser.feeddata),
    )


# FeedParserDict answers questions for other keys than the one asked for; plain dict access does not.
def _get(holder: dict[str, Any], key: str) -> Any:
    return dict.get(holder, key)


def _text(holder: dict[str, Any], *keys: str) -> str | None:
    for key in keys:
        value = _get(holder, key)
        if isinstance(value, str) and (text := clean(value).strip()):
            return text
    return None


def _markup(holder: dict[str, Any], key: str) -> Markup | None:
    text = _text(holder, key)
    detail = _get(holder, key + "_detail")
    if text is None or (detail is None and key == "summary"):
        # A summary without its detail is feedparser's copy of the content.
        return None
    return _as_markup(text, detail or {})


def _as_markup(text: str, detail: dict[str, Any]) -> Markup:
    is_html = (_text(detail, "type") or "") in _HTML_TYPES or bool(_HTML.search(text))
    return Markup(text, is_html, _text(detail, "base"))


def _content(entry: dict[str, Any]) -> Markup | None:
    """The longest text among the entry's contents, markup before plain text."""
    found = [
        _as_markup(text, detail)
        for detail in _get(entry, "content") or ()
        if (text := _text(detail, "value")) and (_text(detail, "type") or "") in _TEXT_TYPES
    ]
    return max(found, key=lambda markup: (markup.is_html, len(markup.value)), default=None)


def _people(holder: dict[str, Any]) -> tuple[Person, ...]:
    named = ((_text(author, "name"), _text(author, "href")) for author in _get(holder, "authors") or ())
    return tuple(dict.fromkeys(Person(unescaped(name), href) for name, href in named if name))


def _links(holder: dict[str, Any], rel: str) -> list[dict[str, Any]]:
    return [link for link in _get(holder, "links") or () if _text(link, "rel") == rel and _text(link, "href")]


def _channel(feed: dict[str, Any], *, is_atom: bool) -> Channel:
    own = _links(feed, "self")
    image = _get(feed, "image")
    title, about = _markup(feed, "title"), _markup(feed, "subtitle")
    return Channel(
        title=_plain(title),
        site_url=_text(feed, "link"),
        self_url=_text(own[0], "href") if own else None,
        language=_text(feed, "language"),
        description=_plain(about) or _text(feed, "itunes_summary", "dc_description"),
        publisher=_text(feed, "bs_publisher"),
        rights=_text(feed, "rights"),
        logo=_text(feed, "logo", "icon") or (_text(image, "href") if isinstance(image, dict) else None),
        # RSS has a managing editor there, who writes to us and not to readers.
        authors=_people(feed) if is_atom else (),
    )


def _wishes(feed: dict[str, Any]) -> Wishes:
    return wishes(
        ttl=_text(feed, "ttl"),
        skip_hours=tuple(_get(feed, "bs_skip_hours") or ()),
        skip_days=tuple(_get(feed, "bs_skip_days") or ()),
        update_period=_text(feed, "sy_updateperiod"),
        update_frequency=_text(feed, "sy_updatefrequency"),
    )


def _plain(markup: Markup | None) -> str | None:
    if markup is None:
        return None
    return unescaped(_TAG.sub(" ", markup.value) if markup.is_html else markup.value) or None


def _entry(entry: dict[str, Any], feed: dict[str, Any]) -> Entry:
    links = [_text(link, "href") or "" for link in _links(entry, "alternate")]
    identity = _text(entry, "id")
    # feedparser takes an id for the link where there is none.
    plain = _text(entry, "link") if _text(entry, "link") != identity or identity in links else None
    link = _text(entry, "feedburner_origlink") or plain or (links[0] if links else None)
    media_of_entry = _get(entry, "bs_media_of_entry") or {}
    title = _markup(entry, "title")
    if title is None and (text := _text(entry, "itunes_title") or _described(entry, "title")):
        title = Markup(text, False)
    summary = _markup(entry, "summary")
    if summary is None and (
        text := _text(entry, "dc_description")
        or _described(entry, "description")
        or _text(entry, "itunes_summary", "itunes_subtitle")
    ):
        summary = _as_markup(text, {})
    return Entry(
        id=identity,
        # Unless RSS says otherwise; the name of an RDF resource is its address.
        id_is_address=_get(entry, "bs_permalink") is not False,
        link=link,
        other_links=tuple(dict.fromkeys(other for other in [plain, *links] if other and other != link)),
        title=title,
        summary=summary,
        content=_content(entry),
        published=_text(entry, "published", "created", "prism_publicationdate"),
        updated=_text(entry, "updated"),
        authors=_people(entry),
        categories=tuple(_categories(entry)),
        media=tuple(_media(entry)),
        language=_text(entry, "language", "dc_language") or _entry_language(entry),
        rights=_text(entry, "rights") or _text(media_of_entry, "copyright"),
        section=_text(entry, "prism_section"),
        duration=_text(entry, "itunes_duration"),
        # PRISM's names, Dublin Core's, and RSS 0.93's.
        embargoed_until=_text(entry, "prism_embargodate", "dcterms_available", "validity_start"),
        expires=_text(entry, "prism_expirationdate", "prism_killdate", "expired", "validity_end"),
    )


def _entry_language(entry: dict[str, Any]) -> str | None:
    details = [*(_get(entry, "content") or ()), _get(entry, "title_detail") or {}]
    return next((language for detail in details if (language := _text(detail, "language"))), None)


def _described(entry: dict[str, Any], key: str) -> str | None:
    """A title or description in Media RSS, for an entry that has no other (video channels)."""
    holders = [_get(entry, "bs_media_of_entry") or {}, *(_get(entry, "bs_groups") or ())]
    if key == "description":
        holders += _get(entry, "bs_media") or ()
    return _first(key, *holders)


def _categories(entry: dict[str, Any]) -> Iterator[Category]:
    for tag in _get(entry, "tags") or ():
        term, label = _text(tag, "term"), _text(tag, "label")
        if term or label:
            yield Category(term or label or "", label, _text(tag, "scheme"))


def _media(entry: dict[str, Any]) -> Iterator[Medium]:
    for link in _links(entry, "enclosure"):
        yield Medium(
            Role.ENCLOSURE,
            _text(link, "href") or "",
            mime_type=_text(link, "type"),
            byte_length=_text(link, "length"),
            duration=_text(entry, "itunes_duration"),
            alt=_text(link, "title"),
        )
    of_entry = _get(entry, "bs_media_of_entry") or {}
    for part in _get(entry, "bs_media") or ():
        attrs, outer = part["attrs"], part.get("outer") or {}
        if url := _text(attrs, "url") or _text(attrs, "href"):
            yield Medium(
                Role.THUMBNAIL if part["thumbnail"] else Role.CONTENT,
                url,
                mime_type=_text(attrs, "type"),
                kind="image" if part["thumbnail"] else _text(attrs, "medium"),
                byte_length=_text(attrs, "filesize"),
                width=_text(attrs, "width"),
                height=_text(attrs, "height"),
                duration=_text(attrs, "duration"),
                alt=part.get("title") or outer.get("title"),
                caption=_first("description", part, outer, of_entry) or _first("text", part, outer, of_entry),
                credit=_first("credit", part, outer, of_entry) or _first("copyright", part, outer),
                group=part["group"],
            )
    image = _get(entry, "image")
    for url in (_text(entry, "bs_image"), _text(image, "href") if isinstance(image, dict) else None):
        if url:
            yield Medium(Role.THUMBNAIL, url, kind="image")
    for detail in _get(entry, "content") or ():
        # Atom content by address.
        if url := _text(detail, "src"):
            yield Medium(Role.CONTENT, url, mime_type=_text(detail, "type"))


def _first(key: str, *holders: dict[str, Any]) -> str | None:
    return next((holder[key] for holder in holders if holder.get(key)), None)
