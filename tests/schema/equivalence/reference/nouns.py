"""What the fields of every noun are, by `Type.field`: a function of the view, the row and the arguments."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ingest.url import canonical
from tests.schema.equivalence.reference import filters, ids, marks, pages, queries, text
from tests.schema.equivalence.reference.pages import Edge, Page
from tests.schema.equivalence.reference.view import View
from tests.schema.equivalence.rows import Row

Arguments = Mapping[str, Any]
Resolver = Callable[[View, Any, Arguments], Any]


def _columns(type_: str, names: str, *, time: bool = False) -> dict[str, Resolver]:
    """Fields that are stored columns: `field`, or `field=column`."""
    pairs = [name.partition("=") for name in names.split()]
    return {f"{type_}.{field}": _column(column or _snake(field), time=time) for field, _, column in pairs}


def _column(name: str, *, time: bool) -> Resolver:
    def read(_: View, row: Row, __: Arguments) -> Any:
        return text.rfc3339(row[name]) if time else row[name]

    return read


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)


def _page(field: str, rows: Callable[[View, Any], Iterable[Row]]) -> dict[str, Resolver]:
    """A connection, with a filter where there is one."""

    def read(view: View, row: Any, arguments: Arguments) -> Page:
        tests = filters.TESTS[
            {"sources": "SourceFilter", "topics": "TopicFilter"}.get(pages.LISTS[field], "ArticleFilter")
        ]
        found = [one for one in rows(view, row) if filters.holds(view, one, arguments.get("filter"), tests)]
        return pages.page(view, found, pages.order_of(field, arguments), arguments)

    return {field: read}


def _hanging(table: str, column: str = "article_id") -> Callable[[View, Row], list[Row]]:
    def read(view: View, row: Row) -> list[Row]:
        return view.seen(view.rows.hanging(table, column, row["id"]))

    return read


def _by_position(table: str) -> Resolver:
    def read(view: View, row: Row, _: Arguments) -> list[Row]:
        return sorted(view.rows.hanging(table, "article_id", row["id"]), key=lambda link: link["position"])

    return read


# -- articles


def _source(view: View, row: Row) -> Row:
    return view.source(row["source_id"])


def _served(view: View, article: Row, format_: str) -> Any:
    """What FULL lets out: what the feed carried, or the page's text where that is served."""
    column = format_.lower()
    page = article[f"page_{column}"] if _source(view, article)["serves_pages"] else None
    return article[f"body_{column}"] if page is None else page


def _availability(view: View, article: Row, _: Arguments) -> str:
    source = _source(view, article)
    has_text = article["body_html"] is not None or article["page_html"] is not None
    kept_back = "RESTRICTED" if has_text else "UNAVAILABLE"
    match source["body_policy"]:
        case "FULL":
            if source["serves_pages"] and article["page_html"] is not None:
                return str(article["page_extent"])
            return kept_back if article["body_html"] is None else str(article["body_extent"])
        case "EXCERPT" if article["lead"] is not None:
            return "EXCERPT"
    return kept_back


def _aliases(view: View, article: Row, _: Arguments) -> list[str]:
    keys = view.rows.hanging("article_keys", "article_id", article["id"])
    return sorted(key["value"] for key in keys if key["kind"] == "url" and key["value"] != article["url"])


def _authors(view: View, article: Row, _: Arguments) -> list[Row]:
    links = sorted(
        view.rows.hanging("article_authors", "article_id", article["id"]),
        key=lambda link: (link["position"], link["author_id"]),
    )
    return view.seen(view.rows.by_id["authors"][link["author_id"]] for link in links)


def _topics(view: View, article: Row, _: Arguments) -> list[Row]:
    links = view.rows.hanging("article_topics", "article_id", article["id"])
    return sorted((link for link in links if link["direct"]), key=lambda link: (-link["confidence"], link["topic_id"]))


def _image(view: View, article: Row, _: Arguments) -> Row | None:
    return next((row for row in view.rows.hanging("images", "article_id", article["id"]) if row["position"] == 0), None)


