"""What may stand in a credit: names and nothing else, dates, and times with their offset."""

import re
from datetime import UTC, date, datetime, timedelta

from ingest.agency import AGENCIES
from ingest.dates import Moment, moment, month_of
from ingest.search_text import fold

# Words of a credit that are no name: 'Ann Lee in Tokyo and the desk of …'.
_SMALL = frozenset(
    re.findall(
        r"\S+",
        """a à al am and at av by courtesy d da dal das de del della der des di do dos du e en et for from für i im
        in la las le les los mit of on og para par per por s the und van via von with y""",
    )
)
# Hiragana and endings that make a sentence out of names.
_SENTENCE = re.compile(r"[。、]|[をがはでに]|[っしれ]た|ます|です|する|した|[가-힣]다(?:[.\s]|$)")
_EAST = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_JAPANESE_ZONE = "+09:00"
_NO_OFFSET = frozenset({"gmt", "utc", "ut", "z", "wet"})
_STAMPS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Jun 18, 2025 19:45 (JST); June 18, 2025, 7:45 p.m. JST; 18 June 2025 19:45 GMT
        r"(?P<day>(?:[^\W\d_]{3,9}\.? \d{1,2}|\d{1,2}\.? [^\W\d_]{3,9}\.?),? \d{4})(?:,| at|,? um)? "
        r"(?P<clock>\d{1,2}[:.]\d\d(?::\d\d)?(?: ?[ap]\.?m\b\.?)?)(?P<hour_word> Uhr)?"
        r"(?: ?[(]?(?P<zone>[A-Z]{1,5}\b|(?:GMT|UTC)? ?[+-]\d{1,2}:?(?:\d\d)?)[)]?)?",
        # 2025-06-18 19:45 JST, 2025/06/18 19:45, 2025.06.18 19:45, 18.06.2025, 19:45 Uhr
        r"(?P<day>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\.?|\d{1,2}\.\d{1,2}\.\d{4}),?[ T](?P<clock>\d{1,2}:\d\d(?::\d\d)?)"
        r"(?P<hour_word> Uhr)?(?: ?[(]?(?P<zone>[A-Z]{1,5}\b|(?:GMT|UTC)? ?[+-]\d{1,2}:?(?:\d\d)?)[)]?)?",
        # 2025年6月18日（水）午後7時45分
        r"(?P<day>\d{4}[年년] ?\d{1,2}[月월] ?\d{1,2}[日일])(?: ?[(（][日月火水木金土일월화수목금토][)）])? ?"
        r"(?P<half>午前|午後|오전|오후)? ?(?P<clock>\d{1,2}[:：時시] ?\d{1,2})[分분]?(?P<hour_word>)(?P<zone>)",
    )
)


def are_names(text: str, also: frozenset[str] = frozenset(), limit: int = 12) -> bool:
    """Whether a text is names: at most `limit` words, each capitalised, a number or one of the small words between
    names (or of `also`, lower case); for Chinese, Japanese and Korean at most 60 characters without what a sentence is
    made of."""
    text = text.strip()
    if not any(char.isalnum() for char in text):
        return False
    if is_eastern(text):
        return len(text) <= 60 and not _SENTENCE.search(text)
    words = [word.strip("()[]'’\"“”.,;:&|·•–—-") for word in re.split(r"[\s/]+", text)]
    words = [word for word in words if word]
    if not words or len(words) > limit:
        return False
    named = [word for word in words if not word[0].islower() or _is_address(word) or word in AGENCIES]
    return bool(named) and all(word in _SMALL or word in also for word in words if word not in named)


def is_eastern(text: str) -> bool:
    """Whether a text holds Chinese, Japanese or Korean."""
    return _EAST.search(text) is not None


