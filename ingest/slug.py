"""Slugs: the names that stand in addresses and filters, lower-case ASCII letters and digits joined by hyphens."""

import hashlib
import re

from ingest.search_text import fold

_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_APOSTROPHE = re.compile("['’`´]")
_MAX_SLUG = 60


def slug(text: str) -> str:
    """The slug of a name: 'Café Müller’s' -> 'cafe-mullers'; '' when less than half of its letters are Latin."""
    folded = _APOSTROPHE.sub("", fold(text).replace("ß", "ss"))
    made = _NOT_SLUG.sub("-", folded).strip("-")
    letters = sum(char.isalnum() for char in folded)
    if 2 * sum(char.isalnum() for char in made) < letters:
        return ""
    return made[:_MAX_SLUG].rstrip("-")


def fingerprint(text: str) -> str:
    """Eight hexadecimal digits for a name that has no slug of its own."""
    return hashlib.blake2b(fold(text).encode("utf-8", "replace"), digest_size=4).hexdigest()
