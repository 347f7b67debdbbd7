"""RSS, RDF and Atom, read with feedparser, taken apart as far as its own parse() does and put together with our parts:

- Media RSS keeps which credit, caption and thumbnail belong to which content, and never takes the place of the
  entry's own title and description; nor do iTunes summaries and pictures inside an item.
- Its sanitiser and its resolving of addresses inside markup are off (half of its time); `ingest.sanitise` does both.
- Entries after the limit are counted and skipped.
"""

import io
import re
import xml.sax
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.encodings import convert_to_utf8
from feedparser.sanitizer import replace_doctype

from ingest.feed import Category, Channel, Document, Entry, Markup, Medium, Person, Role, UnreadableError
from ingest.text import clean, unescaped

_CONTROLS = bytes(set(range(32)) - {9, 10, 13})
_TAG = re.compile(r"<[^<>]*>")
_HTML = re.compile(r"</?(?:p|br|a|img|div|b|i|em|strong|ul|ol|li|span|h[1-6]|table|blockquote)\b[^<>]*>", re.I)
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "html", "xhtml"})
# What Atom's content may be when it is neither text nor markup: a picture or a film by address, base64, other XML.
_TEXT_TYPES = _HTML_TYPES | {"text/plain", "text", "plain", ""}


def read(data: bytes, address: str | None, max_entries: int) -> Document:
    """The document in XML `data`, however badly formed. Raises UnreadableError."""
    parser, version = _parsed(data, address, max_entries)
    if not version and not parser.entries:
        # feedparser reads anything; what has neither a version nor an entry nor a feed's root element is no feed.
        raise UnreadableError("neither RSS, RDF, Atom nor JSON Feed")
    return Document(
        form=version or "unknown",
        channel=_channel(parser.feeddata),
        entries=tuple(_entry(entry, parser.feeddata) for entry in parser.entries),
        beyond=parser.beyond,
    )


if TYPE_CHECKING:

    class _FeedParserMixin:
        """What we build on of feedparser, which has no types."""

        entries: list[dict[str, Any]]
        feeddata: dict[str, Any]
        elementstack: list[list[Any]]
        inentry: int
        version: str

        def unknown_starttag(self, tag: str, attrs: Any) -> None: ...
        def unknown_endtag(self, tag: str) -> None: ...
        def handle_data(self, text: str, escape: int = 1) -> None: ...
        def handle_charref(self, ref: str) -> None: ...
        def handle_entityref(self, ref: str) -> None: ...
        def push(self, element: str, expecting_text: int) -> None: ...
        def pop(self, element: str) -> str | None: ...
        def _get_context(self) -> dict[str, Any]: ...
        def _start_item(self, attrs_d: dict[str, str]) -> None: ...
        def _end_item(self) -> None: ...
        def _start_image(self, attrs_d: dict[str, str]) -> None: ...
        def _end_image(self) -> None: ...
        def _start_url(self, attrs_d: dict[str, str]) -> None: ...
        def _end_url(self) -> None: ...
else:
    from feedparser.mixin import _FeedParserMixin


