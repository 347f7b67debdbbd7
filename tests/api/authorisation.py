"""What there is to see, and who sees it: the fixed edition with more that is hidden, and callers of every kind.

The rules are written from the contract: a field that stands under none of them fails a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_leaf_type
from starlette.applications import Starlette

from api.tokens import ISSUER, make
from jobs.keys import new_key
from schema.build import build_schema
from tests.conftest import EDITION

SHARED_KEY = "a shared key of more than 32 characters"
SCHEMA = build_schema()._schema
NOUNS = {"s": 1, "t": 2, "u": 3, "a": 4, "r": 5, "m": 6, "c": 7}


def id_of(letter: str, number: int) -> str:
    return f"{letter}_{_uuid(letter, number)}"


def _uuid(letter: str, number: int) -> str:
    return f"00000000-0000-7000-8000-{NOUNS[letter]:04x}{number:08x}"


# Beside the edition: number, article, parent, author, status, placeholder, whether it is public, public replies.
COMMENTS = (
    (9, 1, 0, 1, "REJECTED", "REMOVED", True, 1),
    (10, 1, 9, 3, "PUBLISHED", None, True, 0),
    (11, 1, 0, 1, "REJECTED", None, False, 0),
    (12, 1, 0, 1, "PUBLISHED", "DELETED", False, 0),  # nothing hangs on it
    (13, 7, 0, 1, "PENDING", None, False, 0),  # on a withheld article
    (14, 1, 1, 4, "WITHHELD", None, False, 0),
)
# Number and article.
REVISIONS = ((8, 7), (9, 6))
MORE = """
insert into commenters (id, display_name, role, created_at)
values ('00000000-0000-7000-8000-000600000005', 'Wrote nothing', 'COMMENTER', '2026-11-20 08:00:00+00');
insert into identities (issuer, subject, commenter_id, created_at)
select 'broadsheet', right(id::text, 1), id, now() from commenters;
insert into decisions (id, comment_id, status, reason, note, decided_at, decided_by)
select gen_random_uuid(), id, 'REJECTED', 'SPAM', 'Why', '2026-11-22 11:00:00+00',
  '00000000-0000-7000-8000-000600000002'
from comments where right(id::text, 2) in ('01', '06', '09');
insert into decisions (id, commenter_id, state, note, decided_at, decided_by)
select gen_random_uuid(), id, 'ACTIVE', 'Why', '2026-11-22 11:00:00+00', '00000000-0000-7000-8000-000600000002'
from commenters where right(id::text, 1) in ('1', '3');
insert into decisions (id, article_id, comments_open, premoderated, decided_at, decided_by)
select gen_random_uuid(), id, true, true, '2026-11-22 11:00:00+00', '00000000-0000-7000-8000-000600000002'
from articles where right(id::text, 1) in ('1', '7');
insert into reactions (comment_id, commenter_id, created_at)
values ('00000000-0000-7000-8000-000700000003', '00000000-0000-7000-8000-000600000001', now());
insert into flags (id, comment_id, commenter_id, reason, note, created_at)
values (gen_random_uuid(), '00000000-0000-7000-8000-000700000003', '00000000-0000-7000-8000-000600000001', 'SPAM', 'So',
  now());
update comments set editable_until = 'infinity' where right(id::text, 2) in ('01', '06', '09');
"""
COMMENT = """
insert into comments (id, article_id, parent_id, author_id, depth, thread_key, body_html, body_text, status,
  placeholder, is_public, created_at, reply_count)
