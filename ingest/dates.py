"""Dates as feeds print them, with the publisher's offset kept.

Read: RFC 822 and its odd relatives, W3C date and time (ISO 8601) and its odd relatives, asctime, seconds since 1970,
year-month-day in Chinese, Japanese and Korean. A date without an offset is taken as UTC. What says nothing (year one,
the zero of a clock) counts as no date.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from ingest.search_text import fold

# How far ahead of us a publisher's clock may be before its date is not believed.
FUTURE = timedelta(days=1)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janner ene gen gennaio enero janvier januar janeiro",
            "feb fev february fevr fevrier febrero febbraio fevereiro februar",
            "mar mrz march mars marzo maerz marz marco maa",
            "apr abr avr april avril abril aprile",
            "may mai mag mayo maggio maio mei",
            "jun june juin giu junio giugno junho juni",
            "jul july juil juillet lug julio luglio julho juli",
            "aug august ago aou aout agosto augustus",
            "sep sept set september septembre septiembre settembre setembro",
            "oct okt ott out october octobre ottobre outubro oktober octubre",
            "nov november novembre noviembre novembro",
            "dec dez dic december decembre dezember diciembre dicembre dezembro desember",
        ),
        1,
    )
    for name in names.split()
}
# Hours east of Greenwich. Names that several countries use mean what RFC 822 and the wires mean by them.
_ZONES = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet", "g.m.t"), 0.0),
    **{"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "et": -5, "pt": -8},
    **{"akst": -9, "akdt": -8, "hst": -10, "ast": -4, "adt": -3, "nst": -3.5, "ndt": -2.5, "brt": -3, "art": -3},
    **{"bst": 1, "ist": 5.5, "west": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2, "met": 1, "mest": 2, "eet": 2},
    **{"eest": 3, "sast": 2, "cat": 2, "eat": 3, "wat": 1, "msk": 3, "msd": 4, "trt": 3, "gst": 4, "pkt": 5},
    **{"npt": 5.75, "ict": 7, "wib": 7, "sgt": 8, "hkt": 8, "awst": 8, "pht": 8, "jst": 9, "kst": 9, "acst": 9.5},
    **{"aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "hkst": 9, "irst": 3.5, "clt": -4, "cot": -5, "pet": -5},
}
_TIME = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{1,2})(?:[:.](?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?)?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?"
)
_ZONE = r"\s*\(?(?P<zone>(?:gmt|utc)?\s*[+-]\s*\d{1,2}(?::?\d{2})?|[a-z][a-z.]*)?\)?(?:\s*\([^)]*\))?"
_ISO = re.compile(
    r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2})(?:(?:\s*t\s*|[\s,]+)(?:"
    + _TIME
    + _ZONE
    + r")?)?)?)?",
)
_ISO_BASIC = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:t?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?" + _ZONE
)
# 'Mon, 02 Jan 2006 15:04:05 -0700', 'January 2, 2006', 'Mon Jan 2 15:04:05 GMT 2006' and the like.
_DAY_FIRST = re.compile(
    r"(?:[^\W\d_]+\.?(?:\s*,\s*|\s+))?(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[\s-]+(?:de\s+)?(?P<name>[^\W\d_]+)\.?,?[\s-]+(?:de\s+)?"
    r"(?P<year>\d{4}|\d{2})(?:\s*,?\s*(?:at\s+|-\s+|t)?" + _TIME + _ZONE + ")?"
)
_MONTH_FIRST = re.compile(
    r"(?:[^\W\d_]+\.?,?\s+)?(?P<name>[^\W\d_]+)\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})"
    r"(?:\s*,?\s*(?:at\s+|-\s+)?" + _TIME + _ZONE + ")?"
)
_ASCTIME = re.compile(
    r"(?:[^\W\d_]+\.?,?\s+)?(?P<name>[^\W\d_]+)\.?\s+(?P<day>\d{1,2})\s+" + _TIME + _ZONE + r"\s+(?P<year>\d{4})"
)
_EAST = re.compile(
    r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일][^\d]*?"
    r"(?:(?P<noon>오후|下午|午後)\s*)?(?:(?P<hour>\d{1,2})\s*[:時时시]\s*(?:(?P<minute>\d{1,2}))?(?:\s*[:分분]\s*(?P<second>\d{1,2})?)?)?\D*"
)
_SECONDS = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}")
_OFFSET = re.compile(r"([+-])\s*(\d{1,2}):?(\d{2})?")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant (UTC) and how it is printed: RFC 3339 with the publisher's offset."""

    instant: datetime
    text: str

    @classmethod
    def of(cls, time: datetime) -> "Moment":
        """The moment of an aware datetime, whose offset is kept."""
        text = time.isoformat()
        return cls(time.astimezone(UTC), text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text)


