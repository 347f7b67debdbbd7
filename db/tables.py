"""Tables as data: what compiled reads may name, who may see a row, and how rows are ordered, found and joined.

In SQL fragments `{t}` is the alias of the row's own table, `{o}` that of the row it is reached from, `{x}` that of a
row between them, `{0}`, `{1}` … the parameters; `{each}` keeps a test one of each row, where the rows are reached by
something better; `{seen}` tells whether `v`, another row of the same table, may be seen. `{viewer}` is the commenter's
id of a reader, `{whole}` tells whether the caller has what a comment says and not its place alone (in an edge, the
comment that it is reached from), `{moderates}` whether they are a moderator, `{now}` when they ask. `{p}` is the row of
the source, `{policy}` and `{pages}` what it lets out for the caller. `db/select.py` fills them in and takes identifiers
from nowhere else.

What may be seen stands here, once a table, by audience; an audience that is not named sees nothing. A row that lies
within another (a comment within its article) is seen only where that one is: looked up by itself this is asked, reached
through an edge it is so already, unless the edge comes from elsewhere (`apart`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal["text", "int", "bool", "float", "time", "id", "texts"]
# Who is asking, as far as it decides which rows may be seen: everybody, a reader (who sees their own comments too), or
# a moderator (who sees all comments).
Audience = Literal["public", "reader", "moderator"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
KeyKind = Literal["time", "int", "text", "bytes"]


@dataclass(frozen=True, slots=True)
class Column:
    """A value of a row. `sql` is an expression; a nullable one is sent as null. `letter` begins a global id."""

    sql: str
    kind: Kind = "text"
    nullable: bool = False
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A total order: a stored NOT NULL key, then the id, both in one direction. `code` begins its cursors."""

    code: str
    key: str
    kind: KeyKind
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """How rows of `table` hang on a row of another: `on` joins them, `order` names one of the table's orders, or is
    an ORDER BY for short lists that are never paged.

    through: a table between them, with at most one row for two; entry joins that to the other row. beside: columns of
    `table` that stand there too, so that a page is read off an index of that table alone. apart: its rows don't lie
    within the row that it comes from. always: it leads to one row, which is there and which everybody sees, so that
    it is read beside the row. counted: where the row that it comes from counts the rows that the public sees. most: of
    a short list that anybody may make longer, so many rows are read, the first ones.
    """

    table: str
    on: str = ""
    order: str = ""
    nullable: bool = False
    through: str = ""
    entry: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)
    apart: bool = False
    always: bool = False
    counted: str = ""
    most: int = 0


@dataclass(frozen=True, slots=True)
class Way:
    """How rows that pass a test are reached from each thing that it names: `of` gives the ids of those, `edge` leads
    from there, in the orders of its own key."""

    of: str
    edge: Edge


# Tests of an article's text, all by the same condition. Where its words alone decide (`words`), what an index of words
# finds is final; where they lead to it (`text`: phrases, fields, exclusions), what the index finds is looked at. Both
# carry the query for the index as their second value. No index finds what may hold none of the words (`lack`).
FOUND_TESTS = ("words", "text")
TEXT_TESTS = (*FOUND_TESTS, "lack")


@dataclass(frozen=True, slots=True)
class Spans:
    """How the first rows that pass a test, in one order, are found by an index that does not keep them in it.

    tests: those that the index finds, by their second value. final: the one that it decides alone.
    top, bottom: the first and the last value of the order's key. edges: what is made of them once, `{o}` elsewhere.
    volumes: wide parts of the key's range, the first rows first, each `{p}`; in_volume: whether a row is found in one.
    spans, in_span: the same for parts that begin short and get longer.
    lately: whether a row is found in a short first part.
    instead: tests that lead to fewer rows.
    """

    tests: tuple[str, ...]
    final: str
    order: str
    top: str
    bottom: str
    edges: str
    volumes: str
    in_volume: str
    spans: str
    in_span: str
    lately: str
    instead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `letter` begins the global ids of its rows; `visible` tells who sees a row; `within` names the edge to
    the row that it lies in; `ways` are by test, the one that leads to fewer rows first; `spans` are for the one test
    that finds any number of rows. The policy of a row's source is asked through its edge `source`."""

    name: str
    letter: str = ""
    visible: Mapping[Audience, str] = field(default_factory=dict)
    within: str = ""
    columns: Mapping[str, Column] = field(default_factory=dict)
    edges: Mapping[str, Edge] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)
    tests: Mapping[str, str] = field(default_factory=dict)
    ways: Mapping[str, Way] = field(default_factory=dict)
    spans: Spans | None = None


