"""Validation finds what graphql-core's own finds: the same errors, at the same places, in the same order."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import graphql
import pytest
from graphql import GraphQLError, GraphQLSchema, GraphQLSyntaxError, Visitor, parse
from graphql.validation import specified_rules
from graphql.validation.rules import ASTValidationRule

from schema.build import build_schema
from schema.document import Limits, Refused, read_document
from schema.validate import validate
from tests.benchmarks.worst_document import seconds, seeds
from tests.pace import measured
from tests.schema.test_document import ANSWERED, REFUSED

SCHEMA = build_schema()._schema
# What the contract does not have yet: other operations, a union, directives of incremental delivery.
OTHER = graphql.build_schema("""
    directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
    directive @stream(if: Boolean! = true, label: String, initialCount: Int = 0) on FIELD
    type Query { topics: [Topic!] thing: Thing }
    type Mutation { post(text: String!): Topic }
    type Subscription { changed: Topic posted: Topic }
    union Thing = Topic | Place
    type Topic { id: ID name(language: String): String }
    type Place { id: ID at: Int }
""")
GOLDENS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent / "goldens").glob("*.graphql"))]

# What is wrong in ways that altered documents seldom are.
WRONG = [
    "query A($a:Int $a:Int $b:Topic $c:Nothing=1 $d:Int!){topics(first:$e last:$d){nodes{id}}}",
    'query A($s:String $n:Int="x"){topics(first:$s){nodes{id name(language:$n)}}}',
    "{topics{nodes}} ",
    "{topics{nodes{id{x}}}}",
    "query A{__typename} query A{__typename} {__typename}",
    "fragment F on Topic{id} fragment F on Topic{id} {__typename}",
    "{topics{nodes{...F ...G ...on Article{id} ...on Nothing{id} ...on Int{x}}}} fragment F on Article{id}",
    "{...F} fragment F on Query{...G} fragment G on Query{...F}",
    "{topics{nodes{a:id a:slug b:broader{id} b:broader{id:slug} name(language:\"a\") name(language:\"b\")}}}",
    "{topics(first:1 first:2 nothing:3 filter:{nameContains:1 nameContains:2 nothing:3}){totalCount}}",
    "{article{id} article(by:{}){id} x:article(by:{id:1 url:2}){id} y:article(by:{id:null}){id}}",
    "{__typename @skip @include(if:1) @nothing @skip(if:true) @deprecated(reason:\"x\")}",
    "query($a:Int @skip(if:true)) @skip(if:true) {...F @include(if:$a)} fragment F on Query @include(if:true){id}",
    '{topics{...@defer(label:$a){totalCount} ...@defer(label:"a"){totalCount} ...@defer(label:"a"){totalCount}}}',
    "query($a:String){topics{nodes @stream(initialCount:1 label:$a){id} totalCount @stream}}",
    "mutation{a ...@defer{b}} subscription{a b ...@defer{c} d @stream}",
    "type A{a:Int} extend type Topic{a:Int} {__typename} schema{query:A} directive @a on FIELD",
    "{__schema{types{fields{type{fields{type{fields{type{fields{name}}}}}}}}}}",
    "query($f:ArticleFilter $g:[ArticleFilter]){articles(filter:{and:$g or:[$f] not:$g kinds:[NEWS $f]}){totalCount}}",
    "{nodes(ids:[1 \"a\" 1.5 true null ENUM {a:1} [1]]){id}}",
]  # fmt: skip
WRONG_THERE = [
    "subscription A{changed{id} posted{id} ...@defer{changed{id}}} subscription B{...F}"
    " fragment F on Subscription{changed{id} __typename}",
    'subscription A{changed{...@defer{id}}} mutation{post(text:"a"){id} ...@defer{post(text:"b"){id}}}',
    "{topics @stream(label:1 initialCount:null){id} thing @stream{...on Topic{id} ...on Query{id} ...on Place{at}}}",
    'query($a:String){...@defer(label:$a){__typename} ...@defer(label:"x"){__typename} topics @stream(label:"x"){id}}',
    "{topics{name(nothing:1) id(x:1) ...on Place{id}} thing{id ...F}} fragment F on Query{topics{id}}",
    "mutation{post{id}} query($a:[Thing] $b:Topic=1){topics{name(language:$a)}}",
]  # fmt: skip
TOKEN = re.compile(r'"""(?:.|\n)*?"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|[\w]+|#[^\n]*|[^\s,]')


def told(errors: list[GraphQLError]) -> list[object]:
    return [(error.message, error.locations, error.path, type(error).__name__) for error in errors]


def both(document: graphql.DocumentNode, most: int = 20, schema: GraphQLSchema = SCHEMA) -> list[object]:
    """What validation finds, the same both ways."""
    expected = told(graphql.validate(schema, document, max_errors=most, hide_suggestions=True))
    assert told(validate(schema, document, most)) == expected
    return expected


