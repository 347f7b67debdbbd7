"""What becomes of the entries of a document: pure decisions between reading and storing.

An article is recognised by its keys: the feed's guid within its source, and its addresses, unless one is a home page
or stands under several entries of the document. Each key is owned by one article; the guid is asked first. An article
that has neither is recognised by its address, headline and date together.

The content of an article changes only by feeds of its own source; and content that it had before changes nothing, so
that two feeds that differ do not turn it back and forth. A feed that carries less of the text than we have may change
the headline, but not the text nor what comes of it or along with it: kind, language, dateline, credit, rights, pictures
and enclosures.

What a page says stands beside what a feed carried and never takes its place: which of them is served is the source's
policy. It is kept if it is no less of the text, and until the feed says something new. An article that came as a page
alone is changed by its page as by a feed, and keeps the page's text when a feed tells of it.

A withheld article takes every entry that names one of its keys, so that what was withheld does not come back under
another guid, or as a second article of the same address.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ingest import search_text, url
from ingest.article import Candidate, Content, Extent, PageText, Reason, content_hash, utc
from ingest.dates import Moment
from ingest.text import word_count

# (kind, scope, value), as in the table article_keys.
Key = tuple[str, str, str]

_MAX_GUID = 500
_MORE = {Extent.NONE: 0, Extent.EXCERPT: 1, Extent.FULL: 2}


@dataclass(frozen=True, slots=True)
class Known:
    """An article that is already there. `hashes`: of all contents that it ever had."""

    id: UUID
    source_id: UUID
    kind: str
    language: str
    headline: str
    lead: str | None
    byline: str | None
    body_html: str | None
    body_text: str | None
    body_extent: Extent
    page: PageText | None
    dateline: str | None
    credit: str | None
    rights_holder: str | None
    rights_notice: str | None
    hashes: frozenset[bytes]
    published_estimated: bool
    updated_at: datetime | None
    withheld: bool = False

    @property
    def is_page(self) -> bool:
        """Whether all of its text is a page's."""
        return self.body_html is None and self.page is not None


@dataclass(frozen=True, slots=True)
class Publish:
    """A new article, with the keys that it owns and the entries (places in the document) that it came of."""

    content: Content
    keys: tuple[Key, ...]
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Revise:
    """New content for an article. `published` is given where only now a date became known; `keeps_media`: pictures and
    enclosures stay those that the article has, whatever the content says."""

    article_id: UUID
    content: Content
    updated: Moment
    published: Moment | None
    keys: tuple[Key, ...]
    entries: tuple[int, ...]
    keeps_media: bool = False


@dataclass(frozen=True, slots=True)
class Keep:
    """An article that stays as it is, except for addresses that it is now known by too."""

    article_id: UUID
    keys: tuple[Key, ...]
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeepPage:
    """An article that stays as it is, with the text of its page beside it (None: with none any more), and with what the
    page knows and the feed did not say."""

    article_id: UUID
    keys: tuple[Key, ...]
    entries: tuple[int, ...]
    page: PageText | None
    dateline: str | None
    credit: str | None
    rights_holder: str | None
    rights_notice: str | None
    word_count: int
    search: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """An entry that becomes no article, and why."""

    entry: int
    reason: StrEnum


Decision = Publish | Revise | Keep | KeepPage | SetAside


def identities(candidates: Sequence[Candidate], source_id: UUID, site_url: str | None) -> list[tuple[Key, ...]]:
    """The keys of each entry, the strongest first; none for an entry without content."""
    guids: defaultdict[str, set[str]] = defaultdict(set)
    addresses: defaultdict[str, set[str]] = defaultdict(set)
    contents = [candidate.content for candidate in candidates]
    for content in filter(None, contents):
        if content.guid:
            guids[content.guid].add(content.url)
        for address in (content.url, *content.aliases):
            addresses[address].add(content.guid or content.headline)
    shared = {address for address, owners in addresses.items() if len(owners) > 1}
    scope = str(source_id)
    return [
        _keys(content, scope, site_url, shared, len(guids.get(content.guid or "", ())) > 1) if content else ()
        for content in contents
    ]


