"""How toxic a text is, from 0 to 1: the port for whatever scores, and the scorer that comes with the service.

The built-in one knows words and whether somebody is spoken to; it reads neither irony nor context. It is meant to hold
what is plainly abusive until somebody looks, and to be replaced where a newsroom has better.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import prod
from pathlib import Path

from ingest.moderation.words import Folded, WordList, plain

# A scorer: the plain text and its language (BCP 47, "und" where it isn't known) → 0 to 1.
Scorer = Callable[[str, str], float]

_WEIGHTS = {"severe": 0.9, "strong": 0.6, "mild": 0.3}
# What an insult gains by being said to somebody; a text in capitals gains as much as a mild word.
_DIRECTED = 1.4
_SHOUTED, _LEAST_LETTERS = 0.2, 20


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """Words with their weights, and those that speak to somebody."""

    words: WordList
    weights: Mapping[str, float]
    you: WordList


def score(text: str, language: str) -> float:
    """The built-in scorer. Each listed word leaves less of the text unharmed: two insults are worse than one, and
    nothing is worse than 1. Readers write English under articles of every language: a text is scored as English too,
    and the higher counts; in a language that it doesn't know, as English alone."""
    primary = language.partition("-")[0]
    if primary not in _lexicons():
        primary = "en"
    folded = plain(text)
    return max(_harm(text, folded, _lexicons()[words], primary) for words in {primary, "en"})


def _harm(text: str, folded: Folded, lexicon: _Lexicon, language: str) -> float:
    factor = _DIRECTED if any(lexicon.you.find(folded, language)) else 1.0
    harms = [min(lexicon.weights[word] * factor, 0.97) for word in lexicon.words.find(folded, language)]
    if harms and _shouts(text):
        harms.append(_SHOUTED)
    return round(1 - prod(1 - harm for harm in harms), 3)


def _shouts(text: str) -> bool:
    letters = [char for char in text if char.isupper() or char.islower()]
    return len(letters) >= _LEAST_LETTERS and sum(map(str.isupper, letters)) > 0.7 * len(letters)


@cache
def _lexicons() -> dict[str, _Lexicon]:
    lists = tomllib.loads((Path(__file__).parent / "toxicity.toml").read_text(encoding="utf-8"))
    alike = {language: tuple(words.pop("not_english", ())) for language, words in lists.items()}
    return {language: _lexicon(words, alike if language == "en" else {}) for language, words in lists.items()}


def _lexicon(words: dict[str, list[str]], alike: dict[str, tuple[str, ...]]) -> _Lexicon:
    """alike: by language, words that only look like these."""
    allowed = {"any": tuple(words["allowed"]), **alike}
    weights = {word: weight for name, weight in _WEIGHTS.items() for word in words[name]}
    return _Lexicon(WordList({"any": tuple(weights)}, allowed), weights, WordList({"any": tuple(words["you"])}, {}))
