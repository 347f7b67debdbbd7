"""Signs of spam in a text. One alone means little."""

import re
from collections.abc import Callable, Iterator

from ingest.markdown import Text
from ingest.text import word_count, words
from ingest.url import host_of

_SHORTENERS = words("bit.ly tinyurl.com goo.gl t.co is.gd ow.ly cutt.ly rebrand.ly shorturl.at t.me wa.me")
_CONTACT = re.compile(
    r"whats\s?app|telegram|wechat|微信|加微|kakao\s?talk|카톡|카카오톡|line\s?id|(?:^|\s)\+\d[\d\s()-]{8,}\d",
    re.IGNORECASE,
)
_PITCH = re.compile(
    r"earn \$?\d|\$\d[\d,.]* (?:a|per) (?:day|week|hour)|work from home|100% free|click here|crypto (?:expert|recovery)"
    r"|casino|viagra|forex|make money|gana dinero|dinero fácil|gagnez|argent facile|geld verdienen|schnell reich"
    r"|副業|稼げ|在宅で|カジノ|부업|재택|수익 보장|카지노|토토|赚钱|兼职|赌场",
    re.IGNORECASE,
)
_REPEATED = re.compile(r"(.{1,12}?)\1{9,}", re.DOTALL)
_FEW_WORDS = 8


def signs(text: Text) -> list[str]:
    """What of a text looks like spam, in a few words each."""
    return [name for name, holds in _SIGNS if holds(text)]


def hosts(text: Text) -> Iterator[str]:
    """The hosts that a text's links lead to, as often as they do; "" where it can't be told which."""
    for link in text.links:
        if not link.lower().startswith("mailto:"):
            yield host_of(link) or ""


_SIGNS: tuple[tuple[str, Callable[[Text], bool]], ...] = (
    ("a shortened link", lambda text: any(host in _SHORTENERS for host in hosts(text))),
    ("the same link again and again", lambda text: len(text.links) - len(set(text.links)) >= 2),
    ("hardly more than a link", lambda text: bool(text.links) and _said(text) < _FEW_WORDS),
    ("a way to get in touch elsewhere", lambda text: _CONTACT.search(text.plain) is not None),
    ("words of an advertisement", lambda text: _PITCH.search(text.plain) is not None),
    ("the same characters over and over", lambda text: _REPEATED.search(text.plain) is not None),
)


def _said(text: Text) -> int:
    """Words beside the addresses."""
    plain = text.plain
    for link in text.links:
        plain = plain.replace(link, " ")
    return word_count(plain)
