"""The picture that stands for an article, with what is printed about it."""

import re
from dataclasses import dataclass
from typing import Any

from ingest import url
from ingest.page_fields import Sources
from ingest.page_select import Element
from ingest.page_text import strings, text_of
from ingest.sanitise import is_tracker, pixels
from ingest.sanitise import text_of as plain_of
from ingest.text import cut, one_line, unescaped

_CREDIT_NAME = re.compile(r"credit|copyright|photographer|attribution|source|byline", re.IGNORECASE)
_CAPTION_NAME = re.compile(r"caption|cutline", re.IGNORECASE)
_LABEL = re.compile(
    r"^\W*(?:(?:photo(?:graph)?|image|picture|foto|bild|crédit(?: photo)?|photo credit|image credit|credit|source"
    r"|quelle|写真|사진)s?"
    r"(?:\s*(?:[:：=/]|by\b|credit:?|courtesy(?: of)?|von\b|de\b)\s*)+|©\s*)",
    re.IGNORECASE,
)
# '… after the vote. (Ann Lee/Example Images)', '… Photo: Ann Lee'.
_TAIL = re.compile(
    r"[\s.]*(?:[(（\[]\s*(?:(?:photo|image|foto|picture)s?(?:\s*[:/：]|\s+by|\s+credit:?"
    r"|\s+courtesy of)\s*(?P<named>[^()（）\[\]]{2,80})"
    r"|(?P<bracketed>[^()（）\[\]]{0,40}(?:/|AP\b|AFP|Reuters|Getty|via\b|©)[^()（）\[\]]{0,60}))\s*[)）\]]"
    r"|(?:\s|^)(?:photo(?:graph)?|image|foto|picture)(?:\s+credit)?(?:\s*[:：]|\s+by)\s*(?P<labelled>[^.:]{2,80})"
    r"|[\s(（]+(?P<marked>©\s*[^()（）]{2,80}))[\s.)）]*$",
    re.IGNORECASE,
)
_MAX = 2000


@dataclass(frozen=True, slots=True)
class PageImage:
    """A picture: absolute address, size in pixels, alternative text, caption, credit."""

    url: str
    width: int | None = None
    height: int | None = None
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None


def image_of(sources: Sources, base: str | None) -> PageImage | None:
    """The first picture in the order of the rules, completed by what other places say of the same one."""
    found = next(
        (made for _, said in sources.read("image") if (made := url.absolute(said, base)) and not is_tracker(made)
         and len(made) <= url.MAX_LENGTH), None
    )  # fmt: skip
    if found is None:
        return None
    data = _data(sources.article.get("image"), found)
    width, height = pixels(_one(data.get("width"))), pixels(_one(data.get("height")))
    if found in (
        url.absolute(said, base) for said in (*sources.at("meta:og:image"), *sources.at("meta:og:image:secure_url"))
    ):
        width = width or pixels(next(iter(sources.at("meta:og:image:width")), None))
        height = height or pixels(next(iter(sources.at("meta:og:image:height")), None))
    shown = _shown(sources.tree, found, base)
    caption, credit = shown if shown else (None, None)
    caption = caption or _line(_one(data.get("caption")) or _one(data.get("description")))
    for name in ("creditText", "creator", "author", "copyrightHolder", "copyrightNotice"):
        credit = credit or _line(_one(data.get(name)))
    if caption and not credit:
        caption, credit = parted(caption)
    alts = [text for place in ("meta:og:image:alt", "meta:twitter:image:alt") for text in sources.at(place)]
    return PageImage(found, width, height, _line(alts[0]) if alts else None, caption, _credit(credit))


def parted(caption: str) -> tuple[str | None, str | None]:
    """A caption and the credit at its end."""
    match = _TAIL.search(caption[-200:])
    if match is None:
        return caption, None
    credit = match["named"] or match["bracketed"] or match["labelled"] or match["marked"]
    at = max(0, len(caption) - 200) + match.start()
    rest = caption[:at].strip()
    return (rest + ("." if rest and rest[-1].isalnum() and caption[at : at + 1] == "." else "")) or None, one_line(
        credit
    )


def _data(image: Any, address: str) -> dict[str, Any]:
    """JSON-LD's object for an address."""
    for one in image if isinstance(image, list) else [image]:
        if isinstance(one, dict) and any(
            _key(text) == _key(address) for text in strings(one.get("contentUrl")) + strings(one.get("url"))
        ):
            return one
    return {}


def _shown(tree: Element, address: str, base: str | None) -> tuple[str | None, str | None] | None:
    """Caption and credit of the figure that shows a picture; failing that, of the first figure with a caption that
    stands in an article or a header."""
    first = None
    for figure in tree.iter("figure"):
        said = _caption(figure)
        if said == (None, None):
            continue
        for image in figure.iter("img", "source"):
            given = (
                image.get("src")
                or image.get("data-src")
                or (image.get("srcset") or image.get("data-srcset") or "").split(" ")[0]
            )
            if given and _key(url.absolute(given, base) or given) == _key(address):
                return said
        first = first or said
    return None


def _caption(figure: Element) -> tuple[str | None, str | None]:
    holder = next(iter(figure.iter("figcaption")), None)
    if holder is None:
        holder = next(
            (one for one in figure.iter("div", "p", "span") if _CAPTION_NAME.search(one.get("class", ""))), None
        )
    if holder is None:
        return None, None
    whole = text_of(holder, _MAX)
    marked = [
        one
        for one in holder.iter("span", "cite", "small", "div", "p", "em")
        if _CREDIT_NAME.search(one.get("class", "") + one.get("itemprop", ""))
    ]
    credit = text_of(marked[0], 300) if marked else None
    if credit and credit in whole:
        rest = one_line(whole.replace(credit, " "))
        return rest or None, credit
    return parted(whole) if whole else (None, None)


def _credit(text: str | None) -> str | None:
    made = one_line(_LABEL.sub("", text or "")).strip(" ()[]|-–—")
    return cut(made, 300) or None


def _key(address: str) -> str:
    """Sizes of one picture differ in the query, and in a folder or ending like '-1200x800'."""
    name = address.split("?")[0].split("#")[0].rsplit("/", 1)[-1]
    return re.sub(r"[-_]\d{2,4}x\d{2,4}(?=\.)", "", name).lower() or address


def _one(value: Any) -> str | None:
    return next(iter(strings(value)), None)


def _line(text: str | None) -> str | None:
    if not text:
        return None
    return cut(unescaped(plain_of(text) if "<" in text else text), _MAX) or None
