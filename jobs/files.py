"""The files of an import: which of those that are named, or lie below a folder that is, may be feeds or pages."""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingest.feed import looks_like_feed
from ingest.page_decode import HEAD, is_page

_ENDINGS = frozenset({".xml", ".rss", ".atom", ".rdf"})
# What a feed in JSON cannot do without; other data in a folder is no failure.
_JSON_FEED = re.compile(rb'"(?:items|version)"\s*:')

# What is passed over, with the reason.
Skipped = list[tuple[str, str]]


def find(paths: Iterable[Path]) -> tuple[list[Path], Skipped]:
    """The files to read, each once, in order, and what is passed over. A file that is named is read whatever it is
    called. Folders are searched with everything below them, links included; hidden files and folders are left out."""
    found: dict[Path, None] = {}
    skipped: Skipped = []
    for path in paths:
        if not os.path.isdir(path):
            found.setdefault(path.absolute())
            continue
        for file in sorted(_below(path, skipped)):
            reason = _why_not(file)
            if reason is None:
                found.setdefault(file.absolute())
            else:
                skipped.append((printed(file), reason))
    return list(found), sorted(skipped)


def printed(path: Path | str) -> str:
    """A path to print: also one whose bytes are no UTF-8."""
    return str(path).encode(errors="backslashreplace").decode()


def _below(folder: Path, skipped: Skipped) -> Iterator[Path]:
    """Every file below a folder. Links to folders are followed after the folders themselves, and none is searched
    twice: so a link to a folder above ends, and files that are there without a link have their own path."""
    seen: set[tuple[int, int]] = set()
    waiting = [str(folder)]

    def refused(error: OSError) -> None:
        skipped.append((printed(error.filename), strerror(error)))

    for start in waiting:
        for place, folders, files in os.walk(start, onerror=refused):
            found = os.stat(place)
            if (found.st_dev, found.st_ino) in seen:
                if place == start:
                    skipped.append((printed(start), "a link to a folder that is searched anyway"))
                folders.clear()
                continue
            seen.add((found.st_dev, found.st_ino))
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            inside = [os.path.join(place, name) for name in folders]
            waiting += [path for path in inside if os.path.islink(path)]
            yield from (Path(place, name) for name in files if not name.startswith("."))


def _why_not(file: Path) -> str | None:
    """Why a file of a folder is not read; None for one that is."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            return "no regular file"
        if file.suffix.lower() in _ENDINGS:
            return None
        with file.open("rb") as opened:
            head = opened.read(HEAD)
    except OSError as error:
        return strerror(error)
    if looks_like_feed(head) or is_page(head, file.name):
        return None
    if file.suffix.lower() == ".json" and _JSON_FEED.search(head):
        return None
    return "looks like neither a feed nor a page"


def strerror(error: OSError) -> str:
    """What the system says is wrong, without the path."""
    return error.strerror or type(error).__name__
