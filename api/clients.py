"""Which client program asks: the name and version that it gives of itself, and what is counted by them.

They say whom to tell that something is going, and grant nothing: anybody can send any name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from prometheus_client import Counter

from db.tally import Count

# Apollo's headers, those of GraphQL Hive with and without x-, and the plain ones.
_FAMILIES = (b"apollographql", b"graphql", b"x-graphql", b"x")
_NAMES = frozenset(family + b"-client-name" for family in _FAMILIES)
_VERSIONS = frozenset(family + b"-client-version" for family in _FAMILIES)
HEADERS = _NAMES | _VERSIONS

_NAME = re.compile(rb"[A-Za-z0-9][A-Za-z0-9 ._/@:+()-]{0,63}")
_VERSION = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._+-]{0,31}")

OPERATIONS = Counter("broadsheet_graphql_operations", "GraphQL operations answered.", ["client", "version"])
DEPRECATED = Counter(
    "broadsheet_graphql_deprecated_fields",
    "Operations that used a deprecated field, argument, enum value or input field.",
    ["coordinate", "client"],
)

UNNAMED, OTHER = "unnamed", "other"
# How many names nobody expects, and how many versions of each, are counted by themselves.
_MOST_CLIENTS = 50
_MOST_VERSIONS = 20


class Client(NamedTuple):
    """A client's name and version; empty where it gives none that can be used."""

    name: str = ""
    version: str = ""


NOBODY = Client()


def client_of(headers: Iterable[tuple[bytes, bytes]]) -> Client:
    """The client that a request's headers name, by the first header of each kind.

    Names are up to 64 letters, digits, spaces and ``._/@:+()-`` of ASCII, versions up to 32 letters, digits and
    ``._+-``; both begin with a letter or digit. What is longer or holds anything else counts as not given.
    """
    name = version = b""
    for key, value in headers:
        if key in _NAMES:
            name = name or value
        elif key in _VERSIONS:
            version = version or value
    return _read(name, version)


@lru_cache(maxsize=256)
def _read(name: bytes, version: bytes) -> Client:
    return Client(
        name.decode("ascii") if _NAME.fullmatch(name) else "",
        version.decode("ascii") if _VERSION.fullmatch(version) else "",
    )


class Clients:
    """Counts operations by client, under a bounded number of labels.

    known: names that always have a label of their own. Of others, the first 50 that are met have one, and the rest is
    `other`, so that nobody can fill the memory of whoever keeps the metrics; of each client the first 20 versions.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._room = _MOST_CLIENTS
        self._versions = dict.fromkeys((*known, UNNAMED, OTHER), 0)
        self._counts: dict[tuple[str, str], Count] = {}

    def count(self, client: Client, deprecated: Iterable[str] = ()) -> None:
        """One more operation. deprecated: coordinates that it used which are going."""
        name = client.name or UNNAMED
        (self._counts.get((name, client.version)) or self._admitted(name, client.version)).add()
        for coordinate in deprecated:
            DEPRECATED.labels(coordinate, self._label(name)).inc()

    def _admitted(self, name: str, version: str) -> Count:
        """The count of a client and version that has none of its own yet."""
        label = self._label(name)
        if label == OTHER or self._versions[name] >= _MOST_VERSIONS:
            return Count(OPERATIONS.labels(label, OTHER))
        self._versions[name] += 1
        count = self._counts[name, version] = Count(OPERATIONS.labels(name, version))
        return count

    def _label(self, name: str) -> str:
        if name in self._versions:
            return name
        if not self._room:
            return OTHER
        self._room -= 1
        self._versions[name] = 0
        return name
