"""The arithmetic of `make bench`, its documents, statements and page; the servers themselves run only there."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from math import inf
from pathlib import Path

import asyncpg
import pytest
from graphql import parse as parse_document
from graphql import validate

from db.statements import parse
from schema.build import build_schema
from tests.benchmarks.read import conventional, report
from tests.benchmarks.read.__main__ import DOCS, options
from tests.benchmarks.read.agree import difference
from tests.benchmarks.read.contenders import CONTENDERS, libpq
from tests.benchmarks.read.data import name_of
from tests.benchmarks.read.figures import (
    Sample,
    Target,
    best_limit,
    figures,
    memory_targets,
    rate_targets,
    sample,
    scale_targets,
)
from tests.benchmarks.read.measure import moved, settle
from tests.benchmarks.read.meter import Machine, Meter, faults_of, megabytes_of, seconds_of
from tests.benchmarks.read.pages import NUMBER, PAGES, canonical, document, variables

READ = Path(__file__).parent / "read"
SETTING = report.Setting(
    "2026-03-12", Machine("A processor", 2, 24), {"wrk": "4.1.0"}, "9 articles", 9, 4, 16, {"list": 3}
)


def taken(server: str, page: str, rate: float, p50: float = 1.0, cpu: float = 1.0, megabytes: float = 50.0) -> Sample:
    return Sample(server, page, rate, p50, 2 * p50, cpu, cpu, megabytes)


def test_a_sample_counts_by_request() -> None:
    found = sample(
        "broadsheet",
        "list",
        requests=2_000,
        seconds=4.0,
        p50=1.5,
        p99=4.0,
        server_seconds=1.0,
        postgres_seconds=3.0,
        megabytes=60.0,
    )
    assert (found.rate, found.server_cpu, found.postgres_cpu) == (500.0, 0.5, 1.5)


def test_a_server_that_answers_nothing_is_infinitely_slower() -> None:
    found = rate_targets(figures([taken("broadsheet", "list", 900), taken("conventional", "list", 0)]))
    assert [(each.found, each.reached) for each in found] == [(inf, True)]


def test_figures_are_medians_of_rounds_and_the_most_memory() -> None:
    rounds = [
        taken("broadsheet", "list", rate, p50=p50, megabytes=mb)
        for rate, p50, mb in ((9, 3, 70), (1, 1, 60), (5, 9, 65))
    ]
    found = figures([*rounds, taken("broadsheet", "search", 7)])
    of_list = found["broadsheet", "list"]
    assert (of_list.rate, of_list.p50, of_list.p99, of_list.server_cpu, of_list.postgres_cpu) == (5, 3, 6, 1.0, 1.0)
    assert (of_list.megabytes, of_list.errors) == (70, 0)
    assert found["broadsheet", "search"].rate == 7


def test_servers_are_compared_round_by_round() -> None:
    """A machine that is slow for a while slows both."""
    rates = ((100, 50), (10, 5), (90, 45), (30, 10))
    found = figures(taken(name, "list", rate) for both in rates for name, rate in zip("ab", both, strict=True))
    assert found["a", "list"].times(found["b", "list"]) == 2
    assert found["b", "list"].times(found["a", "list"], lambda each: each.rate) == 0.5
    assert found["b", "list"].times(found["a", "list"], lambda each: each.p50) == 1


def test_the_better_shape_by_hand_counts() -> None:
    found = figures([taken("limit-subselects", "list", 10), taken("limit-laterals", "list", 20)])
    limit = best_limit(found, "list")
    assert limit is not None
    assert limit.rate == 20
    assert best_limit(found, "search") is None


def test_targets_tell_of_what_was_measured() -> None:
    found = rate_targets(
        figures(
            [
                taken("broadsheet", "list", 900, cpu=1.0),
                taken("postgraphile", "list", 300, cpu=0.9),
                taken("conventional", "list", 100),
                taken("limit-laterals", "list", 1_000),
                taken("broadsheet-hot", "list", 500),
                taken("broadsheet-hot", "typename", 1_000),
            ]
        )
    )
    said = {target.says: (round(target.found, 2), target.reached) for target in found}
    assert said == {
        "list: rate, times PostGraphile's": (3.0, True),
        "list: CPU a request, part of PostGraphile's": (1.11, False),
        "list: rate, times Strawberry with DataLoaders's": (9.0, False),
        "list: rate, part of the limit's": (0.9, True),
        "hot answers, list: rate, part of a constant answer's": (0.5, False),
    }


def test_scale_compares_p50_and_memory() -> None:
    rounds = [
        taken(server, page, 1, p50=p50, megabytes=mb)
        for mb in (50.0, 60.0)
        for server, p50 in (("small", 2.0), ("large", 3.0))
        for page in ("list", "search")
    ]
    found = scale_targets(figures(rounds), "small", "large")
    assert [(each.says.split(":")[0], each.found, each.reached) for each in found] == [
        ("list", 1.5, True),
        ("search", 1.5, True),
    ]
    memory = memory_targets(rounds, pages=2)
    assert [(name, begin, end) for name, begin, end, _ in memory] == [("small", 50.0, 60.0), ("large", 50.0, 60.0)]
    assert not memory[0][3].reached


def test_seconds_are_read_behind_any_name() -> None:
    # Own time 100 and 50 ticks, that of children waited for 20 and 30.
    fields = "S 1 1 1 0 -1 4194304 9 9 9 9 100 50 20 30 20 0 1 0 5 6 7"
    assert seconds_of(f"42 (a ) b (c) {fields}", ticks=100) == 2.0


@pytest.mark.parametrize(
    ("faults", "answered", "settled"),
    [
        ((900, 90, 9), (10, 10, 10), (3, 0.9)),
        ((0,), (10,), (1, 0.0)),
        ((0, 10, 9), (0, 10, 10), (3, 0.9)),
        ((90, 90, 90, 90), (10, 10, 10, 10), (4, 9.0)),
    ],
    ids=["ever fewer", "none", "a second without answers", "never"],
)
def test_settling_ends_with_a_second_of_hardly_any_faults(
    faults: Sequence[int], answered: Sequence[int], settled: tuple[int, float]
) -> None:
    so_far = 0

    def ask(second: int) -> int:
        nonlocal so_far
        so_far += faults[second]
        return answered[second]

    assert settle(ask, lambda: so_far, most=4) == settled


def test_faults_are_counted_without_those_that_read_from_disk() -> None:
    # 7 and, of children, 8 without a read; 1 and 2 with one.
    assert faults_of("42 (a) S 1 1 1 0 -1 4194304 7 8 1 2 100 50 20 30 20 0 1 0 5 6 7") == 15


def test_memory_is_what_is_resident() -> None:
    assert megabytes_of("Name:\tpython\nVmRSS:\t   51200 kB\nThreads:\t1\n") == 50.0
    assert megabytes_of("Name:\tgone\n") == 0.0


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="read from /proc, which only Linux has")
def test_a_meter_counts_children_while_they_run_and_after() -> None:
    meter = Meter(os.getpid())
    before = meter.seconds()
    work = "import time\nwhile time.process_time() < 0.2: pass\nprint('done', flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", work], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert meter.seconds() - before > 0.17  # the kernel tells of whole ticks
        assert meter.megabytes() > Meter(child.pid).megabytes() > 1
    assert meter.seconds() - before > 0.17


def test_rounds_begin_elsewhere_each_time() -> None:
    assert [moved("abc", by) for by in range(4)] == [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"], ["a", "b", "c"]]


@pytest.mark.parametrize("page", PAGES)
def test_documents_fit_their_schemas(page: str) -> None:
    broadsheet = parse_document(document("broadsheet", page))
    assert validate(build_schema()._schema, broadsheet) == []
    assert validate(conventional.schema._schema, parse_document(document("plain", page))) == []


@pytest.mark.parametrize("page", PAGES)
def test_only_new_documents_have_a_place_for_a_number(page: str) -> None:
    for dialect in ("broadsheet", "plain", "postgraphile"):
        assert document(dialect, page).count(NUMBER) == page.startswith("new ")


def test_answers_of_all_dialects_have_one_form() -> None:
    id_ = "01990000-0000-7000-8000-000000000001"
    plain = {"id": id_, "publishedAt": "2026-03-12T10:00:00+01:00", "topics": [{"name": "Sport"}], "lead": None}
    wrapped = {
        "id": f"a_{id_}",
        "publishedAt": "2026-03-12T09:00:00Z",
        "topics": [{"topic": {"name": "Sport"}}],
        "lead": None,
    }
    ours = {"data": {"topic": {"articles": {"nodes": [wrapped]}}}}
    assert canonical("broadsheet", "list", ours) == canonical("plain", "list", {"data": {"articles": [plain]}})
    assert canonical("postgraphile", "list", {"data": {"articles": [wrapped | {"id": id_}]}}) == canonical(
        "broadsheet", "list", ours
    )
    assert canonical("plain", "new alias", {"data": {"articles": [{f"headline{NUMBER}": "A"}]}}) == [{"headline": "A"}]


@pytest.mark.parametrize("answer", [{"errors": [{"message": "no"}]}, {"data": None}, {"data": {}}])
def test_what_is_no_answer_has_no_form(answer: object) -> None:
    with pytest.raises((KeyError, TypeError)):
        canonical("plain", "list", answer)


def test_a_difference_is_shown_where_it_is() -> None:
    one = [{"id": "a", "topics": [{"name": "Sport"}]}]
    other = [{"id": "a", "topics": [{"name": "Arts"}]}]
    assert difference(one, other) == '[0].topics[0].name: "Arts" is not "Sport"'
    assert difference([1], [1, 2]) == "all of it: [1, 2] is not [1]"


def test_every_server_gets_its_own_words_for_the_same() -> None:
    id_ = "01990000-0000-7000-8000-000000000001"
    assert variables("broadsheet", "article", id_) == {"id": f"a_{id_}"}
    assert variables("postgraphile", "article", id_) == {"id": id_}
    assert CONTENDERS["limit-laterals"].body("article", id_) == b'{"id":"%s"}' % id_.encode()
    assert b'"variables":{"topic":"sport"}' in CONTENDERS["mercurius"].body("new name", "sport")


def test_an_address_is_read_as_variables_of_libpq() -> None:
    assert libpq("postgresql://ann%40x:s%3A1@db.example:5433/news") == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "ann@x",
        "PGPASSWORD": "s:1",
        "PGDATABASE": "news",
    }
    assert libpq("postgresql://ann@/news?host=/tmp/a%20b&port=5432") == {
        "PGHOST": "/tmp/a b",
        "PGPORT": "5432",
        "PGUSER": "ann",
        "PGDATABASE": "news",
    }


def test_sizes_have_names() -> None:
    assert [name_of(size) for size in (200_000, 2_000_000, 1_500)] == ["bench200k", "bench2m", "bench1500"]


def test_options_take_some_servers_and_pages() -> None:
    chosen = options(["--servers", "postgraphile,broadsheet", "--pages", "new alias,list"])
    assert (chosen.servers, chosen.pages) == (("broadsheet", "postgraphile"), ("list", "new alias"))
    with pytest.raises(SystemExit):
        options(["--servers", "apollo"])


async def test_statements_of_the_others_fit_the_tables(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(parse("rivals", (READ / "rivals.sql").read_text(encoding="utf-8"))["rivals"])
        for sql in (
            *parse("limit", (READ / "limit.sql").read_text(encoding="utf-8")).values(),
            *conventional.STATEMENTS,
        ):
            await connection.prepare(sql)
    finally:
        await connection.close()


def cells(line: str) -> int:
    return len(re.findall(r"(?<!\\)\|", line)) - 1


def well_formed(text: str) -> int:
    """How many tables a text has, all rows of each as wide as its head."""
    tables = re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE)
    for table in tables:
        lines = table.strip().splitlines()
        assert re.fullmatch(r"\| ---:?( \| ---:?)* \|", lines[1]), table
        assert {cells(line) for line in lines} == {cells(lines[0])}, table
        assert len(lines) > 2, table
    return len(tables)


def test_the_report_is_well_formed() -> None:
    found = figures(
        [taken("broadsheet", "list", 900), taken("postgraphile", "list", 300), taken("postgraphile", "search", 3)]
    )
    titles = {"broadsheet": "Broadsheet", "postgraphile": "PostGraphile"}
    text = report.rates(SETTING, titles, PAGES, found) + "\n\n" + report.targets(rate_targets(found))
    assert well_formed(text) == 3
    assert "| PostGraphile | 300 | 1.00 | 2.00 | 1.000 | 1.000 | 50 | 3.00× |" in text
    assert "All servers gave the same 3 answers first." in text
    text = report.scale(SETTING, ["list"], found, "broadsheet", "postgraphile", [("small", 50.0, 51.0)])
    assert well_formed(text) == 2
    assert "| list | 1.00 | 1.00 | 1.00 |" in text


def test_a_verdict_follows_the_direction() -> None:
    text = report.targets([Target("a", 1.0, 0.9), Target("b", 1.0, 0.9, at_least=False)])
    assert text.splitlines()[2:] == ["| a | ≥ 1.00 | 0.90 | **no** |", "| b | ≤ 1.00 | 0.90 | yes |"]


def test_the_page_has_a_place_for_each_part_and_whole_tables() -> None:
    page = DOCS.read_text(encoding="utf-8")
    assert well_formed(page) >= 1
    for part in ("rates", "scale"):
        placed = report.placed(page, part, "A \\1 new table.")
        assert f"<!-- {part} -->\nA \\1 new table.\n<!-- end of {part} -->" in placed
        assert report.placed(placed, part, "x").count("<!--") == page.count("<!--")
    with pytest.raises(ValueError, match="once"):
        report.placed(page, "memory", "")
