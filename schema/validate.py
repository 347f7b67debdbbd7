"""Validation by graphql-core's own rules, walked with less ado.

`graphql.validate` finds out for every document, kind of node and rule whether the rule has something to say, asks all
thirty at every node, visits names, which no rule looks at, and knows nodes again by comparing all that is in them. Here
that is known once, and nodes by their identity. The rules, what they know of types and the order in which they are
asked are graphql-core's, and so is every error: a test compares the two.
"""

from collections.abc import Callable, Sequence
from functools import cache
from math import inf
from typing import Any, NamedTuple

from graphql import GraphQLError, GraphQLSchema, TypeInfo, ValidationContext, assert_valid_schema, specified_rules
from graphql.language import BREAK, SKIP, DocumentNode, FragmentDefinitionNode, Node, OperationDefinitionNode, Visitor
from graphql.language.ast import QUERY_DOCUMENT_KEYS
from graphql.pyutils import RefMap
from graphql.validation.validate import FragmentNestingVisitor, ValidationAbortedError
from graphql.validation.validation_context import VariableUsage, VariableUsageVisitor

# What is inside of each kind of node, without what no rule and no type depends on.
_INSIDE = {
    kind: tuple(key for key in keys if key not in ("description", "name", "alias"))
    for kind, keys in QUERY_DOCUMENT_KEYS.items()
}


def validate(
    schema: GraphQLSchema, document: DocumentNode, max_errors: int, max_characters: float = inf
) -> list[GraphQLError]:
    """The errors of a document, the same as graphql-core's `validate` finds with suggestions hidden.

    max_characters: of all messages, beyond which no further error is looked for. A message may print a whole value, as
    large as the document and indented as deep as it is nested, for each of the value's faults.
    """
    assert_valid_schema(schema)
    errors: list[GraphQLError] = []
    characters = 0

    def note(error: GraphQLError) -> None:
        nonlocal characters
        if len(errors) >= max_errors:
            raise ValidationAbortedError("Too many validation errors, error limit reached. Validation aborted.")
        if characters > max_characters:
            raise ValidationAbortedError("What is wrong so far is long to tell; mend it, and validation goes on.")
        characters += len(error.message)
        errors.append(error)

    info = TypeInfo(schema)
    context = _Context(schema, document, info, note, hide_suggestions=True)
    visitors: list[Visitor] = [rule(context) for rule in specified_rules]
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    if fragments:
        visitors.insert(0, FragmentNestingVisitor(fragments))
    try:
        _Walk(info, visitors).walk(document, None, None)
    except ValidationAbortedError as error:
        error.__context__ = None
        errors.append(error.with_traceback(None))
    except RecursionError:
        errors.append(ValidationAbortedError("Validation aborted."))
    return errors


class _Context(ValidationContext):
    """What rules share. Nodes of one document that are equal are one node, since where they stand is a part of them:
    knowing them by identity finds the same and does not hash whole selections."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fragment_spreads = RefMap()  # type: ignore[assignment]  # takes a dict's place
        self._variable_usages = RefMap()  # type: ignore[assignment]
        self._recursive_variable_usages = RefMap()  # type: ignore[assignment]

    def get_variable_usages(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> list[VariableUsage]:
        usages = self._variable_usages.get(node)
        if usages is None:
            fragment = node if isinstance(node, FragmentDefinitionNode) else None
            visitor = VariableUsageVisitor(self._type_info, fragment)
            _Walk(self._type_info, [visitor]).walk(node, None, None)
            usages = self._variable_usages[node] = visitor.usages
        return usages


class _Kind(NamedTuple):
    """What happens at nodes of one kind. enter, leave: functions of visitors, with the visitors' numbers; one that may
    skip what is inside is asked again when the node is left."""

    typed: Callable[[Node], None] | None
    enter: list[tuple[int, Callable[..., Any]]]
    inside: tuple[str, ...]
    leave: list[tuple[int, Callable[..., Any] | None]]
    untyped: Callable[[], None] | None


class _Walk:
    """Visits a document with several visitors, as graphql-core's `visit` does by `TypeInfoVisitor` and
    `ParallelVisitor` where nothing is edited. No rule asks for the path of a node, and none is given."""

    def __init__(self, info: TypeInfo, visitors: Sequence[Visitor]) -> None:
        self.info = info
        self.visitors = visitors
        self.classes = tuple(type(visitor) for visitor in visitors)
        self.kinds: dict[str, _Kind] = {}
        self.skipping: list[Any] = [None] * len(visitors)
        self.ancestors: list[Any] = []

    def kind(self, name: str) -> _Kind:
        entering, leaving = _handlers(self.classes, name)
        found = self.kinds[name] = _Kind(
            getattr(self.info, f"enter_{name}", None),
            [(n, getattr(self.visitors[n], handler)) for n, handler in entering],
            _INSIDE.get(name, ()),
            [(n, getattr(self.visitors[n], handler) if handler else None) for n, handler in leaving],
            getattr(self.info, f"leave_{name}", None),
        )
        return found

    def walk(self, node: Node, key: Any, parent: Any) -> None:
        kind = self.kinds.get(node.kind) or self.kind(node.kind)
        skipping, ancestors = self.skipping, self.ancestors
        if kind.typed is not None:
            kind.typed(node)
        for n, enter in kind.enter:
            if skipping[n] is None:
                result = enter(node, key, parent, (), ancestors)
                if result is not None:
                    skipping[n] = node if result is SKIP or result is False else BREAK
        if kind.inside:
            if parent is not None:
                ancestors.append(parent)
            for name in kind.inside:
                inner = getattr(node, name, None)
                if not inner:
                    continue
                if isinstance(inner, tuple):
                    ancestors.append(node)
                    for i, each in enumerate(inner):
                        self.walk(each, i, inner)
                    ancestors.pop()
                else:
                    self.walk(inner, name, node)
            if parent is not None:
                ancestors.pop()
        for n, leave in kind.leave:
            if skipping[n] is None:
                if leave is not None:
                    result = leave(node, key, parent, (), ancestors)
                    if result is BREAK or result is True:
                        skipping[n] = BREAK
            elif skipping[n] is node:
                skipping[n] = None
        if kind.untyped is not None:
            kind.untyped()


@cache
def _handlers(
    classes: tuple[type[Visitor], ...], kind: str
) -> tuple[tuple[tuple[int, str], ...], tuple[tuple[int, str], ...]]:
    """Which visitors enter and leave nodes of a kind, by methods of which names; "" where one only enters."""

    def named(when: str) -> dict[int, str]:
        found = {}
        for n, class_ in enumerate(classes):
            for method in (f"{when}_{kind}", when):
                if getattr(class_, method, None) is not None:
                    found[n] = method
                    break
        return found

    entering, leaving = named("enter"), named("leave")
    return tuple(entering.items()), tuple((n, leaving.get(n, "")) for n in sorted(entering.keys() | leaving.keys()))
