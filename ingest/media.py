"""Pictures and enclosures of an article, out of everything that its feed entry carries."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ingest import url
from ingest.feed import Medium, Role
from ingest.sanitise import Picture, is_tracker, pixels, text_of
from ingest.text import cut, one_line

_MAX_IMAGES = 50
_MAX_ENCLOSURES = 20
_MAX_TEXT = 2000
_MAX_INTEGER = 2**31 - 1
_IMAGE_ENDING = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?|svg|heic)$", re.IGNORECASE)
_SOUND_ENDING = re.compile(r"\.(?:mp3|m4a|ogg|oga|opus|wav|aac|flac)$", re.IGNORECASE)
_FILM_ENDING = re.compile(r"\.(?:mp4|m4v|mov|webm|avi|mkv|mpe?g|m3u8|flv|wmv)$", re.IGNORECASE)
# Faces of writers that blog software adds to every entry.
_FACE = re.compile(r"//(?:[^/]*\.)?gravatar\.com/avatar/", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6})(?:\.\d*)?(?:\s*s(?:ec(?:onds)?)?)?")


@dataclass(frozen=True, slots=True)
class Image:
    """A picture with what is printed around it; sizes in pixels."""

    url: str
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A sound, film or document. `byte_length` is None where it is unknown or more than 2,147,483,647."""

    url: str
    mime_type: str | None = None
    byte_length: int | None = None
    duration_seconds: int | None = None


def kind_of(medium: Medium) -> str:
    """'image', 'audio', 'video' or 'other': by the feed's word, else the type, else the ending of the address."""
    said = (medium.kind or "").lower()
    if said in ("image", "audio", "video"):
        return said
    major = (medium.mime_type or "").split("/")[0].lower()
    if major in ("image", "audio", "video"):
        return major
    path = medium.url.split("?")[0].split("#")[0]
    for kind, pattern in (("image", _IMAGE_ENDING), ("audio", _SOUND_ENDING), ("video", _FILM_ENDING)):
        if pattern.search(path):
            return kind
    return "image" if medium.role is Role.THUMBNAIL else "other"


def images(media: Iterable[Medium], pictures: Iterable[Picture], base: str | None) -> tuple[Image, ...]:
    """The pictures of an entry: those that stand for it first, then those in its text. Of several sizes of one picture
    the widest; a thumbnail only where its group has no picture itself."""
    found: dict[str, Image] = {}
    keys: dict[str, str] = {}
    shown = [medium for medium in media if kind_of(medium) == "image"]
    full = {medium.group for medium in shown if medium.role is not Role.THUMBNAIL and medium.group is not None}
    loose = (medium for medium in shown if medium.role is Role.THUMBNAIL and medium.group is None)
    widest = max(loose, key=lambda medium: pixels(medium.width) or 0, default=None)
    for medium in shown:
        if medium.role is Role.THUMBNAIL and (medium is not widest if medium.group is None else medium.group in full):
            continue
        _add(
            found,
            keys,
            Image(
                medium.url,
                _line(medium.alt),
                _line(medium.caption),
                _line(medium.credit),
                pixels(medium.width),
                pixels(medium.height),
            ),
            base,
            group=medium.group,
        )
    for picture in pictures:
        alt, caption = _line(picture.alt), _line(picture.caption)
        _add(found, keys, Image(picture.url, alt, caption, None, picture.width, picture.height), base)
    return tuple(found.values())[:_MAX_IMAGES]


def enclosures(media: Iterable[Medium], base: str | None) -> tuple[Enclosure, ...]:
    """Everything that is no picture, each address once."""
    found: dict[str, Enclosure] = {}
    for medium in media:
        address = url.encoded(medium.url, base)
        if kind_of(medium) == "image" or address is None:
            continue
        kept = found.get(address)
        made = Enclosure(
            address,
            (medium.mime_type or "").lower()[:100] or None,
            _integer(medium.byte_length),
            seconds(medium.duration),
        )
        if kept is not None:
            made = replace(
                kept,
                mime_type=kept.mime_type or made.mime_type,
                byte_length=kept.byte_length or made.byte_length,
                duration_seconds=kept.duration_seconds or made.duration_seconds,
            )
        found[address] = made
    return tuple(found.values())[:_MAX_ENCLOSURES]


def seconds(text: str | None) -> int | None:
    """A duration of '3723', '62:03' or '1:02:03' in seconds."""
    match = _CLOCK.fullmatch((text or "").strip().lower())
    if match is None:
        return None
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    total = hours * 3600 + minutes * 60 + rest
    return total if 0 < total <= _MAX_INTEGER else None


def _add(
    found: dict[str, Image], keys: dict[str, str], image: Image, base: str | None, *, group: int | None = None
) -> None:
    """One picture more, or another version of one that is found. `keys`: under which key an address was found."""
    address = url.encoded(image.url, base)
    if address is None or is_tracker(address) or _FACE.search(address):
        return
    if (image.width or 3) < 3 or (image.height or 3) < 3:
        return
    # Sizes of one picture differ in the query, and versions in a group in anything.
    path = address.split("?")[0]
    key = keys.setdefault(path, f"group {group}" if group is not None else path)
    kept = found.get(key)
    made = replace(image, url=address)
    if kept is None:
        found[key] = made
        return
    better = made if (made.width or 0) > (kept.width or 0) else kept
    found[key] = replace(
        better,
        alt=kept.alt or made.alt,
        caption=kept.caption or made.caption,
        credit=kept.credit or made.credit,
    )


def _line(text: str | None) -> str | None:
    if not text:
        return None
    return cut(one_line(text_of(text) if "<" in text else text), _MAX_TEXT) or None


def _integer(text: str | None) -> int | None:
    digits = (text or "").strip().replace(",", "")
    # Never more digits than the number can have: int() of a very long text is slow, then refused.
    if not digits.isascii() or not digits.isdigit() or len(digits) > 10:
        return None
    number = int(digits)
    return number if 0 < number <= _MAX_INTEGER else None
