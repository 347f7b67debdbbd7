"""Who a feed speaks for: the outlet's facts, and the name under which it is recognised."""

from dataclasses import dataclass

from ingest import language, slug, url
from ingest.byline import without_email
from ingest.feed import Channel
from ingest.text import cut, unescaped

_MAX_NAME = 200
_MAX_DESCRIPTION = 2000


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """An outlet as a channel describes it. `host` recognises it: the homepage's, else the feed's, else 'title:' or
    'feed:' and what there is. `slugs`: what it may be called, the best first; the last one is free in any case."""

    host: str
    name: str
    slugs: tuple[str, ...]
    publisher: str | None
    homepage_url: str | None
    logo_url: str | None
    language: str | None
    description: str | None


def source_of(channel: Channel, feed_url: str) -> SourceFacts:
    """The outlet behind a channel. `feed_url`: where the feed is found, http, https or file."""
    homepage = url.absolute(channel.site_url or "", feed_url if feed_url.startswith("http") else None)
    title = cut(unescaped(channel.title or ""), _MAX_NAME)
    host = url.host_of(homepage) or url.host_of(feed_url)
    titled = slug.slug(title)
    if host is None:
        host = f"title:{titled or slug.fingerprint(title)}" if title else f"feed:{slug.fingerprint(feed_url)}"
    named = slug.slug(host.split(":", 1)[-1]) or "source"
    return SourceFacts(
        host=host,
        name=title or host.split(":", 1)[-1],
        slugs=tuple(dict.fromkeys(name for name in (titled, named, f"{named}-{slug.fingerprint(host)}") if name)),
        publisher=cut(unescaped(without_email(channel.publisher or "")), _MAX_NAME) or None,
        homepage_url=url.canonical(homepage) if homepage else None,
        logo_url=url.encoded(channel.logo or "", homepage),
        language=language.normalised(channel.language),
        description=cut(unescaped(channel.description or ""), _MAX_DESCRIPTION) or None,
    )


def feed_url_of(channel: Channel, address: str) -> str:
    """Where a feed is found: as it says itself, else the address that it was read from."""
    base = address if address.startswith("http") else channel.site_url
    return url.canonical(channel.self_url or "", base) or address
