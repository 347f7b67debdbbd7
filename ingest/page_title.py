"""Headlines without the name of the site, which pages print before or after them."""

import re
from collections.abc import Iterable

from ingest.page_text import letters
from ingest.text import one_line

# What parts a headline from the site's name: bars and arrows as they stand, dashes and colons between spaces.
_DIVIDER = re.compile(
    r"\s*[|｜¦»«›‹•·∙⋆::：]{1,2}\s*|\s+(?:[-–—―~/]|::|<|>|\\)\s+|(?<=\w)\s*:\s+|(?<=[』」】])\s*[-–—]\s*"
)
_DOMAIN = re.compile(r"(?:www\.)?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_ENDS = ("news", "online", "com", "official", "blog", "magazine")
_MAX_PARTS = 12


def without_site(title: str, names: Iterable[str], host: str | None, shown: Iterable[str] = ()) -> str:
    """The headline in a title. `names`: what the site is called; `host`: its host; `shown`: headings of the page, of
    which one that the title begins or ends with is the headline."""
    title = one_line(title)
    known = _known(names, host)
    for heading in shown:
        if len(letters(heading)) >= 12 and not _is_site(heading, known) and _is_end_of(heading, title):
            title = one_line(heading)
            break
    for _ in range(3):
        parts = [(match.start(), match.end()) for match in _DIVIDER.finditer(title)][:_MAX_PARTS]
        cut = None
        for start, end in parts:
            # The longest name first: 'Headline - City - The Example' is called 'City - The Example' by some.
            if _is_site(title[end:], known) and letters(title[:start]):
                cut = title[:start]
                break
            if _is_site(title[:start], known) and letters(title[end:]):
                cut = title[end:]
        if cut is None:
            break
        title = cut.strip()
    return title


def is_site(text: str, names: Iterable[str], host: str | None) -> bool:
    """Whether a text is nothing but the site's name."""
    return _is_site(text, _known(names, host))


def alike(one: str, other: str) -> bool:
    """Whether two texts have half of the shorter one's pairs of letters in common: two wordings of one headline do, in
    any language, and two headlines don't."""
    first, second = _pairs(one), _pairs(other)
    return bool(first) and 2 * len(first & second) >= min(len(first), len(second)) > 0


def _pairs(text: str) -> set[str]:
    said = letters(text)
    return {said[at : at + 2] for at in range(len(said) - 1)} or ({said} if said else set())


def _known(names: Iterable[str], host: str | None) -> set[str]:
    known = {letters(name) for name in names}
    for name in list(known):
        known.update(name.removesuffix(end) for end in _ENDS)
        known.add(name.removeprefix("the"))
        known.add("the" + name)
    labels = (host or "").split(".")
    if len(labels) > 1:
        # 'news.example.co.uk': every label but the last, and all that ends with one of them.
        known.update(label.replace("-", "") for label in labels[:-1] if len(label) > 2)
        known.update(letters(".".join(labels[at:])) for at in range(len(labels) - 1))
    return {name for name in known if len(name) > 1}


def _is_site(part: str, known: set[str]) -> bool:
    said = letters(part)
    if not said:
        return False
    if said in known or said.removeprefix("the") in known or _DOMAIN.fullmatch(part.strip()):
        return True
    if any(said.removesuffix(end) in known for end in _ENDS):
        return True
    # 'ExamplePolitics': the name and a section of it, in one word.
    return " " not in part.strip() and any(
        len(name) >= 3 and said.startswith(name) and len(said) <= len(name) + 10 for name in known
    )


def is_small_end(heading: str, title: str) -> bool:
    """Whether a heading is what a title ends with after a divider, and less than a third of it: rather the site's name
    than the headline."""
    whole, part = one_line(title).casefold(), one_line(heading).casefold()
    return whole.endswith(part) and _is_end_of(heading, title) and 3 * len(letters(part)) < len(letters(whole))


def _is_end_of(heading: str, title: str) -> bool:
    """Whether a title begins or ends with a heading, with a divider between it and the rest."""
    whole, part = title.casefold(), one_line(heading).casefold()
    if whole.startswith(part):
        return bool(re.match(r"\s*[|｜¦»›•·:：\-–—~/<]", whole[len(part) :]))
    if whole.endswith(part):
        return bool(re.search(r"[|｜¦»›•·:：\-–—~/>]\s*$", whole[: len(whole) - len(part)]))
    return False
