"""Bytes of feeds, lists of feeds and pages as text, in the encoding that they are really in.

The order: a byte order mark, or the zeros of UTF-16 and UTF-32; UTF-8 where the bytes are UTF-8, but for a few broken
places (no other encoding looks like that by chance, whatever document and server say); what document and server say, in
the order that the form of the document wants; a guess. Labels mean what browsers make of them
(https://encoding.spec.whatwg.org/#names-and-labels): latin-1 is windows-1252.
"""

import codecs
import re
from collections.abc import Iterable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_XML = re.compile(rb"""\s{0,9}<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{2,40})""", re.IGNORECASE)
_DECLARATION = re.compile(r"\s{0,9}<\?xml\b[^>]{0,1000}>")
_MEANS = {
    **dict.fromkeys(("ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80", "x-gbk", "chinese", "csgb2312"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "ksc5601", "korean", "ks_c_5601"), "cp949"),
    **dict.fromkeys(("iso-8859-9", "latin5", "l5"), "cp1254"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("tis-620", "iso-8859-11"), "cp874"),
    # What says so in letters of one byte each is not in UTF-16.
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16be", "utf8", "unicode"), "utf-8"),
}
_FAMILIES = ("cp", "iso", "koi", "mac", "euc", "big5", "gb", "hz", "johab", "shift")
_FOR_TEXT = frozenset(codecs.lookup(name).name for name in set(_MEANS.values()) | {"utf-8"})


def text_of(data: bytes, labels: Iterable[str | None]) -> str:
    """The text of a document. `labels`: what it and its server say of its encoding, whoever is to be believed first
    standing first; None: nothing."""
    for mark, form in _MARKS:
        if data.startswith(mark):
            return data.decode(form, "replace").lstrip("\ufeff")
    if b"\x00" in data[:200] and data[:200].count(b"\x00") * 3 > len(data[:200]):
        return data.decode("utf-16-le" if data[1:2] == b"\x00" else "utf-16-be", "replace")
    names = [name for label in labels if (name := _codec(label))]
    # ISO-2022 is ASCII with escapes, and so would be UTF-8.
    if b"\x1b" not in data or not data.isascii():
        as_utf8 = data.decode("utf-8", "replace")
        broken = as_utf8.count("\ufffd")
        if not broken or len(as_utf8) - len(as_utf8.encode("ascii", "ignore")) > 4 * broken:
            return as_utf8
    for name in names:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    # Broken in a few places: whatever loses least.
    tried = [data.decode(name, "replace") for name in (*names, _guessed(data))]
    return min(tried, key=lambda text: text.count("\ufffd") / max(len(text), 1))


def xml_of(data: bytes, label: str | None = None) -> bytes:
    """A document in XML, in UTF-8 and without its declaration. `label`: the server's word, believed after the
    document's own: servers say the same of all their files."""
    own = _XML.match(data)
    return _DECLARATION.sub("", text_of(data, (own and own[1].decode("ascii", "replace"), label)), count=1).encode()


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
    # Imported here: needed by few documents.
    from charset_normalizer import from_bytes

    best = from_bytes(data[: 64 * 1024]).best()
    return _codec(best.encoding if best else None) or "cp1252"