def moment(text: str | None, *, now: datetime | None = None) -> Moment | None:
    """The date that a feed printed. None when there is none, when it can't be read, when it means 'unknown', or, given
    `now`, when it lies more than a day ahead."""
    found = _read(text) if text else None
    if found is None or found.instant.year < 1000 or found.instant == datetime(1970, 1, 1, tzinfo=UTC):
        return None
    if now is not None and found.instant > now + FUTURE:
        return None
    return found


def month_of(name: str) -> int | None:
    """The month that a word names, in full or as it is shortened ('Sept', 'août' -> 9, 8); None for any other word."""
    return _MONTHS.get(fold(name).strip("."))


def _read(text: str) -> Moment | None:
    text = " ".join(text.split())[:80]
    folded = fold(text).strip(" ,.")
    for pattern, build in _FORMS:
        match = pattern.fullmatch(folded)
        if match is not None:
            try:
                return build(match)
            except (ValueError, OverflowError):
                return None
    return None


def _calendar(match: re.Match[str]) -> Moment | None:
    parts = match.groupdict()
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += 2000 if year < 70 else 1900
    month = int(parts.get("month") or 1) if parts.get("name") is None else _month(parts["name"])
    if month is None:
        return None
    hour = int(parts.get("hour") or 0)
    if parts.get("half") or parts.get("noon"):
        hour = hour % 12 + (12 if parts.get("half") == "p" or parts.get("noon") else 0)
    fraction = (parts.get("fraction") or "").ljust(6, "0")[:6]
    zone = _zone(parts.get("zone"))
    if zone is None:
        return None
    # 24:00 is the next midnight, and a leap second is its second before.
    days, hour = divmod(hour, 24) if hour == 24 else (0, hour)
    time = datetime(
        year,
        month,
        int(parts.get("day") or 1),
        hour,
        int(parts.get("minute") or 0),
        min(int(parts.get("second") or 0), 59),
        int(fraction or 0),
        tzinfo=zone,
    )
    return Moment.of(time + timedelta(days=days))


def _month(name: str) -> int | None:
    return _MONTHS.get(name) or _MONTHS.get(name[:3])


def _zone(text: str | None) -> timezone | None:
    """The offset that a zone names; UTC for none; None for more than a day."""
    text = (text or "").strip(" .")
    numbers = _OFFSET.search(text)
    if numbers is None:
        # RFC 2822: a name nobody knows, and the military letters that RFC 822 got wrong, say nothing.
        return timezone(timedelta(hours=_ZONES.get(text, 0)))
    sign, hours, minutes = numbers.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if offset >= timedelta(hours=24):
        return None
    return timezone(-offset if sign == "-" else offset)


def _clock(match: re.Match[str]) -> Moment:
    seconds = float(match[0])
    return Moment.of(datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC))


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Moment | None]], ...] = (
    (_ISO_BASIC, _calendar),
    (_SECONDS, _clock),
    (_ISO, _calendar),
    (_DAY_FIRST, _calendar),
    (_MONTH_FIRST, _calendar),
    (_ASCTIME, _calendar),
    (_EAST, _calendar),
)