ARTICLE: dict[str, Resolver] = {
    **_columns(
        "Article",
        "url kind headline byline dateline section credit language publishedAt=published_text"
        " publishedAtEstimated=published_estimated updatedAt=updated_text status wordCount commentCount commentsOpen",
    ),
    **_columns("Article", "firstSeenAt changedAt", time=True),
    **_columns("Rights", "holder=rights_holder notice=rights_notice usageTerms=rights_terms"),
    **_columns("Rights", "embargoedUntil expiresAt", time=True),
    **_columns("Image", "url alt caption credit width height"),
    **_columns("Enclosure", "url mimeType byteLength durationSeconds"),
    "Article.aliasUrls": _aliases,
    "Article.source": lambda view, row, _: _source(view, row),
    "Article.lead": lambda view, row, _: text.lead(_source(view, row), row),
    "Article.body": lambda view, row, a: text.body(_source(view, row), row, a["as"], _served(view, row, a["as"])),
    "Article.bodyAvailability": _availability,
    "Article.authors": _authors,
    "Article.rights": lambda _, row, __: row,
    "Article.image": _image,
    "Article.images": _by_position("images"),
    "Article.enclosures": _by_position("enclosures"),
    "Article.topics": _topics,
    **_page("Article.revisions", _hanging("revisions")),
    **_page("Article.thread", _hanging("comments")),
    **_page(
        "Article.comments",
        lambda view, row: [one for one in _hanging("comments")(view, row) if one["parent_id"] is None],
    ),
}


def _revision_body(view: View, revision: Row, arguments: Arguments) -> Any:
    article = view.rows.by_id["articles"][revision["article_id"]]
    source = _source(view, article)
    kept_back = revision["from_page"] and not source["serves_pages"]
    full = None if kept_back else revision[f"body_{arguments['as'].lower()}"]
    return text.body(source, revision, arguments["as"], full)


REVISION: dict[str, Resolver] = {
    **_columns("Revision", "headline"),
    **_columns("Revision", "seenAt", time=True),
    "Revision.lead": lambda view, row, _: text.lead(_source(view, view.rows.by_id["articles"][row["article_id"]]), row),
    "Revision.body": _revision_body,
}


# -- comments


def _author(view: View, comment: Row, _: Arguments) -> Row | None:
    return view.one("commenters", comment["author_id"]) if view.has_words(comment) else None


COMMENT: dict[str, Resolver] = {
    **_columns("Comment", "depth placeholder status replyCount reactionCount"),
    **_columns("Comment", "createdAt editedAt", time=True),
    **_columns("Commenter", "displayName role commentCount"),
    "Comment.article": lambda view, row, _: view.rows.by_id["articles"][row["article_id"]],
    "Comment.parent": lambda view, row, _: view.one("comments", row["parent_id"]),
    "Comment.author": _author,
    "Comment.body": lambda view, row, a: row[f"body_{a['as'].lower()}"] if view.has_words(row) else None,
    **_page("Comment.replies", _hanging("comments", "parent_id")),
}


# -- moderation


def _said_by_viewer(table: str) -> Resolver:
    def read(view: View, comment: Row, _: Arguments) -> bool:
        people = [row["commenter_id"] for row in view.rows.hanging(table, "comment_id", comment["id"])]
        return view.caller.reader is not None and view.caller.reader in people

    return read


def _can_edit(view: View, comment: Row, _: Arguments) -> bool:
    until = comment["editable_until"]
    own = comment["author_id"] is not None and comment["author_id"] == view.caller.reader
    article, now = view.rows.by_id["articles"][comment["article_id"]], datetime.now(UTC)
    closes = article["comments_close_at"]
    is_open = article["comments_open"] and (closes is None or closes > now)
    return own and comment["placeholder"] is None and until is not None and until > now and is_open


def _newest(view: View, table: str, column: str, row: Row, on: str = "comment_id") -> list[Row]:
    rows = view.rows.hanging(table, on, row["id"])
    return sorted(rows, key=lambda row: (row[column], row["id"]), reverse=True)


def _decisions(view: View, comment: Row, _: Arguments) -> list[Row]:
    return _newest(view, "decisions", "decided_at", comment) if view.concerns(comment) else []


def _decided_of(on: str) -> Resolver:
    return lambda view, row, _: _newest(view, "decisions", "decided_at", row, on) if view.moderates else []


def _decided_by(view: View, decision: Row, _: Arguments) -> Row | None:
    return view.one("commenters", decision["decided_by"]) if view.moderates else None


def _flags(view: View, comment: Row, _: Arguments) -> list[Row]:
    return _newest(view, "flags", "created_at", comment) if view.moderates else []


def _standing(name: str, *, time: bool = False) -> Resolver:
    read = _column(name, time=time)

    def own(view: View, commenter: Row, arguments: Arguments) -> Any:
        is_own = view.caller.reader is not None and commenter["id"] == view.caller.reader
        return read(view, commenter, arguments) if is_own or view.moderates else None

    return own


