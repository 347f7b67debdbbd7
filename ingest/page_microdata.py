"""Microdata of a page (https://html.spec.whatwg.org/multipage/microdata.html), as far as publishers use it."""

from collections import defaultdict

from ingest import page_jsonld
from ingest.page_select import Element
from ingest.page_text import MAX_VALUES, text_of


def microdata(tree: Element) -> dict[str, list[str]]:
    """The properties of the page's article in microdata: those within the first scope that is an article, and those of
    no scope at all. Scopes inside (a person, an organisation) give their name."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    article = next((one for one in tree.iter() if _is_article_scope(one)), None)
    for element in tree.iter():
        if not isinstance(element.tag, str) or not element.get("itemprop"):
            continue
        scope = next((one for one in element.iterancestors() if one.get("itemscope") is not None), None)
        if scope is not None and scope is not article and _is_thing(scope):
            continue
        for name in element.get("itemprop", "").split():
            if len(found[name]) < MAX_VALUES and (value := _property(element)):
                found[name].append(value)
    return dict(found)


def _is_article_scope(element: Element) -> bool:
    return (
        isinstance(element.tag, str) and element.get("itemtype", "").rsplit("/", 1)[-1].lower() in page_jsonld.ARTICLES
    )


def _is_thing(scope: Element) -> bool:
    """Whether a scope is about something else than the page."""
    return not scope.get("itemtype", "").rsplit("/", 1)[-1].lower().endswith("page")


def _property(element: Element) -> str:
    if element.get("itemscope") is not None:
        named = next((one for one in element.iterdescendants() if "name" in one.get("itemprop", "").split()), None)
        if named is not None:
            return str(named.get("content") or text_of(named))
        address = next(
            (one for one in element.iterdescendants() if {"url", "contentUrl"} & set(one.get("itemprop", "").split())),
            None,
        )
        if address is not None:
            return str(address.get("content") or address.get("href") or address.get("src") or "")
        return text_of(element)[:200]
    given = element.get("content") or element.get("datetime")
    if given is None and element.tag in ("a", "link") and element.get("itemprop") in ("url", "mainEntityOfPage"):
        given = element.get("href")
    if given is None and element.tag in ("img", "source"):
        given = element.get("src")
    return str(given) if given is not None else text_of(element)
