"""Entry to article: what a feed entry says, as the clean content of an article, or the reason why it can't be one.

How much of the text a feed carries (`body_extent`):
- FULL: the entry has a content of its own (content:encoded, Atom content, JSON Feed content), or a description that is
  evidently the whole text: two paragraphs of more than five words, or 150 words;
- EXCERPT: any other description, and whatever breaks off ('…', '[…]', 'Read more');
- NONE: no text.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import orjson

from ingest import language, rights, sanitise, search_text, topics, url
from ingest.byline import Byline, byline
from ingest.dates import Moment, moment
from ingest.feed import Channel, Document, Entry, Markup, Person
from ingest.media import Enclosure, Image, enclosures, images, kind_of
from ingest.text import cut, one_line, unescaped, word_count
from ingest.wire import Wire, read_wire

HEADLINE_LIMIT = 500
LEAD_LIMIT = 500
_WHOLE_PARAGRAPHS = 2
_WORDS_OF_PARAGRAPH = 5
_WHOLE_WORDS = 150
_FILM_WORDS = 150
_GALLERY_IMAGES = 5
_GALLERY_WORDS = 40
_BREAKS_OFF = re.compile(
    r"(?:…|\.\.\.|\[\s*(?:…|\.{3})\s*\]"
    r"|[(\[]?(?:read|see|show|learn) ?(?:more|on|the full (?:story|article))?[)\]]?|continue reading.*"
    r"|weiterlesen|mehr lesen|lire la suite|leer más|seguir leyendo|leggi tutto|ler mais|lees verder"
    r"|続きを読む|全文を読む|더 보기|阅读全文)\s*(?:»|›|>+|→|\.{3}|…)*\s*$",
    re.IGNORECASE,
)
# What no headline means to say, even where it is called plain text.
_ACTIVE = re.compile(
    r"<\s*/?\s*(?:script|style|iframe|object|embed|svg|math|img|link|meta|form|input)\b", re.IGNORECASE
)
_LIVE = re.compile(r"/(?:live|liveblog|live-blog|live-updates?|liveticker|en-direct|en-vivo|directo)(?:/|-|$)", re.I)
_GALLERY = re.compile(
    r"/(?:galler(?:y|ies)|photo-?galler(?:y|ies)|photos|in-pictures|slideshow|bildergalerie|diaporama|fotostrecke)"
    r"(?:/|-|$)",
    re.IGNORECASE,
)
_FILM = re.compile(r"/(?:videos?|watch|mediathek)(?:/|$)", re.IGNORECASE)
# Schemes in which blog software files its entries, which say nothing about the subject.
_NO_SUBJECT = re.compile(r"schemas\.google\.com/.*#kind|schemas\.google\.com/g/2005", re.IGNORECASE)
_MAX_CATEGORIES = 50
_MAX_CATEGORY = 100
_MAX_SUBJECT = 200


class Extent(StrEnum):
    """How much of an article's text its entry carried."""

    NONE = "NONE"
    EXCERPT = "EXCERPT"
    FULL = "FULL"


class Reason(StrEnum):
    """Why an entry became no article."""

    NO_ADDRESS = "no address"
    NOTHING_TO_READ = "no headline and no text"
    NO_ENTRY = "no entry"
    BEYOND_LIMIT = "beyond the limit of entries"


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of an article's page, which is kept beside what a feed carried."""

    html: str
    text: str
    extent: Extent