class _Parts(_FeedParserMixin):
    """What is done differently from feedparser; mixed into its strict and its loose parser."""

    max_entries = 0
    beyond = 0
    _skipped_depth = 0
    _media: tuple[dict[str, Any], ...] = ()
    _group: int | None = None
    _groups = 0

    # Entries after the limit: only their ends are looked for.
    def unknown_starttag(self, tag: str, attrs: Any) -> None:
        if self._skipped_depth:
            self._skipped_depth += 1
        elif tag.rsplit(":", 1)[-1] in ("item", "entry") and len(self.entries) >= self.max_entries:
            self.beyond += 1
            self._skipped_depth = 1
        else:
            super().unknown_starttag(tag, attrs)

    def unknown_endtag(self, tag: str) -> None:
        if not self._skipped_depth:
            super().unknown_endtag(tag)
        elif tag.rsplit(":", 1)[-1] in ("item", "entry"):
            # The loose parser does not balance tags: the item's own end ends it, whatever stayed open.
            self._skipped_depth = 0
        else:
            self._skipped_depth = max(1, self._skipped_depth - 1)

    def handle_data(self, text: str, escape: int = 1) -> None:
        if not self._skipped_depth:
            super().handle_data(text, escape)

    def handle_charref(self, ref: str) -> None:
        if not self._skipped_depth:
            try:
                super().handle_charref(ref)
            except (ValueError, OverflowError):
                return  # '&#xffffffff;' is no character

    def handle_entityref(self, ref: str) -> None:
        if not self._skipped_depth:
            super().handle_entityref(ref)

    def _start_item(self, attrs_d: dict[str, str]) -> None:
        super()._start_item(attrs_d)
        self._media, self._group = (), None

    def _end_item(self) -> None:
        super()._end_item()
        self._media, self._group = (), None

    _start_entry = _start_item
    _end_entry = _end_item

    # Media RSS: a credit or caption belongs to the innermost content or group that is open, else to the entry.
    def _holder(self) -> dict[str, Any]:
        if self._media:
            return self._media[-1]
        holder: dict[str, Any] = self._get_context().setdefault("bs_media_of_entry", {})
        return holder

    def _start_media_group(self, attrs_d: dict[str, str]) -> None:
        self._groups += 1
        self._group = self._groups
        self._media = ({},)

    def _end_media_group(self) -> None:
        self._group = None
        self._media = ()

    def _start_media_content(self, attrs_d: dict[str, str]) -> None:
        content: dict[str, Any] = {"attrs": attrs_d, "thumbnail": False}
        if self._group is None:
            self._groups += 1
            self._media = (content,)
        else:
            content["outer"] = self._media[0]
            self._media = (self._media[0], content)
        content["group"] = self._group or self._groups
        self._get_context().setdefault("bs_media", []).append(content)

    def _end_media_content(self) -> None:
        self._media = self._media[:-1]

    def _start_media_thumbnail(self, attrs_d: dict[str, str]) -> None:
        group = self._group or (self._groups if self._media else None)
        thumbnail = {"attrs": attrs_d, "thumbnail": True, "group": group, "outer": self._holder()}
        self._get_context().setdefault("bs_media", []).append(thumbnail)
        self.push("bs_thumbnail", 0)

    def _end_media_thumbnail(self) -> None:
        # A few feeds print the address inside the element.
        text = self.pop("bs_thumbnail")
        thumbnail = self._get_context()["bs_media"][-1]
        if text and text.strip():
            thumbnail["attrs"].setdefault("url", text.strip())

    def _keep(self, name: str) -> None:
        text = self.pop("bs_" + name)
        if text and text.strip():
            self._holder().setdefault(name, unescaped(_TAG.sub(" ", text)))

    def _start_media_title(self, attrs_d: dict[str, str]) -> None:
        self.push("bs_title", 0)

    def _end_media_title(self) -> None:
        self._keep("title")

    def _start_media_description(self, attrs_d: dict[str, str]) -> None:
        self.push("bs_description", 0)

    def _end_media_description(self) -> None:
        self._keep("description")

    def _start_media_text(self, attrs_d: dict[str, str]) -> None:
        self.push("bs_text", 0)

    def _end_media_text(self) -> None:
        self._keep("text")

    def _start_media_credit(self, attrs_d: dict[str, str]) -> None:
        self.push("bs_credit", 0)

    def _end_media_credit(self) -> None:
        self._keep("credit")

    def _start_media_copyright(self, attrs_d: dict[str, str]) -> None:
        self.push("bs_copyright", 0)

    def _end_media_copyright(self) -> None:
        self._keep("copyright")

    # Beside a description these would become the entry's content, or take its place.
    def _start_itunes_summary(self, attrs_d: dict[str, str]) -> None:
        self.push("itunes_summary", 1)

    def _end_itunes_summary(self) -> None:
        self.pop("itunes_summary")

    def _start_itunes_subtitle(self, attrs_d: dict[str, str]) -> None:
        self.push("itunes_subtitle", 1)

    def _end_itunes_subtitle(self) -> None:
        self.pop("itunes_subtitle")

    def _start_dc_description(self, attrs_d: dict[str, str]) -> None:
        self.push("dc_description", 1)

    def _end_dc_description(self) -> None:
        self.pop("dc_description")

    def _start_itunes_title(self, attrs_d: dict[str, str]) -> None:
        self.push("itunes_title", 1)

    def _end_itunes_title(self) -> None:
        self.pop("itunes_title")

    # A picture inside an item: feedparser would write it over the channel's.
    def _start_image(self, attrs_d: dict[str, str]) -> None:
        if not self.inentry:
            super()._start_image(attrs_d)
            return
        self.push("bs_image", 0)
        if address := attrs_d.get("url") or attrs_d.get("href"):
            self._get_context()["bs_image"] = address

    def _end_image(self) -> None:
        if not self.inentry:
            super()._end_image()
            return
        text = (self.pop("bs_image") or "").strip()
        if text:
            self._get_context().setdefault("bs_image", text)

    def _start_url(self, attrs_d: dict[str, str]) -> None:
        if self.elementstack and self.elementstack[-1][0] == "bs_image":
            self.push("bs_image_url", 0)
        else:
            super()._start_url(attrs_d)

    def _end_url(self) -> None:
        if self.elementstack and self.elementstack[-1][0] == "bs_image_url":
            text = (self.pop("bs_image_url") or "").strip()
            if text:
                self._get_context()["bs_image"] = text
        else:
            super()._end_url()


