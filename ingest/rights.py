"""Whose a text is, out of the notice that is printed with it."""

import re

from ingest.text import cut, one_line

_MARK = re.compile(
    r"(?:©|ⓒ|Ⓒ|\(c\)|&copy;|℗|저작권자|copyright(?:ed)?|all rights reserved\.?|alle rechte vorbehalten\.?"
    r"|tous droits réservés\.?|todos los derechos reservados\.?|無断転載を?禁止?(?:じます)?。?|:)",
    re.IGNORECASE,
)
_YEARS = re.compile(r"\b(?:19|20)\d\d(?:\s*[-–—/,]\s*(?:(?:19|20)?\d\d|present|today))?\b", re.IGNORECASE)
_MARKED = re.compile(r"[©ⓒⒸ]|\(c\)|copyright|저작권자", re.IGNORECASE)
_ABBREVIATED = re.compile(r"\b(?:Ltd|Inc|Co|Corp|Bros)$")
_LEAD_IN = re.compile(r"^(?:by|the contents of this feed are(?: available)? (?:under|by))\s+", re.IGNORECASE)


def holder(notice: str | None) -> str | None:
    """The holder that a notice names ('© 2024 KYODO. All rights reserved.' -> 'KYODO'); None where it names none: a
    bare address, a licence, a sentence."""
    if not notice or not _MARKED.search(notice):
        return None
    text = one_line(_YEARS.sub(" ", _MARK.sub(" ", notice)))
    printed = text
    text = _LEAD_IN.sub("", text.strip(" .,;:-–—|()[]"))
    text = re.split(r"[.;]\s", text)[0].strip(" .,;:-–—|()[]")
    if _ABBREVIATED.search(text) and f"{text}." in printed:
        text += "."
    if not 2 <= len(text) <= 80 or "://" in text or len(text.split()) > 8 or not any(c.isalpha() for c in text):
        return None
    return text


def notice(text: str | None) -> str | None:
    """A notice as it is kept: one line, at most 500 characters."""
    return cut(one_line(text), 500) if text and one_line(text) else None
