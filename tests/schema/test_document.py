"""Documents: every limit at and past its bound, and what is sent to take the service down.

What is refused is asked of an executor whose database does not exist: had it needed one statement, it would say
UNAVAILABLE. Times are bounds against blow-up, not benchmarks: this process' own, the best of several tries, each with
a document that was never seen.
"""

import gc
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from graphql import Undefined, get_introspection_query
from graphql.language import Node

from db.pool import Database
from schema.answer import Answer
from schema.build import build_schema
from schema.caller import ANONYMOUS
from schema.document import Limits
from schema.execute import Compiled, Executor
from schema.variables import coerced
from tests.graphql_answers import codes, read
from tests.pace import measured

SCHEMA = build_schema()
# Of a processor: what is promised, and five times what introspection takes on a machine that does nothing else.
REFUSED_WITHIN = 0.1
ANSWERED_WITHIN = 0.25


@pytest.fixture
async def nowhere() -> AsyncIterator[Executor]:
    """An executor whose database does not exist."""
    database = await Database.open("postgresql://nobody@127.0.0.1:1/nothing", application_name="nowhere")
    yield Executor(SCHEMA, database)
    await database.close()


def limited(executor: Executor, **limits: int | bool) -> Executor:
    return Executor(SCHEMA, executor.database, limits=Limits(**limits))  # type: ignore[arg-type]  # each by its type


async def quickly(executor: Executor, document: str, within: float) -> Answer:
    """The answer to a document that was never seen, within the bound."""
    best = 9.0
    for spaces in range(8):
        with measured() as spent:
            answer = await executor.execute(document + " " * spaces)
        best = min(best, spent.seconds)
        if best < within:
            break
    assert best < within
    return answer


def test_the_limits_are_those_that_are_promised() -> None:
    assert Limits() == Limits(
        tokens=2_000,
        depth=16,
        introspection_depth=20,
        aliases=30,
        directives=50,
        root_fields=20,
        filter_nodes=20,
        filter_depth=4,
        list_items=100,
        cost=5_000,
        introspection=True,
    )


def of_filter(inner: str) -> str:
    return "{articles(filter:" + inner + "){totalCount}}"


BOUNDS: list[tuple[dict[str, int], str, str]] = [
    ({"tokens": 6}, "{__typename x:__typename}", "{__typename x:__typename y:__typename}"),
    ({"tokens": 4}, "{__typename" + "," * 188 + "}", "{__typename" + "," * 189 + "}"),
    ({"depth": 3}, "{topics{nodes{id}}}", "{topics{nodes{broader{id}}}}"),
    ({"depth": 3}, "{topics{...{nodes{...{id}}}}}", "{topics{...F}} fragment F on TopicConnection{nodes{broader{id}}}"),
    ({"introspection_depth": 3}, "{__schema{types{name}}}", "{__schema{types{fields{name}}}}"),
    ({"introspection_depth": 2}, '{__type(name:"ID"){name}}', '{__type(name:"ID"){fields{name}}}'),
    ({"aliases": 2}, "{a:__typename b:__typename}", "{a:__typename b:__typename c:__typename}"),
    ({"directives": 1}, "{__typename @skip(if:false)}", "{__typename @skip(if:false) x:__typename @skip(if:false)}"),
    ({"directives": 1}, "{...@skip(if:false){__typename}}", "{...F@skip(if:false)} fragment F on Query@a{__typename}"),
    ({"directives": 0}, "{__typename}", "query @a {__typename}"),
    ({"root_fields": 2}, "{a:__typename b:__typename}", "{a:__typename b:__typename c:__typename}"),
    ({"root_fields": 1}, "{...F} fragment F on Query{__typename}", "{__typename ...F} fragment F on Query{__typename}"),
    (
        {"filter_nodes": 2},
        of_filter('{hasImage:true matching:"a"}'),
        of_filter('{hasImage:true matching:"a" kinds:[]}'),
    ),
    ({"filter_nodes": 3}, of_filter("{and:[{hasImage:true}]}"), of_filter("{and:[{hasImage:true} {}]}")),
    ({"filter_depth": 2}, of_filter("{not:{hasImage:true}}"), of_filter("{not:{not:{hasImage:true}}}")),
    ({"list_items": 2}, of_filter('{sources:["a" "b"]}'), of_filter('{sources:["a" "b" "c"]}')),
    ({"list_items": 2}, '{nodes(ids:["a" "b"]){id}}', '{nodes(ids:["a" "b" "c"]){id}}'),
    ({"cost": 42}, "{topics(first:19){nodes{id}}}", "{topics(first:20){nodes{id}}}"),
    ({"cost": 62}, "{topics(first:18){nodes{id} pageInfo{endCursor}}}", "{topics{nodes{id} edges{cursor}}}"),
]