def claims(candidates: Sequence[Candidate], source_id: UUID) -> list[tuple[Key, ...]]:
    """Every key that an entry names, those that recognise no article included: shared addresses, shared guids, home
    pages. Where a withheld article owns one, the entry is taken for that article."""
    scope = str(source_id)
    found: list[tuple[Key, ...]] = []
    for content in (candidate.content for candidate in candidates):
        if content is None:
            found.append(())
            continue
        guid: list[Key] = [("guid", scope, _bounded(content.guid))] if content.guid else []
        found.append((*guid, *(("url", "", address) for address in (content.url, *content.aliases))))
    return found


def _keys(
    content: Content, scope: str, site_url: str | None, shared: set[str], guid_is_shared: bool
) -> tuple[Key, ...]:
    found: list[Key] = []
    if content.guid and not guid_is_shared:
        found.append(("guid", scope, _bounded(content.guid)))
    found += [
        ("url", "", address)
        for address in (content.url, *content.aliases)
        if address not in shared and not url.is_home_page(address, site_url)
    ]
    if not found:
        date = content.published.text if content.published else ""
        found.append(("guid", scope, "stand-in:" + _digest("\0".join((content.url, content.headline, date)))))
    return tuple(found)


def decide(
    candidates: Sequence[Candidate],
    keys: Sequence[tuple[Key, ...]],
    *,
    skip: frozenset[bytes],
    source_id: UUID,
    owners: Mapping[Key, UUID],
    known: Mapping[UUID, Known],
    now: datetime,
    claimed_by: Sequence[tuple[Key, ...]] = (),
) -> list[Decision]:
    """What becomes of each entry. `keys` are the entries' identities, `owners` whose they are already, `known` those
    articles. Entries whose hash is in `skip`, or was met earlier in the document, were decided before. `claimed_by`:
    what `claims` says of the entries; an entry that names a key of a withheld article belongs to that one."""
    withheld = {key: owner for key, owner in owners.items() if known[owner].withheld}
    decisions: list[Decision] = []
    seen = set(skip)
    groups: dict[UUID | int, list[int]] = {}
    group_of: dict[Key, UUID | int] = dict(owners)
    claimed: defaultdict[UUID | int, list[Key]] = defaultdict(list)
    for place, candidate in enumerate(candidates):
        if candidate.hash in seen:
            continue
        seen.add(candidate.hash)
        if candidate.content is None:
            decisions.append(SetAside(place, candidate.set_aside or Reason.NOTHING_TO_READ))
            continue
        named = claimed_by[place] if claimed_by else keys[place]
        group: UUID | int = next(
            (withheld[key] for key in named if key in withheld),
            next((group_of[key] for key in keys[place] if key in group_of), place),
        )
        groups.setdefault(group, []).append(place)
        for key in keys[place]:
            if key not in group_of:
                group_of[key] = group
                claimed[group].append(key)
    for group, places in groups.items():
        content = _newest(candidates[place].content for place in places)
        mine, entries = tuple(claimed[group]), tuple(places)
        if isinstance(group, UUID):
            decisions.append(_for_known(known[group], content, source_id, mine, entries, now))
        else:
            decisions.append(Publish(content, mine, entries))
    return decisions


def _newest(contents: Iterable[Content | None]) -> Content:
    """The latest version among entries of one article; the first where the feed does not say (newest stand first)."""

    def stamp(content: Content) -> float:
        moment = content.updated or content.published
        return moment.instant.timestamp() if moment else 0.0

    return max((content for content in contents if content is not None), key=stamp)


def _for_known(
    article: Known,
    content: Content,
    source_id: UUID,
    keys: tuple[Key, ...],
    entries: tuple[int, ...],
    now: datetime,
) -> Revise | Keep | KeepPage:
    if article.source_id != source_id:
        return Keep(article.id, keys, entries)
    if content.page and not article.is_page:
        return beside(article, content, keys, entries)
    if content.page and article.page:
        is_less = _MORE[content.page.extent] < _MORE[article.page.extent]
    else:
        is_less = _MORE[content.body_extent] < _MORE[article.body_extent]
    if is_less:
        content = _with_text_of(article, content)
    elif article.is_page and not content.page:
        content = _with_page_of(article, content)
    if content.hash in article.hashes:
        return Keep(article.id, keys, entries)
    said = content.updated
    if said is None or (article.updated_at is not None and said.instant <= article.updated_at):
        said = utc(now)
    published = content.published if article.published_estimated else None
    return Revise(article.id, content, said, published, keys, entries, keeps_media=is_less)


