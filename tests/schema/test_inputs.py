"""Arguments and variables: whatever is sent is answered, refused cleanly, or finds nothing."""

import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.execute import Executor
from tests.graphql_answers import codes, read
from tests.pace import measured

# The edition is only read here, so examples may share it.
shared = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])

UUID = "00000000-0000-7000-8000-000400000001"
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | ANY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY, inner, max_size=4),
    max_leaves=8,
)


async def data(executor: Executor, document: str, **variables: Any) -> Any:
    """The data of an operation that is answered without an error."""
    answer = await executor.execute(document, variables)
    body = read(answer.body)
    assert "errors" not in body, body
    return body["data"]


# -- ids

NO_IDS = [
    *("", "x", "a", "a_", "_", "a_1", "1", "-1", "null", "None", "../../etc/passwd", "a_" + "0" * 10_000),
    *(UUID, f"A_{UUID}", f"a-{UUID}", f"aa_{UUID}", f"a_{UUID}0", f" a_{UUID}", f"a_{UUID} ", f"a_{UUID}\n"),
    *(f"a_{UUID}\0", f"a_\0{UUID}", "a_{" + UUID + "}", "a_" + UUID.replace("-", ""), f"z_{UUID}", f"🅰_{UUID}"),
    *(f"a_{UUID.upper()}" + "A", "a_00000000-0000-7000-8000-00040000000A", f"a_urn:uuid:{UUID}", f"а_{UUID}"),
    *("a_' or 1=1 --", "'; drop table articles; --", "a_" + "٠" * 36, "👩‍🚒", "a_ffffffff-ffff-ffff-ffff-ffffffffffff"),
    *(f"s_{UUID}", f"t_{UUID}", f"u_{UUID}", f"c_{UUID}", f"m_{UUID}", f"r_{UUID}"),
]


@pytest.mark.parametrize("id_", NO_IDS)
async def test_what_is_no_id_of_anything_finds_nothing(id_: str, reader: Executor) -> None:
    document = """query ($id: ID!) {
        node(id: $id) { id } nodes(ids: [$id]) { id } comment(id: $id) { id } article(by: {id: $id}) { id }
        source(by: {id: $id}) { id } topic(by: {id: $id}) { id } author(by: {id: $id}) { id }
    }"""
    found = await data(reader, document, id=id_)
    assert found == dict.fromkeys(("node", "comment", "article", "source", "topic", "author")) | {"nodes": [None]}


async def test_ids_find_only_their_own_type(reader: Executor) -> None:
    found = await data(
        reader,
        "query ($id: ID!) { node(id: $id) { __typename id } source(by: {id: $id}) { id } comment(id: $id) { id } }",
        id=f"a_{UUID}",
    )
    assert found == {"node": {"__typename": "Article", "id": f"a_{UUID}"}, "source": None, "comment": None}


@shared
@given(id_=ANY | JSON)
async def test_any_id_is_answered(reader: Executor, id_: Any) -> None:
    answer = await reader.execute("query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }", {"id": id_})
    if isinstance(id_, str):
        assert read(answer.body) == {"data": {"node": None, "nodes": [None]}}
    else:
        assert read(answer.body)
        assert answer.status in (200, 400)


async def test_100_ids_are_looked_up_and_101_are_not(reader: Executor) -> None:
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert await data(reader, document, ids=[f"a_{UUID}"] * 100) == {"nodes": [{"id": f"a_{UUID}"}] * 100}
    assert await data(reader, document, ids=[]) == {"nodes": []}
    answer = await reader.execute(document, {"ids": [f"a_{UUID}"] * 101})
    assert codes(answer.body) == ["BAD_REQUEST"]


async def test_a_null_in_the_place_of_a_root_field_that_has_none_is_an_answer(reader: Executor) -> None:
    """`nodes` can't be null, so all of the data is; unlike a request that can't be executed, which has no data."""
    answer = await reader.execute('query ($id: ID = "x") { nodes(ids: [$id]) { id } }', {"id": None})
    assert codes(answer.body) == ["BAD_REQUEST"]
    assert read(answer.body)["data"] is None
    assert read(answer.body)["errors"][0]["path"] == ["nodes"]
    assert answer.status == 200