@pytest.mark.parametrize(("limits", "inside", "outside"), BOUNDS)
async def test_each_limit_holds_at_its_bound(
    limits: dict[str, int], inside: str, outside: str, executor: Executor, nowhere: Executor
) -> None:
    answer = await limited(executor, **limits).execute(inside)
    assert answer.status == 200
    assert codes(answer.body) == []
    refused = await limited(nowhere, **limits).execute(outside)
    assert set(codes(refused.body)) <= {"BAD_REQUEST", "COST_EXCEEDED"}
    assert codes(refused.body)
    assert read(refused.body).get("data", {}) in ({}, None, {"articles": None})


async def test_a_fragment_is_counted_once(executor: Executor) -> None:
    aliases = "".join(f"a{n}:id " for n in range(30))
    document = "{topics{nodes{...F} edges{node{...F}}}} fragment F on Topic{" + aliases + "}"
    answer = await executor.execute(document)
    assert codes(answer.body) == []


async def test_a_page_counts_as_the_next_usual_size(executor: Executor) -> None:
    nested = "{topics(first:%d){nodes{articles(first:%d){nodes{comments(first:%d){nodes{id}}}}}}}"
    assert codes((await executor.execute(nested % (5, 5, 5))).body) == []
    assert codes((await executor.execute(nested % (50, 50, 50))).body) == ["COST_EXCEEDED"]
    document = "query($n:Int){topics(first:$n){nodes{articles(first:$n){nodes{comments(first:$n){nodes{id}}}}}}}"
    for number, found in ((5, []), (60, ["COST_EXCEEDED"]), (5, []), (101, ["BAD_REQUEST"]), (11, [])):
        assert codes((await executor.execute(document, {"n": number})).body) == found
    # A number in the document counts as it stands.
    assert (await executor.execute(nested % (11, 11, 11))).cost == 280
    assert (await executor.execute(document, {"n": 11})).cost == 1_005


async def test_what_is_too_much_as_a_whole_is_refused_as_a_whole(executor: Executor, nowhere: Executor) -> None:
    part = "articles(first:100){nodes{comments(first:100){nodes{id}}}}"
    document = "{" + "".join(f"a{n}:{part}" for n in range(10)) + "}"
    assert codes((await nowhere.execute(document)).body) == ["COST_EXCEEDED"]
    # graphql-core executes introspection field by field; the budget is one all the same.
    document = "{__schema{queryType{name}}" + "".join(f"a{n}:{part}" for n in range(10)) + "}"
    assert codes((await nowhere.execute(document)).body) == ["COST_EXCEEDED"]


def doubled(levels: int, spread: str, type_: str, end: str) -> str:
    """A chain of fragments, each of which asks twice for the next."""
    chain = "".join(f"fragment F{n} on {type_}{{" + spread.replace("NEXT", f"F{n + 1}") + "}" for n in range(levels))
    return chain + f"fragment F{levels} on {type_}{{{end}}}"


