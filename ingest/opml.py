"""OPML: lists of feeds, as feed readers hand them on (http://opml.org/spec2.opml)."""

import html
import re
import xml.parsers.expat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import quoteattr

from ingest.charset import xml_of

MAX_BYTES = 15 * 1024 * 1024
MAX_OUTLINES = 10_000
MAX_DEPTH = 50

_STRAY = re.compile(rb"&(?!#[0-9]{1,7};|#[xX][0-9A-Fa-f]{1,6};|(?:amp|lt|gt|quot|apos);)")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class UnreadableOpmlError(Exception):
    """The file is no OPML that we can read; the message says why, in words for an operator."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed of a list. `url` as the list has it, not checked; `folders` are the titles above it, outermost first."""

    url: str
    title: str | None = None
    site_url: str | None = None
    folders: tuple[str, ...] = ()


def read(data: bytes) -> tuple[Outline, ...]:
    """The feeds of a list, in its order, each address once. Raises UnreadableOpmlError.

    Read with expat itself, which resolves nothing from elsewhere; a file that declares an entity is refused before
    anything can grow. Ampersands that should have been escaped are forgiven: half of all exporters forget them.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableOpmlError(f"larger than {MAX_BYTES // (1024 * 1024)} MiB")
    data = xml_of(data)
    try:
        return _Reader().read(data)
    except (xml.parsers.expat.ExpatError, ValueError) as first:
        try:
            return _Reader().read(_STRAY.sub(b"&amp;", data))
        except (xml.parsers.expat.ExpatError, ValueError):
            raise UnreadableOpmlError(f"not XML: {str(first)[:200]}") from None


def write(feeds: Sequence[Outline], *, title: str, now: datetime) -> bytes:
    """A list of feeds, in the order given, feeds of one folder together where they follow each other."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head>{_element('title', title)}{_element('dateCreated', format_datetime(now))}</head>",
        "  <body>",
    ]
    open_folders: tuple[str, ...] = ()
    for feed in feeds:
        lines += _between(open_folders, feed.folders)
        open_folders = feed.folders
        name = feed.title or feed.url
        site = f" htmlUrl={_quoted(feed.site_url)}" if feed.site_url else ""
        indent = "  " * (2 + len(open_folders))
        lines.append(
            f'{indent}<outline type="rss" text={_quoted(name)} title={_quoted(name)} xmlUrl={_quoted(feed.url)}{site}/>'
        )
    lines += [*_between(open_folders, ()), "  </body>", "</opml>", ""]
    return "\n".join(lines).encode()


class _Reader:
    def __init__(self) -> None:
        self._found: dict[str, Outline] = {}
        # One entry for each open outline: its title if it is a folder, None if it is a feed.
        self._open: list[str | None] = []
        self._depth = 0
        self._rooted = False

    def read(self, data: bytes) -> tuple[Outline, ...]:
        parser = xml.parsers.expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.EntityDeclHandler = self._entity
        parser.Parse(data, True)
        return tuple(self._found.values())

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnreadableOpmlError(f"nested deeper than {MAX_DEPTH}")
        name = name.lower()
        if not self._rooted:
            if name != "opml":
                raise UnreadableOpmlError(f"no OPML: it begins with <{name[:20]}>")
            self._rooted = True
        if name != "outline":
            return
        given = {key.lower(): " ".join(html.unescape(value).split()) for key, value in attributes.items()}
        title = given.get("title") or given.get("text") or None
        url = given.get("xmlurl")
        self._open.append(None if url else title)
        if url and url not in self._found:
            if len(self._found) >= MAX_OUTLINES:
                raise UnreadableOpmlError(f"more than {MAX_OUTLINES:,} feeds")
            folders = tuple(folder for folder in self._open if folder)
            self._found[url] = Outline(url, title, given.get("htmlurl") or None, folders)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name.lower() == "outline":
            self._open.pop()

    def _entity(self, *_: object) -> None:
        raise UnreadableOpmlError("it declares entities, which no list of feeds needs")


def _between(now: tuple[str, ...], then: tuple[str, ...]) -> list[str]:
    """The lines that close folders that are over and open those that begin."""
    same = 0
    while same < min(len(now), len(then)) and now[same] == then[same]:
        same += 1
    closing = ["  " * (2 + depth) + "</outline>" for depth in reversed(range(same, len(now)))]
    opening = ["  " * (2 + depth) + f"<outline text={_quoted(then[depth])}>" for depth in range(same, len(then))]
    return closing + opening


def _quoted(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("", text))


def _element(name: str, text: str) -> str:
    escaped = html.escape(_FORBIDDEN.sub("", text), quote=False)
    return f"<{name}>{escaped}</{name}>"