@dataclass(frozen=True, slots=True)
class Content:
    """An article as one entry gives it. `body_*`: what a feed carried; `page`: what a page says, where that gave it.
    `published` is None where the feed has no usable date; `updated` is the publisher's word that the content changed
    since. `subjects`: all that may name a topic: section, categories, codes. `embargoed_until`, `expires`: between them
    it may be seen. `aliases`: other addresses of the same page."""

    url: str
    aliases: tuple[str, ...]
    guid: str | None
    kind: str
    headline: str
    lead: str | None
    body_html: str | None
    body_text: str | None
    body_extent: Extent
    byline: str | None
    authors: tuple[Person, ...]
    dateline: str | None
    credit: str | None
    rights_holder: str | None
    rights_notice: str | None
    section: str | None
    language: str
    categories: tuple[str, ...]
    topics: tuple[str, ...]
    published: Moment | None
    updated: Moment | None
    images: tuple[Image, ...]
    enclosures: tuple[Enclosure, ...]
    word_count: int
    hash: bytes = field(repr=False)
    search: str = field(repr=False)
    subjects: tuple[str, ...] = ()
    embargoed_until: Moment | None = None
    expires: Moment | None = None
    page: PageText | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry of a document: known again by `hash`, and either content or the reason for having none, with the entry
    itself (JSON) to keep it aside."""

    hash: bytes
    content: Content | None
    set_aside: StrEnum | None = None
    raw: str | None = None


def candidates(document: Document, *, site_url: str | None, now: datetime) -> list[Candidate]:
    """What each entry of a document would become, in their order, then what is none. `site_url` is the channel's
    homepage, absolute. Dates more than a day after `now` are not believed."""
    # Where a feed does not say its language, its texts together say it better than each alone.
    hint = language.normalised(document.channel.language) or _common_language(document)
    found = [_candidate(entry, document.channel, site_url, hint, now) for entry in document.entries]
    return found + [_stray(text) for text in document.strays]


def content_hash(headline: str, lead: str | None, body_html: str | None) -> bytes:
    """What readers are told, as 16 bytes: two entries with the same hash say the same."""
    return hashlib.blake2b("\0".join((headline, lead or "", body_html or "")).encode(), digest_size=16).digest()


def _candidate(entry: Entry, channel: Channel, site_url: str | None, hint: str | None, now: datetime) -> Candidate:
    raw = orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)
    made = _content(entry, channel, site_url, hint, now)
    digest = hashlib.blake2b(raw, digest_size=16).digest()
    if isinstance(made, Reason):
        return Candidate(digest, None, made, raw.decode())
    return Candidate(digest, made)


def _stray(text: str) -> Candidate:
    raw = orjson.dumps(text)
    return Candidate(hashlib.blake2b(raw, digest_size=16).digest(), None, Reason.NO_ENTRY, raw.decode())


def _content(entry: Entry, channel: Channel, site_url: str | None, hint: str | None, now: datetime) -> Content | Reason:
    address, aliases = _addresses(entry, site_url)
    if address is None:
        return Reason.NO_ADDRESS
    summary_html = _html(entry.summary, address)
    content_html = _html(entry.content, address)
    published, updated = _dates(entry, now)
    signed = _signed(entry, channel)
    text = _text(entry, summary_html, content_html, hint, published, _credited_beside(entry, signed))
    wire = text.wire
    headline = text.title or _first_words(wire.body_text)
    if not headline and not wire.body_text:
        return Reason.NOTHING_TO_READ
    pictures = _credited(images(entry.media, sanitise.pictures(wire.body_html or ""), address), wire.image_credit)
    if wire.byline and signed.printed is None:
        signed = byline([Person(wire.byline)])
    categories = _categories(entry)
    notice, holder = _rights(wire, entry, channel)
    words = word_count(wire.body_text or "")
    is_content = content_html is not None
    subjects = _subjects(entry, categories, wire.section)
    return Content(
        url=address,
        aliases=aliases,
        guid=entry.id,
        kind=_kind(entry, address, headline, words, len(pictures)),
        headline=headline or "",
        lead=text.lead,
        body_html=wire.body_html,
        body_text=wire.body_text,
        body_extent=_extent(wire.body_text, is_content=is_content) if wire.body_html else Extent.NONE,
        byline=signed.printed,
        authors=tuple(Person(each.name, url.canonical(each.url or "", site_url)) for each in signed.people),
        dateline=wire.dateline,
        credit=wire.credit or signed.agency,
        rights_holder=holder,
        rights_notice=notice,
        section=_section(entry, categories) or wire.section,
        language=text.language,
        categories=categories,
        topics=tuple(topic.slug for topic in topics.topics_of(subjects)),
        published=published or moment(wire.local_time, now=now),
        updated=updated,
        images=pictures,
        enclosures=enclosures(entry.media, address),
        word_count=words,
        hash=content_hash(headline or "", text.lead, wire.body_html),
        search=search_text.tsvector(
            headline=headline or "", lead=text.lead, byline=signed.printed, body=wire.body_text
        ),
        subjects=tuple(dict.fromkeys(text for text in subjects if len(text) <= _MAX_SUBJECT))[:_MAX_CATEGORIES],
        # Believed however far ahead they are: that is what they are for.
        embargoed_until=moment(entry.embargoed_until),
        expires=moment(entry.expires),
    )


@dataclass(frozen=True, slots=True)
class _Text:
    """What an entry tells: its title, its language, its lead, and the body with its wire marks taken apart."""

    title: str | None
    language: str
    lead: str | None
    wire: Wire


def _text(
    entry: Entry,
    summary_html: str | None,
    content_html: str | None,
    hint: str | None,
    published: Moment | None,
    credited: Sequence[str],
) -> _Text:
    title = _plain(entry.title, HEADLINE_LIMIT)
    summary = sanitise.plain_text(summary_html) if summary_html else ""
    body_html = content_html or summary_html
    body_text = (sanitise.plain_text(content_html) if content_html else summary) or None
    parts = (title or "", one_line(summary)[:LEAD_LIMIT], (body_text or "")[:1000])
    spoken = language.identify(" ".join(part for part in parts if part), entry.language or hint)
    wire = read_wire(title or "", body_html, body_text, spoken, published, credited)
    if not content_html or not summary:
        return _Text(title, spoken, _lead(wire.body_text if summary else None, wire.body_text), wire)
    # A summary beside the text begins as the text does, and may say more of its origin.
    told = read_wire(title or "", None, one_line(summary), spoken, published, credited)
    wire = replace(wire, dateline=wire.dateline or told.dateline, credit=wire.credit or told.credit)
    return _Text(title, spoken, _lead(told.body_text, wire.body_text), wire)


def _credited(pictures: tuple[Image, ...], credit: str | None) -> tuple[Image, ...]:
    """The pictures; a credit that stands somewhere in the text is that of the only one, if it has none."""
    if credit is None or len(pictures) != 1 or pictures[0].credit:
        return pictures
    return (replace(pictures[0], credit=credit),)


def _rights(wire: Wire, entry: Entry, channel: Channel) -> tuple[str | None, str | None]:
    """Notice and holder: what the text says of itself before what its entry and its feed say; a notice that names a
    holder before one that does not."""
    said = [(wire.rights_notice, wire.rights_holder)] if wire.rights_notice else []
    said += [(made, rights.holder(made)) for text in (entry.rights, channel.rights) if (made := rights.notice(text))]
    return next((pair for pair in said if pair[1]), said[0] if said else (None, None))


def _addresses(entry: Entry, site_url: str | None) -> tuple[str | None, tuple[str, ...]]:
    """The canonical address and the others: the link, else the id where it is one, else the enclosure's."""
    host = url.host_of(site_url)

    def made(addresses: Sequence[str | None], base: str | None) -> list[str]:
        forms = (url.canonical(address, base, feed_host=host) for address in addresses if address)
        return [form for form in forms if form]

    found = made([entry.link, *entry.other_links], site_url)
    if not found and entry.id_is_address:
        # A relative id is a name, not an address.
        found = made([entry.id], None)
    if not found:
        found = made([medium.url for medium in entry.media if kind_of(medium) != "image"], site_url)[:1]
    if not found:
        return None, ()
    # As it was printed, tracking and all: readers may come with it.
    printed = url.absolute(entry.link or "", site_url)
    others = [*found[1:], *([printed] if printed and printed.isascii() and len(printed) <= url.MAX_LENGTH else [])]
    return found[0], tuple(dict.fromkeys(other for other in others if other != found[0]))


