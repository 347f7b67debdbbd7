"""A parsed document put into the database: one transaction, with its counters and its lines in the log, or nothing."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from db.changes import Kind, Line, append
from db.ids import uuid7
from db.pool import Database
from db.retry import Conflict, write
from db.statements import statements
from ingest.dates import Moment
from ingest.decide import (
    Decision,
    Keep,
    KeepPage,
    Key,
    Publish,
    Revise,
    SetAside,
    beside,
    claims,
    decide,
    identities,
)
from ingest.feed import Person
from ingest.search_text import fold
from ingest.slug import fingerprint, slug
from jobs.counters import count_public
from jobs.page_texts import keep_pages
from jobs.parsed import PAGE, Parsed
from jobs.topics import topics_of
from jobs.written import (
    Written,
    columns_of,
    columns_of_new,
    instant,
    is_open,
    known_of,
    revision_of,
    was_of,
)

_BATCH = 100
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Stored:
    """What came of a document's entries. `unchanged`: known already, or saying what their article said before;
    `repeated`: said the same, or was about the same article, as another entry of the document; `pages`: texts of
    pages that are kept beside what a feed carried; `wrote`: whether anything was written."""

    articles: int = 0
    revisions: int = 0
    unchanged: int = 0
    repeated: int = 0
    pages: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    wrote: bool = True


async def store(
    database: Database, parsed: Parsed, *, clock: Callable[[], datetime], feed_id: UUID | None = None
) -> Stored:
    """Store what is new in a document, as first seen when its turn comes; without anything new, write nothing.
    `feed_id`: the feed that was asked for it, which takes nothing in once it is removed."""
    known = await _known_entries(database, parsed)
    if known is not None and known.issuperset(candidate.hash for candidate in parsed.candidates):
        return Stored(unchanged=len(parsed.candidates), wrote=False)
    return await write(database, lambda connection: _Store(connection, parsed, clock).run(feed_id))


async def store_page(database: Database, article: UUID, parsed: Parsed, *, clock: Callable[[], datetime]) -> str:
    """Keep the page that was found at an article's own address, in one word: 'kept', 'unchanged' where it gives no
    other text, 'elsewhere' where it is another article's page."""
    return await write(database, lambda connection: _Store(connection, parsed, clock).run_for(article))


async def _known_entries(database: Database, parsed: Parsed) -> frozenset[bytes] | None:
    """Which of the entries the feed has given before; None for a feed that is new."""
    feed = await database.rows(statements("feeds")["by_url"], parsed.feed_url)
    if not feed:
        return None
    hashes = [candidate.hash for candidate in parsed.candidates]
    rows = await database.rows(statements("entries")["known"], feed[0]["id"], hashes)
    return frozenset(row["content_hash"] for row in rows)