REFUSED = {
    "half a million braces": "{" * 500_000,
    "half a million nested fields": "{a" * 500_000,
    "half a million brackets": "{nodes(ids:" + "[" * 500_000,
    "braces within the tokens": "{a" * 900 + "}" * 900,
    "inline fragments": "{" + "...{" * 600 + "__typename" + "}" * 600 + "}",
    "a deep list": "{articles(filter:{matching:" + "[" * 190 + "1" + "]" * 190 + "}){totalCount}}",
    "a deeper list": "{articles(filter:{matching:" + "[" * 900 + "1" + "]" * 900 + "}){totalCount}}",
    "a deep time": "{articles(filter:{changedTo:" + "[" * 190 + "1" + "]" * 190 + "}){totalCount}}",
    "a deep filter": of_filter("{and:[" * 300 + "{}" + "]}" * 300),
    "a megabyte of commas": "{__typename" + "," * 1_000_000 + "}",
    "a megabyte of lines": "{__typename" + "\n" * 1_000_000 + "}",
    "a long comment": "{__typename} #" + "x" * 1_000_000,
    "many comments": "{__typename}" + "#\n" * 500_000,
    "a huge string": '{search(query:"' + "x" * 1_000_000 + '"){totalCount}}',
    "a huge block": '{search(query:"""' + "x\n" * 500_000 + '"""){totalCount}}',
    "a large string": '{articles(first:"' + "x" * 90_000 + '"){totalCount}}',
    "a long name": "{" + "x" * 90_000 + "}",
    "a long number": "{articles(first:" + "1" * 90_000 + "){totalCount}}",
    "a large exponent": "{articles(first:1e" + "9" * 90_000 + "){totalCount}}",
    "20,000 directives": "{__typename " + "@skip(if:false)" * 20_000 + "}",
    "400 directives": "{__typename " + "@skip(if:false)" * 300 + "}",
    "directives of a variable": "query($a:Int " + "@a " * 900 + "){__typename}",
    "2,000 aliases": "{" + "".join(f"a{n}:__typename " for n in range(2_000)) + "}",
    "600 aliases": "{topics{nodes{" + "".join(f"a{n}:id " for n in range(600)) + "}}}",
    "500 variables": "query(" + "".join(f"$a{n}:Int " for n in range(480)) + "){__typename}",
    "the same variable": "query(" + "$a:Int " * 480 + "){__typename}",
    "a cycle": "{...A} fragment A on Query{...B} fragment B on Query{...A}",
    "a cycle of itself": "{...A} fragment A on Query{__typename ...A}",
    "a long cycle": "{...A0}" + "".join(f"fragment A{n} on Query{{...A{(n + 1) % 240}}}" for n in range(240)),
    "a dense cycle": "{...A0}"
    + "".join(f"fragment A{n} on Query{{{' '.join(f'...A{m}' for m in range(20))}}}" for n in range(20)),
    "an unknown fragment": "{...A}",
    "unused fragments": "{__typename}" + "".join(f"fragment A{n} on Query{{__typename}}" for n in range(240)),
    "100 levels of doubled spreads": "{...F0}" + doubled(100, "...NEXT ...NEXT", "Query", "__typename"),
    "12 levels of doubled objects": "{topics{nodes{...F0}}}"
    + doubled(12, "a:broader{...NEXT} b:broader{...NEXT}", "Topic", "id"),
    "12 levels of two objects": "{topics{nodes{...F0}}}"
    + doubled(12, "broader{...NEXT} narrower{...NEXT}", "Topic", "id"),
    "narrower and broader": "{topics{nodes{" + "narrower{broader{" * 6 + "id" + "}}" * 6 + "}}}",
    "1,900 times the same field": "{topics{nodes{" + "id " * 1_900 + "}}}",
    "480 times the same object": "{topics{nodes{" + "broader{id}" * 480 + "}}}",
    "480 objects with other fields": "{topics{nodes{"
    + "".join(f"broader{{{('id', 'slug', 'code')[n % 3]}}}" for n in range(480))
    + "}}}",
    "320 times the same arguments": "{articles{nodes{" + "body(as:HTML)" * 320 + "}}}",
    "fields in conflict": "{topics{nodes{" + "a:id a:slug " * 15 + "}}}",
    "many operations": "".join(f"query A{n}{{__typename}}" for n in range(390)),
    "operations of one name": "query A{__typename}" * 390,
    "operations without a name": "{__typename}" * 480,
    "introspection of introspection": "{__schema{types{" + "fields{type{" * 4 + "name" + "}}" * 4 + "}}}",
    "introspection many times": "{"
    + "".join(f"a{n}:__schema{{types{{fields{{args{{type{{ofType{{name}}}}}}}}}}}}" for n in range(20))
    + "}",
    "introspected fields many times": "{__schema{types{"
    + "".join(f"a{n}:fields{{name args{{name type{{name ofType{{name ofType{{name}}}}}}}}}}" for n in range(20))
    + "}}}",
    "20 large searches": "{"
    + "".join(f'a{n}:search(query:"{"x OR source:y " * 15}"){{totalCount}}' for n in range(20))
    + "}",
    "a mutation": "mutation{postComment{id}}",
    "a subscription": "subscription{changed{id}}",
    "a type": "type A{a:Int}",
    "a type beside a query": "{__typename} type A{a:Int}",
    "nothing": "",
    "white space": " \n\t,",
    "a comment": "# nothing",
    "half a document": "{topics{nodes{",
    "half a string": '{node(id:"',
    "a lone surrogate": '{node(id:"\\uD800"){id}}',
    "no document": "SELECT 1",
    "JSON": '{"query": "{__typename}"}',
    "control characters": "{__typename\x07}",
    "emoji": "{👩‍🚒}",
}