def _for_all(predicate: str) -> dict[Audience, str]:
    return dict.fromkeys(AUDIENCES, predicate)


def _plain(*names: str, kind: Kind = "text", nullable: bool = False) -> dict[str, Column]:
    return {name: Column(f"{{t}}.{name}", kind, nullable) for name in names}


def _id(letter: str) -> dict[str, Column]:
    return {"id": Column("{t}.id", "id", letter=letter)}


def _escaped(sql: str) -> str:
    """Text as HTML text."""
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("''", "&#39;")):
        sql = f"replace({sql}, '{char}', '{entity}')"
    return sql


def _marked(sql: str) -> str:
    """Text as HTML text with matches of the pattern {0} in <mark>. The marks are set as control characters, which no
    stored text holds, so that escaping comes after matching."""
    marked = _escaped(f"regexp_replace({sql}, '(' || {{0}}::text || ')', E'\\x01\\\\1\\x02', 'g')")
    return f"replace(replace({marked}, E'\\x01', '<mark>'), E'\\x02', '</mark>')"


def _by_policy(*, full: str, excerpt: str, headline: str = "null") -> str:
    """What the policy of the row's source lets out of a text."""
    return f"case {{policy}} when 'FULL' then {full} when 'EXCERPT' then {excerpt} else {headline} end"


def _with_page(column: str, page: str) -> str:
    """What the feed carried, or what was fetched from the article's page where that is served."""
    return f"case when {{pages}} then coalesce({{t}}.{page}, {{t}}.{column}) else {{t}}.{column} end"


def _of_page(column: str) -> str:
    """The text of a revision, a page's only where those are served."""
    return f"case when {{pages}} or not {{t}}.from_page then {{t}}.{column} end"


def _content(*, body_html: str, body_text: str) -> dict[str, Column]:
    """Headline, lead and body of an article or of one of its revisions."""
    lead_html = f"'<p>' || {_escaped('{t}.lead')} || '</p>'"
    return {
        "headline": Column("{t}.headline"),
        "lead": Column(_by_policy(full="{t}.lead", excerpt="{t}.lead"), nullable=True),
        "body_html": Column(_by_policy(full=body_html, excerpt=lead_html), nullable=True),
        "body_text": Column(_by_policy(full=body_text, excerpt="{t}.lead"), nullable=True),
    }


_PAGE_HTML = _with_page("body_html", "page_html")
_PAGE_TEXT = _with_page("body_text", "page_text")
# There is nothing that could be served, whatever the policy.
_NO_BODY = "{t}.body_extent = 'NONE' and {t}.page_html is null"


# An excerpt of at most 240 characters around the first match of {0} in the text that is served. `offset 0` keeps
# Postgres from computing the text anew wherever it is named.
_EXCERPT = (
    "(select case when x.at > 0 then "
    + _marked(
        "(case when x.at > 81 then '…' || regexp_replace(substr(x.served, x.at - 80, 240), '^[^ ]{{1,24}} ', '')"
        " else substr(x.served, 1, 240) end || case when length(x.served) > greatest(x.at - 81, 0) + 240"
        " then '…' else '' end)"
    )
    + " end from (select s.served, regexp_instr(s.served, {0}::text) as at"
    + " from (select regexp_replace("
    + _by_policy(full=f"coalesce({_PAGE_TEXT}, {{t}}.lead)", excerpt="{t}.lead")
    + ", '\\s+', ' ', 'g') as served offset 0) s offset 0) x)"
)

_LANGUAGE = "exists (select 1 from unnest({0}::text[]) l where {t}.language = l or starts_with({t}.language, l || '-'))"


def _slugs(noun: str, parameter: str = "any({0}::text[])") -> str:
    return f"(select g.id from slugs g where g.noun = '{noun}' and g.slug = {parameter})"


def _matching(noun: str) -> str:
    return f"{{t}}.id = {_slugs(noun, '{0}::text')}"


_OF_SOURCE = Edge("articles", "{t}.source_id = {o}.id", "NEWEST")
_OF_TOPIC, _OF_AUTHOR = (
    Edge(
        "articles",
        "{t}.id = {x}.article_id",
        "NEWEST",
        through=f"article_{noun}s",
        entry=f"{{x}}.{noun}_id = {{o}}.id",
        beside={"published_at": "published_at", "id": "article_id"},
    )
    for noun in ("topic", "author")
)

