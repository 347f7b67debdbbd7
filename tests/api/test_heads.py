"""Heads: what is read of a request's, and the lines of an answer's."""

import pytest

from api.clients import NOBODY
from api.heads import RequestHead, headers_of, lines


def test_a_list_may_come_in_several_headers() -> None:
    head = RequestHead(
        [
            (b"accept", b"text/html"),
            (b"accept", b"application/json"),
            (b"if-none-match", b'"a"'),
            (b"x-forwarded-for", b"203.0.113.1"),
            (b"if-none-match", b'"b"'),
            (b"x-forwarded-for", b"203.0.113.2"),
        ]
    )
    assert head.accept == b"text/html,application/json"
    assert head.if_none_match == b'"a","b"'
    assert head.forwarded == b"203.0.113.1,203.0.113.2"


@pytest.mark.parametrize(
    ("codings", "encoded"),
    [
        ((), False),
        ((b"identity",), False),
        ((b" Identity ",), False),
        ((b"gzip",), True),
        ((b"gzip", b"identity"), True),
    ],
)
def test_an_encoded_body_is_known_in_whatever_order_it_is_told(codings: tuple[bytes, ...], encoded: bool) -> None:
    assert RequestHead([(b"content-encoding", coding) for coding in codings]).is_encoded is encoded


@pytest.mark.parametrize(
    ("length", "read"), [(b"12", 12), (b"0", 0), (b"0" * 5_000 + b"2", 2), (b"+1", None), (b"", None)]
)
def test_a_declared_length_is_a_number(length: bytes, read: int | None) -> None:
    assert RequestHead([(b"content-length", length)]).length == read


def test_lines_are_headers_and_back() -> None:
    headers = [(b"vary", b"Accept"), (b"link", b'</a>; rel="next": x'), (b"etag", b"")]
    assert lines(tuple(headers)) == b'vary: Accept\r\nlink: </a>; rel="next": x\r\netag: \r\n'
    assert headers_of(lines(tuple(headers))) == headers


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb"])
def test_no_value_begins_another_line(value: bytes) -> None:
    with pytest.raises(ValueError, match="line break"):
        lines(((b"location", value),))


def test_nothing_is_told_where_nothing_is_said() -> None:
    head = RequestHead([])
    assert (head.length, head.client, head.request_id) == (None, NOBODY, "")
    texts = RequestHead.__annotations__.keys() - {"length", "client", "request_id"}
    assert {getattr(head, name) for name in texts} == {b""}
