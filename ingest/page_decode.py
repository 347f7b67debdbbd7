"""A page's bytes as text: unpacked, and decoded (`ingest.charset`) by the HTTP header's word before its own."""

import contextlib
import re
import zlib

from ingest.charset import text_of

MAX_BYTES = 15 * 1024 * 1024
# By so many bytes a page is told from other files.
HEAD = 4096

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}?encoding=["']([\w.:-]{2,40})""", re.I
)
_PRESCAN = 16_384
_BEGINS = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|<\?xml[^>]{0,200}>|<!--(?s:.){0,3000}?-->)*<(?:!doctype\s+html|html|head|body)\b", re.I
)
# Some give out their feed as a page that holds nothing else.
_WRAPPED_FEED = re.compile(rb"<html[^>]{0,300}>\s*(?:<body[^>]{0,300}>\s*)?<(?:rss|feed|rdf:rdf)\b", re.I)
_NAMED = re.compile(r"\.x?html?(?:\.gz)?$", re.IGNORECASE)


class UnreadablePageError(Exception):
    """The bytes are no page that we can read; the message says why, in words for an operator."""


def decoded(data: bytes, charset: str | None = None) -> str:
    """The text of a page. `charset`: the HTTP header's word. Raises UnreadablePageError for what is too large, breaks
    off while unpacking, or is evidently no text."""
    data = _unpacked(data)
    if len(data) > MAX_BYTES:
        raise UnreadablePageError(f"larger than {MAX_BYTES // (1024 * 1024)} MiB")
    if data[:4] in (b"%PDF", b"\x89PNG", b"GIF8", b"PK\x03\x04") or data[:3] == b"\xff\xd8\xff":
        raise UnreadablePageError("no page: a document or picture of another kind")
    own = _DECLARED.search(data[:_PRESCAN])
    return text_of(data, (charset, own and (own[1] or own[2]).decode("ascii", "replace")))


def is_page(head: bytes, name: str) -> bool:
    """Whether a file is a page, by its first bytes (packed with gzip or not) or its name."""
    if head.startswith(b"\x1f\x8b"):
        with contextlib.suppress(zlib.error):
            head = zlib.decompressobj(wbits=31).decompress(head, HEAD)
    # UTF-16 is ASCII with zeros between.
    head = head.replace(b"\x00", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if _NAMED.search(name.split("?")[0]):
        return True
    return _BEGINS.match(head) is not None and _WRAPPED_FEED.search(head) is None


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpacker = zlib.decompressobj(wbits=31)
    try:
        made = unpacker.decompress(data, MAX_BYTES + 1)
    except zlib.error as error:
        raise UnreadablePageError("packed with gzip, and broken") from error
    if not made and not unpacker.eof:
        raise UnreadablePageError("packed with gzip, and broken")
    return made
