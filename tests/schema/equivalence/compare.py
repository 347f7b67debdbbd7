"""Both ways side by side: the product's answer and the reference's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import ExecutionResult

from schema.answer import Answer
from schema.caller import ANONYMOUS, Caller
from schema.execute import Executor
from tests.schema.equivalence.reference.execute import Reference, refusal


@dataclass(frozen=True)
class Outcome:
    """kind: how the operation ended, for counting. difference: what differs; None where nothing does."""

    kind: str
    answer: Answer
    expected: dict[str, Any] | None = None
    difference: str | None = None


async def both_ways(
    executor: Executor,
    reference: Reference,
    query: str,
    variables: Mapping[str, Any],
    name: str | None = None,
    caller: Caller = ANONYMOUS,
) -> Outcome:
    answer = await executor.execute(query, variables, name, caller)
    body = orjson.loads(answer.body)
    codes = [error["extensions"]["code"] for error in body.get("errors", ())]
    if "COST_EXCEEDED" in codes:
        return Outcome("refused: too much at once", answer)
    if answer.status == 400 and "path" not in body["errors"][0] and (against := reference.refused(query)):
        found = {error.message for error in against}
        told = {error["message"] for error in body["errors"]}
        return Outcome("refused: invalid document", answer, difference=None if told <= found else f"{told} != {found}")
    result = await reference.execute(query, variables, name, caller)
    expected = _expected(result)
    if result.data is None and not any(error.path for error in result.errors or ()):
        kind = "refused: variables"
    else:
        kind = "answered" if not codes else "answered in part" if any((body.get("data") or {}).values()) else "errors"
    return Outcome(kind, answer, expected, _difference(body, expected))


def _expected(result: ExecutionResult) -> dict[str, Any]:
    """The reference's answer in the form of the product's; the wording of errors where it is the contract's."""
    expected: dict[str, Any] = {}
    if result.data is not None or any(error.path for error in result.errors or ()):
        expected["data"] = result.data
    if result.errors:
        expected["errors"] = []
        for error in result.errors:
            refused = refusal(error)
            expected["errors"].append(
                {
                    "message": refused.wording if refused is not None else None,
                    "locations": [location._asdict() for location in error.locations or ()] or None,
                    "path": error.path,
                    "extensions": refused.extensions if refused is not None else {"code": "BAD_REQUEST"},
                }
            )
    return expected


def _difference(body: dict[str, Any], expected: dict[str, Any]) -> str | None:
    if ("data" in body) != ("data" in expected):
        return "one has data and the other has none"
    if not _same(body.get("data"), expected.get("data")):
        return "data: " + _first(body.get("data"), expected.get("data"), "")
    told, meant = (sorted(one.get("errors", ()), key=_place) for one in (body, expected))
    if len(told) != len(meant):
        return f"{len(told)} errors instead of {len(meant)}"
    for one, other in zip(told, meant, strict=True):
        for name in ("path", "locations", "extensions", "message"):
            if other[name] is not None and one.get(name) != other[name]:
                return f"errors: {name} is {one.get(name)!r} instead of {other[name]!r}"
    return None


def _place(error: dict[str, Any]) -> tuple[str, str]:
    return str(error.get("path")), str(error.get("locations"))


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON, the order of keys included; 1 and 1.0 are one number."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(map(_same, one.values(), other.values()))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _first(one: Any, other: Any, path: str) -> str:
    """Where two values differ first."""
    if isinstance(one, dict) and isinstance(other, dict):
        if list(one) != list(other):
            return f"keys at {path or 'the root'}: {list(one)} instead of {list(other)}"
        for key, value in one.items():
            if not _same(value, other[key]):
                return _first(value, other[key], f"{path}.{key}")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for at, (value, expected) in enumerate(zip(one, other, strict=True)):
            if not _same(value, expected):
                return _first(value, expected, f"{path}[{at}]")
    return f"{path or 'the root'} is {str(one)[:300]} instead of {str(other)[:300]}"
