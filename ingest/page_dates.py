"""A page's dates: the day from the first place that states one, the time of day and the offset from whichever place
states the same day most exactly."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ingest.dates import Moment, moment
from ingest.page_fields import Sources

_CLOCK = re.compile(r"\d[T\s,]+(?:at\s+)?\d{1,2}[:.h時시]\d{0,2}|T\d{4}|^\d{9,13}$|\d{8}T?\d{4}", re.IGNORECASE)
_OFFSET = re.compile(
    r"(?:Z|\b(?:UTC|GMT)|\b[A-Z]{2,4}T|\b(?:ET|PT|BST)|[+-]\d{2}:?\d{2})\)?\s*$|^\d{9,13}$|\b(?:UTC|GMT|[ECMP][SD]T"
    r"|[ECMP]T|BST|CET|CEST|JST|KST)\b"
)
_TIME = (
    r"(?:,?\s*(?:at\s+|às\s+|um\s+|à\s+|[-–|·]\s*)?\d{1,2}[:.h]\d{2}(?::\d{2})?"
    r"(?:\s*[ap]\.?m\.?)?(?:\s*\(?(?:[A-Z]{2,4}|[+-]\d{2}:?\d{2})\b\)?)?)?"
)
_IN_LINE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?:[T\s]+\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?"
    r"|\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일](?:[^\d]{0,8}\d{1,2}[:時시]\s?(?:\d{1,2}分?)?)?"
    r"|\d{4}[./]\s?\d{1,2}[./]\s?\d{1,2}\b\.?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th|º)?\.?[\s-]+(?:de\s+)?[^\W\d_]{{3,10}}\.?,?[\s-]+(?:de\s+)?\d{{4}}{_TIME}"
    rf"|\b[^\W\d_]{{3,10}}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}{_TIME}"
    rf"|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}{_TIME}",
    re.IGNORECASE,
)
# The clock before the day: '7:07 PM EST Nov 19, 2019'.
_CLOCK_FIRST = re.compile(
    r"\b(?P<clock>\d{1,2}[:.]\d{2}\s*[ap]\.?m\.?(?:\s+[A-Z]{2,4}\b)?"
    r"|\d{1,2}:\d{2}(?:\s+[A-Z]{3,4}\b)?)\s*[,|·–-]?\s*(?:on\s+)?"
    r"(?P<day>[^\W\d_]{3,10}\.?\s+\d{1,2},?\s+\d{4}|\d{1,2}\.?\s+[^\W\d_]{3,10}\.?,?\s+\d{4}|\d{1,2}/\d{1,2}/\d{4})",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"(?P<one>\d{1,2})(?P<by>[./])(?P<two>\d{1,2})[./](?P<year>\d{4})(?P<rest>.*)", re.DOTALL)
_NAMED_UPDATE = re.compile(
    r"updated|modified|aktualisiert|mis à jour|actualizad[oa]|atualizad[oa]|更新|수정", re.IGNORECASE
)
_EARLIEST = 1990
# The zero of Apple's clock, which content systems print for 'no date'.
_ZERO = datetime(2001, 1, 1, tzinfo=UTC)
_SAME = timedelta(hours=36)


def published(sources: Sources, now: datetime) -> tuple[Moment, str] | None:
    """When the article was published, and the place that states it."""
    return _best(sources.read("published"), now, american=_is_american(sources))


def modified(sources: Sources, now: datetime, since: Moment | None) -> Moment | None:
    """When it was changed, where that is not before it was published."""
    found = _best(sources.read("modified"), now, american=_is_american(sources))
    if found is None or (since is not None and found[0].instant < since.instant):
        return None
    return found[0]


def expires(sources: Sources) -> Moment | None:
    """When the article ceases to be available; believed however far ahead it is."""
    return next((found for _, text in sources.read("expires") if (found := moment(text))), None)


def _best(stated: Iterable[tuple[str, str]], now: datetime, *, american: bool) -> tuple[Moment, str] | None:
    best: tuple[Moment, str] | None = None
    sureness = 0
    for place, text in stated:
        if place.startswith("html:dated") and _NAMED_UPDATE.search(text):
            continue
        for printed in _readings(text, american=american):
            found = moment(printed, now=now)
            if found is None or found.instant.year < _EARLIEST or found.instant == _ZERO:
                continue
            exact = 2 if _OFFSET.search(printed) and _CLOCK.search(printed) else 1 if _CLOCK.search(printed) else 0
            if best is None or (exact > sureness and abs(found.instant - best[0].instant) < _SAME):
                best, sureness = (found, place), exact
            break
        if sureness == 2:
            break
    return best


def _readings(text: str, *, american: bool) -> Iterable[str]:
    """The text as a date, and the dates that stand in it."""
    text = text.strip()
    if len(text) > 200:
        return
    yield text
    text = _CLOCK_FIRST.sub(lambda match: f"{match['day']} {match['clock']}", text)
    for match in _IN_LINE.finditer(text):
        printed = match[0]
        numbers = _NUMBERS.search(printed)
        if numbers is None:
            yield re.sub(r"\s*[|·–]\s*", " ", printed)
            continue
        one, two = int(numbers["one"]), int(numbers["two"])
        # With dots days come first everywhere; with slashes months do in America.
        month, day = (one, two) if (two > 12 or (american and numbers["by"] == "/" and one <= 12)) else (two, one)
        yield f"{numbers['year']}-{month:02}-{day:02} {printed[: numbers.start()]}{numbers['rest']}".strip()


def _is_american(sources: Sources) -> bool:
    tag = (sources.first("language") or "").replace("_", "-").lower()
    return tag in ("", "en", "en-us") or tag.endswith("-us")
