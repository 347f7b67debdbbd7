"""GraphQL text → a checked operation: parse, limits, validation, choice of the operation.

Everything is counted in time linear in the document: each fragment once, however often it is spread.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.language import parser
from graphql.validation.rules import overlapping_fields_can_be_merged

from schema.errors import BadRequest
from schema.validate import validate
from schema.variables import Variable

# graphql-core's own bound on comparing fields; its default lets 3 KB documents validate for half a second, 50,000 for
# a fifth of one (320 times the same field with arguments). Enough for the same field 140 times in one place, or a
# hundred times with an argument; the worst that tests/benchmarks/worst_document.py finds is then read in 40 ms.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 20_000
# How deep selections and values are nested, 200 in graphql-core. Messages indent a value as deep as it is nested, which
# for 100,000 characters, 95 deep, takes 80 ms. Half as many levels are more than the limits below leave a use for.
parser.MAX_NESTING_DEPTH = 64

_MAX_ERRORS = 20
# Of all messages, however little of each is told: they are as long to print.
_MAX_CHARACTERS = 30_000

# Where graphql-core gives up to compare fields or to follow fragments, or the document is nested too deeply, it says no
# more than this.
_GIVEN_UP = "Validation aborted."

# Reading the text itself takes time: a megabyte of commas, comments or one string lexes for 100 to 400 ms.
_CHARACTERS_PER_TOKEN = 50
# The place of each error is found by counting lines from the beginning, 15 ms for a hundred thousand.
_LINES_PER_TOKEN = 2

# How often, on average, a field of the introspection schema repeats what is selected in it. The standard query with
# everything switched on comes to 7,000 values.
_REPEATED = {"types": 45, "fields": 5, "directives": 6, "ofType": 0.5}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may hold. Depths count nested fields; introspection has its own. cost: points of one operation
    (`schema/cost.py`)."""

    tokens: int = 2_000
    depth: int = 16
    introspection_depth: int = 20
    aliases: int = 30
    directives: int = 50
    root_fields: int = 20
    filter_nodes: int = 20
    filter_depth: int = 4
    list_items: int = 100
    cost: int = 5_000
    introspection: bool = True


class Refused(Exception):
    """A document that isn't executed, with the errors to tell. is_query: whether nothing but reads was asked for, as
    far as that can be seen."""

    def __init__(self, *errors: GraphQLError, is_query: bool = True) -> None:
        super().__init__(errors[0].message)
        self.errors = errors
        self.is_query = is_query


@dataclass(frozen=True, slots=True)
class Document:
    """One operation, ready to be planned. introspected: how many values an introspection in it comes to, about."""

    ast: DocumentNode
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: tuple[Variable, ...]
    introspected: float = 0

    @property
    def is_query(self) -> bool:
        return self.operation.operation is OperationType.QUERY


def read_document(schema: GraphQLSchema, text: str, operation_name: str | None, limits: Limits) -> Document:
    """A document's operation.

    Raises:
        Refused: it can't be parsed, is too large, is invalid, or does not say which operation is meant.
    """
    most = limits.tokens * _CHARACTERS_PER_TOKEN
    if len(text) > most:
        raise Refused(GraphQLError(f"The document has {len(text)} characters; at most {most} are allowed."))
    lines, most = max(text.count("\n"), text.count("\r")), limits.tokens * _LINES_PER_TOKEN
    if lines > most:
        raise Refused(GraphQLError(f"The document has {lines} lines; at most {most} are allowed."))
    try:
        ast = parse(text, max_tokens=limits.tokens)
        operations, fragments = _definitions(ast)
        introspected = _measure(operations, fragments, limits)
        errors = validate(schema, ast, _MAX_ERRORS, _MAX_CHARACTERS)
    except GraphQLError as error:
        raise Refused(error) from error
    except BadRequest as error:
        raise Refused(GraphQLError(str(error))) from error
    except RecursionError as error:
        raise Refused(GraphQLError("The document is nested too deeply.")) from error
    if errors:
        is_query = all(node.operation is OperationType.QUERY for node in operations)
        raise Refused(*map(_with_advice, errors), is_query=is_query)
    _unlink_tokens(ast)
    operation = _chosen(operations, operation_name)
    signatures = [get_variable_signature(schema, node) for node in operation.variable_definitions or ()]
    variables = tuple(Variable.of(s) for s in signatures if isinstance(s, GraphQLVariableSignature))
    values = next(values for node, values in zip(operations, introspected, strict=True) if node is operation)
    return Document(ast, operation, fragments, variables, values)


