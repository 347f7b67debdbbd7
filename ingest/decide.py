"""What becomes of the entries of a document: pure decisions between reading and storing.

An article is recognised by its keys: the guid within its feed (within its source, where a document is a file and so of
no feed), and its addresses, unless one is a home page or stands under several entries of the document. Each key is
owned by one article; the guid is asked first. An article that has neither is recognised by its address, headline and
date together. An address of a source's own host belongs to that source: where another's article owns it, because a
feed told of it first, the source's own takes it over.

The content of an article changes only by feeds of its own source; and content that it had before changes nothing, so
that two feeds that differ do not turn it back and forth. A feed that carries less of the text than we have may change
the headline, but not the text nor what comes of it or along with it: kind, language, dateline, credit, rights, pictures
and enclosures.

A withheld article takes every entry that names one of its keys, so that what was withheld does not come back under
another guid, or as a second article of the same address; addresses are compared loosely there, and guids within all
feeds of the source.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ingest import search_text, url
from ingest.article import Candidate, Content, Extent, Reason, content_hash, utc
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
    lead: str | None
    body_html: str | None
    body_text: str | None
    body_extent: Extent
    dateline: str | None
    credit: str | None
    rights_holder: str | None
    rights_notice: str | None
    hashes: frozenset[bytes]
    published_estimated: bool
    updated_at: datetime | None
    withheld: bool = False


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
class SetAside:
    """An entry that becomes no article, and why."""

    entry: int
    reason: StrEnum


Decision = Publish | Revise | Keep | SetAside


def identities(candidates: Sequence[Candidate], scope: UUID, site_url: str | None) -> list[tuple[Key, ...]]:
    """The keys of each entry, the strongest first; none for an entry without content. scope: within what guids count,
    a feed or, for files, a source."""
    guids: defaultdict[str, set[str]] = defaultdict(set)
    addresses: defaultdict[str, set[str]] = defaultdict(set)
    contents = [candidate.content for candidate in candidates]
    for content in filter(None, contents):
        if content.guid:
            guids[content.guid].add(content.url)
        for address in (content.url, *content.aliases):
            addresses[address].add(content.guid or content.headline)
    shared = {address for address, owners in addresses.items() if len(owners) > 1}
    return [
        _keys(content, str(scope), site_url, shared, len(guids.get(content.guid or "", ())) > 1) if content else ()
        for content in contents
    ]


def claims(candidates: Sequence[Candidate]) -> list[tuple[Key, ...]]:
    """Every key that an entry names, those that recognise no article included: shared addresses, shared guids, home
    pages, and addresses loosely. Where a withheld article owns one, the entry is taken for that article. The guids
    have no scope: they are asked for in all of the source's."""
    found: list[tuple[Key, ...]] = []
    for content in (candidate.content for candidate in candidates):
        if content is None:
            found.append(())
            continue
        guid: list[Key] = [("guid", "", _bounded(content.guid))] if content.guid else []
        addresses = (content.url, *content.aliases)
        found.append((*guid, *(("url", "", address) for address in addresses), *map(withheld_key, addresses)))
    return found


def withheld_key(address: str) -> Key:
    """The key by which a withheld article is recognised at an address."""
    return ("withheld", "", url.loosely(address))


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
    hosts: Collection[str] = (),
) -> list[Decision]:
    """What becomes of each entry. `keys` are the entries' identities, `owners` whose they are already, `known` those
    articles. Entries whose hash is in `skip`, or was met earlier in the document, were decided before. `claimed_by`:
    what `claims` says of the entries; an entry that names a key of a withheld article belongs to that one. `hosts`:
    the source's own."""
    withheld = {key: owner for key, owner in owners.items() if known[owner].withheld}
    foreign = {key for key, owner in owners.items() if known[owner].source_id != source_id}
    taken = {key for key in foreign if key[0] == "url" and key not in withheld and url.host_of(key[2]) in hosts}
    decisions: list[Decision] = []
    seen = set(skip)
    groups: dict[UUID | int, list[int]] = {}
    group_of: dict[Key, UUID | int] = {key: owner for key, owner in owners.items() if key not in taken}
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
        own = keys[place] if group not in withheld.values() else (*keys[place], *_of_withheld(named))
        for key in own:
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


def _of_withheld(named: Iterable[Key]) -> Iterator[Key]:
    """What an entry of a withheld article adds to the ways in which that is recognised."""
    return (key for key in named if key[0] == "withheld")


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
) -> Revise | Keep:
    if article.source_id != source_id:
        return Keep(article.id, keys, entries)
    is_less = _MORE[content.body_extent] < _MORE[article.body_extent]
    if is_less:
        content = _with_text_of(article, content)
    if content.hash in article.hashes:
        return Keep(article.id, keys, entries)
    said = content.updated
    if said is None or (article.updated_at is not None and said.instant <= article.updated_at):
        said = utc(now)
    published = content.published if article.published_estimated else None
    return Revise(article.id, content, said, published, keys, entries, keeps_media=is_less)


def _with_text_of(article: Known, content: Content) -> Content:
    """The content, with the fuller text that the article has, and what was read out of it."""
    return replace(
        content,
        kind=article.kind,
        language=article.language,
        lead=article.lead,
        body_html=article.body_html,
        body_text=article.body_text,
        body_extent=article.body_extent,
        dateline=article.dateline,
        credit=article.credit or content.credit,
        rights_holder=article.rights_holder if article.rights_notice else content.rights_holder,
        rights_notice=article.rights_notice or content.rights_notice,
        word_count=word_count(article.body_text or ""),
        hash=content_hash(content.headline, article.lead, article.body_html),
        search=search_text.tsvector(
            headline=content.headline, lead=article.lead, byline=content.byline, body=article.body_text
        ),
    )


def _bounded(guid: str) -> str:
    # An index row of Postgres holds 2,704 bytes.
    return guid if len(guid.encode()) <= _MAX_GUID else "hash:" + _digest(guid)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
