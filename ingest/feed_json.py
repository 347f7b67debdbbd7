"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), read as leniently as the other forms."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

import orjson

from ingest.feed import Category, Channel, Document, Entry, Markup, Medium, Person, Role, UnreadableError
from ingest.text import clean

_MAX_STRAY = 1000


def read(data: bytes, address: str | None, max_entries: int) -> Document:
    """The document in JSON `data`. Raises UnreadableError."""
    whole = _parsed(data)
    if not isinstance(whole, dict) or not isinstance(whole.get("items"), list):
        raise UnreadableError("JSON, but not a JSON Feed: it has no list of items")
    base = _text(whole.get("home_page_url")) or address
    items = whole["items"][:max_entries]
    version = _text(whole.get("version")) or ""
    return Document(
        form="json" + version.rsplit("/", 1)[-1].replace(".", "") if "jsonfeed.org" in version else "json",
        channel=Channel(
            title=_text(whole.get("title")),
            site_url=_joined(whole.get("home_page_url"), address),
            self_url=_joined(whole.get("feed_url"), address),
            language=_text(whole.get("language")),
            description=_text(whole.get("description")),
            logo=_joined(whole.get("icon"), base) or _joined(whole.get("favicon"), base),
            authors=_people(whole),
        ),
        entries=tuple(_entry(item, base) for item in items if isinstance(item, dict)),
        beyond=max(0, len(whole["items"]) - max_entries),
        strays=tuple(_shown(item) for item in items if not isinstance(item, dict)),
    )


def _parsed(data: bytes) -> Any:
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        pass
    try:
        # Other encodings, NaN, lone surrogates: json guesses and forgives what orjson refuses.
        return json.loads(data)
    except json.JSONDecodeError as error:
        reason = f"not JSON from line {error.lineno}, column {error.colno} on"
    except UnicodeDecodeError:
        reason = "not JSON: its letters are in no encoding of Unicode"
    except RecursionError:
        reason = "JSON that is nested too deep"
    except ValueError:
        reason = "JSON with a number of too many digits"
    raise UnreadableError(reason)


def _shown(stray: Any) -> str:
    return clean(json.dumps(stray, ensure_ascii=False)[:_MAX_STRAY])


def _entry(item: dict[str, Any], base: str | None) -> Entry:
    html, plain = _text(item.get("content_html")), _text(item.get("content_text"))
    content = html or plain
    summary = _text(item.get("summary"))
    title = _text(item.get("title"))
    identity = item.get("id")
    identity = str(identity) if isinstance(identity, int | float) else _text(identity)
    link = _text(item.get("url")) or _text(item.get("external_url"))
    return Entry(
        id=identity,
        id_is_address=True,
        link=_joined(link, base),
        title=Markup(title, False) if title else None,
        summary=Markup(summary, False) if summary else None,
        content=Markup(content, bool(html), _joined(link, base) or base) if content else None,
        published=_text(item.get("date_published")),
        updated=_text(item.get("date_modified")),
        authors=_people(item),
        categories=tuple(Category(tag) for tag in map(_text, _list(item.get("tags"))) if tag),
        media=tuple(_media(item, base)),
        language=_text(item.get("language")),
    )


def _people(holder: dict[str, Any]) -> tuple[Person, ...]:
    # 1.0 has one author, 1.1 a list, and many feeds have both.
    found = []
    for author in _list(holder.get("authors")) or [holder.get("author")]:
        name = _text(author.get("name")) if isinstance(author, dict) else _text(author)
        if name:
            found.append(Person(name, _text(author.get("url")) if isinstance(author, dict) else None))
    return tuple(found)


def _media(item: dict[str, Any], base: str | None) -> Iterable[Medium]:
    for key in ("image", "banner_image"):
        if url := _joined(item.get(key), base):
            yield Medium(Role.THUMBNAIL, url, kind="image")
    for attachment in _list(item.get("attachments")):
        if isinstance(attachment, dict) and (url := _joined(attachment.get("url"), base)):
            yield Medium(
                Role.ENCLOSURE,
                url,
                mime_type=_text(attachment.get("mime_type")),
                byte_length=_number(attachment.get("size_in_bytes")),
                duration=_number(attachment.get("duration_in_seconds")),
                alt=_text(attachment.get("title")),
            )


def _text(value: Any) -> str | None:
    return (clean(value).strip() or None) if isinstance(value, str) else None


def _joined(value: Any, base: str | None) -> str | None:
    text = _text(value)
    if text is None:
        return None
    try:
        return urljoin(base or "", text)
    except ValueError:
        return None


def _number(value: Any) -> str | None:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else _text(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
