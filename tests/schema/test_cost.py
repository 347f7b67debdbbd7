"""What operations cost: each rule of docs/graphql.md, ordinary pages, and that a price is known without a statement."""

import re
from pathlib import Path
from typing import Any

import pytest

from schema.build import build_schema
from schema.cost import Cost
from schema.document import Limits, read_document
from schema.errors import CostExceeded
from schema.plan import Planner
from schema.variables import coerced
from tests.pace import measured

SCHEMA = build_schema()._schema
DOCS = (Path(__file__).parents[2] / "docs" / "graphql.md").read_text(encoding="utf-8")
WITHOUT_END = Limits(cost=10**9)


def cost(document: str, limits: Limits = WITHOUT_END, **variables: Any) -> int:
    """The points of an operation that is planned as a whole."""
    read = read_document(SCHEMA, document, None, limits)
    planner = Planner(SCHEMA, read, coerced(read.variables, variables), limits)
    planner.whole()
    return planner.cost.points


@pytest.mark.parametrize(
    ("document", "points"),
    [
        ("{__typename}", 0),
        ("{article(by:{id:\"a\"}){id headline lead}}", 21),
        ("{article(by:{id:\"a\"}){headline source{name}}}", 41),
        ("{article(by:{id:\"a\"}){rights{holder}}}", 21),
        ("{article(by:{id:\"a\"}){body}}", 22),
        ("{article(by:{id:\"a\"}){aliasUrls}}", 21),
        ("{article(by:{id:\"a\"}){images{url}}}", 41),
        ("{article(by:{id:\"a\"}){topics{topic{name}}}}", 61),
        ("{node(id:\"a\"){id}}", 141),
        ("{nodes(ids:[\"a\" \"b\"]){id}}", 141),
        ("{topics(first:9){nodes{id}}}", 41),
        ("{topics(first:10){nodes{id}}}", 42),
        ("{topics(last:10){nodes{id}}}", 42),
        ("{topics{nodes{id}}}", 43),
        ("{topics(first:10){nodes{id} edges{cursor}}}", 63),
        ("{topics(first:10){nodes{id} pageInfo{endCursor hasNextPage}}}", 62),
        ("{topics{totalCount}}", 141),
        ("{topics(first:10){nodes{articles(first:10){nodes{id}}}}}", 93),
        ("{topics(first:10){nodes{articles{totalCount}}}}", 1_083),
        ("{a:topics(first:9){nodes{id}} b:topics(first:9){nodes{id}}}", 82),
        ("{topics(first:9){nodes{id ...F}}} fragment F on Topic{...{id slug}}", 41),
        ("{topics(first:9){nodes{id broader @skip(if:true){id}}}}", 41),
        ('{topics(first:9 filter:{nameContains:"x"}){nodes{id}}}', 61),
        ('{search(query:"a" first:9){nodes{id}}}', 336),
        ('{search(query:"a" first:9 orderBy:NEWEST){nodes{id}}}', 311),
        ('{search(query:"a OR source:b" first:9 orderBy:NEWEST){nodes{id}}}', 1_781),
        ('{search(query:"a" first:9){edges{score headlineHighlight excerpt}}}', 363),
    ],
)  # fmt: skip
def test_what_is_said_and_read_is_counted(document: str, points: int) -> None:
    assert cost(document) == points


