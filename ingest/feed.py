"""A feed document, read: bytes in, channel facts and entries out, nothing judged yet.

Strings are clean (`ingest.text.clean`) and otherwise as the feed gave them; markup is not sanitised and addresses are
not canonical here.
"""

from dataclasses import dataclass
from enum import StrEnum

from ingest.wishes import NO_WISHES, Wishes

MAX_ENTRIES = 10_000


class UnreadableError(Exception):
    """The document is not a feed that we can read; the message says why, in words for an operator."""


class Role(StrEnum):
    """How a medium came: as the entry's enclosure, as Media RSS content, or as a picture standing for the entry."""

    ENCLOSURE = "ENCLOSURE"
    CONTENT = "CONTENT"
    THUMBNAIL = "THUMBNAIL"


@dataclass(frozen=True, slots=True)
class Markup:
    """Text as a feed gave it: HTML or plain, with the address that its relative addresses are relative to."""

    value: str
    is_html: bool
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who signs, and the address of a page about them."""

    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """A publisher's category: what to show (label), what it says (term), and in which scheme."""

    term: str
    label: str | None = None
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture, sound, film or other file. `group`: media of one number are versions of one thing."""

    role: Role
    url: str
    mime_type: str | None = None
    kind: str | None = None
    byte_length: str | None = None
    width: str | None = None
    height: str | None = None
    duration: str | None = None
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed as it came. Dates are the printed texts; `id_is_address`: the id may stand in for a link;
    `other_links`: further addresses of the same page."""

    id: str | None = None
    id_is_address: bool = False
    link: str | None = None
    other_links: tuple[str, ...] = ()
    title: Markup | None = None
    summary: Markup | None = None
    content: Markup | None = None
    published: str | None = None
    updated: str | None = None
    authors: tuple[Person, ...] = ()
    categories: tuple[Category, ...] = ()
    media: tuple[Medium, ...] = ()
    language: str | None = None
    rights: str | None = None
    section: str | None = None
    duration: str | None = None
    embargoed_until: str | None = None
    expires: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says about itself. `self_url`: where it says it is found."""

    title: str | None = None
    site_url: str | None = None
    self_url: str | None = None
    language: str | None = None
    description: str | None = None
    publisher: str | None = None
    rights: str | None = None
    logo: str | None = None
    authors: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A feed document. `beyond`: how many entries stood after the last one that was taken; `strays`: what stood where
    an entry is expected and is none, as its text; `wishes`: when it wants to be asked."""

    form: str
    channel: Channel
    entries: tuple[Entry, ...]
    beyond: int = 0
    strays: tuple[str, ...] = ()
    wishes: Wishes = NO_WISHES


def read(
    data: bytes, address: str | None = None, *, max_entries: int = MAX_ENTRIES, charset: str | None = None
) -> Document:
    """The document in `data` (RSS 0.9x to 2.0, RDF, Atom, JSON Feed); `address`: where it was found, if it was on the
    web; `charset`: the encoding that the server named, for a document that names none. Raises UnreadableError."""
    # Imported here, so that who only needs the types does not load the parser (40 ms, 8 MB).
    from ingest import feed_json, feed_xml

    head = data.lstrip(b"\xef\xbb\xbf \t\r\n\x00")[:1]
    if not head:
        raise UnreadableError("empty")
    if head in b"{[":
        return feed_json.read(data, address, max_entries)
    return feed_xml.read(data, address, max_entries, charset)


def looks_like_feed(head: bytes) -> bool:
    """Whether the first kilobytes of a file smell of a feed, whatever the file is called."""
    # UTF-16 and UTF-32 are ASCII with zeros between.
    text = head.replace(b"\x00", b"").lower()
    return any(mark in text for mark in (b"<rss", b"<feed", b"<rdf:rdf", b"<channel", b"jsonfeed.org/version"))
