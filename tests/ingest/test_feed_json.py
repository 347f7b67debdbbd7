"""What JSON Feed alone brings: items that are none, and JSON that can't be read."""

import json
from datetime import UTC, datetime

import pytest

from ingest import feed
from ingest.article import Reason, candidates


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"items": [\n {"id": 1},, ]}', "not JSON from line 2, column 12 on"),
        (b'{"items": "\xff"}', "not JSON: its letters are in no encoding of Unicode"),
        (b'{"items": ' + b"[" * 100_000, "JSON that is nested too deep"),
        (b'{"items": [' + b"9" * 10_000 + b"]}", "JSON with a number of too many digits"),
        (b"{}", "JSON, but not a JSON Feed: it has no list of items"),
    ],
    ids=["comma", "bytes", "deep", "digits", "no feed"],
)
def test_json_that_can_not_be_read_is_refused_in_our_words(data: bytes, reason: str) -> None:
    with pytest.raises(feed.UnreadableError) as refused:
        feed.read(data)
    assert str(refused.value) == reason


def test_an_item_that_is_no_object_is_kept_aside() -> None:
    strays = [None, 5, "x\ud800\0", ["a", {"b": float("nan")}]]
    items = [strays[0], {"url": "https://x.example/1", "title": "One"}, *strays[1:], {}, 7]
    document = feed.read(json.dumps({"items": items}).encode(), max_entries=6)
    found = candidates(document, site_url=None, now=datetime(2026, 3, 12, tzinfo=UTC))
    assert [each.set_aside for each in found] == [None, Reason.NO_ADDRESS, *[Reason.NO_ENTRY] * 4]
    kept = [json.loads(each.raw or "") for each in found[2:]]
    assert kept == ["null", "5", '"x\\u0000"', '["a", {"b": NaN}]']
    assert len({each.hash for each in found}) == 6
    assert document.beyond == 1