def _record(view: View, commenter: Row) -> list[Row]:
    is_own = view.caller.reader is not None and commenter["id"] == view.caller.reader
    return _hanging("comments", "author_id")(view, commenter) if is_own or view.moderates else []


_QUEUES: dict[str, Callable[[Row], bool]] = {
    "UNMODERATED": lambda row: row["status"] in ("PUBLISHED", "PENDING", "WITHHELD"),
    "PENDING": lambda row: row["status"] in ("PENDING", "WITHHELD"),
    "REPORTED": lambda row: row["flag_count"] > 0,
}


def _queue(view: View, _: Any, arguments: Arguments) -> Page:
    gone = () if arguments["queue"] == "REPORTED" else ("DELETED", "ERASED")
    chosen = _QUEUES[arguments["queue"]]
    found = [row for row in view.all("comments") if chosen(row) and row["placeholder"] not in gone]
    return pages.page(view, found, pages.order_of("Query.moderationQueue", arguments), arguments)


MODERATION: dict[str, Resolver] = {
    "Comment.viewerHasReacted": _said_by_viewer("reactions"),
    "Comment.viewerHasFlagged": _said_by_viewer("flags"),
    "Comment.viewerCanEdit": _can_edit,
    "Comment.decisions": _decisions,
    "Comment.flags": _flags,
    "Commenter.state": _standing("state"),
    "Commenter.stateUntil": _standing("state_until", time=True),
    "Query.moderationQueue": _queue,
    **_page("Commenter.comments", _record),
    **_columns("ModerationDecision", "status reason note rule"),
    **_columns("ModerationDecision", "decidedAt", time=True),
    **_columns("CommenterDecision", "state note"),
    **_columns("CommenterDecision", "until=state_until decidedAt", time=True),
    **_columns("CommentsDecision", "commentsOpen premoderated"),
    **_columns("CommentsDecision", "closesAt decidedAt", time=True),
    **{f"{type_}.decidedBy": _decided_by for type_ in ("ModerationDecision", "CommenterDecision", "CommentsDecision")},
    "Commenter.decisions": _decided_of("commenter_id"),
    "Article.commentsDecisions": _decided_of("article_id"),
    **_columns("CommentFlag", "reason note"),
    **_columns("CommentFlag", "createdAt", time=True),
}


# -- the viewer


def _answers(view: View, commenter: Row) -> list[Row]:
    """What others answered to what a commenter wrote."""
    mine = view.rows.hanging("comments", "author_id", commenter["id"])
    found = [answer for one in mine for answer in view.rows.hanging("comments", "parent_id", one["id"])]
    return view.seen(answer for answer in found if answer["author_id"] != commenter["id"])


VIEWER: dict[str, Resolver] = {
    "Viewer.commenter": lambda _, row, __: row,
    **_page("Viewer.comments", _hanging("comments", "author_id")),
    **_page("Viewer.replies", _answers),
}


# Nobody pays here, so that nobody is told what is left.
RATE_LIMIT: dict[str, Resolver] = {
    "Query.rateLimit": lambda _, __, ___: None,
    **_columns("RateLimit", "cost limit remaining used resetAt"),
}


# -- sources, topics, authors


def _name(_: View, topic: Row, arguments: Arguments) -> Any:
    tag = (arguments.get("language") or "").lower()
    names = topic["names"]
    return names.get(tag) or names.get(tag.partition("-")[0]) or topic["name"]


def _narrower(view: View, topic: Row, _: Arguments) -> list[Row]:
    found = view.seen(view.rows.hanging("topics", "broader_id", topic["id"]))
    return sorted(found, key=lambda row: (row["sort_name"], row["id"]))


def _articles_of(table: str, column: str) -> Callable[[View, Row], list[Row]]:
    def read(view: View, row: Row) -> list[Row]:
        links = view.rows.hanging(table, column, row["id"])
        return view.seen(view.rows.by_id["articles"][link["article_id"]] for link in links)

    return read


SOURCE: dict[str, Resolver] = {
    **_columns("Source", "slug name publisher homepageUrl logoUrl language country description articleCount"),
    **_columns("Source", "latestArticleAt", time=True),
    **_page("Source.articles", _hanging("articles", "source_id")),
}
TOPIC: dict[str, Resolver] = {
    **_columns("Topic", "slug code articleCount"),
    **_columns("TopicAssignment", "confidence assignedBy"),
    "Topic.name": _name,
    "Topic.broader": lambda view, row, _: view.one("topics", row["broader_id"]),
    "Topic.narrower": _narrower,
    "TopicAssignment.topic": lambda view, row, _: view.rows.by_id["topics"][row["topic_id"]],
    **_page(
        "Topic.articles",
        lambda view, topic: [row for row in view.all("articles") if topic["id"] in view.topics(row)],
    ),
}
AUTHOR: dict[str, Resolver] = {
    **_columns("Author", "slug name url articleCount"),
    **_page("Author.articles", _articles_of("article_authors", "author_id")),
}


