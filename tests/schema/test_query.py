"""The query language: what is typed becomes a tree, a text query that Postgres takes, or an error that helps."""

from contextlib import suppress

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.pool import Database
from db.tables import TEXT_TESTS
from ingest.search_text import tsvector
from schema.errors import BadQuery
from schema.execute import Executor
from schema.query import MAX_CHARACTERS, MAX_DEPTH, MAX_TERMS, NOTHING, Leaf, Query, Shape, read_query
from tests.pace import measured

# The edition is only read here, so examples may share it.
shared = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=MAX_CHARACTERS)
# Text that is more likely to be a query than any text.
PIECES = st.lists(
    st.sampled_from(
        [
            *("harbour", "strike", "café", "東京", "東", "и", "harb*", "*", "10:30", "https://a.example/?q=1"),
            *('"harbour strike"', '"', '""', "(", ")", "-", "NOT", "OR", "|", "AND", "--x", "-(", "''", "\\", "&", "!"),
            *("headline:", "headline:strike", 'author:"ann lee"', "source:harbour-times", "topic:x", "lang:ja", ":*"),
            *("<->", "\0", "\t", "👩‍🚒", "lang:", 'source:""'),
        ]
    ),
    max_size=40,
).map(lambda pieces: " ".join(pieces)[:MAX_CHARACTERS])
QUERY = ANY | PIECES


def printed(query: Query) -> str:
    """A query's shape with its leaves, as text."""

    def of(shape: Shape) -> str:
        if isinstance(shape, Leaf):
            value = query.leaves[shape.at[0]]
            return value if shape.test in TEXT_TESTS else f"{shape.test}={value}"
        inner = ", ".join(map(of, shape.of))
        return f"{shape.kind}[{inner}]"

    return of(query.shape)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("harbour", "'harbour'"),
        ("harbour strike", "('harbour' & 'strike')"),
        ('"Harbour strike"', "('harbour' <-> 'strike')"),
        ("harbour OR port", "('harbour' | 'port')"),
        ("harbour | port", "('harbour' | 'port')"),
        ("harbour|port", "('harbour' | 'port')"),
        ("a b OR c d", "(('a' & 'b') | ('c' & 'd'))"),
        ("harbour -strike", "('harbour' & !'strike')"),
        ("harbour NOT strike", "('harbour' & !'strike')"),
        ("harbour --strike", "('harbour' & 'strike')"),
        ("harbour NOT NOT strike", "('harbour' & 'strike')"),
        ('harbour -"at sea"', "('harbour' & !('at' <-> 'sea'))"),
        ("(port OR harbour) -oil", "(('port' | 'harbour') & !'oil')"),
        ("harbour -(oil OR gas)", "('harbour' & !('oil' | 'gas'))"),
        ("-(-harbour)", "!!'harbour'"),
        ("harb*", "'harb':*"),
        ("harb* day", "('harb':* & 'day')"),
        ("headline:harb*", "'harb':*A"),
        ("headline:strike", "'strike':A"),
        ("Headline:strike", "'strike':A"),
        ('author:"ann lee"', "('ann':C <-> 'lee':C)"),
        ("source:harbour-times", "sources=harbour-times"),
        ('source:"harbour-times"', "sources=harbour-times"),
        ("source:a strike -lang:ja", "and['strike', sources=a, not[languages=ja]]"),
        ("strike source:a day OR topic:x", "or[and[('strike' & 'day'), sources=a], topics=x]"),
        ("strike OR topic:x OR day", "or[('strike' | 'day'), topics=x]"),
        ("-topic:x strike", "and['strike', not[topics=x]]"),
        ("ferry-boat", "('ferry' <-> 'boat')"),
        ("don't", "('don' <-> 't')"),
        ("10:30", "('10' <-> '30')"),
        ("https://a.example", "('https' <-> 'a' <-> 'example')"),
        ("东京", "'东京'"),
        ("東京都", "('東京' <-> '京都')"),
        ("東", "'東':*"),
        ("tower東", "('tower' <-> '東':*)"),
        ("и", "'и'"),
        ("ORegon oR", "('oregon' & 'or')"),
        ("OR gate", None),
        ("strike OR", "('strike' & 'or')"),
        ("strike ! day", "('strike' & 'day')"),
        ("strike - day", "('strike' & 'day')"),
        ("strike & day", "('strike' & 'day')"),
        ("strike\tday\n", "('strike' & 'day')"),
        ("Straße CAFÉ", "('strasse' & 'cafe')"),
        ("\0", None),
        ("strike\0day", "('strike' <-> 'day')"),
    ],
)
def test_a_query_is_a_tree(text: str, tree: str | None) -> None:
    if tree is None:
        with pytest.raises(BadQuery):
            read_query(text)
    else:
        assert printed(read_query(text)) == tree


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("harbour -strike", "'harbour'"),
        ("source:a", ""),
        ("source:a harbour OR lang:ja", "'harbour'"),
        ("(a OR source:x) (b -c)", "('a' & 'b')"),
        ("-(-harbour)", ""),
    ],
)
def test_rank_asks_for_what_is_wanted(text: str, rank: str) -> None:
    query = read_query(text)
    assert query.rank == rank
    assert (query.pattern == NOTHING) is (rank == "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The query is empty."),
        ("   ", "The query is empty."),
        ("!", "The query holds no word."),
        ('""', "The query holds no word."),
        ("()", "OR and parentheses need something on both sides."),
        ("a OR ", "OR and parentheses need something on both sides."),
        ("OR a", "OR and parentheses need something on both sides."),
        ("a OR OR b", "OR and parentheses need something on both sides."),
        ("(a", "A parenthesis is not closed."),
        ("a)", "A closing parenthesis has no opening one, at character 2."),
        ('a "b', "A quotation mark is not closed, at character 3."),
        ("-a", "The query only excludes. Name something that is wanted, too."),
        ("-a OR b", "The query only excludes. Name something that is wanted, too."),
        ("NOT topic:sport", "The query only excludes. Name something that is wanted, too."),
        ("a NOT OR b", "NOT and - need something to exclude."),
        ("headline: strike", "A word, or a phrase in quotation marks, follows headline: at once."),
        ("source:", "A word, or a phrase in quotation marks, follows source: at once."),
        ("topic:(a OR b)", "A word, or a phrase in quotation marks, follows topic: at once."),
        ("x" * 501, "The query has 501 characters; at most 500 are allowed."),
        ("x " * 31, "The query has more than 30 terms."),
        ("(" * 9 + "a" + ")" * 9, "Parentheses are nested more than 8 deep."),
    ],
)
def test_what_cannot_be_read_says_why(text: str, message: str) -> None:
    with pytest.raises(BadQuery) as caught:
        read_query(text)
    assert str(caught.value) == message
    assert caught.value.extensions == {"code": "BAD_QUERY"}


