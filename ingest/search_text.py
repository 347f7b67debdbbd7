"""Search text: how words are cut and folded, the same for articles and for queries.

Written by the program and not by a text search configuration of the server, so that it is the same on every
Postgres and works for languages that have no spaces. Folding: NFKC, case folding, accents and vowel points removed.
Words are runs of letters, their marks and digits; Chinese, Japanese, Korean and Thai runs become bigrams (and the
last character alone), so that every part of a run can be found.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

# Hiragana, katakana, Han with its extensions, Hangul syllables, Thai.
_BIGRAM = (
    "\u0e00-\u0e7f\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003134f"
)
# Vowel signs and other marks of the scripts from Hebrew to Balinese, without which Hindi falls into single letters.
_MARKS = "".join(
    chr(code)
    for start, end in ((0x591, 0x10A0), (0x1700, 0x1D00), (0xA800, 0xAC00))
    for code in range(start, end)
    if unicodedata.category(chr(code)) in ("Mn", "Mc")
)
# No word holds white space or a tilde, on which `search_words` of db/schema.sql relies.
_WORD = re.compile(rf"([{_BIGRAM}]+)|((?![{_BIGRAM}])[^\W_](?:(?![_{_BIGRAM}])[\w{_MARKS}])*)")
_ASCII_WORD = re.compile("[0-9a-z]+")
_SPACED_WORD = re.compile(rf"\w[\w{_MARKS}]*")
_BIGRAM_TOKEN = re.compile(f"[{_BIGRAM}]{{1,2}}")
# Accents of Latin, Greek and Cyrillic; points of Hebrew and Arabic, which are rarely printed; the Arabic lengthening.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u0652\u0670]")
_DECOMPOSED = {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"}
_NO_DECOMPOSITION = re.compile(f"[{''.join(_DECOMPOSED)}]")

# Postgres' own limits of a tsvector: positions up to 16,383, a lexeme below 2 KiB, the whole below 1 MiB.
_MAX_POSITION = 16_383
_MAX_WORD = 64
_SECTION_GAP = 64
_MAX_WORDS = 30_000
_MAX_BYTES = 900_000


def fold(text: str) -> str:
    """Text as it is compared: compatibility forms, case and accents gone. Marks of kana, Hangul and Thai stay."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return folded
    folded = _ACCENTS.sub("", unicodedata.normalize("NFD", folded))
    folded = unicodedata.normalize("NFC", folded)
    return _NO_DECOMPOSITION.sub(lambda match: _DECOMPOSED[match[0]], folded)


def tokens(text: str) -> list[str]:
    """Folded words and bigrams, in order: 'The Café' -> ['the', 'cafe'], '東京都' -> ['東京', '京都', '都']."""
    return list(_tokens(text))


def phrase(text: str) -> list[str]:
    """The tokens, each right after the other, by which a query finds text as it stands: as `tokens`, but for the lone
    last character of a run at the end, since in the article the run may go on ('東京' in '東京都')."""
    found = list(_tokens(text))
    return found[:-1] if len(found) > 1 and is_bigram(found[-1]) and found[-2][1:] == found[-1] else found


def is_bigram(token: str) -> bool:
    """Whether a token comes of a script that is cut into bigrams."""
    return _BIGRAM_TOKEN.fullmatch(token) is not None


def _tokens(text: str) -> Iterable[str]:
    folded = fold(text)
    # Most texts need no more than a simple expression, which is four times as fast.
    if folded.isascii():
        return _cut(_ASCII_WORD.findall(folded))
    if not _BIGRAM_TOKEN.search(folded):
        return _cut(_SPACED_WORD.findall(folded.replace("_", " ")))
    return _mixed(folded)


def _cut(words: list[str]) -> list[str]:
    return [word[:_MAX_WORD] for word in words]


def _mixed(folded: str) -> Iterator[str]:
    for run, word in _WORD.findall(folded):
        if word:
            yield word[:_MAX_WORD]
            continue
        yield from (run[i : i + 2] for i in range(len(run) - 1))
        yield run[-1]