def day_of(text: str | None, published: Moment | None) -> date | None:
    """The day that a dateline prints ('June 18', '18 juin 2025', '6月18日', '１８日'); its year, and month, where they
    are not printed, are those that bring it nearest to `published`. None where that can't be told."""
    if not text:
        return None
    folded = " ".join(fold(text).replace("1er", "1").split())
    if east := re.fullmatch(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日", folded):
        year, month, day = (int(part) if part else None for part in east.groups())
        return _nearest(year, month, day or 0, published)
    # dates.moment goes by a month's first letters, and would take a market for a March.
    if not any(month_of(word) for word in folded.split()):
        return None
    # A leap year, so that 29 February can be read.
    if re.search(r"\d{4}$", folded):
        found = moment(folded)
        return found.instant.date() if found else None
    found = moment(f"{folded} 2000")
    return _nearest(None, found.instant.month, found.instant.day, published) if found else None


def is_day(text: str) -> bool:
    """Whether a text is a day of the year."""
    return day_of(text, Moment(datetime(2000, 1, 1, tzinfo=UTC), "")) is not None


def stamp(text: str, language: str, published: Moment | None) -> tuple[re.Match[str], str] | None:
    """The first date with a time in a text: where it stands, and as RFC 3339. Its offset is the one printed; in
    Japanese and Korean theirs; else the one with which it is the moment of publication. None where there is no offset
    to tell: a time without one says nothing."""
    for pattern in _STAMPS:
        if match := pattern.search(text):
            parts = match.groupdict()
            time = _local(parts)
            if time is None:
                continue
            zone = _offset(parts["zone"] or "", language, time, published)
            if zone is not None:
                return match, time.isoformat() + zone
    return None


def _nearest(year: int | None, month: int | None, day: int, published: Moment | None) -> date | None:
    if published is None:
        return _date(year, month, day) if year and month else None
    near = datetime.fromisoformat(published.text).date() if published.text else published.instant.date()
    months = [near.replace(day=1) + timedelta(days=days) for days in (-15, 0, 45)]
    guesses = (
        [_date(y, month, day) for y in ([year] if year else [near.year - 1, near.year, near.year + 1])]
        if month
        else [_date(guess.year, guess.month, day) for guess in months]
    )
    found = [guess for guess in guesses if guess]
    return min(found, key=lambda guess: abs(guess - near), default=None)


def _date(year: int | None, month: int | None, day: int) -> date | None:
    try:
        return date(year or 0, month or 0, day)
    except ValueError:
        return None


def _local(parts: dict[str, str | None]) -> datetime | None:
    """The time that was printed, without an offset."""
    day, clock = parts["day"] or "", (parts["clock"] or "").lower()
    numbers = [int(number) for number in re.findall(r"\d+", day)]
    hours = [int(number) for number in re.findall(r"\d+", clock)]
    try:
        if re.search(r"[^\W\d_]{3}", day):
            if not any(month_of(word) for word in re.findall(r"[^\W\d_]+", day)):
                return None
            found = moment(day)
            if found is None:
                return None
            year, month, number = found.instant.year, found.instant.month, found.instant.day
        else:
            year, month, number = numbers if numbers[0] > 31 else numbers[::-1]
        half = parts.get("half") or (re.search(r"[ap](?=\.?m)", clock) or [""])[0]
        hour = hours[0]
        if half:
            hour = hour % 12 + (12 if half in ("p", "午後", "오후") else 0)
        return datetime(year, month, number, hour, hours[1], hours[2] if len(hours) > 2 else 0)
    except ValueError:
        return None


def _offset(zone: str, language: str, time: datetime, published: Moment | None) -> str | None:
    zone = zone.strip()
    if zone:
        found = moment(f"2000-01-01 00:00 {zone}")
        if found is None or (found.text.endswith("Z") and fold(zone) not in _NO_OFFSET and "0" not in zone):
            return None
        return found.text[19:]
    if language.split("-")[0] in ("ja", "ko"):
        return _JAPANESE_ZONE
    if published is None:
        return None
    ahead = time.replace(tzinfo=UTC) - published.instant
    minutes = round(ahead.total_seconds() / 60)
    # The same minute somewhere on Earth; offsets are whole quarters of an hour.
    if minutes % 15 or not -12 * 60 <= minutes <= 14 * 60:
        return None
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}" if minutes else "Z"


def _is_address(word: str) -> bool:
    return "." in word.strip(".") or word.startswith("@") or any(char.isupper() for char in word)