@pytest.mark.parametrize("after", [f"an1_{UUID}", "damaged"])
@pytest.mark.parametrize("inner", ["first: 3", "first: 0"])
@pytest.mark.parametrize("languages", [["en"], ["en"] * 101])
async def test_of_what_makes_no_sense_the_first_in_the_document_is_told(
    after: str, inner: str, languages: list[str], reader: Executor
) -> None:
    document = (
        "query ($after: String, $languages: [String!]) { articles(filter: {languages: $languages}, after: $after)"
        f" {{ nodes {{ comments({inner}) {{ totalCount }} }} }} }}"
    )
    for _ in ("planned", "known"):
        body = read((await reader.execute(document, {"after": after, "languages": languages})).body)
        told = [error["message"] for error in body.get("errors", ())]
        first = ["A list holds 101 values"] * (len(languages) > 1) + ["This is no cursor"] * (after == "damaged")
        first += ["`first` and `last` are 1 to 100"] * (inner == "first: 0")
        assert len(told) == len(first[:1])
        assert not first or told[0].startswith(first[0])


# -- cursors

PAGES = [
    ("articles", "NEWEST"),
    ("articles", "OLDEST"),
    ("articles", "UPDATED"),
    ("articles", "MOST_COMMENTED"),
    ("sources", "NAME"),
    ("sources", "MOST_RECENT"),
    ("topics", "NAME"),
    ("topics", "MOST_ARTICLES"),
    ('search(query: "harbour")', "RELEVANCE"),
    ('search(query: "harbour")', "NEWEST"),
]


def page(field: str, order: str) -> str:
    name, _, arguments = field.partition("(")
    given = f"{arguments.removesuffix(')')} orderBy: {order} first: $first after: $after last: $last before: $before"
    return (
        "query ($first: Int, $after: String, $last: Int, $before: String) {"
        f" page: {name}({given}) {{ edges {{ cursor }} nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage }} }} }}"
    )


async def cursors(executor: Executor) -> dict[tuple[str, str], list[str]]:
    found = {}
    for field, order in PAGES:
        edges = (await data(executor, page(field, order)))["page"]["edges"]
        found[field, order] = [edge["cursor"] for edge in edges]
    return found


async def test_cursors_belong_to_their_order(reader: Executor) -> None:
    known = await cursors(reader)
    for field, order in PAGES:
        for owner, found in known.items():
            assert len(found) >= 2
            for argument in ("after", "before"):
                answer = await reader.execute(page(field, order), {argument: found[0]})
                assert codes(answer.body) == ([] if owner == (field, order) else ["BAD_CURSOR"])


NO_CURSORS = [
    *("", "x", "an", "an_", "an1", f"an1_{UUID}0", f"an_{UUID}", f"an-_{UUID}", f"an1_{UUID}_{UUID}", f"an--1_{UUID}"),
    *(
        f"an1.5_{UUID}",
        f"an1e5_{UUID}",
        f"anff_{UUID}",
        f"AN1_{UUID}",
        f"an 1_{UUID}",
        f"an1_{UUID}\n",
        f"an1_{UUID}\0",
    ),
    *(f"an{'9' * 30}_{UUID}", f"an-{'9' * 30}_{UUID}", f"an{'9' * 8_000}_{UUID}", "an1_" + "-" * 36, "an1_" + "f" * 36),
    *("' or 1=1 --", "👩‍🚒", "YXJyYXljb25uZWN0aW9uOjA=", "an1_00000000-0000-7000-8000-00040000000G", "x" * 100_000),
]


@pytest.mark.parametrize("cursor", NO_CURSORS)
@pytest.mark.parametrize("argument", ["after", "before"])
async def test_what_is_no_cursor_is_refused(cursor: str, argument: str, reader: Executor) -> None:
    answer = await reader.execute(page("articles", "NEWEST"), {argument: cursor})
    assert answer.status == 200
    assert codes(answer.body) == ["BAD_CURSOR"]
    assert read(answer.body)["data"] == {"page": None}


