"""A page's bytes as text: unpacked, in the encoding that they are really in.

The order: a byte order mark; UTF-8 where the bytes are valid UTF-8 with anything beyond ASCII (no other encoding looks
like that by chance, whatever the page says); the HTTP header's word; the page's own meta element; a guess. Labels mean
what browsers make of them (https://encoding.spec.whatwg.org/#names-and-labels): latin-1 is windows-1252.
"""

import codecs
import contextlib
import re
import zlib

MAX_BYTES = 15 * 1024 * 1024
# By so many bytes a page is told from other files.
HEAD = 4096

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}?encoding=["']([\w.:-]{2,40})""", re.I
)
_PRESCAN = 16_384
_MEANS = {
    **dict.fromkeys(("ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80", "x-gbk", "chinese", "csgb2312"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "ksc5601", "korean", "ks_c_5601"), "cp949"),
    **dict.fromkeys(("iso-8859-9", "latin5", "l5"), "cp1254"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("tis-620", "iso-8859-11"), "cp874"),
    # A page whose bytes can be searched for 'charset=utf-16' is not in UTF-16.
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16be", "utf8", "unicode"), "utf-8"),
}
_FAMILIES = ("cp", "iso", "koi", "mac", "euc", "big5", "gb", "hz", "johab", "shift")
_FOR_TEXT = frozenset(codecs.lookup(name).name for name in set(_MEANS.values()) | {"utf-8"})


_BEGINS = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|<\?xml[^>]{0,200}>|<!--(?s:.){0,3000}?-->)*<(?:!doctype\s+html|html|head|body)\b", re.I
)
_NAMED = re.compile(r"\.x?html?(?:\.gz)?$", re.IGNORECASE)


class UnreadablePageError(Exception):
    """The bytes are no page that we can read; the message says why, in words for an operator."""


def decoded(data: bytes, charset: str | None = None) -> str:
    """The text of a page. `charset`: the HTTP header's word. Raises UnreadablePageError for what is too large, breaks
    off while unpacking, or is evidently no text."""
    data = _unpacked(data)
    if len(data) > MAX_BYTES:
        raise UnreadablePageError(f"larger than {MAX_BYTES // (1024 * 1024)} MiB")
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace").lstrip("\ufeff")
    if data[:4] in (b"%PDF", b"\x89PNG", b"GIF8", b"PK\x03\x04") or data[:3] == b"\xff\xd8\xff":
        raise UnreadablePageError("no page: a document or picture of another kind")
    if b"\x00" in data[:200] and data[:200].count(b"\x00") * 3 > len(data[:200]):
        return data.decode("utf-16-le" if data[1:2] == b"\x00" else "utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    names = [name for name in (_codec(charset), _declared(data)) if name]
    for name in names:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    # Broken in a few places: whichever word loses least; with none that fits, a guess.
    tried = {name: data.decode(name, "replace") for name in names or [_guessed(data)]}
    tried["utf-8"] = data.decode("utf-8", "replace")
    return min(tried.values(), key=lambda text: text.count("\ufffd") / max(len(text), 1))


def is_page(head: bytes, name: str) -> bool:
    """Whether a file is a page, by its first bytes (packed with gzip or not) or its name."""
    if head.startswith(b"\x1f\x8b"):
        with contextlib.suppress(zlib.error):
            head = zlib.decompressobj(wbits=31).decompress(head, HEAD)
    # UTF-16 is ASCII with zeros between.
    head = head.replace(b"\x00", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return _BEGINS.match(head) is not None or _NAMED.search(name.split("?")[0]) is not None


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


def _declared(data: bytes) -> str | None:
    match = _DECLARED.search(data[:_PRESCAN])
    return _codec((match[1] or match[2]).decode("ascii", "replace")) if match else None


def _codec(label: str | None) -> str | None:
    """Python's codec for a label, or None for one that is unknown or no encoding of text."""
    label = (label or "").strip().strip("\"'").lower()
    try:
        found = codecs.lookup(_MEANS.get(label, label))
    except (LookupError, ValueError):
        return None
    # Codecs of bytes to bytes (hex, zip) are no encodings.
    return found.name if found.name in _FOR_TEXT or found.name.startswith(_FAMILIES) else None


def _guessed(data: bytes) -> str:
    # Imported here: needed by few pages.
    from charset_normalizer import from_bytes

    best = from_bytes(data[: 64 * 1024]).best()
    return _codec(best.encoding if best else None) or "cp1252"
