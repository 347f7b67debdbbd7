"""The edition that operations are run on: small, and full of what is rare elsewhere.

Many times, counts and names are the same, so that ties have to be broken by id; things are withheld, under embargo,
held, replaced by placeholders, without authors, bodies, pictures; texts hold markup, accents, ligatures and scripts
without spaces. All of it is made by rule from one seed. Counters are counted from the rows.
"""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import cycle
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from ingest.search_text import fold, tsvector

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
OFFSETS = (0, 60, 540, -330)

TEXTS = {
    "en": """harbour strike ferry café council library tariff <old> quay & "talks" port night bridge union Straße
        oﬃce don't 10:30 winter tide O'Neill back\\slash under_score""",
    "de": "Hafen Straße Brücke Fähre Übergang größte Streik am der Küste Maß 'Zoll' & Rat",
    "fr": "grève à l'école œuvre du port été naïve ferry <b>gras</b> café",
    "ja": "港のストライキ 東京都 共通フェリー券 労働者が再び 交渉した 港 日韓首脳会談 Tokyo",
    "ko": "항구 파업 서울 회담 노동자",
    "ru": "порт забастовка Ёлка мост переговоры",
}
WORDS = {language: text.split() for language, text in TEXTS.items()}
LANGUAGES = ("en", "en-GB", "en-US", "de", "de-AT", "fr", "ja", "ko", "ru", "und")
TOPICS = 27
STATES = ("ACTIVE", "PREMODERATED", "SUSPENDED", "BANNED")
STATUSES = ("PUBLISHED", "APPROVED", "PENDING", "WITHHELD", "REJECTED")
REASONS = (
    *("OFFENSIVE", "ABUSIVE", "SPAM", "BANNED_WORD", "AD", "ILLEGAL_CONTENT", "HARASSMENT_BULLYING", "MISINFORMATION"),
    *("HATE_SPEECH", "IRRELEVANT_CONTENT", "OTHER"),
)
Rows = dict[str, list[dict[str, Any]]]


def uuid(noun: int, number: int) -> str:
    return str(UUID(f"00000000-0000-7000-8000-{noun:04x}{number:08x}"))


