"""Plain text as it is kept: normalised, without control characters, cut at a sentence or a word, counted in words."""

import html
import re
import unicodedata

# C0 but tab and line ends, DEL, C1, lone surrogates, byte order marks, the two noncharacters that XML excludes.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*(?=\s)|[。！？][」』）]*")
# Chinese and Japanese, then scripts of South-East Asia without spaces, then words of letters and digits (Korean,
# which is spaced, among them).
_COUNTED = re.compile(
    "([\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+)"
    "|([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+)"
    "|[^\\W_]+(?:['’.,-][^\\W_]+)*"
)
_WORD_LENGTH_EAST = 2
_WORD_LENGTH_SOUTH_EAST = 5


def clean(text: str) -> str:
    """Text that every part of the service can hold: NFC, without NUL, control characters and lone surrogates."""
    return unicodedata.normalize("NFC", _CONTROL.sub("", text))


def one_line(text: str) -> str:
    """Clean text with every run of white space as one space, none at the ends."""
    return _SPACE.sub(" ", clean(text)).strip()


def unescaped(text: str) -> str:
    """One line, with character references resolved, twice where they were escaped twice ('AT&amp;amp;T')."""
    return one_line(html.unescape(html.unescape(text)))


def cut(text: str, limit: int) -> str:
    """At most `limit` characters: to the last sentence end in the second half, else to a word and an ellipsis."""
    if len(text) <= limit:
        return text
    ends = [m.end() for m in _SENTENCE_END.finditer(text, 0, limit) if m.end() >= limit // 2]
    if ends:
        return text[: ends[-1]]
    head = text[: limit - 1]
    space = head.rfind(" ")
    if space >= limit // 2:
        head = head[:space]
    return head.rstrip(" ,;:–—-") + "…"


def word_count(text: str) -> int:
    """Words in text of any script. Chinese and Japanese, written without spaces, count two characters as a word (their
    words are about that long), Thai, Lao, Burmese and Khmer five; everything else counts runs of letters and digits."""
    count = 0
    for match in _COUNTED.finditer(text):
        east, south_east = match.groups()
        if east is not None:
            count += -(-len(east) // _WORD_LENGTH_EAST)
        elif south_east is not None:
            count += -(-len(south_east) // _WORD_LENGTH_SOUTH_EAST)
        else:
            count += 1
    return count