@pytest.mark.parametrize("case", REFUSED)
async def test_is_refused_at_once_without_a_statement(case: str, nowhere: Executor) -> None:
    answer = await quickly(nowhere, REFUSED[case], REFUSED_WITHIN)
    assert answer.status == 400
    assert set(codes(answer.body)) <= {"BAD_REQUEST", "COST_EXCEEDED"}
    assert codes(answer.body)
    assert len(answer.body) < 20_000


ANSWERED = {
    "doubled spreads in one place": "{topics{nodes{...F0}}}" + doubled(100, "...NEXT ...NEXT", "Topic", "id"),
    "the same object twice": "{topics{nodes{...F0}}}" + doubled(12, "broader{...NEXT} broader{...NEXT}", "Topic", "id"),
    "inline fragments": "{" + "...{" * 60 + "__typename" + "}" * 60 + "}",
    "130 times the same field": "{topics{nodes{" + "id " * 130 + "}}}",
    "20 root fields": "{"
    + "".join(f"a{n}:articles(first:100){{nodes{{id headline source{{name}}}}}}" for n in range(20))
    + "}",
    "240 objects": "{topics{nodes{...F0}}}" + doubled(6, "a:broader{...NEXT} b:broader{...NEXT}", "Topic", "id"),
    "introspection": get_introspection_query(),
    "introspection of everything": get_introspection_query(
        descriptions=True,
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        experimental_directive_deprecation=True,
        one_of=True,
    ),
    "types many times": "{"
    + "".join(f'a{n}:__type(name:"Article"){{fields{{name type{{name}}}}}}' for n in range(20))
    + "}",
}


@pytest.mark.parametrize("case", ANSWERED)
async def test_is_answered_at_once(case: str, executor: Executor) -> None:
    await executor.execute("{topics(first:1){nodes{id}}}")  # a connection is open
    answer = await quickly(executor, ANSWERED[case], ANSWERED_WITHIN)
    assert answer.status == 200
    assert codes(answer.body) == []


async def test_100_levels_of_fan_out_are_answered_within_50_ms(executor: Executor) -> None:
    await executor.execute("{topics(first:1){nodes{id}}}")
    answer = await quickly(executor, ANSWERED["doubled spreads in one place"], 0.05)
    assert codes(answer.body) == []


async def test_introspection_can_be_switched_off(nowhere: Executor) -> None:
    closed = limited(nowhere, introspection=False)
    for document in ("{__schema{queryType{name}}}", '{...F} fragment F on Query{...{__type(name:"ID"){name}}}'):
        answer = await closed.execute(document)
        assert answer.status == 400
        assert [e["message"] for e in read(answer.body)["errors"]] == ["Introspection is switched off here."]
    assert (await closed.execute("{topics{nodes{__typename}}}")).status == 503


@pytest.mark.parametrize(
    ("document", "name", "data"),
    [
        ("query A{__typename} query B{b:__typename}", "B", {"b": "Query"}),
        ("query A{__typename} query B{b:__typename}", "A", {"__typename": "Query"}),
        ("query A{__typename}", None, {"__typename": "Query"}),
        ("query A{__typename} query B{b:__typename}", None, None),
        ("query A{__typename} query B{b:__typename}", "C", None),
        ("{__typename}", "A", None),
        ("{__typename}", "x" * 100_000, None),
        ("fragment F on Query{__typename}", None, None),
    ],
)
async def test_operation_names_choose(
    document: str, name: str | None, data: dict[str, str] | None, executor: Executor
) -> None:
    answer = await executor.execute(document, None, name)
    assert read(answer.body).get("data") == data
    assert answer.status == (400 if data is None else 200)