# What a source lets out, and for a caller who may have some sources in full.
POLICY, PAGES = "{p}.body_policy", "{p}.serves_pages"
_IN_FULL = "{p}.id = any({0}::text[]::uuid[])"
POLICY_IN_FULL = f"case when {_IN_FULL} then 'FULL' else {POLICY} end"
PAGES_IN_FULL = f"({PAGES} or {_IN_FULL})"

# Who has what a comment says. What was removed by a moderator is kept from its author and from moderators as little as
# what never became public; what its author deleted, or what was erased with them, is gone for all.
WHOLE: Mapping[Audience, str] = {
    "public": "{t}.placeholder is null",
    "reader": "({t}.placeholder is null or ({t}.placeholder = 'REMOVED' and {t}.author_id = {viewer}::uuid))",
    "moderator": "({t}.placeholder is null or {t}.placeholder = 'REMOVED')",
}

_NEWEST_DECISION = "{t}.decided_at desc, {t}.id desc"

_IN_ARTICLE = Edge("articles", "{t}.id = {o}.article_id")

_TEXT = "{t}.search @@ {0}::text::tsquery"
# What an index of articles holds.
_WORDS, _PERIODS = "search_words({t}.published_at, {t}.search)", "search_periods({t}.published_at)"
_ID_TEST = {"id": "{t}.id = {0}::uuid"}
_NAME_TEST = {"nameContains": "position({0}::text in {t}.sort_name) > 0"}

# How well an article matches a text query, quantised to an integer, so that equal ranks are equal everywhere.
RANK = "floor(ts_rank({t}.search, {0}::text::tsquery, 1) * 1000000)::integer"