def _html(markup: Markup | None, base: str | None) -> str | None:
    if markup is None:
        return None
    base = url.absolute(markup.base or "", base) or base
    if not markup.is_html:
        return sanitise.from_plain(markup.value) or None
    return sanitise.in_blocks(sanitise.sanitise(markup.value, base)) or None


def _extent(text: str | None, *, is_content: bool) -> Extent:
    """How much of the text a body is, by the rule at the top of this file."""
    if text and _BREAKS_OFF.search(text[-120:]):
        return Extent.EXCERPT
    if is_content or not text:
        return Extent.FULL if is_content else Extent.EXCERPT
    paragraphs = sum(1 for part in text.split("\n\n") if word_count(part) > _WORDS_OF_PARAGRAPH)
    is_whole = paragraphs >= _WHOLE_PARAGRAPHS or word_count(text) >= _WHOLE_WORDS
    return Extent.FULL if is_whole else Extent.EXCERPT


def _plain(markup: Markup | None, limit: int) -> str | None:
    if markup is None:
        return None
    is_html = markup.is_html or _ACTIVE.search(markup.value)
    return cut(unescaped(sanitise.text_of(markup.value) if is_html else markup.value), limit) or None


def _first_words(body_text: str | None) -> str | None:
    """A headline for what has none: the first line, as far as a headline goes."""
    first = next((line for line in (body_text or "").split("\n") if any(c.isalnum() for c in line)), "")
    return cut(one_line(first), 100) or None


