"""feedparser's parser, taken apart as far as its own parse() does and put together with our parts:

- Media RSS keeps which credit, caption and thumbnail belong to which content, and never takes the place of the
  entry's own title and description; nor do iTunes summaries and pictures inside an item.
- Its sanitiser and its resolving of addresses inside markup are off (half of its time); `ingest.sanitise` does both.
- Entries after the limit are counted and skipped.
"""

import io
import re
import xml.sax
from typing import TYPE_CHECKING, Any

from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.sanitizer import replace_doctype

from ingest.charset import xml_of
from ingest.text import unescaped

_CONTROLS = bytes(set(range(32)) - {9, 10, 13})
_TAG = re.compile(r"<[^<>]*>")

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
        def _start_guid(self, attrs_d: dict[str, str]) -> None: ...
        def _start_image(self, attrs_d: dict[str, str]) -> None: ...
        def _end_image(self) -> None: ...
        def _start_url(self, attrs_d: dict[str, str]) -> None: ...
        def _end_url(self) -> None: ...
else:
    from feedparser.mixin import _FeedParserMixin


_TEXT_HANDLERS = ("handle_data", "handle_charref", "handle_entityref")


def _ignore(*_: object) -> None:
    """Text inside an entry that is skipped."""


class _Parts(_FeedParserMixin):
    """What is done differently from feedparser; mixed into its strict and its loose parser."""

    max_entries = 0
    beyond = 0
    _skipped_depth = 0
    _in_picture = False
    _media: tuple[dict[str, Any], ...] = ()
    _group: int | None = None
    _groups = 0

    # Entries after the limit: only their ends are looked for.
    def unknown_starttag(self, tag: str, attrs: Any) -> None:
        if self._skipped_depth:
            self._skipped_depth += 1
        elif self._in_picture and tag not in ("url", "image"):
            return
        elif tag.rsplit(":", 1)[-1] in ("item", "entry") and len(self.entries) >= self.max_entries:
            self.beyond += 1
            self._skipped_depth = 1
            # On the instance: asking in every call would cost all text a tenth more.
            for name in _TEXT_HANDLERS:
                setattr(self, name, _ignore)
        else:
            super().unknown_starttag(tag, attrs)

    def unknown_endtag(self, tag: str) -> None:
        if self._in_picture and tag not in ("url", "image", "item", "entry"):
            return
        if not self._skipped_depth:
            super().unknown_endtag(tag)
        elif tag.rsplit(":", 1)[-1] in ("item", "entry"):
            # The loose parser does not balance tags: the item's own end ends it, whatever stayed open.
            self._skipped_depth = 0
            for name in _TEXT_HANDLERS:
                delattr(self, name)
        else:
            self._skipped_depth = max(1, self._skipped_depth - 1)

    def handle_charref(self, ref: str) -> None:
        try:
            super().handle_charref(ref)
        except (ValueError, OverflowError):
            return  # '&#xffffffff;' is no character

    def _start_item(self, attrs_d: dict[str, str]) -> None:
        super()._start_item(attrs_d)
        self._media, self._group = (), None

    def _end_item(self) -> None:
        super()._end_item()
        self._media, self._group, self._in_picture = (), None, False

    _start_entry = _start_item
    _end_entry = _end_item

    def _start_guid(self, attrs_d: dict[str, str]) -> None:
        super()._start_guid(attrs_d)
        self._get_context()["bs_permalink"] = attrs_d.get("ispermalink", "true").strip().lower() == "true"

    _start_id = _start_guid

    # feedparser looks for addresses of mail in names, and finds "editor@times.exam" before "ple (Ann Lee)".
    def _sync_author_detail(self, key: str = "author") -> None:
        context = self._get_context()
        people, text = dict.get(context, "authors"), dict.get(context, "author")
        if key == "author" and people and text and not people[-1].get("name"):
            people[-1]["name"] = text

    # Not RSS' webMaster, who keeps the server and publishes nothing.
    def _start_dc_publisher(self, attrs_d: dict[str, str]) -> None:
        self.push("bs_publisher", 1)

    def _end_dc_publisher(self) -> None:
        self.pop("bs_publisher")

    # Dates stay as printed: `ingest.dates` reads them with their offsets, which feedparser drops.
    def _end_published(self) -> None:
        self.pop("published")

    _end_issued = _end_pubdate = _end_published

    def _end_updated(self) -> None:
        self.pop("updated")

    _end_modified = _end_lastbuilddate = _end_updated

    def _end_created(self) -> None:
        self.pop("created")

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
        self._get_context().setdefault("bs_groups", []).append(self._media[0])

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

    # When not to be asked: many hours and days, of which feedparser would keep the last.
    def _start_hour(self, attrs_d: dict[str, str]) -> None:
        self.push("bs_skip", 0)

    def _end_hour(self) -> None:
        self._keep_skipped("bs_skip_hours")

    _start_day = _start_hour

    def _end_day(self) -> None:
        self._keep_skipped("bs_skip_days")

    def _keep_skipped(self, name: str) -> None:
        text = self.pop("bs_skip")
        if text and not self.inentry:
            self.feeddata.setdefault(name, []).append(text)

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
        self._in_picture = True
        self.push("bs_image", 0)
        if address := attrs_d.get("url") or attrs_d.get("href"):
            self._get_context()["bs_image"] = address

    def _end_image(self) -> None:
        if not self.inentry:
            super()._end_image()
            return
        self._in_picture = False
        text = (self.pop("bs_image") or "").strip()
        if text.startswith(("http", "/")):
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


def parsed(data: bytes, address: str | None, max_entries: int, charset: str | None = None) -> tuple[Any, str]:
    """The parser that has read the data, and the form's name: strict first, loose where that fails. `charset`: what the
    server says."""
    data = xml_of(data.lstrip(b" \t\r\n"), charset)
    # It also drops every entity that is not plain text, so that none can multiply or reach outside.
    version, data, entities = replace_doctype(data.translate(None, _CONTROLS))
    base = address if address and address.startswith(("http:", "https:")) else ""
    parser = _strictly(data, base, max_entries)
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
