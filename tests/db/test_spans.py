"""Spans of time hold each time once, the newest first, so that a search can stop at any of them."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.pool import Database

TIMES = st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2089, 1, 1), timezones=st.just(UTC))

# Of each time, which of the spans up to the first one it lies in.
PLACES = """
select array_agg(s.n order by s.n) as places
from unnest($2::timestamptz[]) with ordinality as t (at, n)
  left join lateral (
    select n from search_spans($1) with ordinality as s (keys, n) where search_periods(t.at) && s.keys
  ) s on true
group by t.n
order by t.n
"""


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(upto=TIMES, times=st.lists(TIMES, min_size=1, max_size=20))
async def test_each_time_lies_in_one_span_and_older_ones_in_later_spans(
    database: Database, upto: datetime, times: list[datetime]
) -> None:
    earlier = sorted((time for time in times if time <= upto), reverse=True) or [upto]
    rows = [row["places"] for row in await database.rows(PLACES, upto, earlier)]
    assert all(len(places) == 1 and places[0] is not None for places in rows)
    assert rows == sorted(rows)


async def test_times_before_1970_lie_in_the_last_span(database: Database) -> None:
    rows = await database.rows(PLACES, datetime(2026, 1, 1, tzinfo=UTC), [datetime(1815, 6, 18, tzinfo=UTC)])
    assert rows[0]["places"] == [await database.value("select count(*) from search_spans('2026-01-01 00:00:00+00')")]


async def test_without_a_time_there_is_nothing_to_look_through_but_the_beginning(database: Database) -> None:
    assert await database.value("select count(*) from search_spans(null)") == 1


# Whether a word is found in a span that its time lies in, and whether by the volumes from the last one back.
FOUND = """
select t.at,
  (select search_words(t.at, 'word') @@ search_in_span('''~word''', s.keys, search_volume($3))
    from search_spans($1) as s (keys) where search_periods(t.at) && s.keys) as in_span,
  (select count(*) from search_volumes(search_volume($3), search_volume($1)) v
    where search_words(t.at, 'word') @@ search_in_volumes('''~word''', v.since, v.upto)) as by_volume
from unnest($2::timestamptz[]) t (at)
"""


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(upto=TIMES, times=st.lists(TIMES, min_size=1, max_size=20))
async def test_words_are_found_in_their_span_and_in_one_look_at_volumes(
    database: Database, upto: datetime, times: list[datetime]
) -> None:
    earlier = [time for time in times if time <= upto] or [upto]
    for row in await database.rows(FOUND, upto, earlier, min(earlier)):
        assert (row["in_span"], row["by_volume"]) == (True, 1)


async def test_the_last_volumes_are_looked_through_one_by_one(database: Database) -> None:
    looks = "select array_agg(array[since, upto]) from search_volumes($1, 60)"
    assert await database.value(looks, 60) == [[60, 60]]
    assert await database.value(looks, 59) == [[60, 60], [59, 59]]
    assert await database.value(looks, 53) == [[60, 60], [59, 59], [58, 58], [57, 57], [55, 56], [53, 54]]
    assert await database.value("select count(*) from search_volumes(0, 60)") == 9


async def test_a_query_over_volumes_names_each(database: Database) -> None:
    query = "select search_in_volumes('''~word''', $1, 60)::text"
    found = [await database.value(query, since) for since in (60, 59, 58, 61)]
    assert found == ["'60~word'", "'59~word' | '60~word'", "'58~word' | '59~word' | '60~word'", None]