@pytest.mark.parametrize(
    ("filter_", "tests", "points"),
    [
        ("{}", 0, 0),
        ('{topics:["b"]}', 1, 0),
        ('{sources:["a"] topics:["b"] authors:["c"]}', 3, 80),
        ('{and:[{topics:["a"]} {topics:["b"]}]}', 2, 80),
        ('{publishedFrom:"2026-01-01T00:00:00Z"}', 1, 0),
        ('{changedFrom:"2026-01-01T00:00:00Z"}', 1, 700),
        ("{hasImage:true}", 1, 700),
        ('{languages:["de"] kinds:[TEXT]}', 2, 700),
        ('{languages:["de"] topics:["b"]}', 2, 80),
        ('{and:[{languages:["de"]} {topics:["b"]}]}', 2, 80),
        ('{or:[{topics:["a"]} {topics:["b"]}]}', 2, 700),
        ('{not:{topics:["a"]}}', 1, 700),
        ('{matching:"a"}', 1, 250),
        ('{matching:"a b"}', 1, 250),
        ('{matching:"a lang:de"}', 2, 600),
        ('{matching:"a" languages:["de"]}', 2, 600),
        ('{matching:"a" topics:["b"]}', 2, 600),
        ('{matching:"a" publishedFrom:"2026-01-01T00:00:00Z"}', 2, 250),
        ('{not:{matching:"a"}}', 1, 1_700),
        ('{not:{matching:"a"} topics:["b"]}', 2, 1_080),
        ('{or:[{matching:"a"} {matching:"b"}]}', 2, 2_700),
    ],
)
def test_filters_weigh_by_what_leads_to_their_articles(filter_: str, tests: int, points: int) -> None:
    document = "{articles(first:9 %s){nodes{id}}}"
    without = cost(document % "")
    assert cost(document % f"filter:{filter_}") == without + 20 * tests + points


def test_bounds_of_time_are_found_at_once_in_the_order_of_time() -> None:
    document = '{articles(first:9 orderBy:%s filter:{publishedTo:"2026-01-01T00:00:00Z"}){nodes{id}}}'
    assert [cost(document % order) for order in ("NEWEST", "OLDEST")] == [61, 61]
    assert [cost(document % order) for order in ("UPDATED", "MOST_COMMENTED")] == [761, 761]


def test_in_other_orders_nothing_leads_to_the_articles_of_something() -> None:
    document = '{articles(first:9 orderBy:%s filter:{topics:["a"]}){nodes{id}}}'
    assert [cost(document % order) for order in ("NEWEST", "OLDEST")] == [61, 61]
    assert [cost(document % order) for order in ("UPDATED", "MOST_COMMENTED")] == [761, 761]


def test_the_articles_of_something_are_fewer() -> None:
    document = '{topic(by:{slug:"a"}){articles(first:8 filter:{languages:["de"]}){nodes{id}}}}'
    assert cost(document) == 4 * 20 + 1 + 80
    document = '{topics(first:10){nodes{articles(first:8 filter:{topics:["b"]}){nodes{id}}}}}'
    assert cost(document) == 5 * 20 + 11 + 10 * 150


@pytest.mark.parametrize(
    ("number", "counted"), [(1, 10), (10, 10), (11, 20), (21, 25), (26, 50), (51, 100), (100, 100)]
)
def test_a_variable_counts_as_the_next_usual_size(number: int, counted: int) -> None:
    assert cost("query($n:Int){topics(first:$n){nodes{articles(first:100){nodes{id}}}}}", n=number) == cost(
        f"{{topics(first:{counted}){{nodes{{articles(first:100){{nodes{{id}}}}}}}}}}"
    )
    read = "query($i:[ID!]!){nodes(ids:$i){...on Source{articles(first:100){nodes{id}}}}}"
    assert cost(read, i=["x"] * number) == cost(
        read.replace("$i:[ID!]!", "$n:Int")
        .replace("$i", str(["x"] * counted).replace("'", '"'))
        .replace("query($n:Int)", "")
    )


CARD = "id url headline lead publishedAt commentCount source{name slug} image{url alt credit} topics{topic{name slug}}"
SECTIONS = "".join(
    f's{n}:articles(first:5 filter:{{topics:["x"] languages:["de"]}}){{nodes{{{CARD}}}}}' for n in range(20)
)
ORDINARY = {
    "20 cards": ("{articles(first:20){nodes{CARD} pageInfo{hasNextPage endCursor}}}", 300),
    "100 cards": ("{articles(first:100){nodes{CARD} pageInfo{hasNextPage endCursor}}}", 300),
    "an article": (
        '{article(by:{url:"https://harbour-times.example/a"}){id headline lead body byline authors{name slug}'
        " source{name homepageUrl} image{url alt caption credit} topics{topic{name}} rights{holder notice}"
        " comments(first:20){nodes{id body createdAt author{displayName}"
        " replies(first:3){nodes{id body createdAt author{displayName}}}} pageInfo{hasNextPage endCursor}}}}",
        500,
    ),
    "a search": (
        '{search(query:"harbour strike" first:20){edges{node{CARD} headlineHighlight excerpt score}'
        " pageInfo{hasNextPage endCursor} totalCount}}",
        800,
    ),
    "a front page": ("{" + SECTIONS + "}", 5_000),
}  # fmt: skip


