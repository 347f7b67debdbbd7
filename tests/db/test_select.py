"""Statements are canonical: the same selection in other words is the same text, so that Postgres plans it once."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.pool import Database
from db.read import Json, Object
from db.select import statement
from schema.build import build_schema
from schema.caller import ANONYMOUS
from schema.document import Limits
from schema.execute import Executor
from schema.variables import coerced

SCHEMA = build_schema()
UUID = "00000000-0000-7000-8000-000400000001"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool of one connection, whose prepared statements can be seen."""
    opened = await Database.open(database_url, size=1, application_name="test")
    yield opened
    await opened.close()


@pytest.fixture
def executor(database: Database) -> Executor:
    return Executor(SCHEMA, database)


@pytest.fixture
async def compiler() -> AsyncIterator[Executor]:
    """An executor that only compiles: its database does not exist."""
    database = await Database.open("postgresql://nobody@127.0.0.1:1/nothing", application_name="nowhere")
    yield Executor(SCHEMA, database)
    await database.close()


def sql(executor: Executor, document: str, **variables: Any) -> str:
    """The statement that an operation is compiled to."""
    known = executor.known(document, None)
    return executor.compiled(known, coerced(known.variables, variables), ANONYMOUS).statement.sql


LIST = '{articles(first:20 filter:{sources:["a"] kinds:[TEXT]} after:"an1_UUID"){nodes{id headline}}}'.replace(
    "UUID", UUID
)
SEARCH = '{search(query:"harbour -oil source:x" first:10){edges{score excerpt node{headline}}}}'
NAME = '{topic(by:{slug:"a"}){name(language:"de")}}'
SAME: list[tuple[str, str, dict[str, Any]]] = [
    (LIST, LIST.replace('"a"', '"b" "c"').replace("TEXT", "AUDIO VIDEO").replace("an1_", "an2_"), {}),
    (LIST, LIST.replace("first:20", ""), {}),
    (LIST, LIST.replace("first:20", "orderBy:NEWEST before:null first:20"), {}),
    (LIST, LIST.replace('sources:["a"] kinds:[TEXT]', 'kinds:[TEXT] sources:"a"'), {}),
    (LIST, LIST.replace("kinds:[TEXT]", "kinds:[TEXT] languages:null"), {}),
    (LIST, "query Named " + LIST.replace("{", " {\n  ").replace("}", " # comment\n}"), {}),
    (LIST, LIST.replace("{id headline}", "{id id ...on Article{headline}}"), {}),
    (LIST, LIST.replace("{id headline}", "{...F ...F}") + "fragment F on Article{id headline}", {}),
    (LIST, LIST.replace("{id headline}", "{id headline @skip(if:false) lead @include(if:false)}"), {}),
    (LIST, "query($n:Int)" + LIST.replace("first:20", "first:$n"), {"n": 20}),
    (LIST, "query($n:Int)" + LIST.replace("first:20", "first:$n"), {}),
    (LIST, "query($n:Int=20)" + LIST.replace("first:20", "first:$n"), {}),
    (LIST, "query($s:[String!])" + LIST.replace('["a"]', "$s"), {"s": ["x"] * 50}),
    (LIST, "query($s:String!)" + LIST.replace('"a"', "$s"), {"s": "x"}),
    (LIST, "query($k:[ArticleKind!])" + LIST.replace("[TEXT]", "$k"), {"k": ["LIVE", "TEXT"]}),
    (
        LIST,
        "query($f:ArticleFilter)" + LIST.replace('{sources:["a"] kinds:[TEXT]}', "$f"),
        {"f": {"kinds": "TEXT", "sources": ["x", "y"]}},
    ),
    (LIST, "query($y:Boolean!)" + LIST.replace("{id headline}", "{id headline lead@include(if:$y)}"), {"y": False}),
    (SEARCH, SEARCH.replace("harbour -oil source:x", "(café OR port* day) source:y -fish"), {}),
    (SEARCH, "query($q:String!)" + SEARCH.replace('"harbour -oil source:x"', "$q"), {"q": "a -c source:b"}),
    (SEARCH, SEARCH.replace("first:10", "orderBy:RELEVANCE filter:{} first:10"), {}),
    (NAME, NAME.replace("de", "ja").replace('"a"', '"b"'), {}),
    (NAME, "query($l:String)" + NAME.replace('"de"', "$l"), {"l": "x"}),
    (f'{{node(id:"a_{UUID}"){{id}}}}', '{node(id:"nothing"){... on Node{id}}}', {}),
]


@pytest.mark.parametrize(("one", "other", "variables"), SAME)
async def test_the_same_selection_is_the_same_text(
    one: str, other: str, variables: dict[str, Any], compiler: Executor
) -> None:
    assert sql(compiler, one) == sql(compiler, other, **variables)


