"""Whatever may be selected is answered in one statement with valid JSON, and graphql-core, which checks every value
against its type, gives the same."""

from collections.abc import Iterator
from itertools import chain, combinations
from random import Random

import orjson
import pytest
from graphql import GraphQLEnumType, GraphQLField, GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_leaf_type
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.build import build_schema
from schema.caller import ANONYMOUS
from schema.document import Limits
from schema.execute import Executor
from schema.fields import OfAsked, OfPage
from schema.plan import rule_of
from tests.graphql_answers import read

SCHEMA = build_schema()
WIDE = Limits(tokens=100_000, aliases=10_000, cost=10**9, root_fields=100)

IDS = [f"{letter}_00000000-0000-7000-8000-000{n}0000000{m}" for n, letter in enumerate("stuarmc", 1) for m in (1, 2, 3)]
VALUES = {
    "by": {
        "Article": ['{id:"a_00000000-0000-7000-8000-000400000001"}', '{url:"https://harbour-times.example/gone"}'],
        "Source": ['{slug:"harbour-post"}', '{slug:"minato-shimbun"}'],
        "Topic": ['{slug:"shipping"}', '{code:"99000000"}'],
        "Author": ['{slug:"ann-lee"}', '{slug:"nobody"}'],
    },
    "filter": {
        "ArticleFilter": [
            '{languages:["en"]}',
            '{not:{languages:["ja"]}}',
            '{matching:"harbour OR 東京"}',
            '{or:[{hasImage:true} {kinds:[AUDIO]} {topics:["shipping"]}]}',
        ],
        "SourceFilter": ['{countries:["JP"]}'],
        "TopicFilter": ['{broader:"port-economy"}'],
    },
    "query": {"String": ['"harbour"', '"strike OR 東京 -oil"', '"lang:ja"', '"source:harbour-times cafe*"']},
    "language": {"String": ['"de"', '"ja-JP"']},
    "id": {"ID": [f'"{id_}"' for id_ in IDS]},
    "ids": {"ID": ["[" + " ".join(f'"{id_}"' for id_ in IDS) + "]"]},
    "first": {"Int": ["1", "2", "3", "10"]},
    "last": {"Int": ["1", "2", "3", "10"]},
}


def readable(field: GraphQLField) -> bool:
    """Whether plans read a field for everybody."""
    rule = rule_of(field)
    return not isinstance(rule, OfAsked) and not (isinstance(rule, OfPage) and rule.moderated)


class Selections:
    """Random operations: every field of every type, with its arguments, some levels deep."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.aliases = 0

    def operation(self) -> str:
        query = SCHEMA._schema.query_type
        assert query is not None
        return self.object(query, self.chance.randint(1, 5), self.chance.choice([0.3, 0.5, 0.7]))

    def object(self, type_: GraphQLObjectType, depth: int, share: float) -> str:
        chosen = [item for item in type_.fields.items() if readable(item[1]) and self.chance.random() < share]
        parts = [part for name, field in chosen for part in self.field(name, field, depth, share)]
        if not parts or self.chance.random() < 0.1:
            parts.append("__typename")
        return "{" + " ".join(parts) + "}"

    def field(self, name: str, field: GraphQLField, depth: int, share: float) -> Iterator[str]:
        self.aliases += 1
        called = f"x{self.aliases}:{name}{self.arguments(field)}"
        type_ = get_named_type(field.type)
        if is_leaf_type(type_):
            yield called
        elif depth and isinstance(type_, GraphQLObjectType):
            yield called + self.object(type_, depth - 1, share * 0.8)
        elif depth and isinstance(type_, GraphQLInterfaceType):
            types = [found for found in SCHEMA._schema.get_possible_types(type_) if self.chance.random() < 0.7]
            spreads = [f"... on {found.name}{self.object(found, depth - 1, share)}" for found in types]
            yield called + "{id " + " ".join(spreads) + "}"

    def arguments(self, field: GraphQLField) -> str:
        given: dict[str, str] = {}
        for name, argument in field.args.items():
            type_ = get_named_type(argument.type)
            required = str(argument.type).endswith("!") and name not in ("orderBy", "as")
            if not required and (self.chance.random() < 0.5 or (name == "last" and "first" in given)):
                continue
            if name in ("orderBy", "as"):
                assert isinstance(type_, GraphQLEnumType)
                given[name] = self.chance.choice([*type_.values])
            elif name in VALUES:
                found = VALUES[name].get(type_.name.removesuffix("By")) or VALUES[name][type_.name]
                given[name] = self.chance.choice(found)
        return "(" + " ".join(f"{name}:{value}" for name, value in given.items()) + ")" if given else ""


async def answers_twice(executor: Executor, document: str) -> None:
    wide = Executor(SCHEMA, executor.database, limits=WIDE)
    answer = await wide.execute(document)
    assert answer.status == 200
    compiled = read(answer.body)
    assert "errors" not in compiled
    by_core = await wide._by_core(wide.known(document, None), {}, ANONYMOUS)
    assert orjson.loads(by_core.body) == compiled


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
async def test_any_selection_is_answered_alike_both_ways(reader: Executor, seed: int) -> None:
    await answers_twice(reader, Selections(seed).operation())


def subsets(*names: str) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(names, size) for size in range(1, len(names) + 1))


@pytest.mark.parametrize(
    "arguments", ["", "first:3", "last:3", "first:10", "last:10", "first:3 after:$", "last:3 before:$"]
)
@pytest.mark.parametrize(
    "field", ["articles", "topics", 'search(query:"harbour OR 東京")', "article.thread", "article.revisions"]
)
async def test_every_part_of_a_page_stands_alone(field: str, arguments: str, reader: Executor) -> None:
    root, _, edge = field.partition(".")
    before, after = ('article(by:{id:"a_00000000-0000-7000-8000-000400000001"}){', "}") if edge else ("", "")
    name, _, given = (edge or root).partition("(")
    start = orjson.loads((await reader.execute(f"{{{before}page:{edge or root}{{edges{{cursor}}}}{after}}}")).body)[
        "data"
    ]
    cursor = (start.get("article") or start)["page"]["edges"][0]["cursor"]
    both = " ".join(filter(None, [given.removesuffix(")"), arguments.replace("$", f'"{cursor}"')]))
    called = f"{name}({both})" if both else name
    parts = [
        *(
            f"pageInfo{{{' '.join(names)}}}"
            for names in subsets("hasNextPage", "hasPreviousPage", "startCursor", "endCursor")
        ),
        *("pageInfo{__typename}", "edges{cursor}", "edges{__typename}", "nodes{__typename}", "nodes{id}", "__typename"),
        *("totalCount", "totalCountIsExact", "pageInfo{hasPreviousPage} totalCount", "totalCount nodes{id}"),
    ]
    for part in parts:
        await answers_twice(reader, f"{{{before}page:{called}{{{part}}}{after}}}")