# -- search


async def _search(view: View, _: Any, arguments: Arguments) -> Page:
    query, order = arguments["query"], pages.order_of("Query.search", arguments)
    tree = queries.read(query)
    found = [
        row
        for row in view.all("articles")
        if queries.matches(view, row, tree) and filters.holds(view, row, arguments.get("filter"), filters.ARTICLES)
    ]
    ranks = await view.ranks(queries.ranked_by(queries.wanted(tree)))
    hits = [Row({**row, "score": ranks[row["id"]]}, row.type) for row in found]
    if order.column != "score":
        return pages.page(view, hits, order, arguments, query=query)
    # Of many matches the newest are ranked, and those that came since the first page are left for the next search.
    given = [arguments[name] for name in ("after", "before") if arguments.get(name) is not None]
    newest = pages.place(given[0], order).newest if given else max(row["id"] for row in view.rows["articles"])
    kept = sorted((row for row in hits if row["id"] <= newest), key=lambda row: (row["published_at"], row["id"]))
    ranked = kept[-view.ranked :]
    return pages.page(view, ranked, order, arguments, matches=len(hits), query=query, newest=newest)


def _texts(edge: Edge) -> list[queries.Text]:
    return queries.texts(queries.wanted(queries.read(edge.page.query)))


def _excerpt(view: View, edge: Edge, _: Arguments) -> str | None:
    policy, article = _source(view, edge.row)["body_policy"], edge.row
    served = article["lead"] if policy == "EXCERPT" else None
    if policy == "FULL":
        body = _served(view, article, "TEXT")
        served = article["lead"] if body is None else body
    return marks.excerpt(served, _texts(edge))


SEARCH: dict[str, Resolver] = {
    "SearchEdge.score": lambda _, edge, __: edge.row["score"] / 1_000_000,
    "SearchEdge.headlineHighlight": lambda _, edge, __: marks.highlight(edge.row["headline"], _texts(edge)),
    "SearchEdge.excerpt": _excerpt,
}


# -- the root


def _by(type_: str) -> Resolver:
    """A look-up: by id, by a slug, new or old, or by a topic's code."""

    def read(view: View, _: Any, arguments: Arguments) -> Row | None:
        ((name, value),) = arguments["by"].items()
        table = f"{type_.lower()}s"
        match name:
            case "id":
                return ids.of_type(view, type_, value)
            case "slug":
                return view.one(table, view.by_slug(table, value))
            case "code":
                return next((row for row in view.all(table) if row["code"] == value), None)
        raise ValueError(name)

    return read


def _article(view: View, _: Any, arguments: Arguments) -> Row | None:
    """By any address under which it was met: as it stands, or without what is tracking."""
    ((name, value),) = arguments["by"].items()
    if name == "id":
        return ids.of_type(view, "Article", value)
    for form in (value, canonical(value)):
        for key in view.rows.hanging("article_keys", "value", form):
            if key["kind"] == "url" and (found := view.one("articles", key["article_id"])) is not None:
                return found
    return None


QUERY: dict[str, Resolver] = {
    "Query.node": lambda view, _, a: ids.node(view, a["id"]),
    "Query.nodes": lambda view, _, a: [ids.node(view, one) for one in a["ids"]],
    "Query.article": _article,
    "Query.source": _by("Source"),
    "Query.topic": _by("Topic"),
    "Query.author": _by("Author"),
    "Query.comment": lambda view, _, a: ids.of_type(view, "Comment", a["id"]),
    "Query.search": _search,
    "Query.viewer": lambda view, _, __: view.one("commenters", view.caller.reader),
    **_page("Query.articles", lambda view, _: view.all("articles")),
    **_page("Query.sources", lambda view, _: view.all("sources")),
    **_page("Query.topics", lambda view, _: view.all("topics")),
}

FIELDS: dict[str, Resolver] = {
    **{f"{type_}.id": lambda _, row, __: ids.id_of(row) for type_ in ids.LETTERS},
    **ARTICLE,
    **REVISION,
    **COMMENT,
    **MODERATION,
    **VIEWER,
    **RATE_LIMIT,
    **SOURCE,
    **TOPIC,
    **AUTHOR,
    **SEARCH,
    **QUERY,
    **pages.FIELDS,
}