@pytest.mark.parametrize(
    ("field", "order", "cursor"),
    [
        ("articles", "MOST_COMMENTED", f"am{2**31}_{UUID}"),
        ("articles", "MOST_COMMENTED", f"am{-(2**31) - 1}_{UUID}"),
        ("sources", "NAME", f"on6_{UUID}"),
        ("sources", "NAME", f"onff_{UUID}"),
        ("sources", "NAME", f"on00_{UUID}"),
        ("sources", "NAME", f"oneda080_{UUID}"),
        ('search(query: "harbour")', "RELEVANCE", f"sr1_{UUID}"),
        ('search(query: "harbour")', "RELEVANCE", f"sr{2**31}_{UUID}_{UUID}"),
        ('search(query: "harbour")', "NEWEST", f"sn1_{UUID}_{UUID}"),
    ],
)
async def test_a_damaged_cursor_is_refused(field: str, order: str, cursor: str, reader: Executor) -> None:
    assert codes((await reader.execute(page(field, order), {"after": cursor})).body) == ["BAD_CURSOR"]


@pytest.mark.parametrize(
    ("field", "order", "cursor"),
    [
        ("articles", "NEWEST", f"an0_{UUID}"),
        ("articles", "NEWEST", f"an-62135596800000000_{UUID}"),
        ("articles", "NEWEST", f"an253402300799999999_{UUID}"),
        ("articles", "MOST_COMMENTED", f"am{2**31 - 1}_{UUID}"),
        ("sources", "NAME", f"on_{UUID}"),
        ("sources", "NAME", f"onf09f9a92_{UUID}"),
    ],
)
async def test_a_cursor_of_nothing_that_is_there_is_a_place_all_the_same(
    field: str, order: str, cursor: str, reader: Executor
) -> None:
    for argument in ("after", "before"):
        assert codes((await reader.execute(page(field, order), {argument: cursor})).body) == []


@shared
@given(
    which=st.sampled_from(PAGES),
    at=st.integers(0, 80),
    by=st.text(string.hexdigits + "-_anxyz\0é🅰", max_size=4),
    cut=st.integers(0, 4),
    argument=st.sampled_from(["after", "before"]),
)
async def test_an_altered_cursor_is_a_place_or_refused(
    reader: Executor, which: tuple[str, str], at: int, by: str, cut: int, argument: str
) -> None:
    found = (await data(reader, page(*which)))["page"]["edges"][1]["cursor"]
    answer = await reader.execute(page(*which), {argument: found[:at] + by + found[at + cut :]})
    assert answer.status == 200
    assert set(codes(answer.body)) <= {"BAD_CURSOR"}


async def test_after_and_before_together_bound_a_page(reader: Executor) -> None:
    for field, order in PAGES:
        edges = (await data(reader, page(field, order)))["page"]["edges"]
        first, last = edges[0]["cursor"], edges[-1]["cursor"]
        between = await data(reader, page(field, order), after=first, before=last)
        assert between["page"]["edges"] == edges[1:-1]
        none = await data(reader, page(field, order), after=last, before=first)
        assert none["page"]["edges"] == []
        backwards = await data(reader, page(field, order), last=1, after=first, before=last)
        assert backwards["page"]["edges"] == edges[1:-1][-1:]


# -- page sizes


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, 6),
        ({"first": None}, 6),
        ({"last": None}, 6),
        ({"first": None, "last": None}, 6),
        ({"first": 2}, 2),
        ({"last": 2}, 2),
        ({"first": 2, "last": None}, 2),
        ({"first": 1}, 1),
        ({"first": 10}, 6),
        ({"first": 99}, 6),
        ({"first": 100}, 6),
        ({"first": 2.0}, 2),
        ({"first": 0}, "BAD_REQUEST"),
        ({"first": -1}, "BAD_REQUEST"),
        ({"last": 0}, "BAD_REQUEST"),
        ({"last": -(2**31)}, "BAD_REQUEST"),
        ({"first": 101}, "BAD_REQUEST"),
        ({"first": 2**31 - 1}, "BAD_REQUEST"),
        ({"first": 2**31}, "BAD_REQUEST"),
        ({"first": 10**40}, "BAD_REQUEST"),
        ({"first": 2.5}, "BAD_REQUEST"),
        ({"first": 1e400}, "BAD_REQUEST"),
        ({"first": "2"}, "BAD_REQUEST"),
        ({"first": True}, "BAD_REQUEST"),
        ({"first": [2]}, "BAD_REQUEST"),
        ({"first": {}}, "BAD_REQUEST"),
        ({"first": 2, "last": 2}, "BAD_REQUEST"),
    ],
)
async def test_page_sizes(variables: dict[str, Any], found: int | str, reader: Executor) -> None:
    answer = await reader.execute(page("articles", "NEWEST"), variables)
    if isinstance(found, str):
        assert codes(answer.body) == [found]
    else:
        assert len((await data(reader, page("articles", "NEWEST"), **variables))["page"]["nodes"]) == found


