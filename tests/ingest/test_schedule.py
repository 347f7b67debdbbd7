"""When a feed is asked again: the rules one by one, then what holds for any sequence of outcomes, then a month."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.address import Refusal
from ingest.outcome import (
    NO_HINTS,
    Failed,
    Failure,
    Fetched,
    Gone,
    Hints,
    Moved,
    NotModified,
    Outcome,
    Refused,
    Validators,
)
from ingest.schedule import (
    PACE,
    FeedState,
    Reading,
    Standing,
    added,
    attempt_begins,
    attempt_ends,
    explain,
    fails,
    paused,
    resumed,
    spoken,
)
from ingest.wishes import NO_WISHES, Wishes, wishes

# A Monday.
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
URL = "https://harbour.example/feed"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BUSY = Failed(URL, Failure.SERVER, "the server failed (500)", 500)


def ended(
    outcome: Outcome,
    state: FeedState | None = None,
    *,
    items: int = 12,
    asks: Wishes = Wishes(),
    now: datetime = NOW,
    unreadable: str | None = None,
) -> FeedState:
    return attempt_ends(
        state or added(NOW), outcome, now=now, items_last_week=items, seed="a", reading=Reading(asks, unreadable)
    )


def wait(state: FeedState, now: datetime = NOW) -> timedelta:
    assert state.next_check_at is not None
    return state.next_check_at - now


@pytest.mark.parametrize(
    ("items", "asks", "hints", "expected", "why"),
    [
        (0, Wishes(), Hints(), DAY, "no items last week"),
        (1, Wishes(), Hints(), DAY, "1 item last week"),
        (12, Wishes(), Hints(), 14 * HOUR, "12 items last week"),
        (336, Wishes(), Hints(), 30 * MINUTE, "336 items last week"),
        (100_000, Wishes(), Hints(), 5 * MINUTE, "100,000 items last week"),
        (336, Wishes(ttl=40 * MINUTE), Hints(), 40 * MINUTE, "336 items last week; the feed asks for 40 minutes"),
        (336, Wishes(ttl=10 * MINUTE), Hints(), 30 * MINUTE, "336 items last week; the feed asks for 10 minutes"),
        (336, Wishes(ttl=30 * DAY), Hints(), DAY, "336 items last week; the feed asks for 30 days"),
        (336, Wishes(), Hints(max_age=HOUR), HOUR, "336 items last week; the server's answer is good for 1 hour"),
        (
            336,
            Wishes(),
            Hints(HOUR, 2 * HOUR),
            2 * HOUR,
            "336 items last week; the server's answer is good for 2 hours",
        ),
        (336, Wishes(), Hints(max_age=365 * DAY), DAY, "336 items last week; the server's answer is good for 365 days"),
        (336, Wishes(), Hints(retry_after=3 * DAY), 3 * DAY, "336 items last week; the server asks for 3 days"),
        (336, Wishes(), Hints(retry_after=90 * DAY), 7 * DAY, "336 items last week; the server asks for 90 days"),
    ],
)
def test_the_interval_and_its_reason(items: int, asks: Wishes, hints: Hints, expected: timedelta, why: str) -> None:
    state = ended(Fetched(URL, b"", hints=hints), items=items, asks=asks)
    assert wait(state) == expected
    assert state.reason == why
    assert explain(state, NOW) == f"in {spoken(expected)}: {why}"
    # Nothing new changes nothing about it: the feed's wishes are remembered.
    assert wait(ended(NotModified(URL, Validators(), hints), state, items=items)) == expected


def test_the_factor_asks_more_often() -> None:
    pace = replace(PACE, factor=4.0, shortest=10 * MINUTE, longest=12 * HOUR)

    def after(items: int) -> timedelta:
        outcome = NotModified(URL, Validators())
        return wait(attempt_ends(added(NOW), outcome, now=NOW, items_last_week=items, seed="a", pace=pace))

    assert after(0) == 12 * HOUR
    assert after(12) == 3.5 * HOUR
    assert after(10_000) == 10 * MINUTE


@pytest.mark.parametrize(
    ("asks", "until", "words"),
    [
        (Wishes(skip_hours=frozenset({16, 17, 18})), NOW.replace(hour=19), "Monday 19:00"),
        (Wishes(skip_hours=frozenset({15, 17})), None, None),
        (Wishes(skip_days=frozenset({0, 1})), NOW.replace(day=4, hour=0), "Wednesday 00:00"),
        (Wishes(skip_hours=frozenset({*range(16, 24), *range(10)})), NOW.replace(day=3, hour=10), "Tuesday 10:00"),
        (
            Wishes(skip_hours=frozenset({0, 1}), skip_days=frozenset({0, 1, 2, 3, 4, 5})),
            NOW.replace(day=8, hour=2),
            "Sunday 02:00",
        ),
        (Wishes(skip_hours=frozenset(range(24)), skip_days=frozenset(range(7))), None, None),
    ],
)
def test_hours_and_days_that_are_skipped(asks: Wishes, until: datetime | None, words: str | None) -> None:
    # Four hours on, at 16:00.
    for outcome in (Fetched(URL, b""), Failed(URL, Failure.BUSY, "busy", 503, 4 * HOUR)):
        state = ended(outcome, replace(added(NOW), wishes=asks), items=42, asks=asks)
        assert state.next_check_at == (until or NOW + 4 * HOUR)
        assert words is None or state.reason.endswith(f"; the feed wants to be left alone until {words} GMT")


def test_skipped_hours_are_those_of_greenwich() -> None:
    tokyo = NOW.astimezone(datetime.strptime("+0900", "%z").tzinfo)
    state = ended(Fetched(URL, b""), items=42, asks=Wishes(skip_hours=frozenset({16})), now=tokyo)
    assert state.next_check_at == NOW + 5 * HOUR


def test_errors_back_off_and_never_stop() -> None:
    state = added(NOW)
    now = NOW
    for errors in range(1, 200):
        state = ended(BUSY, state, now=now)
        nominal = min(10 * MINUTE * 2 ** min(errors - 1, 20), 7 * DAY)
        assert nominal * 0.8 <= wait(state, now) <= nominal
        assert state.errors == errors
        now = state.next_check_at or now
    assert state.last_success_at is None
    assert state.reason == "199 errors in a row: the server failed (500)"
    healthy = ended(Fetched(URL, b""), state, now=now)
    assert (healthy.errors, wait(healthy, now)) == (0, 14 * HOUR)
    # The last error is kept beside the success, each with its time.
    assert healthy.last_success_at == now
    assert healthy.last_error == state.last_error


def test_feeds_of_one_host_do_not_come_back_together() -> None:
    waits = {
        wait(attempt_ends(added(NOW), BUSY, now=NOW, items_last_week=0, seed=str(n))) // timedelta(seconds=1)
        for n in range(100)
    }
    assert len(waits) > 50
    # The same seed, the same time.
    assert ended(BUSY) == ended(BUSY)


def test_retry_after_is_heeded_beyond_a_day_but_not_for_ever() -> None:
    def asked_for(delay: timedelta) -> FeedState:
        return ended(Failed(URL, Failure.BUSY, "we ask this server too often (429)", 429, delay))

    assert wait(asked_for(2 * DAY)) == 2 * DAY
    assert wait(asked_for(3650 * DAY)) == 7 * DAY
    # It never shortens a back-off.
    assert wait(asked_for(timedelta(seconds=1))) >= 8 * MINUTE
    assert asked_for(2 * DAY).reason == "we ask this server too often (429); the server asks for 2 days"


def test_a_refused_feed_is_tried_again_later() -> None:
    state = ended(Refused(URL, Refusal.NETWORK, "harbour.example (10.0.0.1) is a private address"))
    assert 8 * MINUTE <= wait(state) <= 10 * MINUTE
    assert state.last_error is not None
    assert (state.last_error.kind, state.last_error.at) == ("NETWORK", NOW)


def test_what_cannot_be_read_is_an_error_and_is_fetched_in_full_again() -> None:
    before = ended(Fetched(URL, b"", validators=Validators("old")))
    state = ended(Fetched(URL, b"<html>", validators=Validators("new")), before, unreadable="neither RSS nor Atom")
    assert state.validators == Validators("old")
    assert state.errors == 1
    assert state.last_error is not None
    assert state.last_error.kind == Failure.UNREADABLE
    with pytest.raises(ValueError, match="read"):
        attempt_ends(before, Fetched(URL, b""), now=NOW, items_last_week=0, seed="a")


def test_validators_are_kept_and_forgotten() -> None:
    state = ended(Fetched(URL, b"", validators=Validators("a", "b")))
    state = ended(NotModified(URL, Validators("a", "c")), state)
    assert state.validators == Validators("a", "c")
    assert ended(BUSY, state).validators == Validators("a", "c")
    assert ended(Moved("https://new.example/", Fetched(URL, b"", validators=Validators("d"))), state).validators == (
        Validators("d")
    )


def test_410_ends_a_feed_until_the_operator_says_otherwise() -> None:
    state = ended(Gone(URL))
    assert (state.standing, state.next_check_at) == (Standing.ENDED, None)
    assert explain(state, NOW) == "ended: the server says that it is gone for good (410)"
    assert state.last_error is not None
    again = resumed(state, NOW + DAY)
    assert (again.standing, again.next_check_at, again.errors) == (Standing.ACTIVE, NOW + DAY, 0)
    assert explain(again, NOW + DAY) == "now: resumed"


def test_a_pause_outlasts_the_attempt_that_was_under_way() -> None:
    begun = attempt_begins(added(NOW), now=NOW, seed="a")
    for outcome in (Fetched(URL, b"", validators=Validators("a")), BUSY):
        state = ended(outcome, paused(begun))
        assert (state.standing, state.next_check_at, explain(state, NOW)) == (Standing.PAUSED, None, "paused")
    assert attempt_begins(paused(begun), now=NOW, seed="a").next_check_at is None
    assert ended(Gone(URL), paused(begun)).standing is Standing.ENDED


def test_the_next_check_is_set_before_the_fetch() -> None:
    # However rarely a feed is asked: one whose worker was killed is asked again soon.
    for state, asked in (
        (added(NOW), timedelta(0)),
        (ended(Fetched(URL, b""), items=0), timedelta(0)),
        (ended(Fetched(URL, b"", hints=Hints(max_age=HOUR, retry_after=3 * DAY)), items=336), HOUR),
        (ended(Fetched(URL, b""), asks=Wishes(ttl=365 * DAY)), DAY),
    ):
        begun = attempt_begins(state, now=NOW + 3 * DAY, seed="a")
        # A pause that was asked for has passed.
        assert max(8 * MINUTE, asked) <= wait(begun, NOW + 3 * DAY) <= max(10 * MINUTE, asked)
        assert (begun.last_attempt_at, begun.last_success_at) == (NOW + 3 * DAY, state.last_success_at)
        assert begun.reason.startswith("if the attempt that began does not end")
        assert not fails(begun, NOW + 3 * DAY)
        assert fails(begun, NOW + 3 * DAY + HOUR)
    # A feed that takes its worker down each time is asked ever more rarely.
    begun, now, waits = attempt_begins(added(NOW), now=NOW, seed="a"), NOW, [timedelta(0)]
    for _ in range(20):
        now = begun.next_check_at or now
        begun = attempt_begins(begun, now=now, seed="a")
        waits.append(wait(begun, now))
    assert all(before < after for before, after in pairwise(waits[:10]))
    assert waits[-1] > 5 * DAY
    assert ended(NotModified(URL, Validators()), begun, now=now).unfinished == 0


def test_what_was_read_in_part_is_asked_for_whole_again() -> None:
    found = Fetched(URL, b"", validators=Validators("a", url=URL))
    state = attempt_ends(
        added(NOW), found, now=NOW, items_last_week=0, seed="a", reading=Reading(is_whole=False)
    )  # fmt: skip
    assert state.validators == Validators()
    assert state.last_success_at == NOW


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"), (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (95, "2 minutes"),
        (35 * 60, "35 minutes"), (3600, "1 hour"), (90 * 60, "90 minutes"), (2 * 3600, "2 hours"),
        (14 * 3600 + 60, "14 hours"), (86400, "1 day"), (47 * 3600, "47 hours"), (3 * 86400, "3 days"),
    ],
)  # fmt: skip
def test_durations_in_words(seconds: int, words: str) -> None:
    assert spoken(timedelta(seconds=seconds)) == words


def test_wishes_are_read_from_a_feeds_own_words() -> None:
    assert wishes(" 60 ", ("0", "24", " 7 ", "25", "x"), ("Saturday", " sun ", "Caturday")) == Wishes(
        HOUR, frozenset({0, 7}), frozenset({5, 6})
    )
    assert wishes(update_period="hourly", update_frequency="2") == Wishes(30 * MINUTE)
    assert wishes(update_period="Daily") == Wishes(DAY)
    assert wishes("15", update_period="daily") == Wishes(15 * MINUTE)
    for nonsense in ("-5", "0", "", "1.5", "soon", "9" * 30, None):
        assert wishes(nonsense, update_period="sometimes", update_frequency="0") == Wishes()
    assert wishes("999999999").ttl is not None


delays = st.none() | st.timedeltas(min_value=timedelta(seconds=1), max_value=4000 * DAY)
all_hints = st.builds(Hints, delays, delays, delays)
all_wishes = st.builds(Wishes, delays, st.frozensets(st.integers(0, 23)), st.frozensets(st.integers(0, 6)))
fetches = st.builds(Fetched, st.just(URL), st.just(b""), hints=all_hints)
unchanged = st.builds(NotModified, st.just(URL), st.just(Validators("x")), all_hints)
failures = st.builds(Failed, st.just(URL), st.sampled_from(Failure), st.just("it failed"), st.none(), delays)
refusals = st.builds(Refused, st.just(URL), st.sampled_from(Refusal), st.just("refused"))
outcomes = st.one_of(fetches, unchanged, failures, refusals, st.builds(Moved, st.just("https://x.example/"), fetches))
steps = st.tuples(
    outcomes, all_wishes, st.integers(0, 200_000), st.timedeltas(timedelta(0), 3 * DAY), st.booleans(), st.booleans()
)


def is_skipped(at: datetime, asks: Wishes) -> bool:
    return (at.weekday() in asks.skip_days and len(asks.skip_days) < 7) or (
        at.hour in asks.skip_hours and len(asks.skip_hours) < 24
    )


def first_outside(at: datetime, asks: Wishes) -> datetime:
    while is_skipped(at, asks):
        at = at.replace(minute=0, second=0, microsecond=0) + HOUR
    return at


@given(st.lists(steps, max_size=12), st.text(max_size=5))
def test_a_feed_is_always_asked_again_neither_too_soon_nor_too_late(
    sequence: list[tuple[Outcome, Wishes, int, timedelta, bool, bool]], seed: str
) -> None:
    state = added(NOW)
    for outcome, asks, items, late, dies, unreadable in sequence:
        assert state.next_check_at is not None
        now = state.next_check_at + late
        begun = attempt_begins(state, now=now, seed=seed)
        assert begun.last_attempt_at == now
        assert begun.next_check_at is not None
        assert now + PACE.shortest <= begun.next_check_at <= first_outside(now + 7 * DAY, state.wishes)
        assert explain(begun, now).startswith("in ")
        state = begun
        if dies:
            continue
        reading = Reading(asks, "no feed" if unreadable else None)
        state = attempt_ends(begun, outcome, now=now, items_last_week=items, seed=seed, reading=reading)
        assert state.next_check_at is not None
        assert state.unfinished == 0
        assert not is_skipped(state.next_check_at, state.wishes)
        found = outcome.outcome if isinstance(outcome, Moved) else outcome
        hints = found.hints if isinstance(found, Fetched | NotModified) else Hints()
        asked = found.retry_after if isinstance(found, Failed) else hints.retry_after
        pause = min(asked or timedelta(0), 7 * DAY)
        assert state.next_check_at >= now + pause
        if state.errors:
            nominal = min(10 * MINUTE * 2 ** min(state.errors - 1, 20), 7 * DAY)
            assert now + nominal * (1 - PACE.jitter) <= state.next_check_at
            assert state.next_check_at <= first_outside(now + max(nominal, pause), state.wishes)
        else:
            fresh = (delay for delay in (state.wishes.ttl, hints.max_age, hints.expires_in) if delay is not None)
            least = max(PACE.shortest, pause, min(DAY, max(fresh, default=timedelta(0))))
            assert now + least <= state.next_check_at
            assert state.next_check_at <= first_outside(now + max(DAY, pause), state.wishes)
            assert state.last_success_at == now


@dataclass
class VirtualFeed:
    """A feed on a virtual server: what it publishes, asks for, and how often it fails."""

    name: str
    items_a_week: float
    asks: Wishes = NO_WISHES
    hints: Hints = NO_HINTS
    fails: float = 0.0
    dies: float = 0.0
    down: tuple[float, float] = (0, 0)

    def answer(self, at: timedelta, known: Validators, chance: random.Random) -> Outcome:
        if self.down[0] <= at / DAY < self.down[1]:
            return Failed(URL, Failure.UNREACHABLE, "no connection")
        if chance.random() < self.fails:
            return chance.choice([BUSY, Failed(URL, Failure.BUSY, "busy", 429, HOUR), Failed(URL, Failure.DNS, "?")])
        if known and chance.random() < 0.5:
            return NotModified(URL, known, self.hints)
        return Fetched(URL, b"", validators=Validators("x"), hints=self.hints)


FEEDS = [
    VirtualFeed("agency", 3000),
    VirtualFeed("daily", 70),
    VirtualFeed("weekly", 1),
    VirtualFeed("silent", 0),
    VirtualFeed("with ttl", 3000, Wishes(ttl=HOUR)),
    VirtualFeed("cached", 700, hints=Hints(max_age=2 * HOUR, expires_in=HOUR)),
    VirtualFeed("a year of ttl", 700, Wishes(ttl=365 * DAY), Hints(expires_in=400 * DAY)),
    VirtualFeed("office hours", 700, Wishes(skip_hours=frozenset({*range(7), *range(19, 24)}))),
    VirtualFeed("no weekends", 700, Wishes(skip_days=frozenset({5, 6}))),
    VirtualFeed("unreliable", 700, fails=0.3),
    VirtualFeed("mostly broken", 700, fails=0.9),
    VirtualFeed("kills its worker", 700, dies=0.3),
    VirtualFeed("a week away", 700, down=(10, 17)),
    VirtualFeed("slow down", 700, hints=Hints(retry_after=2 * DAY)),
]


def polls(feed: VirtualFeed, days: int) -> Iterator[tuple[timedelta, FeedState, Outcome | None]]:
    """A month of attempts: when, the state afterwards, the outcome if there was one."""
    chance = random.Random(feed.name)
    state, items = added(NOW), round(feed.items_a_week)
    while True:
        assert state.next_check_at is not None
        now = state.next_check_at
        if now - NOW > days * DAY:
            return
        state = attempt_begins(state, now=now, seed=feed.name)
        outcome = None
        if chance.random() >= feed.dies:
            outcome = feed.answer(now - NOW, state.validators, chance)
            state = attempt_ends(
                state, outcome, now=now, items_last_week=items, seed=feed.name, reading=Reading(feed.asks)
            )
        yield now - NOW, state, outcome


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
def test_a_month_of_polling(feed: VirtualFeed) -> None:
    month = list(polls(feed, 30))
    for (at, state, outcome), (then, _, _) in pairwise(month):
        gap = then - at
        assert gap >= PACE.shortest
        assert not is_skipped(NOW + then, state.wishes)
        if isinstance(outcome, Fetched | NotModified):
            pause = feed.hints.retry_after or timedelta(0)
            limit = first_outside(NOW + at + max(DAY, pause), state.wishes) - NOW
            assert then <= limit
            least = max(feed.asks.ttl or PACE.shortest, feed.hints.max_age or PACE.shortest)
            assert gap >= min(least, DAY)
    # Even what mostly fails is heard of, and what was away for a week is found again within the next.
    successes = [at for at, _, outcome in month if isinstance(outcome, Fetched | NotModified)]
    assert successes
    if feed.down != (0, 0):
        back = next(at for at in successes if at >= feed.down[1] * DAY)
        assert back <= (feed.down[1] + 7) * DAY


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("agency", 30 * 24 * 12), ("daily", 300), ("weekly", 30), ("silent", 30), ("with ttl", 720), ("cached", 360),
        ("a year of ttl", 30), ("slow down", 15),
    ],
)  # fmt: skip
def test_how_often_a_healthy_feed_is_asked_in_a_month(name: str, expected: int) -> None:
    [feed] = [feed for feed in FEEDS if feed.name == name]
    assert abs(len(list(polls(feed, 30))) - expected) <= 1
