"""What an operation may cost, in points, known before a statement of it runs.

Two things are paid for. What an operation *says* is planned by Postgres once, however many rows it comes to: each
object, list, condition and the like is a part of the statement. What it *reads* is counted in rows at most, those of
lists within lists multiplied; a field that takes longer than a row of a short table says so where it is declared.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from db.read import All, AnyOf, Condition, Not, Test
from db.tables import FOUND_TESTS, TEXT_TESTS
from schema.errors import CostExceeded

# Rows that are read for a point.
ROWS = 10
# Points of what is refused: a request that has no price, and a root field of an operation that graphql-core executes.
REFUSED = 20
# A part of the statement, in points: Postgres plans two to ten of them in a millisecond.
PART = 20
# Values of an introspection for a point: the server makes them itself, about 100 in a millisecond.
VALUES = 2
# Rows of a list that is never paged (topics, images, authors).
SHORT_LIST = 4
# What takes as long as so many rows: counting up to 10,000, and ranking 250 matches.
TOTAL = 1_000
RANKING = 250
# What takes as long as so many rows: a transaction; judging a comment, two of them and the rules.
WRITTEN, JUDGED = 200, 1_000
# Looking through articles for what no index leads to: through all of them, through those that hold words, or through
# those of a source, a topic or an author, once or for each row of a list.
SCAN, SCAN_OF_TEXT, SCAN_OF_ONE, SCAN_OF_EACH = 7_000, 3_500, 800, 1_500
# Finding words: by their index, or by looking at those of one article after the other.
TEXT, TEXT_SCAN = 2_500, 10_000

_NARROWING = frozenset({"sources", "topics", "authors"})
_TIMES = frozenset({"publishedFrom", "publishedTo"})


def search_through(where: Condition | None, *, of_one: bool, within_list: bool, by_time: bool) -> int:
    """What finding articles by a condition takes, in rows, were there none that meets it.

    of_one: whether they are those of a source, a topic or an author already; within_list: of each in a list. by_time:
    whether they are read in the order of publication, in which those of a source, topic or author stand too.
    """
    together = list(_together(where))
    names = [part.name if isinstance(part, Test) else "" for part in together]
    texts, narrowing = sum(name in FOUND_TESTS for name in names), sum(name in _NARROWING for name in names)
    otherwise = _NARROWING.union(FOUND_TESTS, _TIMES if by_time else ())
    rest = sum(name not in otherwise for name in names)
    hidden = sum(_texts(part) for part in together if not isinstance(part, Test))
    # One of these leads to the articles, where nothing else does.
    leads = by_time and not of_one and not texts and narrowing > 0
    scans = rest > 0 or narrowing > leads
    if not scans:
        scan = 0
    elif texts:
        scan = SCAN_OF_TEXT
    elif of_one or leads:
        scan = SCAN_OF_EACH if within_list else SCAN_OF_ONE
    else:
        scan = SCAN
    return scan + texts * TEXT + hidden * TEXT_SCAN


def _together(where: Condition | None) -> Iterator[Condition]:
    """What has to be met in any case."""
    if isinstance(where, All):
        for part in where.of:
            yield from _together(part)
    elif where is not None:
        yield where


def _texts(where: Condition) -> int:
    match where:
        case Test(name):
            return int(name in TEXT_TESTS)
        case Not(of):
            return _texts(of)
        case All(of) | AnyOf(of):
            return sum(map(_texts, of))


@dataclass(slots=True)
class Cost:
    """What has been planned of an operation. limit: points. introspected: values. parts: of the statement."""

    limit: int
    introspected: float = 0
    parts: int = 0
    _times: int = 1
    _path: tuple[str, ...] = ()
    _rows: dict[tuple[str, ...], int] = field(default_factory=dict)

    def part(self) -> None:
        """Something becomes a part of the statement.

        Raises:
            CostExceeded: the parts alone are too many; what else is asked for is not looked at, to stay within bounds.
        """
        self.parts += 1
        self.rows(0)
        self._rows[self._path] += PART * ROWS
        if self.parts * PART > self.limit:
            raise self.exceeded(at_least=True)

    def rows(self, number: int) -> None:
        """So many rows may be read, or as long as they take, each time that this is reached."""
        self._rows[self._path] = self._rows.get(self._path, 0) + number * self._times

    @property
    def within_list(self) -> bool:
        return self._times > 1

    @contextmanager
    def times(self, factor: int) -> Iterator[None]:
        """What is planned inside happens up to so many times."""
        outer = self._times
        self._times *= factor
        try:
            yield
        finally:
            self._times = outer

    @contextmanager
    def within(self, key: str) -> Iterator[None]:
        """What is planned inside is told of under this response key, inside those that are entered."""
        outer = self._path
        self._path = (*outer, key)
        try:
            yield
        finally:
            self._path = outer

    @property
    def points(self) -> int:
        values = -(-self.introspected // VALUES)
        return -(-sum(self._rows.values()) // ROWS) + int(values)

    def checked(self) -> int:
        """The points of everything that was planned.

        Raises:
            CostExceeded: they are more than the limit.
        """
        points = self.points
        if points > self.limit:
            raise self.exceeded()
        return points

    def exceeded(self, *, at_least: bool = False) -> CostExceeded:
        points = self.points
        path = max(self._rows, key=lambda path: self._rows[path], default=())
        field, share = ".".join(path), -(-self._rows.get(path, 0) // ROWS)
        if self.introspected > share * VALUES:
            advice = "Most of it is introspection: ask in several requests."
        elif at_least:
            advice = "It holds too many objects, lists and conditions, fragments opened: ask in several requests."
        else:
            advice = (
                f"{share:,} of them are for '{field}':"
                " ask for less in it, or lower `first` or `last` of it or of a list around it."
            )
        price = f"{'at least ' if at_least else ''}{points:,}"
        return CostExceeded(
            f"The operation costs {price} points; at most {self.limit:,} are allowed. {advice}", points, self.limit
        )
