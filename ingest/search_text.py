"""Search text: how words are cut and folded, the same for articles and for queries.

Written by the program and not by a text search configuration of the server, so that it is the same on every
Postgres and works for languages that have no spaces. Folding: NFKC, case folding, accents removed. Words are runs of
letters and digits; Chinese, Japanese, Korean and Thai runs become bigrams (and the last character alone), so that
every part of a run can be found.
"""

import re
import unicodedata
from collections.abc import Iterator

# Hiragana, katakana, Han with its extensions, Hangul syllables, Thai.
_BIGRAM = (
    "\u0e00-\u0e7f\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003134f"
)
_WORD = re.compile(rf"([{_BIGRAM}]+)|((?:(?![{_BIGRAM}])[^\W_])+)")
_RUN_AT_END = re.compile(rf"([{_BIGRAM}]+)[\W_]*$")
_ACCENTS = re.compile("[\u0300-\u036f]")
_NO_DECOMPOSITION = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"})

# Postgres' own limits of a tsvector: positions up to 16,383, a lexeme below 2 KiB, the whole below 1 MiB.
_MAX_POSITION = 16_383
_MAX_WORD = 64
_SECTION_GAP = 64
_MAX_WORDS = 30_000


def fold(text: str) -> str:
    """Text as it is compared: compatibility forms, case and accents gone. Marks of kana, Hangul and Thai stay."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return folded
    folded = _ACCENTS.sub("", unicodedata.normalize("NFD", folded))
    return unicodedata.normalize("NFC", folded).translate(_NO_DECOMPOSITION)


def tokens(text: str) -> list[str]:
    """Folded words and bigrams, in order: 'The Café' -> ['the', 'cafe'], '東京都' -> ['東京', '京都', '都']."""
    return list(_tokens(text))


def phrase(text: str) -> list[str]:
    """The tokens, each right after the other, by which a query finds text as it stands: as `tokens`, but for the lone
    last character of a run at the end, since in the article the run may go on ('東京' in '東京都')."""
    found = list(_tokens(text))
    last = _RUN_AT_END.search(fold(text))
    return found[:-1] if last and len(last[1]) > 1 else found


def _tokens(text: str) -> Iterator[str]:
    for match in _WORD.finditer(fold(text)):
        run, word = match.groups()
        if word is not None:
            yield word[:_MAX_WORD]
            continue
        yield from (run[i : i + 2] for i in range(len(run) - 1))
        yield run[-1]


def tsvector(*, headline: str, lead: str | None = None, byline: str | None = None, body: str | None = None) -> str:
    """The literal of an article's tsvector: headline weighs A, lead B, byline C, body D. At most 30,000 words count;
    sections lie apart, so that no phrase runs from one into the next."""
    positions: dict[str, list[str]] = {}
    at = words = 0
    for weight, text in (("A", headline), ("B", lead), ("C", byline), ("", body)):
        for token in _tokens(text or ""):
            at += 1
            words += 1
            if words > _MAX_WORDS:
                break
            places = positions.setdefault(token, [])
            if len(places) < 256:
                places.append(f"{min(at, _MAX_POSITION)}{weight}")
        at += _SECTION_GAP
    return " ".join(f"{quoted(token)}:{','.join(places)}" for token, places in positions.items())


def quoted(lexeme: str) -> str:
    """A lexeme as tsvector and tsquery literals take it."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


# Letters and digits of Latin, Greek, Cyrillic, Hebrew and Arabic: a whole word has none before or after it.
_LETTERS = "0-9A-Za-zÀ-ÖØ-öø-ʯͰ-ϿЀ-ԯא-תء-يḀ-ỿ"


def pattern(text: str, *, prefix: bool = False) -> str | None:
    """A regular expression (Postgres' advanced kind) that finds a word or phrase, as `tokens` would fold it, in
    unfolded text: each letter stands for all that fold to it, and words of spaced scripts match whole, or, with
    `prefix`, from their beginning. None when the text holds no word."""
    pieces = [(run or word, bool(run)) for run, word in _WORD.findall(fold(text))]
    if not pieces:
        return None
    found = rf"[^{_LETTERS}{_BIGRAM}]*".join(
        "".join(f"[{_UNFOLDED[c]}]" if c in _UNFOLDED else re.escape(c) for c in piece) for piece, _ in pieces
    )
    before = "" if pieces[0][1] else rf"(?<![{_LETTERS}])"
    after = "" if pieces[-1][1] else rf"[{_LETTERS}]*" if prefix else rf"(?![{_LETTERS}])"
    return before + found + after


def _unfolded() -> dict[str, str]:
    table: dict[str, set[str]] = {}
    ranges = ((0x41, 0x250), (0x370, 0x530), (0x1E00, 0x1F00), (0xFF10, 0xFF5B))
    for char in (chr(c) for start, end in ranges for c in range(start, end)):
        folded = fold(char)
        if len(folded) == 1 and folded.isalnum():
            table.setdefault(folded, {folded}).add(char)
    return {base: "".join(sorted(chars)) for base, chars in table.items()}


_UNFOLDED = _unfolded()
