"""When a feed is asked again, and why: pure, with `now` and a seed passed in.

The rules, from Miniflux's entry-frequency scheduler (https://miniflux.app/docs/configuration.html) where not said
otherwise:

- 7 days / (items of the last week x factor), at least 5 minutes and at most 24 hours; without items 24 hours.
- Never sooner than the feed's ttl, max-age or Expires ask, but all of these only up to 24 hours.
- Retry-After is what the server asks of us in particular and is kept beyond 24 hours, but up to 7 days: a header must
  not silence a feed for years without anyone having decided it.
- Not in hours or on days that the feed wants skipped (RSS 2.0, in GMT): the next check moves to the first moment
  outside. This too may lead beyond 24 hours. A feed that skips all of them skips none.
- Errors back off from 10 minutes, doubling to 7 days, up to a fifth less at random so that feeds of one host do not
  come back together, and never stop. Only 410 ends a feed.
- `attempt_begins` sets the next check before the fetch, so that a worker that dies with it leaves a feed that is asked
  again, and not at once: attempts that never end count like errors.
"""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ingest.outcome import (
    NO_HINTS,
    NO_VALIDATORS,
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
from ingest.wishes import NO_WISHES, Wishes

# A fetch is over within 20 seconds. One whose worker was killed stops counting after this.
UNDER_WAY = timedelta(seconds=30)

_WEEK = timedelta(days=7)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """The numbers of the rules above. `jitter`: how much of a back-off may be left out at random."""

    factor: float = 1.0
    shortest: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=24)
    first_error: timedelta = timedelta(minutes=10)
    longest_error: timedelta = timedelta(days=7)
    jitter: float = 0.2


PACE = Pace()


class Standing(StrEnum):
    """UNPOLLED: known from files, or removed; nobody asks for it. ACTIVE: polled. PAUSED: by the operator. ENDED: the
    server said 410, or it moved to where another feed is."""

    UNPOLLED = "UNPOLLED"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a fetched body gave: the feed's wishes, or why it is no feed. `is_whole`: no entry was left out."""

    wishes: Wishes = NO_WISHES
    unreadable: str | None = None
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Error:
    """What went wrong last: `kind` of Failure or Refusal, or GONE; `message` for the operator."""

    kind: str
    message: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FeedState:
    """All that polling knows of a feed. `next_check_at` is None while it is not polled. `last_error` stays after a
    success, with its time; `errors` counts those in a row. `unfinished`: attempts that began since the last that
    ended. `reason`: how the next check was found, in words."""

    standing: Standing
    next_check_at: datetime | None
    reason: str
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    last_error: Error | None = None
    errors: int = 0
    unfinished: int = 0
    validators: Validators = NO_VALIDATORS
    hints: Hints = NO_HINTS
    wishes: Wishes = NO_WISHES


def added(now: datetime) -> FeedState:
    """A feed that nobody has asked yet: due at once."""
    return FeedState(Standing.ACTIVE, now, "new")


def paused(state: FeedState) -> FeedState:
    """A feed that the operator wants asked no more for now."""
    return replace(state, standing=Standing.PAUSED, next_check_at=None, reason="paused")


def resumed(state: FeedState, now: datetime) -> FeedState:
    """A paused or ended feed that the operator wants asked again: due at once, its errors forgiven."""
    return replace(
        state, standing=Standing.ACTIVE, next_check_at=now, reason="resumed", errors=0, unfinished=0
    )  # fmt: skip


def attempt_begins(state: FeedState, *, now: datetime, seed: str, pace: Pace = PACE) -> FeedState:
    """The state to be stored before a fetch. `seed`: anything that differs from feed to feed."""
    if state.standing is not Standing.ACTIVE:
        return replace(state, last_attempt_at=now)
    attempts = state.errors + state.unfinished + 1
    # A pause that was asked for is over by now.
    asked, more = _asked(state.wishes, replace(state.hints, retry_after=None), pace)
    delay = max(_back_off(attempts, now, seed, pace), asked)
    why = "if the attempt that began does not end" + (f", attempt {attempts} without success" if attempts > 1 else "")
    at, why = _outside(now + delay, state.wishes, "; ".join([why, *more]))
    return replace(state, next_check_at=at, reason=why, last_attempt_at=now, unfinished=state.unfinished + 1)


def attempt_ends(
    state: FeedState,
    outcome: Outcome,
    *,
    now: datetime,
    items_last_week: int,
    seed: str,
    reading: Reading | None = None,
    pace: Pace = PACE,
) -> FeedState:
    """The state after an attempt. A Fetched (or a Moved with one) needs the `reading` of its body: ValueError without.
    `items_last_week` as after that reading. That a Moved feed has a new address is the caller's to store."""
    match outcome:
        case Moved(outcome=found):
            return attempt_ends(
                state, found, now=now, items_last_week=items_last_week, seed=seed, reading=reading, pace=pace
            )
        case Fetched():
            if reading is None:
                raise ValueError("what was fetched must have been read")
            if reading.unreadable is not None:
                # Its validators are not kept: they would hide the same body from whoever can read it later.
                return _failed(state, Error(Failure.UNREADABLE, reading.unreadable, now), outcome.hints, seed, pace)
            # Those of a document that was read in part would hide the rest of it from a higher limit.
            validators = outcome.validators if reading.is_whole else NO_VALIDATORS
            state = replace(state, validators=validators, hints=outcome.hints, wishes=reading.wishes)
            return _succeeded(state, now, items_last_week, pace)
        case NotModified():
            state = replace(state, validators=outcome.validators, hints=outcome.hints)
            return _succeeded(state, now, items_last_week, pace)
        case Gone():
            error = Error("GONE", "the server says that it is gone for good (410)", now)
            reason = "ended: the server says that it is gone for good (410)"
            return replace(
                state,
                standing=Standing.ENDED, next_check_at=None, reason=reason,
                last_error=error, errors=state.errors + 1, unfinished=0,
            )  # fmt: skip
        case Refused(why=why, message=message):
            return _failed(state, Error(why, message, now), NO_HINTS, seed, pace)
        case Failed(kind=kind, message=message, retry_after=wait):
            return _failed(state, Error(kind, message, now), Hints(retry_after=wait), seed, pace)