def test_the_limits_themselves_are_allowed() -> None:
    assert read_query("x" * MAX_CHARACTERS)
    assert read_query("x " * MAX_TERMS)
    assert read_query("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH)


def reading(text: str) -> Query | str:
    """A query as read, or why it can't be."""
    try:
        return read_query(text)
    except BadQuery as error:
        return str(error)


@given(QUERY)
def test_any_text_reads_or_says_why(text: str) -> None:
    result = reading(text)
    if isinstance(result, Query):
        assert result.leaves
    else:
        assert result.endswith(".")
        assert "\n" not in result


@given(QUERY)
def test_a_space_before_changes_nothing(text: str) -> None:
    if len(text) < MAX_CHARACTERS:
        with_space, without = reading(" " + text), reading(text)
        assert with_space == without or (isinstance(with_space, str) and isinstance(without, str))


@shared
@given(QUERY)
async def test_postgres_takes_whatever_reads(database: Database, text: str) -> None:
    query = reading(text)
    if isinstance(query, str):
        return
    texts = [query.rank, *(value for value in query.leaves if "=" not in printed(query))]
    for literal in texts:
        await database.value("select $1::text::tsquery", literal)
    await database.value("select regexp_instr('The café by the harbour, 東京', $1)", query.pattern)


@pytest.mark.parametrize(
    ("text", "test", "found"),
    [
        ("harbour", "words", "'~harbour'"),
        ("harbour strike", "words", "('~harbour' & '~strike')"),
        ("harb* OR 東", "words", "('~harb':* | '~東':*)"),
        ('"harbour strike"', "text", "('~harbour' & '~strike')"),
        ("headline:harb*", "text", "'~harb':*"),
        ("harbour -strike", "text", "'~harbour'"),
        ("harbour (port OR -strike)", "text", "'~harbour'"),
        ("(harbour OR port -oil) ship", "text", "(('~harbour' | '~port') & '~ship')"),
    ],
)
def test_words_lead_to_a_text(text: str, test: str, found: str) -> None:
    query = read_query(text)
    assert isinstance(query.shape, Leaf)
    assert query.shape.test == test
    assert query.leaves[query.shape.at[1]] == found


@pytest.mark.parametrize("text", ["source:x -strike", "source:x (harbour OR -strike)"])
def test_no_word_leads_to_what_may_lack_all(text: str) -> None:
    query = read_query(text)
    assert not isinstance(query.shape, Leaf)
    assert [part.test for part in query.shape.of if isinstance(part, Leaf)] == ["lack", "sources"]


# Whether an article is found in its volume, alone and with the one before it, and whether in that one alone.
MATCHES = """
select $2::text::tsvector @@ $1::text::tsquery as is_match,
  array(
    select words @@ search_in_volumes($3, since, upto)
    from (select search_volume('2026-01-01') as v, search_words('2026-01-01', $2::text::tsvector) as words) a,
      lateral (values (v, v), (v - 1, v), (v - 1, v - 1)) l (since, upto)
  ) as is_found
"""


@shared
@given(query=QUERY, headline=QUERY, body=QUERY)
async def test_what_matches_is_found_by_its_words_in_its_volume(
    database: Database, query: str, headline: str, body: str
) -> None:
    read = reading(query)
    if isinstance(read, str) or not isinstance(read.shape, Leaf) or read.shape.test not in ("words", "text"):
        return
    exact, words = (read.leaves[at] for at in read.shape.at)
    (row,) = await database.rows(MATCHES, exact, tsvector(headline=headline, body=body), words)
    alone, with_another, elsewhere = row["is_found"]
    assert (with_another, elsewhere) == (alone, False)
    assert alone == row["is_match"] if read.shape.test == "words" else alone >= row["is_match"]


SEARCH = """
query ($q: String!, $order: SearchOrder!) {
  search(query: $q, orderBy: $order) { totalCount edges { score headlineHighlight excerpt node { id } } }
  articles(filter: {not: {matching: $q}}) { totalCount }
}
"""


@shared
@given(text=QUERY, order=st.sampled_from(["RELEVANCE", "NEWEST"]))
async def test_any_search_is_answered_or_refused(reader: Executor, text: str, order: str) -> None:
    answer = await reader.execute(SEARCH, {"q": text, "order": order})
    body = orjson.loads(answer.body)
    if answer.status == 400:
        # Asked for three times, a query with exclusions and prefixes can cost too much.
        assert [error["extensions"]["code"] for error in body["errors"]] == ["COST_EXCEEDED"]
        return
    assert answer.status == 200
    for error in body.get("errors", []):
        assert error["extensions"] == {"code": "BAD_QUERY"}
    if "errors" not in body:
        # What is found and what is not are all there is.
        assert body["data"]["search"]["totalCount"] + body["data"]["articles"]["totalCount"] == 6


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("harbour", ["1", "2", "3"]),
        ("harbour -strike", ["2", "3"]),
        ("HARBOUR CAFÉ", ["1", "2"]),
        ('"café by the harbour"', ["2"]),
        ("harb*", ["1", "2", "3"]),
        ("harb", []),
        ("headline:cafe", ["2"]),
        ("headline:ferry", []),
        ('author:"kim ho"', ["1"]),
        ("author:harbour", []),
        ("harbour source:harbour-post", ["1", "2", "3"]),
        ("harbour source:nowhere", []),
        ("lang:ja", ["4", "5"]),
        ("lang:en", ["1", "2", "3"]),
        ("lang:EN-gb", ["1", "2"]),
        ("-lang:en harbour OR lang:ja", ["4", "5"]),
        ("東京", ["4", "5"]),
        ("東", ["4", "5"]),
        ("港の労働", ["4"]),
        ("lädt", ["6"]),
        ("withheld", []),
        ("embargoed", []),
    ],
)
async def test_a_query_finds(reader: Executor, text: str, found: list[str]) -> None:
    answer = await reader.execute("query ($q: String!) { search(query: $q) { nodes { id } } }", {"q": text})
    nodes = orjson.loads(answer.body)["data"]["search"]["nodes"]
    assert sorted(node["id"][-1] for node in nodes) == found


@pytest.mark.parametrize(
    "text",
    [
        "(" * 500,
        "-" * 500,
        "NOT " * 125,
        '"' * 500,
        "a:" * 250,
        "headline:" * 55,
        "a OR " * 100,
        "|" * 500,
        " " * 500,
        "東" * 500,
        "㍿" * 499 + "a",
        "ﷺ" * 500,
        ("(a " * 8 + ")" * 8) * 15,
        "ﬃ" * 500,
    ],
)
def test_reading_is_never_slow(text: str) -> None:
    best = 9.0
    for _ in range(3):
        with measured() as spent, suppress(BadQuery):
            read_query.__wrapped__(text)
        best = min(best, spent.seconds)
    # Of this process' own time: a bound against blow-up, not a benchmark.
    assert best < 0.05
