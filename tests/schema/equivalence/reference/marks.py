"""Highlights and excerpts of a hit: HTML text in which <mark> is the only markup."""

import re
from collections.abc import Iterator, Sequence
from html import escape

from ingest.search_text import fold
from tests.schema.equivalence.reference.queries import Text

# Scripts without spaces, whose signs match anywhere; letters of the others match as whole words.
_UNSPACED = "\u0e00-\u0e7f\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
_LETTER = rf"(?:(?![_{_UNSPACED}])\w)"
_PIECE = re.compile(rf"[{_UNSPACED}]+|{_LETTER}+")
_LONGEST = 240
_LEAD_IN = 80


def _pattern(text: Text) -> re.Pattern[str]:
    """An expression that finds the words in folded text."""
    pieces = _PIECE.findall(fold(text.shown))
    found = r"[\W_]*".join(map(re.escape, pieces))
    before = "" if re.match(f"[{_UNSPACED}]", pieces[0]) else f"(?<!{_LETTER})"
    if re.match(f"[{_UNSPACED}]", pieces[-1]):
        return re.compile(before + found)
    return re.compile(before + found + (f"{_LETTER}*" if text.star else f"(?!{_LETTER})"))


def _spans(text: str, wanted: Sequence[Text]) -> Iterator[tuple[int, int]]:
    """Where the wanted text stands: the first place, there the longest, and on from its end."""
    folded, begins, ends = "", {}, {}
    for at, char in enumerate(text):
        begins[len(folded)] = at
        folded += fold(char)
        ends[len(folded)] = at + 1
    patterns = [_pattern(one) for one in wanted]
    at = 0
    while at < len(folded):
        found = [match.end() for one in patterns if at in begins and (match := one.match(folded, at)) is not None]
        end = max((end for end in found if end in ends and end > at), default=None)
        if end is None:
            at += 1
            continue
        yield begins[at], ends[end]
        at = end


def highlight(text: str, wanted: Sequence[Text]) -> str:
    made, at = "", 0
    for begin, end in _spans(text, wanted):
        made += _html(text[at:begin]) + "<mark>" + _html(text[begin:end]) + "</mark>"
        at = end
    return made + _html(text[at:])


def excerpt(served: str | None, wanted: Sequence[Text]) -> str | None:
    """Some of the text that is served, around the first match; None where it holds none."""
    if served is None:
        return None
    text = re.sub(r"\s+", " ", served)
    first = next(_spans(text, wanted), None)
    if first is None:
        return None
    begin = first[0]
    cut_before = begin > _LEAD_IN
    start = begin - _LEAD_IN if cut_before else 0
    shown = text[start : start + _LONGEST]
    if cut_before:
        # The first word may be the end of one.
        shown = "…" + re.sub("^[^ ]{1,24} ", "", shown)
    more = "…" if len(text) > start + _LONGEST else ""
    return highlight(shown + more, wanted)


def _html(text: str) -> str:
    return escape(text).replace("&#x27;", "&#39;")