ARTICLES = Table(
    "articles",
    letter="a",
    visible=_for_all("{t}.is_public"),
    columns=_id("a")
    | _plain("url", "kind", "language", "status", "published_text")
    | _plain("byline", "dateline", "section", "credit", "updated_text", nullable=True)
    | _plain("rights_holder", "rights_notice", "rights_terms", nullable=True)
    | _plain("embargoed_until", "expires_at", kind="time", nullable=True)
    | _plain("first_seen_at", "changed_at", kind="time")
    | _plain("published_estimated", "comments_open", kind="bool")
    | _plain("word_count", "comment_count", kind="int")
    | _content(body_html=_PAGE_HTML, body_text=_PAGE_TEXT)
    | {
        "alias_urls": Column(
            "array(select k.value from article_keys k where k.article_id = {t}.id and k.kind = 'url'"
            " and k.value <> {t}.url order by k.value)",
            "texts",
        ),
        "body_availability": Column(
            _by_policy(
                full="case when {pages} and {t}.page_html is not null then {t}.page_extent"
                " when {t}.body_extent <> 'NONE' then {t}.body_extent"
                " when {t}.page_html is not null then 'RESTRICTED' else 'UNAVAILABLE' end",
                # The lead is what is served here, whether or not there is more.
                excerpt="case when {t}.lead is not null then 'EXCERPT'"
                f" when {_NO_BODY} then 'UNAVAILABLE' else 'RESTRICTED' end",
                headline=f"case when {_NO_BODY} then 'UNAVAILABLE' else 'RESTRICTED' end",
            )
        ),
        "score": Column("{t}.score / 1000000::float8", "float"),
        "rank": Column(f"{RANK} / 1000000::float8", "float"),
        "headline_highlight": Column(_marked("{t}.headline")),
        "excerpt": Column(_EXCERPT, nullable=True),
    },
    edges={
        "source": Edge("sources", "{t}.id = {o}.source_id", always=True),
        "authors": Edge(
            "authors",
            "exists (select 1 from article_authors x where x.article_id = {o}.id and x.author_id = {t}.id)",
            "(select x.position from article_authors x where x.article_id = {o}.id and x.author_id = {t}.id), {t}.id",
        ),
        "image": Edge("images", "{t}.article_id = {o}.id and {t}.position = 0", nullable=True),
        "images": Edge("images", "{t}.article_id = {o}.id", "{t}.position"),
        "enclosures": Edge("enclosures", "{t}.article_id = {o}.id", "{t}.position"),
        "comments_decisions": Edge("decisions", "{t}.article_id = {o}.id and {moderates}", _NEWEST_DECISION, most=50),
        "topics": Edge("article_topics", "{t}.article_id = {o}.id and {t}.direct", "{t}.confidence desc, {t}.topic_id"),
        "revisions": Edge("revisions", "{t}.article_id = {o}.id", "NEWEST"),
        "comments": Edge("comments", "{t}.article_id = {o}.id and {t}.parent_id is null", "OLDEST"),
        "thread": Edge("comments", "{t}.article_id = {o}.id", "THREAD"),
    },
    orders={
        "NEWEST": Order("an", "published_at", "time", descending=True),
        "OLDEST": Order("ao", "published_at", "time"),
        "UPDATED": Order("au", "sort_updated_at", "time", descending=True),
        "MOST_COMMENTED": Order("am", "comment_count", "int", descending=True),
    },
    tests=_ID_TEST
    | {
        # An address of what may not be seen is nobody's, and does not hide the next form of it.
        "url": "{t}.id = (select v.id from article_keys k join articles v on v.id = k.article_id"
        " where k.kind = 'url' and k.scope = '' and k.value = any({0}::text[]) and {seen}"
        " order by array_position({0}::text[], k.value) limit 1)",
        "sources": f"{{t}}.source_id in {_slugs('source')}",
        "topics": "exists (select 1 from article_topics x where x.article_id = {t}.id"
        f" and x.topic_id in {_slugs('topic')}{{each}})",
        "authors": "exists (select 1 from article_authors x where x.article_id = {t}.id"
        f" and x.author_id in {_slugs('author')}{{each}})",
        "languages": _LANGUAGE,
        "kinds": "{t}.kind = any({0}::text[])",
        "publishedFrom": "{t}.published_at >= {0}::timestamptz",
        "publishedTo": "{t}.published_at < {0}::timestamptz",
        "changedFrom": "{t}.changed_at >= {0}::timestamptz",
        "changedTo": "{t}.changed_at < {0}::timestamptz",
        "hasImage": "{t}.has_image = {0}::boolean",
        **dict.fromkeys(TEXT_TESTS, _TEXT),
    },
    ways={
        "authors": Way(_slugs("author"), _OF_AUTHOR),
        "sources": Way(_slugs("source"), _OF_SOURCE),
        "topics": Way(_slugs("topic"), _OF_TOPIC),
    },
    spans=Spans(
        tests=FOUND_TESTS,
        final="words",
        order="NEWEST",
        top="select {t}.published_at from articles {t} where {t}.is_public order by {t}.published_at desc limit 1",
        bottom="select {t}.published_at from articles {t} where {t}.is_public order by {t}.published_at limit 1",
        # A shift is sixteen hours (four periods), of which a volume has 512; the last two make the last day. What is
        # dated ahead says nothing of how much there is on a day.
        edges="search_volume({o}.oldest) as first, search_volume({o}.newest) as last,"
        " search_period(least({o}.newest, now())) >> 2 as shift",
        volumes="search_volumes({o}.first, {o}.last) {p}",
        in_volume=f"{_WORDS} @@ search_in_volumes({{0}}::text, {{p}}.since, {{p}}.upto)",
        spans="search_spans({o}.newest) {p} (keys)",
        in_span=f"{_WORDS} @@ search_in_span({{0}}::text, {{p}}.keys, {{o}}.first) and {_PERIODS} && {{p}}.keys",
        lately=f"{_WORDS} @@ (select search_in_volumes({{0}}::text, {{o}}.shift - 1 >> 9, {{o}}.shift >> 9) from {{o}})"
        f" and {_PERIODS} && (select array[({{o}}.shift - 1) * 16 + 1, {{o}}.shift * 16 + 1] from {{o}})",
        instead=("authors", "sources", "topics"),
    ),
)

# Orders of search: the same rows with their rank.
SEARCH_ORDERS = {
    "RELEVANCE": Order("sr", "score", "int", descending=True),
    "NEWEST": Order("sn", "published_at", "time", descending=True),
    "OLDEST": Order("so", "published_at", "time"),
}

SOURCES = Table(
    "sources",
    letter="s",
    visible=_for_all("true"),
    columns=_id("s")
    | _plain("slug", "name")
    | _plain("publisher", "homepage_url", "logo_url", "language", "country", "description", nullable=True)
    | _plain("article_count", kind="int")
    | _plain("latest_article_at", kind="time", nullable=True),
    edges={"articles": _OF_SOURCE},
    orders={
        "NAME": Order("on", "sort_name", "text"),
        "MOST_RECENT": Order("om", "sort_latest_at", "time", descending=True),
    },
    tests=_ID_TEST
    | _NAME_TEST
    | {
        "slug": _matching("source"),
        "languages": _LANGUAGE,
        "countries": "{t}.country = any({0}::text[])",
    },
)