_Strict: type[Any] = type("_Strict", (_Parts, StrictFeedParser), {})
_Loose: type[Any] = type("_Loose", (_Parts, LooseFeedParser), {})


def _parsed(data: bytes, address: str | None, max_entries: int) -> tuple[Any, str]:
    """The parser that has read the data, and the form's name: strict first, loose where that fails."""
    facts: dict[str, Any] = {}
    data = convert_to_utf8({}, data.lstrip(b" \t\r\n"), facts)
    # It also drops every entity that is not plain text, so that none can multiply or reach outside.
    version, data, entities = replace_doctype(data.translate(None, _CONTROLS))
    base = address if address and address.startswith(("http:", "https:")) else ""
    parser = _strictly(data, base, max_entries) if facts["encoding"] else None
    if parser is None:
        parser = _prepared(_Loose(base, None, "utf-8", entities), max_entries)
        parser.feed(data.decode("utf-8", "replace"))
    return parser, version or parser.version


def _strictly(data: bytes, base: str, max_entries: int) -> Any | None:
    parser = _prepared(_Strict(base, None, "utf-8"), max_entries)
    sax = xml.sax.make_parser()  # noqa: S317 - entities are dropped above, external ones are off below
    sax.setFeature(xml.sax.handler.feature_namespaces, True)
    sax.setFeature(xml.sax.handler.feature_external_ges, False)
    sax.setContentHandler(parser)
    sax.setErrorHandler(parser)
    source = xml.sax.xmlreader.InputSource()
    source.setByteStream(io.BytesIO(data))
    try:
        sax.parse(source)
    except xml.sax.SAXException:
        return None
    return parser


def _prepared(parser: Any, max_entries: int) -> Any:
    parser.max_entries = max_entries
    parser.resolve_relative_uris = parser.sanitize_html = False
    return parser


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
    found = []
    for author in _get(holder, "authors") or ():
        name = _text(author, "name")
        if name and (person := Person(unescaped(name), _text(author, "href"))) not in found:
            found.append(person)
    return tuple(found)


def _links(holder: dict[str, Any], rel: str) -> list[dict[str, Any]]:
    return [link for link in _get(holder, "links") or () if _text(link, "rel") == rel and _text(link, "href")]


def _channel(feed: dict[str, Any]) -> Channel:
    own = _links(feed, "self")
    image = _get(feed, "image")
    title, about = _markup(feed, "title"), _markup(feed, "subtitle")
    return Channel(
        title=_plain(title),
        site_url=_text(feed, "link"),
        self_url=_text(own[0], "href") if own else None,
        language=_text(feed, "language"),
        description=_plain(about) or _text(feed, "itunes_summary", "dc_description"),
        publisher=_text(feed, "publisher"),
        rights=_text(feed, "rights"),
        logo=_text(feed, "logo", "icon") or (_text(image, "href") if isinstance(image, dict) else None),
        authors=_people(feed),
    )


def _plain(markup: Markup | None) -> str | None:
    if markup is None:
        return None
    return unescaped(_TAG.sub(" ", markup.value) if markup.is_html else markup.value) or None


def _entry(entry: dict[str, Any], feed: dict[str, Any]) -> Entry:
    links = [_text(link, "href") or "" for link in _links(entry, "alternate")]
    original = _text(entry, "feedburner_origlink")
    link = original or _text(entry, "link") or (links[0] if links else None)
    identity = _text(entry, "id")
    media_of_entry = _get(entry, "bs_media_of_entry") or {}
    title = _markup(entry, "title")
    if title is None and (text := _text(entry, "itunes_title") or _text(media_of_entry, "title")):
        title = Markup(text, False)
    summary = _markup(entry, "summary")
    if summary is None and (
        text := _text(entry, "dc_description")
        or next(_captions(entry), None)
        or _text(entry, "itunes_summary", "itunes_subtitle")
    ):
        summary = _as_markup(text, {})
    source = _get(entry, "source")
    return Entry(
        id=identity,
        id_is_address=identity is not None and link in (None, identity),
        link=link,
        other_links=tuple(dict.fromkeys(other for other in [_text(entry, "link"), *links] if other and other != link)),
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
        source=_text(source, "title") if isinstance(source, dict) else None,
    )


def _entry_language(entry: dict[str, Any]) -> str | None:
    details = [*(_get(entry, "content") or ()), _get(entry, "title_detail") or {}]
    return next((language for detail in details if (language := _text(detail, "language"))), None)


def _captions(entry: dict[str, Any]) -> Iterator[str]:
    """Descriptions in Media RSS, for an entry that has no other (video channels)."""
    for holder in (_get(entry, "bs_media_of_entry") or {}, *(_get(entry, "bs_media") or ())):
        for part in (holder, holder.get("outer") or {}):
            if text := part.get("description"):
                yield text


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