@pytest.mark.parametrize(
    "size", ["first: 0", "first: -1", "first: 101", "first: 2147483648", "first: 1 last: 1", "first: 1.0"]
)
async def test_page_sizes_in_the_document(size: str, reader: Executor) -> None:
    for field in ("nodes { id }", "totalCount", "pageInfo { endCursor }", "__typename"):
        answer = await reader.execute(f"{{ articles({size}) {{ {field} }} }}")
        assert codes(answer.body) == ["BAD_REQUEST"]


# -- variables

TYPED = """query ($n: Int!, $order: ArticleOrder! = NEWEST, $filter: ArticleFilter, $yes: Boolean = true) {
    articles(first: $n, orderBy: $order, filter: $filter) { totalCount @include(if: $yes) nodes { id @skip(if: $yes) } }
}"""


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"n": 1}, None),
        ({"n": 1, "extra": "ignored", "": 1, "__proto__": {}}, None),
        ({"n": 1, "filter": None}, None),
        ({"n": 1, "yes": False}, None),
        ({}, "BAD_REQUEST"),
        ({"n": None}, "BAD_REQUEST"),
        ({"n": 1, "order": None}, "BAD_REQUEST"),
        ({"n": 1, "order": "WORST"}, "BAD_REQUEST"),
        ({"n": 1, "order": "newest"}, "BAD_REQUEST"),
        ({"n": 1, "order": 1}, "BAD_REQUEST"),
        ({"n": 1, "order": ["NEWEST"]}, "BAD_REQUEST"),
        ({"n": 1, "yes": "true"}, "BAD_REQUEST"),
        ({"n": 1, "yes": 1}, "BAD_REQUEST"),
        ({"n": 1, "filter": []}, "BAD_REQUEST"),
        ({"n": 1, "filter": "x"}, "BAD_REQUEST"),
        ({"n": 1, "filter": {"unknown": 1}}, "BAD_REQUEST"),
        ({"n": 1, "filter": {"sources": [None]}}, "BAD_REQUEST"),
        ({"n": 1, "filter": {"sources": [1]}}, "BAD_REQUEST"),
        ({"n": 1, "filter": {"sources": [["a"]]}}, "BAD_REQUEST"),
        ({"n": 1, "filter": {"kinds": ["NEWS"]}}, "BAD_REQUEST"),
        ({"n": 1, "filter": {"hasImage": "yes"}}, "BAD_REQUEST"),
        ({"n": 1, "filter": {"matching": ["a"]}}, "BAD_REQUEST"),
        ({"n": 1, "filter": {"and": [None]}}, "BAD_REQUEST"),
        ({"n": 1, "filter": {"matching": '"'}}, "BAD_QUERY"),
        ({"n": 1, "filter": {"matching": ""}}, "BAD_QUERY"),
        ({"n": 1, "filter": {"matching": "-a"}}, "BAD_QUERY"),
        ({"n": 1, "filter": {"matching": "x" * 501}}, "BAD_QUERY"),
    ],
)
async def test_variables_fit_their_types(variables: dict[str, Any], code: str | None, reader: Executor) -> None:
    answer = await reader.execute(TYPED, variables)
    assert codes(answer.body) == ([code] if code else [])
    assert answer.status == (400 if code == "BAD_REQUEST" else 200)


async def test_a_variable_with_a_default_may_still_be_null(reader: Executor) -> None:
    answer = await reader.execute(TYPED, {"n": 1, "yes": None})
    assert codes(answer.body) == ["BAD_REQUEST"]
    assert read(answer.body)["data"] == {"articles": None}


async def test_a_directive_on_a_root_field_may_be_given_null(reader: Executor) -> None:
    document = "query ($no: Boolean = true) { articles @skip(if: $no) { totalCount } }"
    answer = await reader.execute(document, {"no": None})
    assert codes(answer.body) == ["BAD_REQUEST"]
    assert answer.status == 400


