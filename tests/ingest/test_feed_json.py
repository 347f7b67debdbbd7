"""What JSON Feed alone brings: items that are none, and JSON that can't be read."""

import pytest

from ingest import feed


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