def parsed(text: str) -> graphql.DocumentNode | None:
    try:
        return parse(text, max_tokens=2_000)
    except (GraphQLSyntaxError, RecursionError):
        return None


def altered(texts: list[str], seed: int) -> Iterator[str]:
    """Documents made of others: a few tokens taken away, doubled, or taken from elsewhere."""
    pick = random.Random(seed)
    tokens = [[token for token in TOKEN.findall(text) if not token.startswith("#")] for text in texts]
    pool = [token for each in tokens for token in each]
    while True:
        made = list(pick.choice(tokens))
        for _ in range(pick.choice((1, 1, 1, 2, 3))):
            at = pick.randrange(len(made))
            match pick.randrange(4):
                case 0:
                    del made[at]
                case 1:
                    made.insert(at, made[at])
                case 2:
                    made[at] = pick.choice(pool)
                case _:
                    made[at:at] = [pick.choice(pool) for _ in range(2)]
        yield " ".join(made)


@pytest.mark.parametrize("text", [*GOLDENS, *WRONG])
def test_the_same_is_found_in_documents(text: str) -> None:
    document = parsed(text)
    assert document is not None
    for most in (20, 2, 0):
        both(document, most)


@pytest.mark.parametrize("text", WRONG_THERE)
def test_the_same_is_found_by_another_schema(text: str) -> None:
    document = parsed(text)
    assert document is not None
    assert both(document, schema=OTHER)


def test_the_same_is_found_in_documents_that_are_sent_to_take_the_service_down() -> None:
    found = 0
    for text in [*REFUSED.values(), *ANSWERED.values()]:
        document = parsed(text)
        if document is not None:
            found += 1
            both(document)
    assert found > 30


def test_the_same_is_found_in_altered_documents() -> None:
    valid = invalid = 0
    for text in altered([*GOLDENS, *WRONG, *WRONG_THERE], seed=3):
        document = parsed(text)
        if document is None:
            continue
        both(document, schema=OTHER)
        if both(document):
            invalid += 1
        else:
            valid += 1
        if valid + invalid == 400:
            break
    assert valid > 10
    assert invalid > 200


@pytest.mark.parametrize("rule", specified_rules)
def test_each_rule_finds_something_here(rule: type[ASTValidationRule]) -> None:
    """Else it would be missed by the comparison."""
    assert any(
        graphql.validate(schema, document, [rule])
        for schema, texts in ((SCHEMA, WRONG), (OTHER, WRONG_THERE))
        for document in map(parsed, texts)
        if document is not None
    )


def test_no_rule_looks_at_what_is_not_visited() -> None:
    for rule in specified_rules:
        for kind in ("name", "string_value_block"):
            assert not hasattr(rule, f"enter_{kind}")
            assert not hasattr(rule, f"leave_{kind}")
        # One that enters every node may still only mean those with directives; any other would have to be looked at.
        assert not hasattr(rule, "leave")
        assert hasattr(rule, "enter") == (rule.__name__ == "UniqueDirectivesPerLocationRule")
    assert not hasattr(Visitor, "enter")


LONG = {
    "many lines": '"""' + ("a" * 20 + "\n") * 3_990 + '"""',
    "many texts of lines": ('"""' + "a\n" * 2 + '"""') * 1_500,
    "signs that are escaped": '"' + "\x7f" * 90_000 + '"',
}


@pytest.mark.parametrize("value", LONG)
def test_a_value_is_not_printed_for_each_of_its_faults(value: str) -> None:
    faults = "".join(f"a{n}:1 " for n in range(21))
    document = "{articles(filter:{" + faults + "b:" + "[" * 56 + LONG[value] + "]" * 56 + "}){totalCount}}"
    with measured() as spent, pytest.raises(Refused) as refused:
        read_document(SCHEMA, document, None, Limits())
    assert [error.message[:40] for error in refused.value.errors] == [
        "Expected value of type 'ArticleFilter' n",
        "What is wrong so far is long to tell; me",
    ]
    assert spent.seconds < 0.1


def test_what_can_not_be_validated_says_what_to_do() -> None:
    with pytest.raises(Refused, match="Select each field once"):
        read_document(SCHEMA, "{articles(first:1){nodes{" + "source{name}" * 450 + "}}}", None, Limits())


HARD = seeds()


@pytest.mark.parametrize("name", HARD)
def test_hard_documents_of_3_kb_are_read_in_time(name: str) -> None:
    """The worst that tests/benchmarks/worst_document.py found takes 40 ms."""
    taken = seconds(HARD[name])
    assert taken is not None
    assert taken < 0.1