@shared
@given(n=JSON, order=JSON, filter_=JSON, yes=JSON)
async def test_any_variables_are_answered_or_refused(
    reader: Executor, n: Any, order: Any, filter_: Any, yes: Any
) -> None:
    answer = await reader.execute(TYPED, {"n": n, "order": order, "filter": filter_, "yes": yes})
    assert read(answer.body)
    assert answer.status in (200, 400)


@pytest.mark.parametrize("depth", [5, 50, 200, 900, 5_000])
async def test_deep_variables_are_refused(depth: int, reader: Executor) -> None:
    for wrap in (lambda v: {"not": v}, lambda v: {"and": [v]}, lambda v: {"or": [v, v]} if depth < 10 else {"or": [v]}):
        filter_: dict[str, Any] = {}
        for _ in range(depth):
            filter_ = wrap(filter_)
        assert codes((await reader.execute(TYPED, {"n": 1, "filter": filter_})).body) == ["BAD_REQUEST"]
    listed: Any = "a"
    for _ in range(depth):
        listed = [listed]
    for wrong in ({"sources": listed}, {"matching": listed}, {"changedFrom": listed}, listed):
        assert codes((await reader.execute(TYPED, {"n": 1, "filter": wrong})).body) == ["BAD_REQUEST"]


async def test_wide_variables_are_refused(reader: Executor) -> None:
    wide: Any
    for wide in ({"and": [{}] * 100_000}, {"or": [{"hasImage": True}] * 100_000}, {"sources": ["a"] * 100_000}):
        best = 9.0
        for _ in range(3):
            with measured() as spent:
                assert codes((await reader.execute(TYPED, {"n": 1, "filter": wide})).body) == ["BAD_REQUEST"]
            best = min(best, spent.seconds)
        assert best < 0.1
    assert codes((await reader.execute(TYPED, {"n": 1, "unknown": [0] * 4_990})).body) == []
    assert codes((await reader.execute(TYPED, {"n": 1, "unknown": [0] * 5_000})).body) == ["BAD_REQUEST"]


@pytest.mark.parametrize(
    "by", [{}, {"id": None}, {"id": "a", "url": "https://a.example/"}, {"id": "a", "url": None}, None]
)
async def test_a_look_up_names_one_key(by: Any, reader: Executor) -> None:
    answer = await reader.execute("query ($by: ArticleBy!) { article(by: $by) { id } }", {"by": by})
    assert codes(answer.body) == ["BAD_REQUEST"]


# -- filters

COUNT = "query ($filter: ArticleFilter) { articles(filter: $filter) { totalCount } }"


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ({}, 6),
        ({"sources": None, "matching": None, "and": None, "not": None, "publishedFrom": None, "hasImage": None}, 6),
        ({"and": []}, 6),
        ({"or": []}, 0),
        ({"not": {}}, 0),
        ({"sources": []}, 0),
        ({"topics": []}, 0),
        ({"authors": []}, 0),
        ({"languages": []}, 0),
        ({"kinds": []}, 0),
        ({"sources": ["nowhere"]}, 0),
        ({"sources": ["nowhere", "harbour-times"]}, 3),
        ({"sources": "harbour-times"}, 3),
        ({"sources": ["harbour-post"]}, 3),
        ({"sources": ["HARBOUR-TIMES"]}, 0),
        ({"sources": ["harbour-times' or '1'='1"]}, 0),
        ({"sources": ["\0", "harbour-times\0", "👩‍🚒", "", " ", "%", "x" * 10_000]}, 0),
        ({"sources": ["nowhere"] * 99 + ["harbour-times"]}, 3),
        ({"not": {"sources": ["nowhere"]}}, 6),
        ({"not": {"not": {"sources": ["harbour-times"]}}}, 3),
        ({"topics": ["nowhere"]}, 0),
        ({"authors": ["nowhere"]}, 0),
        ({"languages": ["en"]}, 3),
        ({"languages": ["EN"]}, 3),
        ({"languages": ["en_gb"]}, 2),
        ({"languages": ["e"]}, 0),
        ({"languages": ["", "-", "%", "english-language"]}, 0),
        ({"languages": ["English"]}, 3),
        ({"languages": ["de", "ja"]}, 3),
        ({"kinds": ["AUDIO"]}, 1),
        ({"hasImage": True}, 1),
        ({"hasImage": False}, 5),
        ({"publishedFrom": "2026-11-22T09:00:00Z"}, 3),
        ({"publishedTo": "2026-11-22T09:00:00Z"}, 3),
        ({"publishedFrom": "2026-11-22T18:00:00+09:00"}, 3),
        ({"publishedFrom": "2026-11-22T09:00:00Z", "publishedTo": "2026-11-22T09:00:00Z"}, 0),
        ({"matching": "harbour", "sources": ["harbour-times"]}, 3),
        ({"or": [{"kinds": ["AUDIO"]}, {"languages": ["de"]}]}, 2),
        ({"and": [{"languages": ["en"]}, {"not": {"kinds": ["AUDIO"]}}]}, 2),
    ],
)
async def test_filters_find(filter_: Any, found: int, reader: Executor) -> None:
    assert await data(reader, COUNT, filter=filter_) == {"articles": {"totalCount": found}}