TOPICS = Table(
    "topics",
    letter="t",
    visible=_for_all("true"),
    columns=_id("t")
    | _plain("slug", "name")
    | _plain("code", nullable=True)
    | _plain("article_count", kind="int")
    | {
        "name_in": Column(
            "coalesce({t}.names ->> lower({0}::text), {t}.names ->> split_part(lower({0}::text), '-', 1), {t}.name)"
        )
    },
    edges={
        "broader": Edge("topics", "{t}.id = {o}.broader_id", nullable=True),
        "narrower": Edge("topics", "{t}.broader_id = {o}.id", "{t}.sort_name, {t}.id"),
        "articles": _OF_TOPIC,
    },
    orders={
        "NAME": Order("tn", "sort_name", "text"),
        "MOST_ARTICLES": Order("ta", "article_count", "int", descending=True),
    },
    tests=_ID_TEST
    | _NAME_TEST
    | {
        "slug": _matching("topic"),
        "code": "{t}.code = {0}::text",
        "broader": f"{{t}}.broader_id = {_slugs('topic', '{0}::text')}",
    },
)

AUTHORS = Table(
    "authors",
    letter="u",
    visible=_for_all("{t}.article_count > 0"),
    columns=_id("u") | _plain("slug", "name") | _plain("url", nullable=True) | _plain("article_count", kind="int"),
    edges={"articles": _OF_AUTHOR},
    tests=_ID_TEST | {"slug": _matching("author")},
)

REVISIONS = Table(
    "revisions",
    letter="r",
    visible=_for_all("true"),
    within="article",
    columns=_id("r")
    | _plain("seen_at", kind="time")
    | _content(body_html=_of_page("body_html"), body_text=_of_page("body_text")),
    edges={
        "article": _IN_ARTICLE,
        "source": Edge(
            "sources", "{t}.id = (select w.source_id from articles w where w.id = {o}.article_id)", always=True
        ),
    },
    orders={"NEWEST": Order("rn", "seen_at", "time", descending=True)},
    tests=_ID_TEST,
)

_NOT_GONE = "({t}.placeholder is null or {t}.placeholder = 'REMOVED')"
_MODERATORS: Mapping[Audience, str] = {"public": "false", "reader": "false", "moderator": "true"}


def _by_viewer(table: str) -> str:
    """Whether the caller has one of these rows for a comment."""
    return f"exists (select from {table} x where x.comment_id = {{t}}.id and x.commenter_id = {{viewer}}::uuid)"


def _own(name: str) -> Column:
    """A column of a commenter that moderators and that reader see."""
    return Column(f"case when {{moderates}} or {{t}}.id = {{viewer}}::uuid then {{t}}.{name} end", nullable=True)


COMMENTS = Table(
    "comments",
    letter="c",
    visible={
        "public": "{t}.is_public",
        "reader": "({t}.is_public or ({t}.author_id = {viewer}::uuid and {whole}))",
        "moderator": "({t}.is_public or {whole})",
    },
    within="article",
    columns=_id("c")
    | _plain("depth", "reply_count", "reaction_count", kind="int")
    | _plain("status")
    | _plain("placeholder", nullable=True)
    | _plain("created_at", kind="time")
    | _plain("edited_at", kind="time", nullable=True)
    | {
        "body_html": Column("case when {whole} then {t}.body_html end", nullable=True),
        "body_text": Column("case when {whole} then {t}.body_text end", nullable=True),
        "viewer_has_reacted": Column(_by_viewer("reactions"), "bool"),
        "viewer_has_flagged": Column(_by_viewer("flags"), "bool"),
        "viewer_can_edit": Column(
            "coalesce({t}.author_id = {viewer}::uuid and {t}.placeholder is null"
            " and {t}.editable_until > {now}::timestamptz"
            " and exists (select from articles w where w.id = {t}.article_id and w.comments_open"
            " and coalesce(w.comments_close_at > {now}::timestamptz, true)), false)",
            "bool",
        ),
    },
    edges={
        "article": _IN_ARTICLE,
        "parent": Edge("comments", "{t}.id = {o}.parent_id", nullable=True),
        "author": Edge("commenters", "{t}.id = {o}.author_id and {whole}", nullable=True),
        "replies": Edge("comments", "{t}.parent_id = {o}.id", "OLDEST", counted="reply_count"),
        "decisions": Edge("decisions", "{t}.comment_id = {o}.id", _NEWEST_DECISION, most=50),
        "flags": Edge("flags", "{t}.comment_id = {o}.id", "{t}.created_at desc, {t}.id desc", most=50),
    },
    orders={
        "NEWEST": Order("cn", "created_at", "time", descending=True),
        "OLDEST": Order("co", "created_at", "time"),
        "MOST_REPLIES": Order("cr", "reply_count", "int", descending=True),
        "MOST_REACTIONS": Order("cx", "reaction_count", "int", descending=True),
        "THREAD": Order("ct", "thread_key", "bytes"),
    },
    # The queues of moderators, each a range of an index of its own.
    tests=_ID_TEST
    | {
        "UNMODERATED": f"{{t}}.status in ('PUBLISHED', 'PENDING', 'WITHHELD') and {_NOT_GONE}",
        "PENDING": f"{{t}}.status in ('PENDING', 'WITHHELD') and {_NOT_GONE}",
        "REPORTED": "{t}.flag_count > 0",
    },
)

