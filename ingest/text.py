"""Plain text as it is kept: normalised, without control characters, cut at a sentence or a word, counted in words."""

import html
import re
import unicodedata

# C0 but tab and line ends, DEL, C1, lone surrogates, byte order marks, the two noncharacters that XML excludes.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
# What nobody sees: what Unicode says to leave out where it can't be shown (fillers, joiners, direction marks, variation
# selectors, tags), marks of annotations, and the empty pattern of braille.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# What turns the direction of all that follows, so that a text is read as another than it is. Marks and isolates, which
# texts of two directions need, turn nothing beyond themselves.
_TURNING = re.compile("[\u202a-\u202e]")
# Vietnamese, Thai and Arabic put two or three upon a letter, pointed Hebrew and Tibetan up to five.
_MOST_MARKS = 6
_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*(?=\s)|[。！？][」』）]*")
_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
# Chinese and Japanese; scripts of South-East Asia without spaces. Korean has spaces.
_EAST = re.compile(
    "[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+"
)
_SOUTH_EAST = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")
_WORD_LENGTH_EAST = 2
_WORD_LENGTH_SOUTH_EAST = 5


def words(text: str) -> frozenset[str]:
    """A set of words, written as one text."""
    return frozenset(text.split())


def clean(text: str) -> str:
    """Text that every part of the service can hold: NFC, without NUL, control characters and lone surrogates."""
    return unicodedata.normalize("NFC", _CONTROL.sub("", text))


def legible(text: str) -> str:
    """Text that keeps to its lines and its direction: with as many marks on a letter as scripts need, and no more, and
    without what turns what follows. Putting marks in order takes a time that grows with the square of their number, so
    this comes before `clean`."""
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for char in _TURNING.sub("", _CONTROL.sub("", text)):
        category = unicodedata.category(char)
        if category in ("Mn", "Me") or unicodedata.combining(char):
            marks += 1
            if marks > _MOST_MARKS:
                continue
        elif category != "Cf":  # joiners and the like, through which marks pile up all the same
            marks = 0
        kept.append(char)
    return "".join(kept)


def is_seen(text: str) -> bool:
    """Whether a reader sees anything of a text: a mark alone, with no letter under it, is nothing."""
    return any(unicodedata.category(char)[0] not in "CZM" for char in INVISIBLE.sub("", text))


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
    if space >= limit // 2 and not text[limit - 1].isspace():
        head = head[:space]
    return head.rstrip(" ,;:–—-") + "…"


def word_count(text: str) -> int:
    """Words in text of any script. Chinese and Japanese, written without spaces, count two characters as a word (their
    words are about that long), Thai, Lao, Burmese and Khmer five; everything else counts runs of letters and digits."""
    count = 0
    if not text.isascii():
        for script, length in ((_EAST, _WORD_LENGTH_EAST), (_SOUTH_EAST, _WORD_LENGTH_SOUTH_EAST)):
            runs = script.findall(text)
            if runs:
                count += sum(-(-len(run) // length) for run in runs)
                text = script.sub(" ", text)
    return count + len(_WORD.findall(text))
