"""The text of an article in its page: prepare the tree, choose the text, trim it, write it as safe HTML."""

from dataclasses import dataclass

from ingest import page_html, page_jsonld, sanitise
from ingest.page_jsonld import Node
from ingest.page_prepare import prepare
from ingest.page_select import Element, blocks
from ingest.page_trim import trim
from ingest.text import word_count

# With fewer words than this, the text that the page carries as data is asked too.
_THIN = 60


@dataclass(frozen=True, slots=True)
class Body:
    """Safe HTML ('' for no text), and the lines under the text that say who contributed."""

    html: str
    credits: tuple[str, ...] = ()


def body(tree: Element, article: Node, *, headline: str, description: str | None, address: str | None) -> Body:
    """The article's text. `tree` is changed; `article`: its JSON-LD; `address`: what links in it are relative to."""
    prepare(tree)
    found = blocks(tree)
    credits = trim(found, headline, description)
    made = sanitise.sanitise(page_html.markup(found), address)
    told = _told(article)
    if told and word_count(sanitise.plain_text(made)) < _THIN < word_count(told):
        return Body(sanitise.from_plain(told))
    return Body(made, tuple(credits))


def _told(article: Node) -> str:
    """The text that JSON-LD carries: all of it, or of a live blog its posts."""
    text = article.get("articleBody")
    if isinstance(text, str) and text.strip():
        plain = sanitise.text_of(text) if "</" in text or "<br" in text else text
        return plain if "\n\n" in plain else plain.replace("\n", "\n\n")
    posts = article.get("liveBlogUpdate")
    parts: list[str] = []
    for post in posts if isinstance(posts, list) else []:
        if isinstance(post, dict) and page_jsonld.is_article(post):
            parts.extend(str(post[name]) for name in ("headline", "articleBody") if isinstance(post.get(name), str))
    return "\n\n".join(parts)
