"""Bylines: who signed, out of the credit as it is printed.

'By Ann Lee and Kim Ho in Tokyo' -> Ann Lee, Kim Ho. Agencies, desks, outlets and software accounts are not people.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from ingest.agency import agency_of
from ingest.feed import Person
from ingest.search_text import fold
from ingest.text import one_line

# Not from within a word, which would try a long one again from each of its letters.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NAMED_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+\s*\((?P<name>[^()]+)\)")
_LEAD_IN = re.compile(
    r"^(?:story by|written by|reported by|text by|words by|by|von|vom|par|por|di|da|af|av|door|autor(?:in|a)?:|author:"
    r"|文[/:：]|記者[/:：]|기자[/:：])\s+",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|@\w+")
_BRACKETS = re.compile(r"\s*[(\[（【][^()\[\]（）【】]*[)\]）】]")
# 'in Tokyo', 'at the United Nations', ', Political Editor', '| The Example', '/ AFP', '- Example News'.
_PLACE = re.compile(r"\s+(?:in|at|reporting from|from|aus|à|en|a)\s+(?:the\s+)?[A-ZÀ-Þ].*$")
_DIVIDERS = re.compile(
    r"\s*(?:[;/|•·、，＆]|\s[-–—]\s|\s&\s|\s(?:and|und|et|y|e|og|och|en|with|with additional reporting by)\s)\s*"
)
_COMMA = re.compile(r"\s*,\s*")
_JAPANESE_TITLE = re.compile(r"(?:記者|編集委員|論説委員|特派員|特約記者|기자|특파원|記者団)$")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|phd|ph\.d|md|m\.d|esq)\.?", re.IGNORECASE)
_ROLE = re.compile(
    r"\b(?:editor|correspondent|reporter|writer|columnist|producer|bureau|chief|contributor|analyst|redakteur(?:in)?"
    r"|korrespondent(?:in)?|photographer|director|professor|lecturer|fellow)\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"\b(?:staff|newsroom|news ?desk|desk|editors?|editorial|redaktion|redazione|redacción|redaccion|rédaction|redactie"
    r"|team|admin(?:istrator)?|webmaster|root|user|unknown|anonymous|noreply|no-reply|guest|news agency|agency|agencies"
    r"|agencia|agence|agentur|press release|sponsored|partner content|newsletter|press|magazine|podcast|radio|tv|inc"
    r"|ltd|llc|gmbh|corp|foundation|association|university|blog|news|times|service|wire|media|network|reports?)\b\.?"
    r"|編集部|取材班|社会部|政治部|経済部|新聞|通信|ニュース|편집국|뉴스|통신|新华社|编辑部",
    re.IGNORECASE,
)
# No credit is longer, and the patterns here take time by the square of a text's length.
_MAX_FIELD = 500
_MAX_FIELDS = 100
_MAX_NAMES = 20
_MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Byline:
    """The credit as printed (None for none), the people named in it, and the agency, if one is."""

    printed: str | None
    people: tuple[Person, ...]
    agency: str | None


def byline(signed: Iterable[Person], outlets: Iterable[str] = ()) -> Byline:
    """The byline out of what the feed's author fields print. `outlets`: names that are the outlet's own. A field's
    address is its person's where it names one."""
    fields: dict[str, str | None] = {}
    for each in islice(signed, _MAX_FIELDS):
        if text := without_email(one_line(each.name)):
            fields[text] = fields.get(text) or each.url
    ours = {fold(name) for name in outlets if name}
    people: dict[str, Person] = {}
    agency: str | None = None
    for field, url in fields.items():
        named: dict[str, str] = {}
        for part in _parts(field):
            folded = fold(part)
            if wire := agency_of(part):
                agency = agency or wire
            elif _is_person(part) and folded not in ours:
                named.setdefault(folded, part)
        for folded, name in named.items():
            people.setdefault(folded, Person(name, url if len(named) == 1 else None))
        agency = agency or _bracketed_agency(field)
    return Byline(", ".join(fields)[:_MAX_FIELD] or None, tuple(islice(people.values(), _MAX_NAMES)), agency)


def without_email(field: str) -> str:
    """'editor@x.example (Ann Lee)' -> 'Ann Lee'; a bare address says nobody's name. Of a field only the first 500
    characters count."""
    field = _NAMED_EMAIL.sub(lambda match: match["name"], field[:_MAX_FIELD])
    return re.sub(r"\s*[<(\[]?\s*$", "", re.sub(r"[<(\[]\s*[>)\]]", "", _EMAIL.sub("", field))).strip(" ,;-")


def _parts(field: str) -> Iterable[str]:
    text = _ADDRESS.sub(" ", _BRACKETS.sub(" ", field))
    text = _PLACE.sub("", one_line(_LEAD_IN.sub("", one_line(text))))
    for divided in _DIVIDERS.split(text):
        pieces = [piece for piece in _COMMA.split(divided) if piece]
        if len(pieces) == 2 and " " not in pieces[0] and " " not in pieces[1] and not _SUFFIX.fullmatch(pieces[1]):
            # 'Lee, Ann': a list of two names of one word each is not met.
            pieces = [f"{pieces[1]} {pieces[0]}"]
        for piece in pieces:
            if _SUFFIX.fullmatch(piece) or _ROLE.search(piece):
                continue
            yield one_line(_JAPANESE_TITLE.sub("", _LEAD_IN.sub("", _PLACE.sub("", piece)))).strip(" .:-–—'\"")


def _is_person(part: str) -> bool:
    """Whether a part reads as a person's name: two letters at least, no digits, at most five words, nobody's desk. A
    single lower-case word is an account."""
    if not 2 <= len(part) <= _MAX_NAME or _NOBODY.search(part) or any(char.isdigit() or char == "@" for char in part):
        return False
    words = part.split()
    if len(words) > 5 or not any(char.isalpha() for char in part):
        return False
    return not (part.isascii() and part.islower()) if len(words) == 1 else True


def _bracketed_agency(field: str) -> str | None:
    for match in re.finditer(r"[(\[（【]([^()\[\]（）【】]*)[)\]）】]", field):
        if wire := agency_of(match[1]):
            return wire
    return None
