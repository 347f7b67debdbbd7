"""Words of a list, found in a text though they are dressed up.

Text and words are folded: width, case, accents, white space. A word is found with letters of another script that look
like its own, with digits and signs that stand for letters (1d10t), with letters said many times (idioooot) or most of
them twice, s p e l l e d, with signs around it (@idiot), and alone with signs in it (id-iot). Where the language has
spaces, a word is found only as a whole word: "ass" not in "class". `stem*` finds every word that begins so. Chinese,
Japanese and Thai are looked through character by character; there, as anywhere, an allowed word hides what it holds.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from ingest.search_text import fold
from ingest.text import INVISIBLE

# What nobody sees and is as wide as a space; what is written with one sign and unfolds to a whole sentence, in which no
# word of a list is looked for and which would make a text eighteen times as long.
_AS_SPACES = dict.fromkeys(map(ord, "\u2800\ufdfa\ufdfb"), " ")
# Marks that go with any letter, and stay where accents were removed.
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
# Letters of other scripts that look like Latin ones; the other way round their capitals too (Н as H, Μ as M).
_AS_LATIN = str.maketrans("асеорхуіјѕԁһӏкмтв" + "αεικνορτυχ", "aceopxyijsdhlkmtb" + "aeiknoptux")
_AS_CYRILLIC = str.maketrans("aceopxyijsdhlkmtb", "асеорхуіјѕԁнӏкмтв")
_AS_GREEK = str.maketrans("abezhikmnoptuyx", "αβεζηικμνορτυυχ")
_LATIN, _OTHER = re.compile("[a-z]"), re.compile("[Ͱ-ӿԀ-ԯ]")
_LEET = str.maketrans("0134578@$!|+€", "oieastbasiite")
_LEET_SIGNS = re.escape("@$!|+€")
# A word with the signs that may stand for letters in it; words that are tied to one another.
_WORD = re.compile(rf"[\w{_LEET_SIGNS}]+")
_TIED = re.compile(rf"{_WORD.pattern}(?:-{_WORD.pattern})*")
_LETTER, _LETTERS = re.compile(r"\w"), re.compile(r"\w*")
# What may stand for a letter at the end of a word, and seldom does; what may do so at its beginning besides.
_END_SIGNS, _EDGE_SIGNS = "!|+", "!|+@$€"
_ENYE = "\ue000"
# Signs right between two letters, hyphens and dashes among them, are all folded to a hyphen.
_TIE, _HYPHEN = re.compile(r"(?<=\w)[-*./~\u00b7\u2010-\u2015\u2022]+(?=\w)"), re.compile(r"(?<=\w)-(?=\w)")
_BETWEEN = re.compile(r"[ .*/-]")
# No character is both a letter and what stands between letters, so that there is one way to read a run of either.
_SINGLES = re.compile(r"(?<!\w)\w(?:[ .*/-]{1,3}\w){3,}(?!\w)")
_RUN, _AGAIN, _TWICE = re.compile(r"(.)\1{2,}"), re.compile(r"(.)\1+"), re.compile(r"(.)\1")
_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff]+$")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]+$")
_KATAKANA_RUN = re.compile("[\u30a1-\u30fa\u30fc]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
# What Korean hangs on a noun.
_PARTICLES = re.compile(
    "(?:들)?(?:은|는|이|가|을|를|야|아|도|만|의|에|에게|한테|로|으로|와|과|랑|이랑|이나|나|라고|이라고"
    "|같은|같이|같다|네|이네|임|이야|이다|다|놈|년)?$"
)


class Folded(str):
    """A text as words are looked for in it, cut into words once for all lists."""

    @cached_property
    def forms(self) -> frozenset[str]:
        """Every whole word, in each form that it may stand for."""
        words = {word for tied in self._tied for word in tied.split("-")}
        words |= {_BETWEEN.sub("", met[0]) for met in _SINGLES.finditer(self)}
        return frozenset(form for word in words for form in _dressed(word))

    @cached_property
    def unions(self) -> frozenset[str]:
        """What words make that are tied to one another, in the same forms."""
        return frozenset(form for tied in self._tied if "-" in tied for form in _dressed(tied.replace("-", "")))

    @cached_property
    def untied(self) -> str:
        """The text, with spaces where words are tied to one another."""
        return _HYPHEN.sub(" ", self)

    @cached_property
    def _tied(self) -> frozenset[str]:
        return frozenset(_TIED.findall(self))

    @cached_property
    def katakana(self) -> frozenset[str]:
        """Every whole run of katakana."""
        return frozenset(_KATAKANA_RUN.findall(self))


@dataclass(frozen=True, slots=True)
class WordList:
    """Words by language; those under `any` hold in every language. allowed: words in which none is found. Words that
    hold for a language are sorted once, by how they are looked for, so that a text is read as fast for a long list."""

    words: Mapping[str, tuple[str, ...]]
    allowed: Mapping[str, tuple[str, ...]]
    _sorted: "dict[tuple[str, ...], _Sorted]" = field(default_factory=dict, init=False, repr=False, compare=False)

    def find(self, folded: Folded, language: str) -> Iterator[str]:
        """Words that are listed for a language and stand in a text, as the list has them, in its order. folded: the
        text, as `plain` gives it."""
        names = _names(language)
        # Under names that nothing is listed for, the same words hold.
        key = tuple(name for name in names if name in self.words or name in self.allowed) if names else ("und",)
        if key not in self._sorted:
            self._sorted[key] = _Sorted(_of(self.words, names), _of(self.allowed, names))
        return self._sorted[key].find(folded)


def _names(language: str) -> tuple[str, ...]:
    """Under which names the words that hold in a language are listed; none where it isn't known, and all words hold."""
    primary = language.partition("-")[0]
    return () if primary == "und" else tuple(dict.fromkeys(("any", primary, language)))