@pytest.mark.parametrize(
    "other",
    [
        LIST.replace("20", "10"),
        LIST.replace("20", "21"),
        LIST.replace("first", "last"),
        LIST.replace("after", "before"),
        LIST.replace("{id headline}", "{headline id}"),
        LIST.replace("headline", "h: headline"),
        LIST.replace("first:20", "orderBy:UPDATED").replace("an1", "au1"),
    ],
)
async def test_another_selection_is_another_text(other: str, compiler: Executor) -> None:
    assert sql(compiler, LIST) != sql(compiler, other)


SIZED = "query($n:Int){topics(first:$n){nodes{id} %s}}"


@pytest.mark.parametrize("size", [10, 20, 25, 50, 100])
async def test_usual_page_sizes_stand_in_the_text(size: int, compiler: Executor) -> None:
    text = sql(compiler, SIZED % "pageInfo{hasNextPage}", n=size)
    assert f"limit {size + 1})" in text
    assert "$" not in text


async def test_other_page_sizes_are_bound(compiler: Executor) -> None:
    texts = {sql(compiler, SIZED % "pageInfo{hasNextPage}", n=size) for size in (26, 37, 49)}
    assert len(texts) == 1
    assert "limit $1::integer + 1)" in texts.pop()


async def test_what_stands_in_the_document_stands_in_the_text(compiler: Executor) -> None:
    assert "limit 7)" in sql(compiler, "{topics(first:7){nodes{id}}}")


async def test_one_row_more_is_read_only_to_tell_whether_there_are_more(compiler: Executor) -> None:
    assert "limit 20)" in sql(compiler, SIZED % "totalCount pageInfo{hasPreviousPage}", n=20)
    assert "limit 21)" in sql(compiler, SIZED % "pageInfo{endCursor}", n=20)


async def test_values_never_stand_in_the_text(compiler: Executor) -> None:
    secret = "s3cr3t"
    document = f"""{{
        articles(filter: {{sources: ["{secret}"], topics: "{secret}", languages: "{secret}", matching: "{secret}"}}) {{
            totalCount nodes {{ topics {{ topic {{ name(language: "{secret}") }} }} }}
        }}
        search(query: "{secret} source:{secret}") {{ edges {{ excerpt headlineHighlight score }} }}
        sources(filter: {{nameContains: "{secret}"}}) {{ totalCount }}
        source(by: {{slug: "{secret}"}}) {{ id }}
        node(id: "{secret}") {{ id }}
    }}"""
    assert secret not in sql(compiler, document)


async def test_equal_values_share_a_parameter(compiler: Executor) -> None:
    document = "query($l:String){a:topics{nodes{name(language:$l)}} b:topics{nodes{name(language:$l)}}}"
    text = sql(compiler, document, l="de")
    assert "$1" in text
    assert "$2" not in text


async def test_warm_operations_run_prepared_statements(executor: Executor, database: Database) -> None:
    document = "query($s:[String!] $n:Int){articles(filter:{sources:$s} first:$n){nodes{id} totalCount}}"
    for n in range(8):
        answer = await executor.execute(document, {"s": [f"source-{n}"], "n": 3 + n % 5})
        assert answer.status == 200
        assert (await executor.execute(NAME.replace('"a"', f'"slug-{n}"'))).status == 200
    prepared = await database.rows(
        "select name, statement, generic_plans + custom_plans as runs from pg_prepared_statements"
        " where statement like 'select concat(%'"
    )
    assert sorted(row["statement"] for row in prepared) == sorted(
        [sql(executor, document, s=["x"], n=3), sql(executor, NAME)]
    )
    for row in prepared:
        assert row["name"]
        # asyncpg keeps the statement of the first call; each call ran it.
        assert row["runs"] == 8


JSON = st.recursive(
    st.none() | st.booleans() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab'\\$%{}", max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON)
async def test_literal_text_comes_back_as_it_stands(database: Database, value: Any) -> None:
    made = statement(Object((("value", Json(orjson.dumps(value).decode())),)), "public")
    assert orjson.loads(await database.value(made.text)) == {"data": {"value": value}}


@pytest.mark.parametrize("number", [0, 1, 89, 90, 91, 99, 100, 101, 1_000])
async def test_concat_takes_any_number_of_pieces(number: int, executor: Executor) -> None:
    fields = " ".join(f"f{n}: totalCount" for n in range(number))
    wide = Executor(SCHEMA, executor.database, limits=_wide())
    body = orjson.loads((await wide.execute(f"{{articles{{__typename {fields}}}}}")).body)
    expected = {"__typename": "ArticleConnection"} | {f"f{n}": 0 for n in range(number)}
    assert body == {"data": {"articles": expected}}


def _wide() -> Limits:
    return Limits(tokens=100_000, aliases=100_000, cost=10**9)
