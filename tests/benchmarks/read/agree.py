"""Whether all servers answer the same: rates of different answers could not be compared."""

import json
from collections.abc import Sequence

from tests.benchmarks.read.contenders import Running
from tests.benchmarks.read.inputs import Inputs
from tests.benchmarks.read.pages import PAGES, canonical, inputs_of


class Disagreement(Exception):
    """A server answered another thing than the first one; the message shows where."""


def agree(servers: Sequence[Running], inputs: Inputs, each: int) -> dict[str, int]:
    """Ask all servers the same, `each` inputs of every page; how many answers were compared, by page.

    Raises Disagreement at the first difference.
    """
    compared = dict.fromkeys(PAGES, 0)
    for page in PAGES:
        asked = [server for server in servers if page in server.contender.pages]
        drawn = list(dict.fromkeys(inputs[inputs_of(page)]))[:each]
        answers = [_answers(server, page, drawn) for server in asked]
        for server, found in zip(asked[1:], answers[1:], strict=True):
            for given, one, other in zip(drawn, answers[0], found, strict=True):
                if one != other:
                    where = difference(one, other)
                    raise Disagreement(
                        f"{server.contender.title} and {asked[0].contender.title}, {page} page of {given!r}: {where}"
                    )
                compared[page] += 1
    return compared


def _answers(server: Running, page: str, drawn: Sequence[str]) -> list[object]:
    with server.awake():
        found = []
        for given in drawn:
            answer = server.ask(page, given)
            try:
                found.append(canonical(server.contender.dialect, page, answer))
            except (KeyError, TypeError) as error:
                raise Disagreement(f"{server.contender.title}, {page} page of {given!r}: {error!r}") from error
        return found


def difference(one: object, other: object, path: str = "") -> str:
    """Where two answers differ first, and how."""
    match one, other:
        case dict(), dict():
            for key in sorted({*one, *other}):
                if one.get(key) != other.get(key):
                    return difference(one.get(key), other.get(key), f"{path}.{key}")
        case list(), list() if len(one) == len(other):
            for n, (left, right) in enumerate(zip(one, other, strict=True)):
                if left != right:
                    return difference(left, right, f"{path}[{n}]")
    return f"{path or 'all of it'}: {json.dumps(other)[:300]} is not {json.dumps(one)[:300]}"