async def test_a_list_holds_100_values(reader: Executor) -> None:
    for name, value in (("sources", "a"), ("topics", "a"), ("authors", "a"), ("languages", "en"), ("kinds", "TEXT")):
        assert codes((await reader.execute(COUNT, {"filter": {name: [value] * 100}})).body) == []
        assert codes((await reader.execute(COUNT, {"filter": {name: [value] * 101}})).body) == ["BAD_REQUEST"]


@pytest.mark.parametrize("name", ["publishedFrom", "publishedTo", "changedFrom", "changedTo"])
@pytest.mark.parametrize(
    ("time", "is_one"),
    [
        ("2026-11-22T09:00:00Z", True),
        ("2026-11-22t09:00:00z", True),
        ("2026-11-22 09:00:00+00:00", True),
        ("2026-11-22T09:00:00.123456789Z", True),
        ("2026-11-22T09:00:00+15:59", True),
        ("2026-11-22T09:00:00-23:59", True),
        ("0002-01-01T00:00:00Z", True),
        ("9997-12-31T23:59:59-15:59", True),
        ("0001-01-01T00:00:00Z", False),
        ("0000-01-01T00:00:00Z", False),
        ("9999-12-31T23:59:59Z", False),
        ("2026-12-31T23:59:60Z", False),
        ("2026-02-30T00:00:00Z", False),
        ("2026-11-22T24:00:00Z", False),
        ("2026-11-22T09:00:00+24:00", False),
        ("2026-11-22T09:00:00", False),
        ("2026-11-22T09:00Z", False),
        ("2026-11-22", False),
        ("2026-W47-7T09:00:00Z", False),
        ("20261122T090000Z", False),
        ("2026-11-22T09:00:00,5Z", False),
        ("2026-11-22T09:00:00+09", False),
        ("2026-11-22T09:00:00 +09:00", False),
        ("２０２６-11-22T09:00:00Z", False),
        ("2026-11-22T09:00:00Z\n", False),
        ("2026-11-22T09:00:00Z\0", False),
        ("now()", False),
        ("infinity", False),
        ("", False),
        (1790000000, False),
        (True, False),
        ({}, False),
        ("9" * 100_000, False),
    ],
)
async def test_times(name: str, time: Any, is_one: bool, reader: Executor) -> None:
    answer = await reader.execute(COUNT, {"filter": {name: time}})
    assert codes(answer.body) == ([] if is_one else ["BAD_REQUEST"])
    assert answer.status == (200 if is_one else 400)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://harbour-times.example/strike", True),
        ("https://harbour-times.example/strike?utm_source=x", True),
        ("https://harbour-times.example/strike?utm_source=never-seen&fbclid=1", True),
        # As it stands it is a withheld article's, which does not exist.
        ("https://harbour-times.example/strike?utm_source=gone", True),
        ("HTTPS://Harbour-Times.example:443/strike#top", True),
        ("https://old.harbour-times.example/1", True),
        ("https://harbour-times.example/gone", False),
        ("https://harbour-times.example/strike'--", False),
        ("https://nowhere.example/" + "x" * 4_000, False),
        ("https://👩‍🚒.example/", False),
        ("https://xn--a.example/%00%ff%zz", False),
        ("https://[::1]/", False),
        ("https://a.example:99999/", None),
        ("https://[/", None),
        ("javascript:alert(1)", None),
        ("ftp://harbour-times.example/strike", None),
        ("/strike", None),
        ("https://", None),
        ("https://a.example/\0", None),
        ("", None),
        ("https://a.example/" + "x" * 5_000, None),
    ],
)
async def test_addresses(url: str, found: bool | None, reader: Executor) -> None:
    answer = await reader.execute("query ($url: URL!) { article(by: {url: $url}) { id } }", {"url": url})
    if found is None:
        assert codes(answer.body) in (["BAD_REQUEST"], [])
        assert (read(answer.body).get("data") or {}).get("article") is None
    else:
        assert read(answer.body) == {"data": {"article": {"id": f"a_{UUID}"} if found else None}}


