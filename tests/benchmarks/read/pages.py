"""What is asked: the pages, each as every server's clients would write it, and one form for all their answers.

plain: what the hand-written routes and the two hand-written GraphQL servers answer. Ids are UUIDs there, and short
lists have no wrapping.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

Dialect = Literal["broadsheet", "plain", "postgraphile"]

# Eight characters, so that a number of eight digits takes its place and the body keeps its length.
NUMBER = "00000000"
# Twenty articles, twenty comments, three replies to each: written as numbers, as a product's own documents would.
_BROADSHEET = {
    "list": """query List($topic: String!) { topic(by: {slug: $topic}) { articles(first: 20) { nodes {
  id headline lead url image { url } language publishedAt source { name } topics { topic { name } } commentCount
} } } }""",
    "article": """query Article($id: ID!) { article(by: {id: $id}) {
  id headline lead body url image { url } language publishedAt source { id name homepageUrl }
  topics { topic { id slug name } } commentCount
  comments(first: 20) { nodes { ...Comment replies(first: 3) { nodes { ...Comment } } } }
} }
fragment Comment on Comment { id author { displayName } body createdAt }""",
    "search": """query Search($query: String!) { search(query: $query, first: 20) { nodes {
  id headline lead url publishedAt source { name }
} } }""",
    "typename": "{ __typename }",
}
_PLAIN = {
    "list": """query List($topic: String!) { articles(topic: $topic, first: 20) {
  id headline lead url image { url } language publishedAt source { name } topics { name } commentCount
} }""",
    "article": """query Article($id: ID!) { article(id: $id) {
  id headline lead body url image { url } language publishedAt source { id name homepageUrl }
  topics { id slug name } commentCount
  comments(first: 20) { ...Comment replies(first: 3) { ...Comment } }
} }
fragment Comment on Comment { id author { displayName } body createdAt }""",
    "search": """query Search($query: String!) { search(query: $query, first: 20) {
  id headline lead url publishedAt source { name }
} }""",
    "typename": "{ __typename }",
}
_POSTGRAPHILE = {
    "list": """query List($topic: String!) { articles: topicArticlesList(topic: $topic, first: 20) {
  id: rowId headline lead url image: imageByArticleId { url } language publishedAt source: sourceBySourceId { name }
  topics: articleTopicsByArticleIdList(orderBy: [CONFIDENCE_DESC, TOPIC_ID_ASC]) { topic: topicByTopicId { name } }
  commentCount
} }""",
    "article": """query Article($id: UUID!) { article: articleByRowId(rowId: $id) {
  id: rowId headline lead body url image: imageByArticleId { url } language publishedAt
  source: sourceBySourceId { id: rowId name homepageUrl }
  topics: articleTopicsByArticleIdList(orderBy: [CONFIDENCE_DESC, TOPIC_ID_ASC]) {
    topic: topicByTopicId { id: rowId slug name }
  }
  commentCount
  comments: commentsByArticleIdList(first: 20, condition: {parentId: null}, orderBy: [CREATED_AT_ASC, ROW_ID_ASC]) {
    ...Comment
    replies: commentsByParentIdList(first: 3, orderBy: [CREATED_AT_ASC, ROW_ID_ASC]) { ...Comment }
  }
} }
fragment Comment on Comment { id: rowId author: commenterByAuthorId { displayName } body createdAt }""",
    "search": """query Search($query: String!) { search: searchArticlesList(query: $query, first: 20) {
  id: rowId headline lead url publishedAt source: sourceBySourceId { name }
} }""",
    "typename": "{ __typename }",
}
_DOCUMENTS: Mapping[Dialect, Mapping[str, str]] = {
    "broadsheet": _BROADSHEET,
    "plain": _PLAIN,
    "postgraphile": _POSTGRAPHILE,
}
# The list page as documents that no server has seen before: by the operation's name alone, and by a field's alias,
# which changes the answer's keys too.
_NEW: Mapping[str, Callable[[str], str]] = {
    "new name": lambda document: document.replace("query List(", f"query List{NUMBER}("),
    "new alias": lambda document: document.replace(" headline ", f" headline{NUMBER}: headline "),
}
PAGES = (*_BROADSHEET, *_NEW)


def document(dialect: Dialect, page: str) -> str:
    """The document of a page. One of a new document holds NUMBER where every request puts another."""
    if page in _NEW:
        return _NEW[page](_DOCUMENTS[dialect]["list"])
    return _DOCUMENTS[dialect][page]


def inputs_of(page: str) -> str:
    """Whose variables a page takes."""
    return "list" if page in _NEW else page


def variables(dialect: Dialect, page: str, given: str) -> dict[str, str]:
    """The variables of a page for one input: a topic's slug, an article's UUID or a query."""
    match inputs_of(page):
        case "list":
            return {"topic": given}
        case "article":
            return {"id": f"a_{given}" if dialect == "broadsheet" else given}
        case "search":
            return {"query": given}
    return {}


def canonical(dialect: Dialect, page: str, answer: Any) -> Any:
    """An answer in the one form: `data` as plain, ids as UUIDs, times in UTC.

    KeyError, TypeError: it isn't an answer to this page, or it is one with errors.
    """
    if "errors" in answer:
        raise KeyError(f"errors: {answer['errors']}")
    data = answer["data"]
    match inputs_of(page):
        case "typename":
            return data
        case "list":
            found = data["topic"]["articles"] if dialect == "broadsheet" else data["articles"]
        case "article":
            found = data["article"]
        case "search":
            found = data["search"]
    return _plain(found)


def _plain(value: Any, key: str = "") -> Any:
    match value:
        case {"nodes": list(rows)}:
            return _plain(rows, key)
        case {"topic": dict(topic), **rest} if not rest:
            return _plain(topic, key)
        case dict():
            return {name.removesuffix(NUMBER): _plain(found, name) for name, found in value.items()}
        case list():
            return [_plain(found, key) for found in value]
        case str() if key == "id":
            return value[2:] if value[1:2] == "_" else value
        case str() if key in ("publishedAt", "createdAt"):
            return datetime.fromisoformat(value).astimezone(UTC).isoformat()
    return value