def _of(words: Mapping[str, tuple[str, ...]], names: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(word for name in names or words for word in words.get(name, ())))


def plain(text: str) -> Folded:
    """Text folded, without what can't be seen; white space is one space. ñ is a letter and not an n with an accent:
    "cono" is no "coño"."""
    composed = unicodedata.normalize("NFC", INVISIBLE.sub("", text.translate(_AS_SPACES)))
    folded = fold(composed.replace("ñ", _ENYE).replace("Ñ", _ENYE)).replace(_ENYE, "ñ").replace("’", "'")
    folded = unicodedata.normalize("NFC", _MARKS.sub("", INVISIBLE.sub("", folded)))
    return Folded(_TIE.sub("-", " ".join(folded.replace("_", "-").split())))


class _Beginnings:
    """Texts, of which those are found that another begins with: in a time that grows with their lengths and not with
    their number."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = frozenset(filter(None, texts))
        lengths: dict[str, set[int]] = {}
        for text in self._texts:
            lengths.setdefault(text[0], set()).add(len(text))
        self._lengths = {first: tuple(sorted(found)) for first, found in lengths.items()}
        firsts = "".join(map(re.escape, self._lengths))
        self._anywhere = re.compile(f"[{firsts}]") if firsts else None
        self._outside = re.compile(rf"(?<!\w)[{firsts}]") if firsts else None

    def of(self, text: str, at: int = 0) -> Iterator[str]:
        """Those that stand at a place of a text."""
        for length in self._lengths.get(text[at : at + 1], ()):
            if (part := text[at : at + length]) in self._texts:
                yield part

    def within(self, text: str) -> Iterator[tuple[str, int]]:
        """Those that stand anywhere in a text, and where they begin."""
        for met in self._anywhere.finditer(text) if self._anywhere else ():
            for part in self.of(text, met.start()):
                yield part, met.start()

    def outside(self, text: str) -> Iterator[tuple[str, int]]:
        """Those that stand in a text with no letter right before them, and where they begin."""
        for met in self._outside.finditer(text) if self._outside else ():
            for part in self.of(text, met.start()):
                yield part, met.start()


class _Sorted:
    """Words by how they are looked for. What folds to nothing is never found, and hides nothing."""

    def __init__(self, words: Sequence[str], allowed: Iterable[str]) -> None:
        self._words = words
        hiding = {folded for folded in map(plain, allowed) if _bare(folded)}
        unspaced = {word for word in hiding if _UNSPACED.search(word)}
        self._allowed_parts = _Beginnings(map(_bare, unspaced))
        self._allowed_words = _Beginnings(map(_bare, hiding - unspaced))
        # These hide all of a word that begins so.
        self._allowed_stems = {_bare(word) for word in hiding if word.endswith("*") or _HANGUL.match(word)}
        self._places: dict[str, list[int]] = {}
        kinds: dict[_Kind, list[str]] = {kind: [] for kind in _Kind}
        for place, folded in enumerate(map(plain, words)):
            if folded:
                self._places.setdefault(folded, []).append(place)
                kinds[_kind(folded)].append(folded)
        self._katakana, self._whole = frozenset(kinds[_Kind.KATAKANA]), frozenset(kinds[_Kind.WHOLE])
        self._parts, self._phrases = _Beginnings(kinds[_Kind.PART]), _Beginnings(kinds[_Kind.PHRASE])
        self._stems = _Beginnings(map(_bare, kinds[_Kind.STEM]))
        self._hangul = _Beginnings(kinds[_Kind.HANGUL])
        # In pieces only the word itself is found: a stem would begin "Spa-Studio".
        alone = [word for kind in (_Kind.WHOLE, _Kind.STEM, _Kind.HANGUL) for word in kinds[kind]]
        self._alone = {
            form: [word for word in (form, f"{form}*") if word in self._places] for form in map(_bare, alone)
        }

    def find(self, folded: Folded) -> Iterator[str]:
        if not self._places:
            return iter(())
        hidden = sorted(self._hidden(folded))
        if hidden:
            folded = _without(folded, hidden)
        places = {place for word in self._met(folded) for place in self._places[word]}
        return (self._words[place] for place in sorted(places))

    def _hidden(self, folded: Folded) -> Iterator[tuple[int, int]]:
        """Where allowed words begin and end."""
        yield from ((at, at + len(part)) for part, at in self._allowed_parts.within(folded))
        for text in dict.fromkeys((str(folded), folded.untied)):
            for word, at in self._allowed_words.outside(text):
                end = at + len(word)
                if word in self._allowed_stems and (letters := _LETTERS.match(text, end)):
                    yield at, letters.end()
                elif not _LETTER.match(text, end):
                    yield at, end

    def _met(self, folded: Folded) -> Iterator[str]:
        yield from self._katakana & folded.katakana
        yield from self._whole & folded.forms
        yield from (part for part, _ in self._parts.within(folded))
        for text in dict.fromkeys((str(folded), folded.untied)):
            for phrase, at in self._phrases.outside(text):
                if not _LETTER.match(text, at + len(phrase)):
                    yield phrase
        for form in folded.unions & self._alone.keys():
            yield from self._alone[form]
        for form in folded.forms:
            yield from (f"{stem}*" for stem in self._stems.of(form))
            yield from (word for word in self._hangul.of(form) if _PARTICLES.match(form, len(word)))


class _Kind(Enum):
    """How a word is looked for."""

    KATAKANA = "as a whole run: バカ is not in バカンス"
    PART = "as it stands, where words have no spaces"
    PHRASE = "as it stands, with no letter right before and after"
    STEM = "as the beginning of a word"
    HANGUL = "as a word, or with particles"
    WHOLE = "as a word"


def _kind(word: str) -> _Kind:
    if _KATAKANA.match(word):
        return _Kind.KATAKANA
    if _UNSPACED.search(word):
        return _Kind.PART
    if not _WORD.fullmatch(_bare(word)):
        return _Kind.PHRASE
    if word.endswith("*"):
        return _Kind.STEM
    return _Kind.HANGUL if _HANGUL.match(word) else _Kind.WHOLE


def _bare(word: str) -> str:
    """A word without the star that makes it a stem."""
    return word.removesuffix("*")


def _without(folded: Folded, places: Iterable[tuple[int, int]]) -> Folded:
    """The text with places blanked, which come in order. A newline stands for each, since nothing reads on over it, as
    over a space: words on both sides of what is hidden are no phrase, and letters no spelled word."""
    kept: list[str] = []
    after = 0
    for begin, end in places:
        if end > after:
            kept += (folded[after:begin], "\n")  # nothing where it begins within the one before
            after = end
    return Folded("".join((*kept, folded[after:])))


def _dressed(word: str) -> Iterator[str]:
    """The forms that a word may stand for."""
    forms = [word, word.strip(_END_SIGNS), word.strip(_EDGE_SIGNS)]
    if not word.isascii():
        latin = word.translate(_AS_LATIN)
        if _LATIN.search(word) and _OTHER.search(word):
            forms += [latin, word.translate(_AS_CYRILLIC), word.translate(_AS_GREEK)]
        elif latin.isascii():
            forms.append(latin)
    forms += [form.translate(_LEET) for form in forms if _LATIN.search(form)]
    for form in dict.fromkeys(forms):
        yield form
        if _RUN.search(form):
            yield _RUN.sub(r"\1", form)
            yield _RUN.sub(r"\1\1", form)
        once = _AGAIN.sub(r"\1", form)
        # Most letters are said twice, as in no word: "iddiioott", and not "committee".
        if 2 * len(_AGAIN.findall(form)) > len(once):
            yield once
            yield _TWICE.sub(r"\1", form)