@shared
@given(st.sampled_from(["https://", "http://", "", "//", "HTTP://[", "https://a.example:"]), ANY)
async def test_any_address_is_answered(reader: Executor, scheme: str, rest: str) -> None:
    answer = await reader.execute("query ($url: URL!) { article(by: {url: $url}) { id } }", {"url": scheme + rest})
    assert set(codes(answer.body)) <= {"BAD_REQUEST"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", 3),
        ("harb", 1),
        ("HARBOUR", 1),
        ("The Harbour Times", 1),
        ("Küsten", 1),
        ("kusten", 1),
        ("港", 1),
        ("%", 0),
        ("_", 0),
        ("\\", 0),
        ("h%s", 0),
        ("'", 0),
        ("\0", 0),
        ("👩‍🚒", 0),
        ("x" * 500, 0),
    ],
)
async def test_name_contains_is_text_as_it_stands(text: str, found: int, reader: Executor) -> None:
    document = "query ($text: String) { sources(filter: {nameContains: $text}) { totalCount } }"
    assert await data(reader, document, text=text) == {"sources": {"totalCount": found}}


@pytest.mark.parametrize(
    "document",
    [
        'source(by: {slug: "SLUG"}) { id }',
        'topic(by: {slug: "SLUG"}) { id }',
        'topic(by: {code: "SLUG"}) { id }',
        'author(by: {slug: "SLUG"}) { id }',
    ],
)
@pytest.mark.parametrize("slug", ["nowhere", "", "%", "' or 1=1 --", "\\u0000", "👩‍🚒", "x" * 10_000])
async def test_unknown_slugs_find_nothing(document: str, slug: str, reader: Executor) -> None:
    assert await data(reader, "{ found: " + document.replace("SLUG", slug) + " }") == {"found": None}


@pytest.mark.parametrize("filter_", ['{broader: "nowhere"}', '{broader: ""}', '{nameContains: "nowhere"}'])
async def test_unknown_topics_match_nothing(filter_: str, reader: Executor) -> None:
    assert await data(reader, f"{{ topics(filter: {filter_}) {{ totalCount nodes {{ id }} }} }}") == {
        "topics": {"totalCount": 0, "nodes": []}
    }


@shared
@given(ANY)
async def test_a_name_is_given_in_any_language(reader: Executor, language: str) -> None:
    document = 'query ($l: String) { topic(by: {slug: "port-economy"}) { name(language: $l) } }'
    assert (await data(reader, document, l=language))["topic"]["name"]


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("de", "Hafenwirtschaft"),
        ("DE-at", "Hafenwirtschaft"),
        ("ja", "港湾経済"),
        ("fr", "port economy"),
        (None, "port economy"),
        ("", "port economy"),
        ("d", "port economy"),
    ],
)
async def test_names_of_topics(language: str | None, name: str, reader: Executor) -> None:
    document = 'query ($l: String) { topic(by: {slug: "port-economy"}) { name(language: $l) } }'
    assert (await data(reader, document, l=language))["topic"]["name"] == name


async def test_one_field_that_fails_leaves_the_others(reader: Executor) -> None:
    document = """{
        bad: articles(after: "x") { nodes { id } }
        worse: search(query: "(") { totalCount }
        good: articles { totalCount }
        late: sources(first: 1000) { totalCount }
    }"""
    answer = await reader.execute(document)
    body = read(answer.body)
    assert body["data"] == {"bad": None, "worse": None, "good": {"totalCount": 6}, "late": None}
    found = {error["path"][0]: error["extensions"]["code"] for error in body["errors"]}
    assert found == {"bad": "BAD_CURSOR", "worse": "BAD_QUERY", "late": "BAD_REQUEST"}
    assert answer.status == 200
