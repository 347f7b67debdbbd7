"""Words of a list, found in a text however they are dressed up.

Text and words are folded: width, case, accents, letters of other scripts that look like Latin ones, digits and signs
that stand for letters (1d10t), letters said many times (idioooot) or s p e l l e d. Where the language has spaces, a
word is found only as a whole word: "ass" not in "class". `stem*` finds every word that begins so. Chinese, Japanese and
Thai are looked through character by character; there, as anywhere, an allowed word hides what stands in it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

from ingest.search_text import fold
from ingest.text import INVISIBLE

# As wide as a space.
_BLANK = "\u2800"
_LOOKALIKES = str.maketrans("асеорхуіјѕԁһӏкмтв" + "αεικνορτυχ", "aceopxyijsdhlkmtb" + "aeiknoptux")
_LATIN, _OTHER = re.compile("[a-z]"), re.compile("[Ͱ-ӿԀ-ԯ]")
_LEET = str.maketrans("0134578@$!|+€", "oieastbasiite")
_LEET_SIGNS = re.escape("@$!|+€")
# A word with the signs that may stand for letters in it, marks of other scripts included.
_WORD = re.compile(rf"[\w{_LEET_SIGNS}]+")
_EDGE_SIGNS = "!|+"
_ENYE = "\ue000"
_BETWEEN = re.compile(r"[\s.*_\-]")
# No character is both a letter and what stands between letters, so that there is one way to read a run of either.
_SINGLES = re.compile(r"(?<![^\W_])[^\W_](?:[\s.*_\-]{1,3}[^\W_]){3,}(?![^\W_])")
_RUN = re.compile(r"(.)\1{2,}")
_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff]+$")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]+$")
_KATAKANA_RUN = re.compile("[\u30a1-\u30fa\u30fc]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
# What Korean hangs on a noun.
_PARTICLES = re.compile(
    "(?:들)?(?:은|는|이|가|을|를|야|아|도|만|의|에|에게|한테|로|으로|와|과|랑|이랑|이나|나|라고|이라고"
    "|같은|같이|같다|네|이네|임|이야|이다|다|놈|년)?$"
)


@dataclass(frozen=True, slots=True)
class WordList:
    """Words by language; those under `any` hold in every language. allowed: words in which none is found."""

    words: Mapping[str, tuple[str, ...]]
    allowed: Mapping[str, tuple[str, ...]]

    def find(self, folded: str, language: str) -> Iterator[str]:
        """Words that are listed for a language and stand in a text, as the list has them, in its order. folded: the
        text, as `plain` gives it."""
        listed = [*_of(self.words, language)]
        if not listed:
            return
        for word in _of(self.allowed, language):
            folded = _without(folded, _listed(word))
        whole = _forms(folded)
        for word in listed:
            if _stands(_listed(word), folded, whole):
                yield word


def _of(words: Mapping[str, tuple[str, ...]], language: str) -> Iterable[str]:
    """The words that hold in a language; where it isn't known, all."""
    primary = language.partition("-")[0]
    if primary == "und":
        return dict.fromkeys(word for listed in words.values() for word in listed)
    return dict.fromkeys((*words.get("any", ()), *words.get(primary, ()), *words.get(language, ())))


def plain(text: str) -> str:
    """Text folded, without what can't be seen. ñ is a letter and not an n with an accent: "cono" is no "coño"."""
    composed = unicodedata.normalize("NFC", INVISIBLE.sub("", text.replace(_BLANK, " ")))
    folded = fold(composed.replace("ñ", _ENYE).replace("Ñ", _ENYE)).replace(_ENYE, "ñ").replace("’", "'")
    folded = INVISIBLE.sub("", folded)
    # Marks without a letter of their own that are piled upon others.
    return unicodedata.normalize("NFC", folded)


# Of the words of lists alone: what somebody wrote is not kept.
_listed = lru_cache(maxsize=4096)(plain)


def _without(folded: str, allowed: str) -> str:
    """The text with an allowed word blanked, as a whole word where words have spaces."""
    if _UNSPACED.search(allowed):
        return folded.replace(allowed, " ")
    ends = r"\w*" if allowed.endswith("*") or _HANGUL.match(allowed) else r"(?!\w)"
    return re.sub(rf"(?<!\w){re.escape(allowed.removesuffix('*'))}{ends}", " ", folded)


def _forms(folded: str) -> set[str]:
    """Every whole word of a text, in each form that it may stand for."""
    words = [match[0].strip(_EDGE_SIGNS) for match in _WORD.finditer(folded)]
    words += [_BETWEEN.sub("", met[0]) for met in _SINGLES.finditer(folded)]
    return {form for word in words for form in _dressed(word)}


def _dressed(word: str) -> Iterator[str]:
    forms = [word]
    if (_LATIN.search(word) and _OTHER.search(word)) or word.translate(_LOOKALIKES).isascii():
        forms.append(word.translate(_LOOKALIKES))
    forms += [form.translate(_LEET) for form in forms if _LATIN.search(form)]
    for form in dict.fromkeys(forms):
        yield form
        if _RUN.search(form):
            yield _RUN.sub(r"\1", form)
            yield _RUN.sub(r"\1\1", form)


def _stands(word: str, folded: str, whole: Set[str]) -> bool:
    if _KATAKANA.match(word):
        # A whole run: バカ is not in バカンス.
        return word in _KATAKANA_RUN.findall(folded)
    if _UNSPACED.search(word):
        return word in folded
    if not _WORD.fullmatch(word.removesuffix("*")):
        return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded) is not None
    if word.endswith("*"):
        return any(form.startswith(word[:-1]) for form in whole)
    if _HANGUL.match(word):
        return any(form.startswith(word) and _PARTICLES.match(form, len(word)) for form in whole)
    return word in whole