@pytest.mark.parametrize("page", ORDINARY)
def test_ordinary_pages_cost_little(page: str) -> None:
    document, most = ORDINARY[page]
    assert cost(document.replace("CARD", CARD)) < most


INPUT = 'input:{articleId:"a" body:"b"}'


@pytest.mark.parametrize(
    ("document", "points"),
    [
        (f"mutation{{postComment({INPUT}){{errors{{code}}}}}}", 100),
        (f"mutation{{a:postComment({INPUT}){{errors{{code}}}} b:postComment({INPUT}){{errors{{code}}}}}}", 200),
        ('mutation{editComment(input:{id:"a" body:"b"}){errors{code}}}', 100),
        ('mutation{deleteComment(input:{id:"a"}){errors{code}}}', 20),
        (f"{{previewComment({INPUT}){{status}}}}", 100),
    ],
)
def test_what_is_judged_costs_more_than_what_is_only_written(document: str, points: int) -> None:
    read = read_document(SCHEMA, document, None, Limits())
    assert Planner(SCHEMA, read, coerced(read.variables, {}), Limits()).price() == points


def test_the_example_of_the_documentation_costs_what_it_says() -> None:
    section = DOCS.partition("## Cost")[2]
    (example,) = re.findall(r"```graphql\n(.*?)```", section, re.DOTALL)
    (told,) = re.findall(r'"requested": (\d+), "limit": (\d+)', section)
    assert (cost(example), Limits().cost) == tuple(map(int, told))


def refused(document: str, **variables: Any) -> CostExceeded:
    with pytest.raises(CostExceeded) as caught:
        cost(document, Limits(), **variables)
    return caught.value


def test_what_costs_too_much_is_told_the_price_and_the_largest_share() -> None:
    error = refused("{a:articles(first:100){nodes{comments(first:100){nodes{body}}}} topics{nodes{id}}}")
    assert (error.requested, error.limit) == (11_143, 5_000)
    assert "costs 11,143 points; at most 5,000" in str(error)
    assert "11,050 of them are for 'a.comments'" in str(error)
    error = refused('{topics(first:100){nodes{articles{totalCount}}} node(id:"x"){id}}')
    assert "'topics.articles'" in str(error)


def test_what_says_too_much_is_not_planned_to_its_end() -> None:
    """A chain of fragments, each of which asks twice for the next, would be 4,000 objects."""
    chain = "".join(f"fragment F{n} on Topic{{a:broader{{...F{n + 1}}} b:broader{{...F{n + 1}}}}}" for n in range(11))
    read = read_document(SCHEMA, "{topics{nodes{...F0}}}" + chain + "fragment F11 on Topic{id}", None, Limits())
    planner = Planner(SCHEMA, read, {}, Limits())
    with pytest.raises(CostExceeded) as caught:
        planner.whole()
    assert planner.cost.parts == 251
    assert "at least" in str(caught.value)


def test_parts_within_the_limit_are_all_counted() -> None:
    spent = Cost(limit=100)
    for _ in range(5):
        spent.part()
    assert spent.checked() == 100
    spent.rows(1)
    with pytest.raises(CostExceeded):
        spent.checked()
    with pytest.raises(CostExceeded):
        spent.part()


def test_the_price_of_a_large_document_is_known_at_once() -> None:
    document = "{" + "".join(f"a{n}:articles(first:100){{nodes{{{CARD}}}}}" for n in range(20)) + "}"
    with measured() as spent:
        assert cost(document) == 4_602
    assert spent.seconds < 0.25