def beside(
    article: Known, content: Content, keys: tuple[Key, ...] = (), entries: tuple[int, ...] = ()
) -> Keep | KeepPage:
    """What becomes of the text of an article's page, which never takes the place of what a feed carried."""
    page = content.page
    if page is None or not _is_as_full(page, article.body_extent, article.body_text):
        return Keep(article.id, keys, entries)
    if article.page and _MORE[page.extent] < _MORE[article.page.extent]:
        return Keep(article.id, keys, entries)
    known = content if article.rights_notice is None else article
    made = KeepPage(
        article_id=article.id,
        keys=keys,
        entries=entries,
        page=page,
        dateline=article.dateline or content.dateline,
        credit=article.credit or content.credit,
        rights_holder=known.rights_holder,
        rights_notice=known.rights_notice,
        word_count=word_count(page.text),
        search=_search(article.headline, article.lead, article.byline, article.body_text, page),
    )
    is_same = (page, made.dateline, made.credit, made.rights_notice) == (
        article.page, article.dateline, article.credit, article.rights_notice
    )  # fmt: skip
    return Keep(article.id, keys, entries) if is_same else made


def without_page(article: Known) -> Keep | KeepPage:
    """What becomes of an article whose page is gone."""
    if article.page is None:
        return Keep(article.id, (), ())
    return KeepPage(
        article_id=article.id,
        keys=(),
        entries=(),
        page=None,
        dateline=article.dateline,
        credit=article.credit,
        rights_holder=article.rights_holder,
        rights_notice=article.rights_notice,
        word_count=word_count(article.body_text or ""),
        search=_search(article.headline, article.lead, article.byline, article.body_text, None),
    )


def _is_as_full(page: PageText, extent: Extent, text: str | None) -> bool:
    """Whether a page says no less than a feed carried."""
    return _MORE[page.extent] >= _MORE[extent] and word_count(page.text) >= word_count(text or "")


def _search(headline: str, lead: str | None, byline: str | None, body: str | None, page: PageText | None) -> str:
    """What can be searched for: everything that came in, whatever is served of it."""
    texts = [text for text in (body, page.text if page else None) if text]
    if len(texts) == 2 and texts[0] in texts[1]:
        del texts[0]
    return search_text.tsvector(headline=headline, lead=lead, byline=byline, body="\n\n".join(texts) or None)


def _with_page_of(article: Known, content: Content) -> Content:
    """What a feed tells of an article that came as a page, with the page's text unless the feed carries more."""
    page = article.page
    if page is None or not _is_as_full(page, content.body_extent, content.body_text):
        return content
    lead = content.lead or article.lead
    return replace(
        content,
        lead=lead,
        page=page,
        dateline=content.dateline or article.dateline,
        credit=content.credit or article.credit,
        rights_holder=content.rights_holder if content.rights_notice else article.rights_holder,
        rights_notice=content.rights_notice or article.rights_notice,
        word_count=word_count(page.text),
        hash=content_hash(content.headline, lead, content.body_html),
        search=_search(content.headline, lead, content.byline, content.body_text, page),
    )


def _with_text_of(article: Known, content: Content) -> Content:
    """The content, with the fuller text that the article has, and what was read out of it."""
    page = article.page if content.page else None
    html, text = (page.html, page.text) if page else (article.body_html, article.body_text)
    return replace(
        content,
        kind=article.kind,
        language=article.language,
        lead=article.lead,
        body_html=article.body_html,
        body_text=article.body_text,
        body_extent=article.body_extent,
        page=page,
        dateline=article.dateline,
        credit=article.credit or content.credit,
        rights_holder=article.rights_holder if article.rights_notice else content.rights_holder,
        rights_notice=article.rights_notice or content.rights_notice,
        word_count=word_count(text or ""),
        hash=content_hash(content.headline, article.lead, html),
        search=search_text.tsvector(headline=content.headline, lead=article.lead, byline=content.byline, body=text),
    )


def _bounded(guid: str) -> str:
    # An index row of Postgres holds 2,704 bytes.
    return guid if len(guid.encode()) <= _MAX_GUID else "hash:" + _digest(guid)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