class _Store:
    """The steps of one transaction."""

    _now: datetime

    def __init__(self, connection: Any, parsed: Parsed, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._parsed = parsed
        self._clock = clock
        self._lines: list[Line] = []
        # Addresses of authors who had none, written with their counters.
        self._pages: list[tuple[UUID, str]] = []
        # Whose the keys were that were asked for, and who lost an address to the source whose it is.
        self._owner_before: Mapping[Key, UUID] = {}
        self._robbed: set[UUID] = set()

    async def run(self, feed_id: UUID | None = None) -> Stored:
        """Find outlet and feed, decide, write, count, log: locks in the order articles, sources, topics, authors."""
        parsed = self._parsed
        await self._run("ingest", "lock_source", parsed.source.host)
        # Only at its turn: a reader that began while it waited must not find its articles in the past.
        self._now = self._clock()
        if feed_id is None:
            found = await self._rows("feeds", "by_url", parsed.feed_url)
        elif not (found := await self._rows("feeds", "polled", feed_id)):
            return Stored(wrote=False)
        feed = next(iter(found), None)
        known_source = await self._known_source(feed)
        source_id = known_source or uuid7(self._now)
        feed_id = feed["id"] if feed else uuid7(self._now)
        hashes = [candidate.hash for candidate in parsed.candidates]
        known = await self._rows("entries", "known", feed["id"], hashes) if feed else []
        skip = frozenset(row["content_hash"] for row in known)
        # A file is of no feed: there guids count within the source.
        scope = feed_id if parsed.feed_url.startswith("http") else source_id
        # In threads: of ten thousand entries each takes long enough to keep the event loop.
        keys = await asyncio.to_thread(identities, parsed.candidates, scope, parsed.site_url)
        named = await asyncio.to_thread(claims, parsed.candidates)
        owners = await self._owners(keys) | await self._withheld(source_id, named, keys)
        hosts = [row["host"] for row in await self._rows("sources", "hosts", source_id)] or [parsed.source.host]
        rows = await self._rows("articles", "known", sorted(set(owners.values()))) if owners else []
        decisions = await asyncio.to_thread(
            decide,
            parsed.candidates,
            keys,
            skip=skip,
            source_id=source_id,
            owners=owners,
            known={row["id"]: known_of(row) for row in rows},
            now=self._now,
            claimed_by=named,
            hosts=hosts,
        )
        # What only brings what is kept aside makes no source.
        if known_source is None and any(not isinstance(each, SetAside) for each in decisions):
            known_source = await self._new_source(source_id)
        await self._feed(feed, feed_id, known_source)
        self._owner_before = owners
        await self._write(source_id, feed_id, decisions, {row["id"]: row for row in rows})
        return self._outcome(decisions, skip)

    async def run_for(self, article: UUID) -> str:
        """The same of the page of one article, which belongs to no feed."""
        self._now = self._clock()
        candidate = self._parsed.candidates[0]
        rows = await self._rows("articles", "known", [article])
        if not rows or candidate.content is None:
            return "unchanged"
        known = known_of(rows[0])
        (keys,) = identities([candidate], known.source_id, self._parsed.site_url)
        owners = await self._owners([keys])
        own = owners.get(("url", "", candidate.content.url), article)
        withheld = await self._withheld(known.source_id, claims([candidate]), [])
        if own != article or article not in owners.values() or set(withheld.values()) - {article}:
            return "elsewhere"
        decision = beside(known, candidate.content, tuple(key for key in keys if key not in owners), (0,))
        await self._write(known.source_id, None, [decision], {article: rows[0]})
        return "kept" if isinstance(decision, KeepPage) else "unchanged"

    async def _run(self, noun: str, name: str, *args: Any) -> None:
        await self._connection.execute(statements(noun)[name], *args)

    async def _rows(self, noun: str, name: str, *args: Any) -> list[Any]:
        rows: list[Any] = await self._connection.fetch(statements(noun)[name], *args)
        return rows

    async def _feed(self, found: Any, feed_id: UUID, source_id: UUID | None) -> None:
        """The feed, made where it is new; it remembers this document."""
        parsed = self._parsed
        # One that was read in part is not known: with another limit it brings more.
        known_as = None if parsed.beyond else parsed.hash
        facts = (parsed.title, parsed.site_url, parsed.language, known_as)
        if found is None:
            await self._run("feeds", "insert", feed_id, parsed.feed_url, source_id, *facts, self._now)
            return
        if found["document_hash"] != known_as:
            await self._run("feeds", "update", feed_id, *facts)
        if found["source_id"] is None and source_id is not None:
            await self._run("feeds", "give_source", feed_id, source_id)

    async def _known_source(self, feed: Any) -> UUID | None:
        """The feed's source, or the one that is recognised by the document."""
        if feed is not None and feed["source_id"] is not None:
            known: UUID = feed["source_id"]
            return known
        rows = await self._rows("sources", "by_host", self._parsed.source.host)
        return rows[0][0] if rows else None

    async def _new_source(self, source_id: UUID) -> UUID:
        facts = self._parsed.source
        taken = {row[0] for row in await self._rows("slugs", "taken", "source", list(facts.slugs))}
        name = next((each for each in facts.slugs if each not in taken), f"{facts.slugs[-1]}-{source_id.hex[-8:]}")
        await self._run(
            "sources", "insert", source_id, name, facts.name, fold(facts.name), facts.publisher, facts.homepage_url,
            facts.logo_url, facts.language, facts.description, self._now,
        )  # fmt: skip
        await self._run("sources", "insert_host", facts.host, source_id)
        await self._run("slugs", "insert", "source", [name], [source_id])
        self._lines.append(Line(Kind.SOURCE_UPDATED, f"s_{source_id}"))
        return source_id

    async def _owners(self, keys: Iterable[tuple[Key, ...]]) -> dict[Key, UUID]:
        wanted = sorted({key for each in keys for key in each})
        rows = await self._rows("articles", "owners", *_columns(wanted, 3)) if wanted else []
        return {(row["kind"], row["scope"], row["value"]): row["article_id"] for row in rows}

    async def _withheld(
        self, source_id: UUID, named: Iterable[tuple[Key, ...]], keys: Iterable[tuple[Key, ...]]
    ) -> dict[Key, UUID]:
        """Withheld articles that own what entries name besides their identities."""
        others = sorted({key for each in named for key in each} - {key for each in keys for key in each})
        rows = await self._rows("articles", "withheld", *_columns(others, 3), source_id) if others else []
        return {(row["kind"], row["scope"], row["value"]): row["article_id"] for row in rows}

    async def _write(
        self, source_id: UUID, feed_id: UUID | None, decisions: Sequence[Decision], known: Mapping[UUID, Any]
    ) -> None:
        new: list[Written] = []
        revised: list[Written] = []
        pages: list[KeepPage] = []
        article_of: dict[int, UUID] = {}
        claimed: list[tuple[Key, UUID]] = []
        for decision in decisions:
            match decision:
                case Publish(content):
                    date = content.published
                    article_id, pictured = uuid7(self._now), bool(content.images)
                    moment = date or Moment.of(self._now)
                    new.append(Written(article_id, content, moment, date is None, content.updated, pictured))
                case Revise(article_id, content, updated, published):
                    keeps = decision.keeps_media
                    pictured = known[article_id]["has_image"] if keeps else bool(content.images)
                    revised.append(Written(article_id, content, published, False, updated, pictured, keeps))
                case Keep(article_id):
                    pass
                case KeepPage(article_id):
                    pages.append(decision)
                case SetAside():
                    continue
            article_of.update(dict.fromkeys(decision.entries, article_id))
            claimed.extend((key, article_id) for key in decision.keys)
        await self._articles(source_id, new, revised)
        self._lines += await keep_pages(self._connection, pages, known, self._now)
        await self._keys(claimed)
        if feed_id is not None:
            await self._entries(feed_id, decisions, article_of)
        if self._parsed.form != PAGE:
            await self._run("pages", "want", self._now, [written.id for written in (*new, *revised)])
        fresh = {written.id for written in new if is_open(written.content, self._now)}
        public = fresh | {row["id"] for row in known.values() if row["is_public"]}
        await self._attached(source_id, new, revised, public)
        await self._log([each for each in new if each.id in public], revised, known)
        await self._log_addresses(decisions, known)
        await self._hold(source_id, decisions, known)
        await append(self._connection, self._lines)

    async def _articles(self, source_id: UUID, new: Sequence[Written], revised: Sequence[Written]) -> None:
        for some in _batches(new):
            await self._run("articles", "insert", self._now, source_id, *_columns(map(columns_of_new, some), 31))
        if revised:
            ids = [written.id for written in revised if not written.keeps_media]
            for some in _batches(revised):
                await self._run("articles", "revise", self._now, *_columns(map(columns_of, some), 29))
            await self._run("articles", "clear_images", ids)
            await self._run("articles", "clear_enclosures", ids)
        written = [*new, *revised]
        for some in _batches(written):
            revisions = [(uuid7(self._now), *revision_of(each)) for each in some]
            await self._run("articles", "insert_revisions", self._now, *_columns(revisions, 8))
        illustrated = [w for w in written if not w.keeps_media]
        images = [
            (w.id, n, i.url, i.alt, i.caption, i.credit, i.width, i.height)
            for w in illustrated
            for n, i in enumerate(w.content.images)
        ]
        if images:
            await self._run("articles", "insert_images", *_columns(images, 8))
        files = [
            (w.id, n, e.url, e.mime_type, e.byte_length, e.duration_seconds)
            for w in illustrated
            for n, e in enumerate(w.content.enclosures)
        ]
        if files:
            await self._run("articles", "insert_enclosures", *_columns(files, 6))

    async def _keys(self, every: Sequence[tuple[Key, UUID]]) -> None:
        # How a withheld article is recognised may have been written when it was withheld, just now.
        for (kind, _, value), owner in every:
            if kind == "withheld":
                await self._run("withholdings", "recognise", owner, [value])
        if claimed := [(key, owner) for key, owner in every if key[0] != "withheld"]:
            losers = {self._owner_before[key] for key, _ in claimed if key in self._owner_before}
            columns = _columns([(*key, owner) for key, owner in claimed], 4)
            if len(await self._rows("articles", "insert_keys", *columns, sorted(losers))) < len(claimed):
                raise Conflict("another import has given one of our keys to an article of its own")
            self._robbed = losers

    async def _entries(self, feed_id: UUID, decisions: Sequence[Decision], article_of: Mapping[int, UUID]) -> None:
        candidates = self._parsed.candidates
        rows: list[tuple[bytes, UUID | None, str | None, str | None]] = [
            (candidates[place].hash, article_id, None, None) for place, article_id in article_of.items()
        ]
        rows += [
            (candidates[each.entry].hash, None, each.reason.value, candidates[each.entry].raw)
            for each in decisions
            if isinstance(each, SetAside)
        ]
        if rows:
            await self._run("entries", "insert", feed_id, self._now, *_columns(rows, 4))

    async def _attached(
        self, source_id: UUID, new: Sequence[Written], revised: Sequence[Written], public: set[UUID]
    ) -> None:
        """Topics and authors of articles, and every count; those of articles that the public does not see stay."""
        written, again = [*new, *revised], [each.id for each in revised]
        topics, authors = Counter[UUID](), Counter[UUID]()
        if again:
            topics.subtract(_seen(await self._rows("topics", "clear", again), public))
            authors.subtract(_seen(await self._rows("authors", "clear", again), public))
        topics.update(_seen(await self._assign(written), public))
        if dated := [each.id for each in revised if each.published]:
            await self._run("topics", "date", dated)
        authors.update(_seen(await self._sign(source_id, written), public))
        if new or any(each.published for each in revised if each.id in public):
            # A statement of its own, so that the next one sees what others wrote before they gave the lock away.
            await self._run("sources", "lock", [source_id])
            await self._run("sources", "count", [source_id], [sum(each.id in public for each in new)])
        for noun, counts in (("topics", topics), ("authors", authors)):
            changed = sorted((key, by) for key, by in counts.items() if by)
            if changed:
                await self._run(noun, "count", *_columns(changed, 2))
        if self._pages:
            await self._run("authors", "tell_page", *_columns(sorted(self._pages), 2))

    async def _assign(self, written: Sequence[Written]) -> list[Any]:
        """Pairs of article and topic, the broader ones included."""
        meant = await topics_of(self._connection, {subject for w in written for subject in w.content.subjects})
        found = [(w.id, meant[subject]) for w in written for subject in w.content.subjects if subject in meant]
        return await self._rows("topics", "assign", *_columns(found, 2)) if found else []

    async def _sign(self, source_id: UUID, written: Sequence[Written]) -> list[tuple[UUID, UUID]]:
        """Pairs of article and author."""
        people: dict[str, Person] = {}
        for person in (each for w in written for each in w.content.authors):
            folded = fold(person.name)
            if folded not in people or people[folded].url is None:
                people[folded] = person
        if not people:
            return []
        rows = await self._rows("authors", "by_names", source_id, sorted(people))
        ids = {row["folded_name"]: row["id"] for row in rows}
        self._pages = [
            (row["id"], url) for row in rows if row["url"] is None and (url := people[row["folded_name"]].url)
        ]
        missing = {folded: person for folded, person in people.items() if folded not in ids}
        if missing:
            ids |= await self._new_authors(source_id, missing)
        signatures = [
            (w.id, n, author)
            for w in written
            for n, author in enumerate(dict.fromkeys(ids[fold(each.name)] for each in w.content.authors))
        ]
        await self._run("authors", "sign", *_columns(signatures, 3))
        return [(article, author) for article, _, author in signatures]

    async def _new_authors(self, source_id: UUID, missing: Mapping[str, Person]) -> dict[str, UUID]:
        host = self._parsed.source.host
        wanted = {folded: _author_slugs(person.name, host) for folded, person in missing.items()}
        every = sorted({each for slugs in wanted.values() for each in slugs})
        taken = {row[0] for row in await self._rows("slugs", "taken", "author", every)}
        made: list[tuple[UUID, str, str, str, str | None]] = []
        for folded, person in missing.items():
            author = uuid7(self._now)
            found = next((each for each in wanted[folded] if each not in taken), f"author-{author.hex}")
            taken.add(found)
            made.append((author, found, person.name, folded, person.url))
        await self._run("authors", "insert", source_id, *_columns(made, 5))
        await self._run("slugs", "insert", "author", [row[1] for row in made], [row[0] for row in made])
        return {row[3]: row[0] for row in made}

    async def _hold(self, source_id: UUID, decisions: Sequence[Decision], known: Mapping[UUID, Any]) -> None:
        """Embargoes and expiries that the outlet states now for articles that are there already. What it no longer
        states still holds: silence frees nothing."""
        stated: list[tuple[UUID, datetime | None, datetime | None]] = []
        for each in decisions:
            if not isinstance(each, Keep | KeepPage | Revise) or known[each.article_id]["source_id"] != source_id:
                continue
            contents = [c for place in each.entries if (c := self._parsed.candidates[place].content)]
            start = next((c.embargoed_until for c in contents if c.embargoed_until), None)
            end = next((c.expires for c in contents if c.expires), None)
            if start or end:
                stated.append((each.article_id, instant(start), instant(end)))
        if not stated:
            return
        rows = await self._rows("articles", "hold", self._now, *_columns(stated, 3))
        came = sorted(row["id"] for row in rows if row["is_public"] and not known[row["id"]]["is_public"])
        went = sorted(row["id"] for row in rows if not row["is_public"] and known[row["id"]]["is_public"])
        if came or went:
            await count_public(self._connection, came, went)
        told = {line.article for line in self._lines}
        same = sorted(row["id"] for row in rows if row["is_public"] and row["id"] not in {*came, *told})
        for kind, ids in (
            (Kind.ARTICLE_PUBLISHED, came), (Kind.ARTICLE_WITHDRAWN, went), (Kind.ARTICLE_UPDATED, same)
        ):  # fmt: skip
            self._lines += [Line(kind, f"a_{article}", article) for article in ids]

    async def _log(self, new: Sequence[Written], revised: Sequence[Written], known: Mapping[UUID, Any]) -> None:
        for written in new:
            self._lines.append(Line(Kind.ARTICLE_PUBLISHED, f"a_{written.id}", written.id))
        seen = [written for written in revised if known[written.id]["is_public"]]
        rows = await self._rows("topics", "direct", [written.id for written in seen]) if seen else []
        topics = {row["article_id"]: row["topics"] for row in rows}
        for written in seen:
            was = was_of(known[written.id], written, topics.get(written.id, []))
            self._lines.append(Line(Kind.ARTICLE_UPDATED, f"a_{written.id}", written.id, was))

    async def _log_addresses(self, decisions: Sequence[Decision], known: Mapping[UUID, Any]) -> None:
        """Articles that stay as they are and are found at one address more, or fewer: that is served too."""
        found = {
            each.article_id
            for each in decisions
            if isinstance(each, Keep) and known[each.article_id]["is_public"]
            if any(kind == "url" for kind, _, _ in each.keys)
        }
        found |= {article for article in self._robbed if known[article]["is_public"]}
        if found:
            await self._run("articles", "touch", self._now, sorted(found))
            self._lines += [Line(Kind.ARTICLE_UPDATED, f"a_{article}", article) for article in sorted(found)]

    def _outcome(self, decisions: Sequence[Decision], skip: frozenset[bytes]) -> Stored:
        reasons = Counter(each.reason.value for each in decisions if isinstance(each, SetAside))
        articles = sum(isinstance(each, Publish) for each in decisions)
        revisions = sum(isinstance(each, Revise) for each in decisions)
        pages = sum(isinstance(each, KeepPage) for each in decisions)
        unchanged = sum(candidate.hash in skip for candidate in self._parsed.candidates)
        unchanged += sum(len(each.entries) for each in decisions if isinstance(each, Keep))
        repeated = len(self._parsed.candidates) - reasons.total() - articles - revisions - unchanged - pages
        return Stored(articles, revisions, unchanged, repeated, pages, reasons)


def _seen(pairs: Iterable[Sequence[UUID]], public: set[UUID]) -> list[UUID]:
    """Of pairs of an article and what hangs on it, what hangs on public ones."""
    return [thing for article, thing in pairs if article in public]


def _author_slugs(name: str, host: str) -> list[str]:
    """What an author may be called: by name, by name and outlet, by outlet and a number made of the name."""
    named, outlet = slug(name), slug(host)
    return [each for each in (named, named and f"{named}-{outlet}", f"{outlet}-{fingerprint(name + host)}") if each]


def _batches(rows: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Rows a hundred at a time: what is written at once keeps the event loop while it is put into bytes."""
    for start in range(0, len(rows), _BATCH):
        yield rows[start : start + _BATCH]


def _columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows as one list for each column."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return columns or [[] for _ in range(width)]