def _with_advice(error: GraphQLError) -> GraphQLError:
    """An error, with what to do about it where it says nothing of that."""
    if error.message != _GIVEN_UP:
        return error
    return GraphQLError(
        "The document can't be validated in reasonable time: it repeats fields, spreads fragments or nests too much."
        " Select each field once in a place."
    )


def _unlink_tokens(ast: DocumentNode) -> None:
    """Let go of the chain of tokens, which nobody reads any more: half of a document's objects, and its only cycles,
    so that a document that is dropped from a cache needs no garbage collection."""
    token = ast.loc.start_token if ast.loc is not None else None
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token = following


def _definitions(ast: DocumentNode) -> tuple[list[OperationDefinitionNode], dict[str, FragmentDefinitionNode]]:
    operations = [node for node in ast.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = {node.name.value: node for node in ast.definitions if isinstance(node, FragmentDefinitionNode)}
    return operations, fragments


def _chosen(operations: list[OperationDefinitionNode], name: str | None) -> OperationDefinitionNode:
    if name is None and len(operations) == 1:
        return operations[0]
    if name is None:
        raise Refused(
            GraphQLError(
                "The document holds several operations: say which by operationName."
                if operations
                else "The document holds no operation."
            )
        )
    for operation in operations:
        if operation.name is not None and operation.name.value == name:
            return operation
    raise Refused(GraphQLError(f"The document holds no operation named {name[:100]!r}."))


@dataclass(slots=True)
class _Size:
    depth: int = 0
    introspection: int = 0
    roots: int = 0
    introspects: bool = False
    values: float = 0  # what it answers with, were it all of the introspection schema
    introspected: float = 0


@dataclass(slots=True)
class _Counts:
    fragments: Mapping[str, FragmentDefinitionNode]
    aliases: int = 0
    directives: int = 0
    sizes: dict[str, _Size] = field(default_factory=dict)

    def of(self, selections: SelectionSetNode) -> _Size:
        """Depth and number of fields of a selection, its own and those of fragments that it spreads."""
        size = _Size()
        for node in selections.selections:
            self.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                self.aliases += node.alias is not None
                inner = self.of(node.selection_set) if node.selection_set else _Size()
                size.roots += 1
                size.values += _REPEATED.get(node.name.value, 1) * (1 + inner.values)
                if node.name.value in ("__schema", "__type"):
                    size.introspects = True
                    size.introspection = max(size.introspection, 1 + inner.depth)
                    size.introspected += 1 + inner.values
                else:
                    size.depth = max(size.depth, 1 + inner.depth)
            else:
                inner = self.inside(node)
                size.roots += inner.roots
                size.values += inner.values
                size.introspected += inner.introspected
                size.depth = max(size.depth, inner.depth)
                size.introspection = max(size.introspection, inner.introspection)
                size.introspects |= inner.introspects
        return size

    def inside(self, node: Any) -> _Size:
        if isinstance(node, InlineFragmentNode):
            return self.of(node.selection_set)
        name = node.name.value if isinstance(node, FragmentSpreadNode) else ""
        if name not in self.sizes:
            self.sizes[name] = _Size()  # a cycle counts nothing more; validation names it
            if name in self.fragments:
                fragment = self.fragments[name]
                self.directives += len(fragment.directives or ())
                self.sizes[name] = self.of(fragment.selection_set)
        return self.sizes[name]


def _measure(
    operations: Iterable[OperationDefinitionNode], fragments: Mapping[str, FragmentDefinitionNode], limits: Limits
) -> list[float]:
    """Hold a document to its limits; how much each operation introspects."""
    counts = _Counts(fragments)
    introspected = []
    for operation in operations:
        counts.directives += len(operation.directives or ())
        size = counts.of(operation.selection_set)
        _within(size.depth, limits.depth, "levels of nested fields")
        _within(size.introspection, limits.introspection_depth, "levels of introspection")
        _within(size.roots, limits.root_fields, "root fields")
        if size.introspects and not limits.introspection:
            raise BadRequest("Introspection is switched off here.")
        introspected.append(size.introspected)
    _within(counts.aliases, limits.aliases, "aliases")
    _within(counts.directives, limits.directives, "directives")
    return introspected


def _within(count: int, limit: int, what: str) -> None:
    if count > limit:
        raise BadRequest(f"The document has {count} {what}; at most {limit} are allowed.")