@pytest.mark.parametrize(
    "document", ["{articels{totalCount}}", "{topics{nodes{slugg}}}", "{topics(frist:1){totalCount}}"]
)
async def test_nothing_is_suggested(document: str, nowhere: Executor) -> None:
    answer = await nowhere.execute(document)
    assert b"Did you mean" not in answer.body


async def test_each_plan_is_kept_once(nowhere: Executor) -> None:
    """However often the shapes of a document's variables, or documents, come and go."""
    executor = Executor(SCHEMA, nowhere.database)
    several = "query($f:ArticleFilter){articles(filter:$f,first:10){totalCount}}"
    flags = [[bool(number >> bit & 1) for bit in range(6)] for number in range(40)]
    for _ in range(3):
        for some in flags:
            plan(executor, several, f={"or": [{"hasImage": flag} for flag in some]})
    assert len(executor._plans) == len(flags)
    few = Executor(SCHEMA, nowhere.database, documents=3)
    documents = [f"query Q{n}($q:String!){{search(query:$q){{totalCount}}}}" for n in range(5)]
    made = [plan(few, document, q="harbour").statement.sql for document in documents]
    assert [plan(few, document, q="strike").statement.sql for document in documents] == made
    assert len(few._plans) == len(documents)


async def test_what_is_kept_of_variables_is_bounded(nowhere: Executor) -> None:
    """Also where they cost nothing, since nothing asks for them."""
    executor = Executor(SCHEMA, nowhere.database)
    document = "query($f:[ArticleFilter!]){__typename articles(filter:{or:$f})@skip(if:true){totalCount}}"
    known = executor.known(document, None)
    for number in range(10):
        plan(executor, document, f=[{"hasImage": bool(number >> n % 4 & 1)} for n in range(1_000)])
    assert (len(known.forms), len(executor._plans)) == (0, 0)
    for number in range(1_000):
        plan(executor, document, f=[{"hasImage": bool(number >> n & 1)} for n in range(10)])
    assert known.forms.weight <= 640
    assert executor._plans.weight >= 40 * len(executor._plans) * 50


async def test_a_plan_weighs_what_its_document_does(nowhere: Executor) -> None:
    executor = Executor(SCHEMA, nowhere.database, documents=10)
    for number in range(10):
        plan(executor, "{__typename}#" + "x" * 90_000 + str(number))
    assert len(executor._plans) == 2


async def test_defaults_of_variables_are_kept_without_the_document(nowhere: Executor) -> None:
    executor = Executor(SCHEMA, nowhere.database)
    known = executor.known(
        "query($l:[ID!]=[1,2],$n:Int!=3,$o:Int){nodes(ids:$l){id} a:topics(first:$n,last:$o){totalCount}}", None
    )
    assert [variable.default for variable in known.variables] == [["1", "2"], 3, Undefined]
    assert coerced(known.variables, {}) == {"l": ["1", "2"], "n": 3}
    assert not any(isinstance(each, Node) for each in gc.get_referents(*known.variables))


def plan(executor: Executor, document: str, **variables: Any) -> Compiled:
    known = executor.known(document, None)
    return executor.compiled(known, coerced(known.variables, variables), ANONYMOUS)


@pytest.mark.parametrize("status", [200, 400, 422])
async def test_the_status_of_refusals_is_a_setting(status: int, nowhere: Executor) -> None:
    executor = Executor(SCHEMA, nowhere.database, refused_status=status)
    for document in ("{", "{x}", "query($a:Int!){topics(first:$a){totalCount}}"):
        assert (await executor.execute(document)).status == status


async def test_memory_of_documents_is_bounded(executor: Executor) -> None:
    small = Executor(SCHEMA, executor.database, documents=10)
    for n in range(50):
        assert (await small.execute("{__typename}" + " " * n)).status == 200
        assert (await small.execute("{__typename}" + "," * 3_000 + " " * n)).status == 200
    assert (await small.execute("{__typename}" + "," * 20_000)).status == 200
    assert small._known.weight <= 10
    assert small._plans.weight <= 10 * 20_000
    assert orjson.loads((await small.execute("{__typename}")).body) == {"data": {"__typename": "Query"}}
