"""What a feed document asks of those who poll it; `ingest.schedule` says how far that is heeded."""

from dataclasses import dataclass
from datetime import timedelta

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a feed document asks of those who poll it: `ttl`, hours of the day (0 to 23, GMT), days (0 is Monday)."""

    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


NO_WISHES = Wishes()


def wishes(
    ttl: str | None = None,
    skip_hours: tuple[str, ...] = (),
    skip_days: tuple[str, ...] = (),
    update_period: str | None = None,
    update_frequency: str | None = None,
) -> Wishes:
    """What a feed's own words ask for: RSS 2.0's ttl (minutes), skipHours and skipDays, or RSS 1.0's updatePeriod and
    updateFrequency (https://web.resource.org/rss/1.0/modules/syndication/). What is nonsense asks for nothing."""
    asked = _number(ttl)
    wait = timedelta(minutes=min(asked, 10_000_000)) if asked else None
    if wait is None and update_period is not None:
        period = _PERIODS.get(update_period.strip().lower())
        wait = period / max(1, _number(update_frequency) or 1) if period else None
    hours = {hour % 24 for hour in map(_number, skip_hours) if hour is not None and hour <= 24}
    days = {_DAYS.index(day[:3]) for day in (text.strip().lower() for text in skip_days) if day[:3] in _DAYS}
    return Wishes(wait, frozenset(hours), frozenset(days))


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