class Maker:
    """Makes the rows of every table. articles: how many."""

    def __init__(self, seed: int = 5, articles: int = 150) -> None:
        self.dice = Random(seed)
        self.articles = articles
        self.rows: Rows = defaultdict(list)
        self.reasons = cycle(REASONS)

    def made(self) -> Rows:
        self.sources()
        self.topics()
        self.authors()
        self.commenters()
        for number in range(1, self.articles + 1):
            self.article(number)
        self.count()
        return self.rows

    def maybe(self, value: Any, chance: float = 0.5) -> Any:
        return value if self.dice.random() < chance else None

    def text(self, language: str, words: int) -> str:
        known = WORDS.get(language.partition("-")[0], WORDS["en"])
        space = "" if known is WORDS["ja"] else " "
        return space.join(self.dice.choice(known) for _ in range(max(1, words)))

    def time(self, spread: int) -> datetime:
        """One of few times, most of them whole hours."""
        odd = timedelta(microseconds=self.dice.choice((0, 0, 0, 500_000, 123_456, 1)))
        return NOON - timedelta(hours=self.dice.randrange(spread)) + odd

    def slug(self, noun: str, slug: str, id_: str) -> None:
        self.rows["slugs"].append({"noun": noun, "slug": slug, "id": id_})

    def sources(self) -> None:
        names = [
            "The Harbour Times",
            "港新聞",
            "Küsten-Bote",
            "Le Quai",
            "Harbour Post",
            "harbour post",
            "Порт",
            "Зоря",
        ]
        for n, name in enumerate([*names, *(f"Daily {n}" for n in range(5))], 1):
            id_, slug = uuid(1, n), f"source-{n}" if n != 3 else "küsten-bote"
            self.slug("source", slug, id_)
            if n % 3 == 0:
                self.slug("source", f"old-source-{n}", id_)
            self.rows["sources"].append(
                {
                    "id": id_,
                    "slug": slug,
                    "name": name,
                    "sort_name": fold(name),
                    "publisher": self.maybe("Meridian & Sons"),
                    "homepage_url": self.maybe(f"https://source-{n}.example/"),
                    "logo_url": self.maybe(f"https://source-{n}.example/logo.png"),
                    "language": self.maybe(self.dice.choice(LANGUAGES), 0.8),
                    "country": self.maybe(self.dice.choice(("GB", "JP", "DE", "FR")), 0.8),
                    "description": self.maybe('News of the "quay" \\ 港の新聞'),
                    "body_policy": ("FULL", "EXCERPT", "HEADLINE", "FULL")[n % 4],
                    "serves_pages": n % 4 == 3,
                    "fetches_pages": False,
                    "created_at": NOON,
                }
            )

    def topics(self) -> None:
        for n in range(1, TOPICS + 1):
            id_, slug = uuid(2, n), f"topic-{n}"
            self.slug("topic", slug, id_)
            if n % 5 == 0:
                self.slug("topic", f"old-topic-{n}", id_)
            name = ("port economy", "Shipping", "sport", "Æther", "港湾")[n % 5] + ("" if n % 4 else f" {n}")
            broader = None if n <= 5 else (n - 1) // 3 if n <= 18 else n - 9
            self.rows["topics"].append(
                {
                    "id": id_,
                    "slug": slug,
                    "code": self.maybe(f"990000{n:02}", 0.7),
                    "name": name,
                    "sort_name": fold(name),
                    "names": {"de": f"Thema {n}", "zh-hant": "主題", "pt-br": "tópico"} if n % 2 else {},
                    "broader_id": broader and uuid(2, broader),
                    "retired_at": self.maybe(NOON, 0.2),
                }
            )

    def authors(self) -> None:
        for n in range(1, 19):
            id_, name = uuid(3, n), self.dice.choice(("Ann Lee", "Kim Ho", "Zoë O'Neill", "港 太郎"))
            self.slug("author", f"author-{n}", id_)
            if n % 4 == 0:
                self.slug("author", f"old-author-{n}", id_)
            self.rows["authors"].append(
                {
                    "id": id_,
                    "source_id": uuid(1, 1 + n % 13),
                    "slug": f"author-{n}",
                    "name": name,
                    "folded_name": f"{fold(name)} {n}",
                    "url": self.maybe(f"https://source.example/author/{n}"),
                }
            )

    def commenters(self) -> None:
        for n in range(1, 25):
            self.rows["commenters"].append(
                {
                    "id": uuid(6, n),
                    "display_name": self.dice.choice(("Ondine", "<b>desk</b>", "みなと", 'Q "q" \\')),
                    "role": ("COMMENTER", "MEMBER", "STAFF", "MODERATOR", "ADMIN")[n % 5],
                    "state": STATES[n % 4],
                    "state_until": NOON if n % 4 == 2 else None,
                    "created_at": NOON,
                }
            )
            self.decided_of("commenters", n)

    def article(self, number: int) -> None:
        dice, id_ = self.dice, uuid(4, number)
        language = dice.choice(LANGUAGES)
        source = dice.randint(1, 10)
        published, first_seen = self.time(30), self.time(10)
        if dice.random() < 0.3:
            # Long ago: search looks into spans of time that get longer, the last one from before 1970.
            published -= timedelta(days=dice.choice((1, 3, 20, 90, 400, 2_000, 21_000)))
        updated = self.maybe(published + timedelta(hours=dice.randint(0, 2)), 0.3)
        state = dice.choice(["public"] * 10 + ["withheld", "canceled", "embargoed", "expired"])
        lead = self.maybe(self.text(language, 8), 0.8)
        body = self.maybe(self.text(language, dice.choice((5, 20, 120))), 0.75)
        page = self.maybe(self.text(language, dice.choice((10, 60, 150))), 0.3)
        byline = self.maybe(f"By {dice.choice(('Ann Lee', 'Kim Ho', 'Zoë O’Neill'))}")
        headline = self.text(language, dice.randint(2, 7))
        offset = dice.choice(OFFSETS)
        images = dice.choice((0, 0, 1, 2, 4))
        texts = [text for text in (body, page) if text]
        self.rows["articles"].append(
            {
                "id": id_,
                "source_id": uuid(1, source),
                "url": f"https://source-{source}.example/{number}",
                "kind": dice.choice(("TEXT", "TEXT", "LIVE", "VIDEO", "AUDIO", "GALLERY")),
                "status": {"withheld": "WITHHELD", "canceled": "CANCELED"}.get(state, "USABLE"),
                "is_public": state == "public",
                "headline": headline,
                "lead": lead,
                "body_html": body and f"<p>{escape(body)}</p>",
                "body_text": body,
                "body_extent": dice.choice(("FULL", "EXCERPT")) if body else "NONE",
                "page_html": page and f"<p>{escape(page)}</p>",
                "page_text": page,
                "page_extent": dice.choice(("FULL", "EXCERPT")) if page else "NONE",
                "page_fetched_at": page and NOON,
                "byline": byline,
                "dateline": self.maybe("Port Sable, Nov. 20", 0.3),
                "section": self.maybe("Business", 0.3),
                "credit": self.maybe("Meridian Wire", 0.3),
                "rights_holder": self.maybe("© MERIDIAN", 0.3),
                "rights_notice": self.maybe("[Copyright Meridian & Sons]", 0.3),
                "rights_terms": self.maybe("No \\ resale", 0.3),
                "embargoed_until": NOON if state == "embargoed" else self.maybe(self.time(40), 0.2),
                "expires_at": NOON if state == "expired" else self.maybe(NOON + timedelta(days=9999), 0.2),
                "language": language,
                "categories": [],
                "subjects": [],
                "published_at": published,
                "published_text": _with_offset(published, offset),
                "published_estimated": dice.random() < 0.2,
                "updated_at": updated,
                "updated_text": updated and _with_offset(updated, offset),
                "sort_updated_at": updated or published,
                "first_seen_at": first_seen,
                "changed_at": first_seen + timedelta(minutes=dice.choice((0, 0, 7))),
                "word_count": dice.randrange(5) * 100,
                "has_image": images > 0,
                "comments_open": dice.random() < 0.8,
                "comments_close_at": (None, "2026-11-20 12:00:30+00", "2926-11-20 12:00:30+00")[number % 3],
                "content_hash": f"\\x{number % 256:02x}",
                "search": tsvector(headline=headline, lead=lead, byline=byline, body="\n\n".join(texts) or None),
            }
        )
        self.addresses(number, source, id_)
        self.hanging(number, id_, images, published)
        self.revisions(number, id_, language)
        self.decided_of("articles", number)
        if number % 3:
            self.discussion(number, id_, language)

    def addresses(self, number: int, source: int, id_: str) -> None:
        values = [f"https://source-{source}.example/{number}"]
        values += [f"https://alias.example/{number}?p={letter}" for letter in self.dice.choice(("", "", "b", "Zaé"))]
        if number % 11 == 0:
            # As it stands another one's address: stored before tracking parameters of this kind were known.
            values.append(f"https://source-1.example/shared/{number // 22}?utm_source={number}")
            if number % 22 == 0:
                values.append(f"https://source-1.example/shared/{number // 22}")
        for value in values:
            self.rows["article_keys"].append({"kind": "url", "scope": "", "value": value, "article_id": id_})
        self.rows["article_keys"].append(
            {"kind": "guid", "scope": str(source), "value": f"https://guid.example/{number}", "article_id": id_}
        )

    def hanging(self, number: int, id_: str, images: int, published: datetime) -> None:
        dice = self.dice
        for position in range(images):
            self.rows["images"].append(
                {
                    "article_id": id_,
                    "position": position,
                    "url": f"https://pictures.example/{number}/{position}.jpg",
                    "alt": self.maybe("The <quay>"),
                    "caption": self.maybe("Dockers & others"),
                    "credit": self.maybe("Photo: Ann Lee"),
                    "width": self.maybe(1200),
                    "height": self.maybe(800),
                }
            )
        for position in range(dice.choice((0, 0, 0, 1, 3))):
            self.rows["enclosures"].append(
                {
                    "article_id": id_,
                    "position": position,
                    "url": f"https://media.example/{number}/{position}.mp3",
                    "mime_type": self.maybe("audio/mpeg"),
                    "byte_length": self.maybe(2**31 - 1),
                    "duration_seconds": self.maybe(1800),
                }
            )
        for position, author in enumerate(dice.sample(range(1, 17), dice.choice((0, 1, 1, 2, 3)))):
            self.rows["article_authors"].append(
                {"article_id": id_, "position": position, "author_id": uuid(3, author), "published_at": published}
            )
        direct = {
            uuid(2, n): dice.choice((1, 1, 0.5, 0.9)) for n in dice.sample(range(1, TOPICS), dice.choice((0, 1, 2, 4)))
        }
        assigned: dict[str, tuple[bool, float]] = {topic: (True, sure) for topic, sure in direct.items()}
        broader = {row["id"]: row["broader_id"] for row in self.rows["topics"]}
        for topic, sure in direct.items():
            above = broader[topic]
            while above is not None:
                if above not in direct:
                    assigned[above] = (False, max(sure, assigned.get(above, (False, 0))[1]))
                above = broader[above]
        for topic, (is_direct, sure) in assigned.items():
            self.rows["article_topics"].append(
                {
                    "article_id": id_,
                    "topic_id": topic,
                    "direct": is_direct,
                    "confidence": sure,
                    "published_at": published,
                    "assigned_by": dice.choice(("PUBLISHER", "CLASSIFIER", "EDITOR")),
                }
            )

    def revisions(self, number: int, id_: str, language: str) -> None:
        for n in range(self.dice.choice((0, 0, 1, 3))):
            body = self.maybe(self.text(language, 10), 0.8)
            self.rows["revisions"].append(
                {
                    "id": uuid(5, number * 10 + n),
                    "article_id": id_,
                    "seen_at": self.time(2),
                    "content_hash": f"\\x{n:02x}",
                    "headline": self.text(language, 3),
                    "lead": self.maybe(self.text(language, 5)),
                    "body_html": body and f"<p>{escape(body)}</p>",
                    "body_text": body,
                    "from_page": self.dice.random() < 0.4,
                }
            )

    def discussion(self, number: int, id_: str, language: str) -> None:
        dice = self.dice
        comments: list[dict[str, Any]] = []
        for n in range(dice.choice((0, 2, 6, 9, 14))):
            parent = dice.choice(comments) if comments and dice.random() < 0.7 else None
            if parent is not None and (parent["depth"] > 3 or not parent["is_public"]):
                parent = None
            text = self.text(language, 4)
            held = dice.random() < 0.2
            key = f"{n + 1:08x}"
            comments.append(
                {
                    "id": uuid(7, number * 100 + n),
                    "article_id": id_,
                    "parent_id": parent and parent["id"],
                    "author_id": self.maybe(uuid(6, dice.randint(1, 22)), 0.9),
                    "depth": parent["depth"] + 1 if parent else 0,
                    "thread_key": parent["thread_key"] + key if parent else "\\x" + key,
                    "body_html": f"<p>{escape(text)}</p>",
                    "body_text": text,
                    "status": dice.choice(("PENDING", "WITHHELD", "REJECTED") if held else ("PUBLISHED", "APPROVED")),
                    "placeholder": None,
                    "is_public": not held,
                    "created_at": self.time(3),
                    "edited_at": self.maybe(NOON, 0.2),
                    "reaction_count": dice.choice((0, 0, 1, 3)),
                    # Long over, or as long as anybody reads this.
                    "editable_until": ("2026-11-20 12:00:30+00", "2926-11-20 12:00:30+00", None)[n % 3],
                }
            )
        answered = {comment["parent_id"] for comment in comments if comment["is_public"]}
        for comment in comments:
            if comment["id"] in answered and dice.random() < 0.75:
                comment["placeholder"] = dice.choice(("DELETED", "REMOVED", "ERASED"))
                comment["author_id"] = self.maybe(comment["author_id"])
            elif not comment["is_public"] and int(comment["id"][-2:], 16) % 4 == 0:
                # Gone without a trace, since nothing hangs on it.
                comment["placeholder"] = ("DELETED", "REMOVED", "ERASED")[int(comment["id"][-1:], 16) % 3]
        self.rows["comments"] += comments
        for n, comment in enumerate(comments):
            self.said_of(comment, 10 * (number * 100 + n))

    def said_of(self, comment: dict[str, Any], number: int) -> None:
        """Reactions, flags and decisions of a comment, by a die of their own."""
        dice, about = Random(number), {"comment_id": comment["id"]}
        people = [uuid(6, n) for n in dice.sample(range(1, 25), 3)]
        for person in people[: dice.choice((0, 0, 1, 3))]:
            self.rows["reactions"].append({**about, "commenter_id": person, "created_at": NOON})
        flags: list[str | None] = [*people[: dice.choice((0, 0, 1, 2))], *[None] * (dice.random() < 0.1)]
        for n, by in enumerate(flags):
            reason = dice.choice(("OFFENSIVE", "ABUSIVE", "SPAM", "OTHER"))
            note = dice.choice((None, "so & so"))
            flag = {"id": uuid(8, number + n), **about, "commenter_id": by, "reason": reason, "note": note}
            self.rows["flags"].append({**flag, "created_at": NOON, "rule": None if by else "SUSPECT_WORD"})
        comment["flag_count"] = len(flags)
        for n in range(dice.choice((0, 0, 1, 2))):
            rejected = dice.random() < 0.5
            decided = {
                "status": "REJECTED" if rejected else dice.choice(STATUSES),
                # In turn, so that none of them is seldom.
                "reason": next(self.reasons) if rejected else None,
                "note": dice.choice((None, '<b>"why"</b>')),
                "rule": "TOXICITY" if n == 0 and dice.random() < 0.5 else None,
                "decided_at": NOON,
                "decided_by": dice.choice((None, uuid(6, 3), uuid(6, 24))),
            }
            self.decide(uuid(9, number + n), about | decided)

    def decided_of(self, table: str, number: int) -> None:
        """Decisions of commenters or of articles, by a die of their own."""
        dice = Random(number)
        for n in range(dice.choice((0, 1, 2))):
            decided: dict[str, Any] = {"decided_at": NOON, "decided_by": dice.choice((None, uuid(6, 3), uuid(6, 24)))}
            if table == "commenters":
                state = {"state": dice.choice(STATES), "state_until": dice.choice((None, NOON))}
                decided |= {"commenter_id": uuid(6, number), "note": dice.choice((None, "so & so"))} | state
            else:
                said = {"comments_open": dice.random() < 0.5, "premoderated": dice.choice((None, True, False))}
                decided |= {"article_id": uuid(4, number), "closes_at": dice.choice((None, NOON))} | said
            self.decide(uuid(10 if table == "commenters" else 11, 10 * number + n), decided)

    def decide(self, id_: str, decided: dict[str, Any]) -> None:
        names = (
            *("comment_id", "commenter_id", "article_id", "status", "state", "state_until", "comments_open"),
            *("premoderated", "closes_at", "reason", "note", "rule", "decided_at", "decided_by"),
        )
        self.rows["decisions"].append({"id": id_} | dict.fromkeys(names) | decided)

    def count(self) -> None:
        """Set the counters, which count what the public sees."""
        rows = self.rows
        public = {row["id"]: row for row in rows["articles"] if row["is_public"]}
        of_source: defaultdict[str, list[datetime]] = defaultdict(list)
        for article in public.values():
            of_source[article["source_id"]].append(article["published_at"])
        for source in rows["sources"]:
            times = of_source[source["id"]]
            source["article_count"] = len(times)
            source["latest_article_at"] = max(times, default=None)
            source["sort_latest_at"] = max(times, default="0001-01-01 00:00:00+00")
        for table, link, column in (
            ("topics", "article_topics", "topic_id"),
            ("authors", "article_authors", "author_id"),
        ):
            counted = Counter(row[column] for row in rows[link] if row["article_id"] in public)
            for row in rows[table]:
                row["article_count"] = counted[row["id"]]
        shown = [row for row in rows["comments"] if row["is_public"]]
        said = [row for row in shown if row["placeholder"] is None]
        of_article = Counter(row["article_id"] for row in said)
        replies = Counter(row["parent_id"] for row in shown)
        of_commenter = Counter(row["author_id"] for row in said if row["article_id"] in public)
        for row in rows["articles"]:
            row["comment_count"] = of_article[row["id"]]
        for row in rows["comments"]:
            row["reply_count"] = replies[row["id"]]
        for row in rows["commenters"]:
            row["comment_count"] = of_commenter[row["id"]]


def _with_offset(time: datetime, minutes: int) -> str:
    return (time + timedelta(minutes=minutes)).replace(tzinfo=None).isoformat() + (
        "Z" if not minutes else f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    )


# In the order in which rows refer to each other.
TABLES = (
    *("sources", "topics", "authors", "slugs", "commenters", "articles", "article_keys", "images", "enclosures"),
    *("article_authors", "article_topics", "revisions", "comments", "reactions", "flags", "decisions"),
)


async def load(url: str, seed: int = 5) -> None:
    """Write the edition into a migrated database that is empty but for what the migrations bring."""
    rows = Maker(seed).made()
    assert set(rows) == set(TABLES)
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("truncate slugs, topics, sources, articles cascade")
            for table in TABLES:
                columns = ", ".join(f'"{name}"' for name in rows[table][0])
                await connection.execute(
                    f"insert into {table} ({columns})"
                    f" select {columns} from json_populate_recordset(null::{table}, $1::json)",
                    orjson.dumps(rows[table]).decode(),
                )
    finally:
        await connection.close()
