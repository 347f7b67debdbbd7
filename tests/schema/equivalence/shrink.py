"""An operation that differs, made smaller while it still differs."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from graphql import REMOVE, DocumentNode, Node, Visitor, parse, print_ast, visit

from schema.caller import Caller
from tests.schema.equivalence.operations import Operation
from tests.schema.equivalence.run import Both, Difference

_MOST_TRIES = 2_000


async def shrunk(both: Both, found: Difference, caller: Caller) -> Difference:
    """The smallest that leaving out one thing after the other leads to."""
    tries, smaller = 0, True
    while smaller:
        smaller = False
        for query, variables in _smaller(found):
            tries += 1
            if tries > _MOST_TRIES:
                return found
            outcome = await both.ways(query, variables, found.operation.name, caller)
            if outcome.difference is not None:
                found = Difference(Operation(query, found.operation.name, (variables,)), variables, outcome)
                smaller = True
                break
    return found


def _smaller(found: Difference) -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything that is one step smaller, the largest steps first."""
    ast = parse(found.operation.query, no_location=True)
    for number in count():
        without = _Without(number)
        smaller = visit(ast, without)
        if without.left >= 0:
            break
        if without.emptied:
            continue
        yield _tidied(smaller), found.variables
    for name in found.variables:
        yield found.operation.query, {key: value for key, value in found.variables.items() if key != name}


class _Without(Visitor):
    """Leaves out one node of those that are members of a list: a definition, selection, argument, value …"""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.left = number
        self.emptied = False

    def enter(self, _: Node, key: Any, *__: Any) -> Any:
        if not isinstance(key, int):
            return None
        self.left -= 1
        return REMOVE if self.left == -1 else None

    def leave_selection_set(self, node: Any, *_: Any) -> None:
        self.emptied |= not node.selections


class _Used(Visitor):
    """Leaves out fragments and variables that nothing uses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def enter_fragment_definition(self, node: Any, *_: Any) -> Any:
        return None if re.search(rf"\.\.\.{node.name.value}\b", self.text) else REMOVE

    def enter_variable_definition(self, node: Any, *_: Any) -> Any:
        return None if len(re.findall(rf"\${node.variable.name.value}\b", self.text)) > 1 else REMOVE


def _tidied(ast: DocumentNode) -> str:
    text = ""
    while text != (text := print_ast(ast)):
        ast = visit(ast, _Used(text))
    return text