COMMENTERS = Table(
    "commenters",
    letter="m",
    visible={
        "public": "{t}.comment_count > 0",
        "reader": "({t}.comment_count > 0 or {t}.id = {viewer}::uuid)",
        "moderator": "true",
    },
    columns=_id("m")
    | _plain("display_name", "role")
    | _plain("comment_count", kind="int")
    | {"state": _own("state"), "state_until": _own("state_until")},
    edges={
        "comments": Edge("comments", "{t}.author_id = {o}.id", "NEWEST", apart=True),
        "record": Edge(
            "comments",
            "{t}.author_id = {o}.id and ({moderates} or {o}.id = {viewer}::uuid)",
            "NEWEST",
            apart=True,
        ),
        "replies": Edge(
            "comments",
            "{x}.author_id = {o}.id and {t}.parent_id = {x}.id and {t}.author_id is distinct from {o}.id",
            "NEWEST",
            through="comments",
            apart=True,
        ),
        "decisions": Edge("decisions", "{t}.commenter_id = {o}.id and {moderates}", _NEWEST_DECISION, most=50),
    },
    tests=_ID_TEST | {"viewer": "{t}.id = {viewer}::uuid"},
)

DECISIONS = Table(
    "decisions",
    visible={
        "public": "false",
        "reader": "exists (select from comments w where w.id = {t}.comment_id and w.author_id = {viewer}::uuid)",
        "moderator": "true",
    },
    columns=_plain("reason", "note", "rule", nullable=True)
    | _plain("decided_at", kind="time")
    | _plain("state_until", "closes_at", kind="time", nullable=True)
    | _plain("premoderated", kind="bool", nullable=True)
    # Each decision has that of its own kind.
    | {
        "status": Column("coalesce({t}.status, 'PENDING')"),
        "state": Column("coalesce({t}.state, 'ACTIVE')"),
        "comments_open": Column("coalesce({t}.comments_open, true)", "bool"),
    },
    edges={"decided_by": Edge("commenters", "{t}.id = {o}.decided_by and {moderates}", nullable=True)},
)

FLAGS = Table(
    "flags",
    visible=_MODERATORS,
    columns=_plain("reason") | _plain("note", nullable=True) | _plain("created_at", kind="time"),
)

IMAGES = Table(
    "images",
    visible=_for_all("true"),
    columns=_plain("url")
    | _plain("alt", "caption", "credit", nullable=True)
    | _plain("width", "height", kind="int", nullable=True),
)

ENCLOSURES = Table(
    "enclosures",
    visible=_for_all("true"),
    columns=_plain("url")
    | _plain("mime_type", nullable=True)
    | _plain("byte_length", "duration_seconds", kind="int", nullable=True),
)

ARTICLE_TOPICS = Table(
    "article_topics",
    visible=_for_all("true"),
    columns=_plain("assigned_by") | _plain("confidence", kind="float"),
    edges={"topic": Edge("topics", "{t}.id = {o}.topic_id", always=True)},
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        ARTICLES,
        SOURCES,
        TOPICS,
        AUTHORS,
        REVISIONS,
        COMMENTS,
        COMMENTERS,
        DECISIONS,
        FLAGS,
        IMAGES,
        ENCLOSURES,
        ARTICLE_TOPICS,
    )
}