values ($1, $2, $3, $4, $5, $6, '<p>words</p>', 'words', $7, $8, $9, '2026-11-22 11:00:00+00', $10)
"""
REVISION = """
insert into revisions (id, article_id, seen_at, content_hash, headline, lead, body_html, body_text)
values ($1, $2, '2026-11-22 11:00:00+00', '\\x00', 'Headline', 'Lead', '<p>Body</p>', 'Body')
"""


# Readers by the last digit of their commenters. 1 wrote most of what is hidden, 4 what is held.
READERS: Mapping[str, tuple[str, str, str]] = {
    "author": ("1", "Ondine", "COMMENTER"),
    "other author": ("4", "Held only", "COMMENTER"),
    "reader": ("5", "Wrote nothing", "COMMENTER"),
    "staff": ("2", "Staff <b>desk</b>", "STAFF"),
    "moderator": ("8", "Moderator", "MODERATOR"),
    "admin": ("9", "Admin", "ADMIN"),
}
# Keys by what they have.
KEYS: Mapping[str, dict[str, Any]] = {
    "key": {},
    "app": {"publishable": True},
    "key that writes": {"scopes": ["comments:write"]},
    "key that moderates": {"scopes": ["moderate"]},
    "key with sources in full": {"sources": ["minato-shimbun", "küsten-bote"]},
    "key with everything": {"scopes": ["moderate"], "sources": ["minato-shimbun", "küsten-bote", "harbour-times"]},
}
CALLERS = ("anonymous", *READERS, *KEYS)
EVERYTHING = "key with everything"
IN_FULL = frozenset({"key with sources in full", EVERYTHING})
MODERATORS = frozenset({"moderator", "admin", "key that moderates", EVERYTHING})
ALL: frozenset[str] = frozenset(CALLERS)
NOBODY: frozenset[str] = frozenset()

# Who sees each thing, by the contract.
SEEN: Mapping[str, frozenset[str]] = {
    **{id_of("a", n): ALL for n in range(1, 7)},
    id_of("a", 7): NOBODY,  # withheld
    id_of("a", 8): NOBODY,  # under embargo
    id_of("r", 1): ALL,
    id_of("r", 8): NOBODY,  # of a withheld article
    id_of("r", 9): ALL,
    **{id_of("s", n): ALL for n in (1, 2, 3)},
    **{id_of("t", n): ALL for n in (1, 2)},
    id_of("u", 1): ALL,
    id_of("u", 3): NOBODY,  # signed nothing that is published
    id_of("m", 1): ALL,
    id_of("m", 4): MODERATORS | {"other author"},  # nothing of theirs is public
    id_of("m", 5): MODERATORS | {"reader"},
    **{id_of("c", n): ALL for n in (1, 2, 3, 5, 7, 10)},
    id_of("c", 4): ALL,  # a placeholder
    id_of("c", 9): ALL,  # a placeholder, removed
    id_of("c", 6): MODERATORS | {"other author"},  # held
    id_of("c", 14): MODERATORS | {"other author"},  # held, an answer
    id_of("c", 11): MODERATORS | {"author"},  # rejected
    id_of("c", 12): NOBODY,  # deleted, and nothing hangs on it
    id_of("c", 8): NOBODY,  # on a withheld article
    id_of("c", 13): NOBODY,  # held on a withheld article
}
# Which reader wrote each comment, and is each commenter, where it is one of these callers.
OWN: Mapping[str, str] = {
    **{id_of("c", n): "author" for n in (1, 4, 5, 8, 9, 11, 12, 13)},
    id_of("c", 2): "staff",
    **{id_of("c", n): "other author" for n in (6, 14)},
    **{id_of("m", n): caller for n, caller in ((1, "author"), (4, "other author"), (5, "reader"), (2, "staff"))},
}
# Which caller is told yes of a comment; everybody else is told no.
YES: Mapping[str, Mapping[str, str]] = {
    "viewerHasReacted": {id_of("c", 3): "author"},
    "viewerHasFlagged": {id_of("c", 3): "author"},
    "viewerCanEdit": {id_of("c", 1): "author", id_of("c", 6): "other author"},
}
# Who has what a placeholder says, where not everybody who sees it does.
WORDS: Mapping[str, frozenset[str]] = {id_of("c", 4): NOBODY, id_of("c", 9): MODERATORS | {"author"}}
# Articles and revisions whose texts rights keep back.
RESTRICTED = frozenset({id_of("a", 6), id_of("r", 9)})
EXCERPTS = frozenset({id_of("a", 4), id_of("a", 5)})

_CONNECTION = "edges nodes pageInfo totalCount totalCountIsExact"
_LISTS = ("Article", "Comment", "Revision", "Search", "Source", "Topic")


def _fields(text: str) -> frozenset[str]:
    """`Type: field field; Type: field` as coordinates."""
    types = (part.partition(":") for part in text.split(";"))
    return frozenset(f"{type_.strip()}.{name}" for type_, _, names in types for name in names.split())


# Each field under the one rule that it follows.
RULES: Mapping[str, frozenset[str]] = {
    # The same for all who see the thing that it stands on. Counts among them count what the public sees.
    "same": _fields(
        """Article: id url aliasUrls kind source headline byline authors dateline section credit rights image images
          enclosures language publishedAt publishedAtEstimated updatedAt firstSeenAt changedAt status wordCount topics
          commentCount commentsOpen;
        Rights: holder notice usageTerms embargoedUntil expiresAt; Image: url alt caption credit width height;
        Enclosure: url mimeType byteLength durationSeconds; TopicAssignment: topic confidence assignedBy;
        Topic: id slug code name broader narrower articleCount articles; Author: id slug name url articleCount articles;
        Source: id slug name publisher homepageUrl logoUrl language country description articleCount latestArticleAt
          articles;
        Revision: id seenAt headline;
        Comment: id article depth placeholder status createdAt editedAt replyCount reactionCount;
        Commenter: id displayName role commentCount;
        SearchEdge: cursor node score headlineHighlight"""
    ),
    # What a source's policy keeps back, a key may have.
    "rights": _fields("Article: lead body bodyAvailability; Revision: lead body; SearchEdge: excerpt"),
    # Gone from a placeholder, but for whom it concerns.
    "words": _fields("Comment: author body"),
    # Of what is there, what the caller sees.
    "seen": _fields(
        "Article: revisions comments thread; Comment: parent replies;"
        " PageInfo: hasNextPage hasPreviousPage startCursor endCursor; "
        + "; ".join(f"{noun}Connection: {_CONNECTION}" for noun in _LISTS)
        + "; "
        + "; ".join(f"{noun}Edge: cursor node" for noun in _LISTS if noun != "Search")
    ),
    # What the caller did.
    "did": _fields("Comment: viewerHasReacted viewerHasFlagged viewerCanEdit"),
    # For moderators and for whom it is about; who decided is for moderators.
    "decided": _fields("Comment: decisions; ModerationDecision: status reason note rule decidedAt decidedBy"),
    "standing": _fields("Commenter: state stateUntil"),
    "record": _fields("Commenter: comments"),
    "reported": _fields(
        """Comment: flags; CommentFlag: reason note createdAt;
        Commenter: decisions; CommenterDecision: state until note decidedAt decidedBy;
        Article: commentsDecisions; CommentsDecision: commentsOpen closesAt premoderated decidedAt decidedBy"""
    ),
    "moderators": _fields("Query: moderationQueue; Mutation: moderateComments setCommenterState"),
    "staff": _fields("Mutation: setCommentsOpen"),
    "readers": _fields(
        "Query: previewComment; Mutation: postComment editComment deleteComment addReaction removeReaction flagComment"
        " eraseViewer"
    ),
    # What comes of those: rows that are read as everywhere, and what is said to whoever asked.
    "said": frozenset(
        f"{type_.name}.{name}"
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType) and type_.name.endswith("Payload")
        for name in type_.fields
    )
    | _fields("CommentError: code message path; ModerationPreview: status findings; ModerationFinding: rule message"),
    "looked up": _fields("Query: node nodes article articles search source sources topic topics author comment"),
    # The caller's own, and null for whoever has none.
    "own": _fields(
        "Query: viewer rateLimit; Viewer: commenter comments replies; RateLimit: cost limit remaining used resetAt"
    ),
}


def all_fields() -> set[str]:
    return {
        f"{type_.name}.{name}"
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
        for name in type_.fields
    }


def rule_of(field: str) -> str:
    (rule,) = [name for name, fields in RULES.items() if field in fields]
    return rule


def type_of(id_: str) -> GraphQLObjectType:
    types = {
        "a": "Article",
        "r": "Revision",
        "s": "Source",
        "t": "Topic",
        "u": "Author",
        "m": "Commenter",
        "c": "Comment",
    }
    found = SCHEMA.type_map[types[id_[0]]]
    assert isinstance(found, GraphQLObjectType)
    return found


def selection(type_: GraphQLObjectType) -> str:
    """Every field of a type; of what has an id the id, of a list all of its parts."""
    return f"{{ {' '.join(_selected(name, field.type) for name, field in type_.fields.items())} }}"


def _selected(name: str, type_: Any) -> str:
    inner = get_named_type(type_)
    if is_leaf_type(inner):
        return name
    assert isinstance(inner, GraphQLObjectType | GraphQLInterfaceType)
    if "id" in inner.fields:
        return f"{name} {{ id }}"
    if "pageInfo" in inner.fields:
        page = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount totalCountIsExact"
        return f"{name} {{ edges {{ cursor node {{ id }} }} nodes {{ id }} {page} }}"
    assert isinstance(inner, GraphQLObjectType)
    return f"{name} {selection(inner)}"


@dataclass
class World:
    """The service, and the headers of every caller."""

    client: httpx2.AsyncClient
    headers: Mapping[str, dict[str, str]]

    @classmethod
    async def made(cls, app: Starlette, client: httpx2.AsyncClient) -> "World":
        database, now = app.state.database, datetime.now(UTC)
        async with database.transaction() as connection:
            await connection.execute(EDITION.read_text())
            for number, article, parent, author, *state in COMMENTS:
                key = b"".join(n.to_bytes(12) for n in (parent, number) if n)
                of = [
                    _uuid("c", number),
                    _uuid("a", article),
                    _uuid("c", parent) if parent else None,
                    _uuid("m", author),
                ]
                await connection.execute(COMMENT, *of, int(parent > 0), key, *state)
            for number, article in REVISIONS:
                await connection.execute(REVISION, _uuid("r", number), _uuid("a", article))
            await connection.execute(MORE)
        headers: dict[str, dict[str, str]] = {"anonymous": {}}
        for caller, (subject, name, role) in READERS.items():
            token = make(SHARED_KEY, subject, name=name, role=role, now=now, hours=1)
            headers[caller] = {"Authorization": f"Bearer {token}"}
        for caller, given in KEYS.items():
            headers[caller] = {"X-Api-Key": (await new_key(database, caller, now=now, **given)).secret}
        assert ISSUER == "broadsheet"
        return cls(client, headers)

    async def ask(self, caller: str, query: str, **variables: object) -> Any:
        asked = {"query": query, "variables": variables}
        answer = await self.client.post("/graphql", json=asked, headers=self.headers[caller])
        found = answer.json()
        assert answer.status_code == 200, answer.text
        assert "errors" not in found, answer.text
        return found["data"]

    async def get(self, caller: str, path: str, **parameters: str) -> httpx2.Response:
        return await self.client.get(path, params=parameters, headers=self.headers[caller])

    async def whole(self, caller: str, id_: str) -> Any:
        """All fields of a thing, null where the caller sees none."""
        type_ = type_of(id_)
        query = f'{{ node(id: "{id_}") {{ __typename ... on {type_.name} {selection(type_)} }} }}'
        found = (await self.ask(caller, query))["node"]
        assert found is None or found.pop("__typename") == type_.name
        return found
