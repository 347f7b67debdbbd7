"""Feed documents in every odd form, each beside what it becomes. The documents are invented."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ingest.article import Candidate
from ingest.decide import identities
from jobs.parse import Limits, parse
from jobs.parsed import Parsed

FEEDS = Path(__file__).parent / "feeds"
CASES = sorted(path for path in FEEDS.iterdir() if path.suffix != ".json")
NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
SOURCE = UUID(int=1)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_document_becomes_what_stands_beside_it(case: Path, golden: Callable[[Path, str], None]) -> None:
    parsed = parse(case.read_bytes(), f"file:///feeds/{case.name}", now=NOW, limits=Limits())
    golden(case.with_suffix(".json"), json.dumps(_shown(parsed), ensure_ascii=False, indent=1) + "\n")


def _shown(parsed: Parsed) -> dict[str, Any]:
    keys = identities(parsed.candidates, SOURCE, parsed.site_url)
    return {
        "form": parsed.form,
        "feed": parsed.feed_url,
        "source": _filled(asdict(parsed.source)),
        "entries": [
            _entry(candidate, [f"{kind} {value}" for kind, _, value in owned])
            for candidate, owned in zip(parsed.candidates, keys, strict=True)
        ],
    }


def _entry(candidate: Candidate, keys: list[str]) -> dict[str, Any]:
    content = candidate.content
    if content is None:
        return {"set aside": candidate.set_aside}
    fields = {name: value for name, value in asdict(content).items() if name not in ("hash", "search")}
    for name in ("published", "updated"):
        fields[name] = fields[name]["text"] if fields[name] else None
    fields["keys"] = keys
    return _filled(fields)


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    """What is there, without what is not."""
    return {
        name: [_filled(each) if isinstance(each, dict) else each for each in value]
        if isinstance(value, list | tuple)
        else value
        for name, value in fields.items()
        if value not in (None, [], (), "")
    }