def _lead(summary: str | None, body_text: str | None) -> str | None:
    """The publisher's abstract, else the first paragraph."""
    text = one_line(summary or "")
    if not text and body_text:
        text = one_line(next((part for part in body_text.split("\n\n") if word_count(part) > 3), body_text))
    return cut(text, LEAD_LIMIT) or None


def _signed(entry: Entry, channel: Channel) -> Byline:
    # Atom and JSON Feed: an entry without authors has the feed's.
    people = entry.authors or channel.authors
    return byline(people, (channel.title or "", channel.publisher or ""))


def _credited_beside(entry: Entry, signed: Byline) -> list[str]:
    """Who is credited for an entry and is no person: small agencies are known by that."""
    named = [one_line(person.name) for person in entry.authors if person.name]
    holder = rights.holder(rights.notice(entry.rights))
    people = {person.name for person in signed.people}
    return [name for name in (*named, holder) if name and name not in people]


def _dates(entry: Entry, now: datetime) -> tuple[Moment | None, Moment | None]:
    published, updated = moment(entry.published, now=now), moment(entry.updated, now=now)
    if published is None:
        return updated, None
    # Within a minute it is the same act of publishing.
    changed = updated is not None and updated.instant > published.instant + timedelta(minutes=1)
    return published, updated if changed else None


def _kind(entry: Entry, address: str, headline: str | None, words: int, image_count: int) -> str:
    path = address.split("?")[0]
    labels = {one_line(category.term).lower() for category in entry.categories}
    if (
        _LIVE.search(path)
        or labels & {"live blog", "liveblog", "live"}
        or re.match(r"live[:\s-]*:", headline or "", re.I)
    ):
        return "LIVE"
    for medium in entry.media:
        kind = kind_of(medium)
        # A long text with a sound beside it is a text that can be listened to, unless the feed is a podcast's.
        if kind in ("audio", "video") and (words < _FILM_WORDS or entry.duration or medium.url == entry.link):
            return kind.upper()
    if _FILM.search(path) and words < _FILM_WORDS:
        return "VIDEO"
    if _GALLERY.search(path) or (image_count >= _GALLERY_IMAGES and words < _GALLERY_WORDS * image_count):
        return "GALLERY" if image_count > 1 or _GALLERY.search(path) else "TEXT"
    return "TEXT"


def _categories(entry: Entry) -> tuple[str, ...]:
    """The publisher's categories as printed, each once."""
    found: dict[str, None] = {}
    for category in entry.categories:
        if category.scheme and _NO_SUBJECT.search(category.scheme):
            continue
        text = unescaped(category.label or category.term)
        if text and len(text) <= _MAX_CATEGORY and "://" not in text:
            found.setdefault(text)
    return tuple(found)[:_MAX_CATEGORIES]


def _subjects(entry: Entry, categories: Sequence[str], section: str | None) -> list[str]:
    """All that may name a topic: the sections, the categories, and terms that hold an IPTC code."""
    codes = [category.term for category in entry.categories if category.term not in categories]
    return [text for text in (entry.section, *categories, *codes, section) if text]


def _section(entry: Entry, categories: Sequence[str]) -> str | None:
    """The part of the outlet: as it is marked (PRISM, a category of a scheme called section), else the first category
    that is a subject's name."""
    marked = next((c.label or c.term for c in entry.categories if re.search(r"section", c.scheme or "", re.I)), None)
    named = next((category for category in categories if topics.topic_of(category)), None)
    text = unescaped(entry.section or marked or named or "")
    return text if text and len(text) <= _MAX_CATEGORY else None


def _common_language(document: Document) -> str | None:
    parts = [
        sanitise.text_of(markup.value[:500]) if markup.is_html else markup.value[:500]
        for entry in document.entries[:20]
        for markup in (entry.title, entry.summary or entry.content)
        if markup is not None
    ]
    found = language.identify(" ".join(parts))
    return None if found == language.UNKNOWN else found


def utc(now: datetime) -> Moment:
    """Our own clock as a moment, for what has no date."""
    return Moment.of(now.astimezone(UTC))
