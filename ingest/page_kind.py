"""What a page is: an article of some kind, or one that leads to articles and is none."""

import re
from enum import StrEnum
from urllib.parse import urlsplit

from ingest import page_jsonld, url
from ingest.page_fields import Sources
from ingest.page_text import letters, text_of

_LISTING_TYPES = frozenset(
    {"collectionpage", "searchresultspage", "profilepage", "imagegallery", "videogallery", "mediagallery"}
)
_TOPIC_PATH = re.compile(
    r"/(?:tags?|topics?|themen?|categor(?:y|ies)|kategorie|categoria|rubrik|sections?|authors?|autor(?:en|es)?"
    r"|search|suche|archives?"
    r"|hashtag|dossiers?|subjects?|people|team|latest|page/\d+)(?:/[^/]*){0,2}/?$",
    re.IGNORECASE,
)
_FILM_PATH = re.compile(r"/(?:videos?|watch|mediathek|tv|clips?|live-tv)(?:/|$)", re.IGNORECASE)
_PICTURE_PATH = re.compile(
    r"/(?:galler(?:y|ies)|photos?|pictures|in-pictures|slideshows?|bilder|fotostrecken?|diaporamas?)(?:/|$)", re.I
)
_LOST = re.compile(
    r"\W*(?:404|page not found|not found|seite nicht gefunden|page introuvable|página no encontrada|403 forbidden"
    r"|access denied|just a moment|attention required|are you a (?:human|robot)|ページが見つかりません"
    r"|페이지를 찾을 수 없)",
    re.IGNORECASE,
)
_ARTICLE_OG = frozenset({"article", "news", "newsarticle", "story", "blog", "post", "video.other"})
# An article that does not call itself one has this many words that are no links.
_WORDS = 60
# One that has a listing's type or address needs more of them.
_LISTED_WORDS = 200
_TEASERS = 12
_TEASER_LETTERS = 20


class NotArticle(StrEnum):
    """Why a page is no article."""

    HOME_PAGE = "a home page"
    TOPIC_PAGE = "a topic page: a list of articles"
    VIDEO_WALL = "a wall of videos"
    GALLERY_INDEX = "an index of galleries"
    LOST = "an error page"
    EMPTY = "no headline and no text"
    NO_ADDRESS = "no address: the file does not say where it is from"


def not_article(sources: Sources, address: str | None, headline: str, words: int) -> NotArticle | None:
    """The reason why a page is no article, or None. `words`: of the text that was found, without
    what stands in links."""
    if not headline and not words:
        return NotArticle.EMPTY
    if _LOST.match(headline) and words < 2 * _WORDS:
        return NotArticle.LOST
    if address is not None and url.is_home_page(address):
        return NotArticle.HOME_PAGE
    kinds = {kind for node in sources.nodes for kind in page_jsonld.types(node)}
    path = urlsplit(address).path if address else ""
    if says_article(sources):
        return None
    teasers, films, pictures = _teasers(sources, headline)
    listed = bool(kinds & _LISTING_TYPES) or bool(_TOPIC_PATH.search(path))
    # Old pages say nothing of themselves, and carry menus: their text speaks for them.
    if words >= (_LISTED_WORDS if listed else _WORDS) or teasers < (_TEASERS // 2 if listed else _TEASERS):
        return None
    if 2 * films > teasers or "videogallery" in kinds or (_FILM_PATH.search(path) and films > _TEASERS // 2):
        return NotArticle.VIDEO_WALL
    if 2 * pictures > teasers or "imagegallery" in kinds or "mediagallery" in kinds:
        return NotArticle.GALLERY_INDEX
    if _site_wide(sources) and path.strip("/").count("/") == 0 and not _TOPIC_PATH.search(path) and len(path) <= 4:
        return NotArticle.HOME_PAGE
    return NotArticle.TOPIC_PAGE


def says_article(sources: Sources) -> bool:
    """Whether the page says of itself that it is an article, and as one does: with a date or an author."""
    dated = any(
        sources.at(place) for place in ("ld:datePublished", "micro:datePublished", "meta:article:published_time")
    )
    if sources.article:
        return dated or bool(sources.article.get("author") or sources.article.get("articleBody"))
    typed = next(iter(sources.meta.get("og:type", ())), "").lower().rsplit(":", 1)[-1]
    return dated or (typed in _ARTICLE_OG and not _lists(sources))


def _lists(sources: Sources) -> bool:
    return any(page_jsonld.types(node) & (_LISTING_TYPES - {"profilepage"} | {"itemlist"}) for node in sources.nodes)


def _site_wide(sources: Sources) -> bool:
    return next(iter(sources.meta.get("og:type", ())), "").lower() == "website"


def _teasers(sources: Sources, headline: str) -> tuple[int, int, int]:
    """Links that read like headlines, each address once, without those of menus: all, to films, to galleries."""
    seen: set[str] = set()
    films = pictures = 0
    mine = letters(headline)
    for link in sources.tree.iter("a"):
        address = link.get("href") or ""
        if address in seen or address.startswith(("#", "javascript:", "mailto:")):
            continue
        text = text_of(link, 400)
        if len(letters(text)) < _TEASER_LETTERS or letters(text) == mine:
            continue
        if any(above.tag in ("nav", "footer", "aside") for above in link.iterancestors()):
            continue
        seen.add(address)
        films += bool(_FILM_PATH.search(address))
        pictures += bool(_PICTURE_PATH.search(address))
    return len(seen), films, pictures