def tsvector(*, headline: str, lead: str | None = None, byline: str | None = None, body: str | None = None) -> str:
    """The literal of an article's tsvector: headline weighs A, lead B, byline C, body D. At most 30,000 words count,
    fewer where they are long and all different; sections lie apart, so that no phrase runs from one into the next."""
    positions: dict[str, list[str]] = {}
    at = words = size = 0
    for weight, text in (("A", headline), ("B", lead), ("C", byline), ("", body)):
        for token in _tokens(text or ""):
            at += 1
            words += 1
            places = positions.get(token)
            size += 2 if places else len(token.encode()) + 6
            if words > _MAX_WORDS or size > _MAX_BYTES:
                break
            if places is None:
                places = positions[token] = []
            if len(places) < 256:
                places.append(f"{at if at < _MAX_POSITION else _MAX_POSITION}{weight}")
        at += _SECTION_GAP
    return " ".join(f"{quoted(token)}:{','.join(places)}" for token, places in positions.items())


def quoted(lexeme: str) -> str:
    """A lexeme as tsvector and tsquery literals take it."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


# Letters and digits of the scripts with spaces: a whole word has none before or after it.
_LETTERS = "0-9A-Za-zª²³µ¹ºÀ-ÖØ-öø-ʯͰ-ͽͿΆΈ-ϿЀ-ҁҊ-ԯԱ-Ֆա-ևא-תء-يٮ-ۓऀ-ॣ०-ൿႠ-ჿḀ-῿ﬀ-ﬆ０-９Ａ-Ｚａ-ｚ"


def pattern(text: str, *, prefix: bool = False) -> str | None:
    """A regular expression (Postgres' advanced kind) that finds a word or phrase, as `tokens` would fold it, in
    unfolded text: each letter stands for all that fold to it ('strasse' finds 'Straße'), and words of spaced scripts
    match whole, or, with `prefix`, from their beginning. None when the text holds no word."""
    pieces = [(run or word, bool(run)) for run, word in _WORD.findall(fold(text))]
    if not pieces:
        return None
    written = [_written(piece) for piece, _ in pieces]
    if prefix:
        written[-1] = _begun(pieces[-1][0])
    found = rf"[^{_LETTERS}{_BIGRAM}]*".join(written)
    before = "" if pieces[0][1] else rf"(?<![{_LETTERS}])"
    after = "" if pieces[-1][1] else rf"[{_LETTERS}]*" if prefix else rf"(?![{_LETTERS}])"
    return before + found + after


def _written(word: str) -> str:
    """A folded word as all its spellings: 'ss' may stand as 'ß', 'ffi' as one, two or three signs."""
    parts, at = [], 0
    while at < len(word):
        end = at + 1
        while end - at < _LONGEST_LIGATURE and (match := _LIGATURE.match(word, end - 1)):
            end = match.end()
        ways = _ways(word[at:end])
        parts.append(ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})")
        at = end
    return "".join(parts)


def _begun(word: str) -> str:
    """The beginning of a folded word, which may end within a sign: 'stras' begins 'Straße', 'o' begins 'œuvre'."""
    lengths = range(1, min(len(word) + 1, _LONGEST_LIGATURE))
    within = [f"{_written(word[:-n])}[{chars}]" for n in lengths if (chars := _BEGUN.get(word[-n:]))]
    ways = [_written(word), *within]
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _ways(letters: str) -> list[str]:
    if not letters:
        return [""]
    ways = []
    for length in range(1, len(letters) + 1):
        chars = _UNFOLDED.get(letters[:length], re.escape(letters) if length == 1 else "")
        one = chars if len(chars) == 1 or chars[:1] == "\\" else f"[{chars}]"
        ways += [one + rest for rest in _ways(letters[length:])] if chars else []
    return ways


def _unfolded() -> dict[str, str]:
    """All that folds to a letter, or to a few letters."""
    table: dict[str, set[str]] = {}
    ranges = ((0x41, 0x250), (0x370, 0x530), (0x1E00, 0x2000), (0xFB00, 0xFB07), (0xFF10, 0xFF5B))
    for char in (chr(code) for start, end in ranges for code in range(start, end)):
        folded = fold(char)
        if folded.isalnum():
            table.setdefault(folded, {folded} if len(folded) == 1 else set()).add(char)
    return {base: "".join(sorted(chars)) for base, chars in table.items()}


_UNFOLDED = _unfolded()
_LIGATURE = re.compile("|".join(sorted((base for base in _UNFOLDED if len(base) > 1), key=len, reverse=True)))
_LONGEST_LIGATURE = 4
# By the letters that they begin with, the signs that go on from there.
_BEGUN = {
    begun: "".join(sorted({char for base in _UNFOLDED if base[:-1].startswith(begun) for char in _UNFOLDED[base]}))
    for begun in {base[:length] for base in _UNFOLDED for length in range(1, len(base))}
}
