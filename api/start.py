"""The start page at /: what is there, the latest headlines, and links to the doors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.assets import address
from db.statements import statements

# The headlines are read like everything else: a stored document through the same plan.
HEADLINES = """
query StartPage {
  articles(first: 15) {
    nodes { headline url language publishedAt commentCount source { name language } }
  }
}
"""

_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = Path(__file__).parent / "templates" / "start.html"


async def page(request: Request) -> HTMLResponse:
    """GET /. Fails as the database fails; the errors' table answers then."""
    state = request.app.state
    counts = (await state.database.rows(statements("counts")["public"]))[0]
    answer = await state.reading.executor.execute(HEADLINES)
    if answer.status != 200:
        raise HTTPException(answer.status)
    articles = (orjson.loads(answer.body).get("data") or {}).get("articles") or {"nodes": []}
    html = render(counts, articles["nodes"], version=state.version.version, now=datetime.now(UTC))
    return HTMLResponse(html, headers={"Content-Security-Policy": _CSP, "Cache-Control": "no-cache"})


def render(counts: Mapping[str, int], articles: list[dict[str, Any]], *, version: str, now: datetime) -> str:
    """The page as HTML; every value is escaped here. articles as HEADLINES selects them."""
    return _template().substitute(
        counts="\n".join(_count(counts[noun], noun) for noun in ("articles", "sources", "topics", "comments")),
        headlines="\n".join(_headline(article, now) for article in articles) or _NOTHING,
        version=escape(version),
    )


_NOTHING = (
    '<li class="nothing">No articles yet. Bring some in with <code>broadsheet import path/to/feed.xml</code>.</li>'
)


def _count(number: int, noun: str) -> str:
    return f"<div><dt>{noun.removesuffix('s') if number == 1 else noun}</dt><dd>{number:,}</dd></div>"


def _headline(article: dict[str, Any], now: datetime) -> str:
    url, text = str(article["url"]), escape(article["headline"])
    # Only web addresses become links, whatever a feed once brought.
    if url.startswith(("https://", "http://")):
        text = f'<a href="{escape(url)}" rel="external noopener nofollow">{text}</a>'
    published, source = str(article["publishedAt"]), article["source"]
    comments = article["commentCount"]
    talk = f' <span class="talk">{comments:,} comment{"" if comments == 1 else "s"}</span>' if comments else ""
    return (
        f"<li><h3{_language(article['language'])}>{text}</h3>"
        f'<p><span class="source"{_language(source["language"])}>{escape(source["name"])}</span> '
        f'<time datetime="{escape(published)}" title="{escape(absolute(published))}">'
        f"{since(datetime.fromisoformat(published), now)}</time>{talk}</p></li>"
    )


def _language(language: str | None) -> str:
    """The attributes of text that is not in the page's own language."""
    if language is None or language == "en" or language.startswith("en-"):
        return ""
    return f' lang="{escape(language)}" dir="auto"'


def absolute(published: str) -> str:
    """A time as people write it, at the offset it came with: 18 June 2025, 19:45 (+09:00)."""
    at = datetime.fromisoformat(published)
    offset = at.strftime("%z")
    return f"{at.day} {at:%B %Y, %H:%M} ({'UTC' if offset == '+0000' else f'{offset[:3]}:{offset[3:]}'})"


def since(then: datetime, now: datetime) -> str:
    """How long ago, in the largest whole unit: 5 hours ago; the date after four weeks or for a time to come."""
    seconds = (now - then).total_seconds()
    if -60 < seconds < 60:
        return "just now"
    for unit, length, limit in (("minute", 60, 3600), ("hour", 3600, 86_400), ("day", 86_400, 28 * 86_400)):
        if 0 < seconds < limit:
            number = int(seconds // length)
            return f"{number} {unit}{'' if number == 1 else 's'} ago"
    return f"{then.day} {then:%B %Y}"


@cache
def _template() -> Template:
    html = _PAGE.read_text(encoding="utf-8")
    for name in ("start.css", "icon.svg"):
        html = html.replace(f"{{broadsheet/{name}}}", address("broadsheet", name))
    return Template(html)