def fails(state: FeedState, now: datetime) -> bool:
    """Whether the last attempt went wrong: with an error, or without an end because its worker was killed."""
    began = state.last_attempt_at
    return state.errors > 0 or (state.unfinished > 0 and began is not None and began < now - 2 * UNDER_WAY)


def explain(state: FeedState, now: datetime) -> str:
    """When the next check is and why, for the operator: 'in 35 minutes: 12 items last week; the feed asks for 30
    minutes'."""
    if state.next_check_at is None:
        return state.reason
    left = state.next_check_at - now
    return f"{'now' if left <= timedelta(0) else 'in ' + spoken(left)}: {state.reason}"


def spoken(delta: timedelta) -> str:
    """A duration in the largest unit that says it well: '45 seconds', '35 minutes', '14 hours', '3 days'."""
    seconds = round(delta.total_seconds())
    for size, unit, enough in ((86400, "day", 2 * 86400), (3600, "hour", 2 * 3600), (60, "minute", 60)):
        if seconds >= enough or (seconds >= size and seconds % size == 0):
            return _count(round(seconds / size), unit)
    return _count(seconds, "second")


def _succeeded(state: FeedState, now: datetime, items_last_week: int, pace: Pace) -> FeedState:
    delay, why = _interval(items_last_week, state.wishes, state.hints, pace)
    at, why = _outside(now + delay, state.wishes, why)
    # What came while the operator paused it is kept; the pause is too.
    active = state.standing is Standing.ACTIVE
    return replace(
        state,
        next_check_at=at if active else None, reason=why if active else state.reason,
        last_success_at=now, errors=0, unfinished=0,
    )  # fmt: skip


def _failed(state: FeedState, error: Error, hints: Hints, seed: str, pace: Pace) -> FeedState:
    errors = state.errors + 1
    delay = _back_off(errors, error.at, seed, pace)
    why = f"{_count(errors, 'error')} in a row: {error.message}" if errors > 1 else error.message
    if hints.retry_after is not None:
        delay = max(delay, min(hints.retry_after, pace.longest_error))
        why += f"; the server asks for {spoken(hints.retry_after)}"
    at, why = _outside(error.at + delay, state.wishes, why)
    active = state.standing is Standing.ACTIVE
    return replace(
        state,
        next_check_at=at if active else None, reason=why if active else state.reason,
        last_error=error, errors=errors, unfinished=0,
    )  # fmt: skip


def _interval(items_last_week: int, wishes: Wishes, hints: Hints, pace: Pace) -> tuple[timedelta, str]:
    """How long after a success, and the reason in words."""
    why = f"{_count(items_last_week, 'item')} last week" if items_last_week > 0 else "no items last week"
    delay = pace.longest
    # Compared as numbers: a tiny factor would overflow a timedelta.
    often = items_last_week * pace.factor
    if often > _WEEK / pace.longest:
        delay = max(pace.shortest, _WEEK / often)
    asked, more = _asked(wishes, hints, pace)
    return max(delay, asked), "; ".join([why, *more])


def _asked(wishes: Wishes, hints: Hints, pace: Pace) -> tuple[timedelta, list[str]]:
    """How long feed and server ask to be left alone, as far as we heed that; and their reasons in words."""
    delay, why = timedelta(0), list[str]()
    if wishes.ttl is not None:
        delay = wishes.ttl
        why.append(f"the feed asks for {spoken(wishes.ttl)}")
    fresh = max((hint for hint in (hints.max_age, hints.expires_in) if hint is not None), default=None)
    if fresh is not None:
        delay = max(delay, fresh)
        why.append(f"the server's answer is good for {spoken(fresh)}")
    delay = min(delay, pace.longest)
    if hints.retry_after is not None:
        delay = max(delay, min(hints.retry_after, pace.longest_error))
        why.append(f"the server asks for {spoken(hints.retry_after)}")
    return delay, why


def _back_off(errors: int, now: datetime, seed: str, pace: Pace) -> timedelta:
    """Doubling from the first error to the longest, less up to `jitter` of it."""
    # 2**20 first errors are beyond any longest; more would overflow.
    whole = min(pace.first_error * (1 << min(errors - 1, 20)), pace.longest_error)
    chance = random.Random(f"{seed} {errors} {now.timestamp()}").random()  # noqa: S311 - spreads load, guards nothing
    return whole * (1 - pace.jitter * chance)


def _outside(at: datetime, wishes: Wishes, why: str) -> tuple[datetime, str]:
    """The first moment from `at` on that the feed does not want skipped."""
    hours = wishes.skip_hours if len(wishes.skip_hours) < 24 else frozenset[int]()
    days = wishes.skip_days if len(wishes.skip_days) < 7 else frozenset[int]()
    found = at.astimezone(UTC)
    while True:
        if found.weekday() in days:
            found = found.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
        elif found.hour in hours:
            found = found.replace(minute=0, second=0, microsecond=0) + _HOUR
        else:
            break
    if found == at:
        return at, why
    return found, f"{why}; the feed wants to be left alone until {found:%A %H:%M} GMT"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
