"""The gate between a released contract and one that changes it: what breaks clients has to stand in CHANGELOG.md.

What compares two contracts (tests/schema/sdl.py for GraphQL) makes a list of changes; this says which of them nobody
was told of, and what to write.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"

ADDED, CHANGED, BREAKING, DEPRECATED, REMOVED = "Added", "Changed", "Changed (breaking)", "Deprecated", "Removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a contract that clients may notice.

    coordinate: where, in the contract's own words, such as `Article.section`. what: a sentence. headings: those of the
    changelog under any of which it may be told; none where telling it is not enough, since it breaks a promise.
    """

    coordinate: str
    what: str
    headings: tuple[str, ...]


def told(changelog: str) -> dict[str, set[str]]:
    """What the changelog's [Unreleased] names in code marks, by heading."""
    unreleased = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## |\Z)", changelog, re.DOTALL | re.MULTILINE)
    if unreleased is None:
        return {}
    _, *parts = re.split(r"^### (.+)\n", unreleased[1], flags=re.MULTILINE)
    names: dict[str, set[str]] = {}
    for heading, text in zip(parts[::2], parts[1::2], strict=True):
        names.setdefault(heading.strip(), set()).update(re.findall(r"`([^`]+)`", text))
    return names


def untold(changes: Iterable[Change], changelog: str) -> list[str]:
    """What to do about the changes that the changelog does not tell: a line for each, none where all is well."""
    names = told(changelog)
    lines = []
    for change in changes:
        if not change.headings:
            lines.append(f"{change.what} It was promised not to: take it back.")
        elif not any(change.coordinate in names.get(heading, ()) for heading in change.headings):
            heading = " or ".join(f"`### {heading}`" for heading in change.headings)
            lines.append(
                f"{change.what} Take it back, or write what clients have to do in CHANGELOG.md under"
                f" `## [Unreleased]`, {heading}, in a line that names `{change.coordinate}` in code marks."
            )
    return lines
