"""The language of a text: py3langid over configured languages, with the feed's own word as a hint.

Feeds often carry their software's default ('en-us' over German), so text that speaks clearly overrules the hint; short
or unclear text does not. Answers are BCP 47 with its casing: 'en', 'zh-Hant-TW', 'und' for unknown.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.text import words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LANGUAGES = tuple(
    sorted(words("ar bg bn cs da de el en es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sv th tr uk ur vi zh"))
)
UNKNOWN = "und"

# Above this the identifier is right often enough to overrule a feed; without a hint, less will do.
_CLEAR = 0.9
_LIKELY = 0.3
_CLEAR_BYTES = 40
_SAMPLE = 300

_TAG = re.compile(
    r"(?P<language>[a-zA-Z]{2,3})(?:[-_](?P<script>[a-zA-Z]{4}))?(?:[-_](?P<region>[a-zA-Z]{2}|\d{3}))?(?:[-_.@].*)?"
)
_NAMES = {
    **{"english": "en", "german": "de", "deutsch": "de", "french": "fr", "francais": "fr", "français": "fr"},
    **{"spanish": "es", "espanol": "es", "español": "es", "italian": "it", "italiano": "it", "portuguese": "pt"},
    **{"português": "pt", "dutch": "nl", "nederlands": "nl", "swedish": "sv", "danish": "da", "norwegian": "no"},
    **{"finnish": "fi", "polish": "pl", "polski": "pl", "czech": "cs", "russian": "ru", "turkish": "tr"},
    **{"japanese": "ja", "日本語": "ja", "korean": "ko", "한국어": "ko", "chinese": "zh", "中文": "zh"},
}
# Codes that were replaced, and countries that feeds print in the place of their language.
_REPLACED = {"iw": "he", "in": "id", "ji": "yi", "jp": "ja", "cz": "cs", "dk": "da", "gr": "el", "kr": "ko", "cn": "zh"}
# What the identifier calls a language of several codes.
_IDENTIFIED_AS = {"nb": "no", "nn": "no"}
# No word of a language: addresses, and digits with their signs.
_NOISE = re.compile(r"https?://\S+|www\.\S+|[\w.+-]+@[\w.-]+|[\d%$€£#@/|_*=+<>-]+")


def normalised(tag: str | None) -> str | None:
    """A language tag with BCP 47's casing ('EN_us' -> 'en-US', 'English' -> 'en'); None for what is none."""
    tag = (tag or "").strip().split(",")[0].strip()
    if name := _NAMES.get(tag.lower()):
        return name
    match = _TAG.fullmatch(tag)
    if match is None:
        return None
    language = match["language"].lower()
    language = _REPLACED.get(language, language)
    if language in ("und", "mul", "zxx", "xx"):
        return None
    script, region = match["script"], match["region"]
    return "-".join(part for part in (language, script and script.title(), region and region.upper()) if part)


def identify(text: str, hint: str | None = None, languages: Sequence[str] = LANGUAGES) -> str:
    """The language of a text. `hint`: the feed's word, whose region is kept where the language agrees."""
    said = normalised(hint)
    sample = _NOISE.sub(" ", text[: 2 * _SAMPLE])[:_SAMPLE]
    if not any(char.isalpha() for char in sample):
        return said or UNKNOWN
    found, sureness = _identifier(tuple(languages)).classify(sample)
    if said is None:
        return str(found) if sureness >= _LIKELY else UNKNOWN
    primary = said.split("-")[0]
    primary = _IDENTIFIED_AS.get(primary, primary)
    if found == primary or primary not in languages:
        # A language that is not looked for can't be confirmed, and whoever prints it means it.
        return said
    return str(found) if sureness >= _CLEAR and len(sample.strip().encode()) >= _CLEAR_BYTES else said


@lru_cache(maxsize=4)
def _identifier(languages: tuple[str, ...]) -> "LanguageIdentifier":
    # A second and 60 MB: loaded by the processes that parse, at the first text.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(languages)
    return identifier
