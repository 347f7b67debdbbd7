"""The reference: graphql-core executes the operation, field by field, on rows in Python."""

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any
from uuid import UUID

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    execute,
    get_argument_values,
    get_named_type,
    is_abstract_type,
    is_object_type,
    parse,
    validate,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_subfields

from db.pool import Database
from schema.build import build_schema
from schema.caller import ANONYMOUS, Caller
from schema.fields import OfAsked
from schema.plan import rule_of
from tests.schema.equivalence.reference import filters, pages, queries
from tests.schema.equivalence.reference.nouns import FIELDS, Resolver
from tests.schema.equivalence.reference.refusal import Refusal
from tests.schema.equivalence.reference.view import View
from tests.schema.equivalence.rows import Rows

_RANK = "select id, floor(ts_rank(search, $1::text::tsquery, 1) * 1000000)::integer as rank from articles"


# An operation comes several times, with other variables.
_parsed = lru_cache(maxsize=8)(parse)


class NoReference(Exception):
    """A field of the schema that the reference can't answer: give it a resolver in `reference/nouns.py`."""


def read_alone(schema: GraphQLSchema) -> GraphQLSchema:
    """The part of a schema that plans read: without mutations, and root fields that Python answers."""
    query, node = schema.query_type, schema.type_map["Node"]
    assert query is not None
    assert isinstance(node, GraphQLInterfaceType)
    query.fields = {name: field for name, field in query.fields.items() if not isinstance(rule_of(field), OfAsked)}
    return GraphQLSchema(query, types=schema.get_possible_types(node), directives=schema.directives)


def resolved_by_reference(schema: GraphQLSchema) -> GraphQLSchema:
    """The part of the schema that plans read, with a plain resolver on every field.

    Raises:
        NoReference: a field has none, or a resolver has no field.
    """
    schema = read_alone(schema)
    left = dict(FIELDS)
    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        if isinstance(type_, GraphQLInterfaceType):
            type_.resolve_type = lambda row, *_: row.type
        if isinstance(type_, GraphQLObjectType):
            type_.is_type_of = None
            for name, field in type_.fields.items():
                found = left.pop(f"{type_.name}.{name}", None)
                if found is None:
                    raise NoReference(f"{type_.name}.{name}")
                field.resolve = _resolver(found, is_root=type_ is schema.query_type)
    if left:
        raise NoReference(f"no such fields: {', '.join(left)}")
    return schema


def _resolver(read: Resolver, *, is_root: bool) -> Any:
    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if is_root:
            if info.field_name == "moderationQueue" and not info.context.moderates:
                caller = info.context.caller
                known = caller.reader is not None or caller.scopes
                raise Refusal("FORBIDDEN" if known else "UNAUTHENTICATED", "Only moderators see this.")
            # A root field is refused as a whole, wherever in it what makes no sense stands.
            _refuse(info, [FieldDetails(node, None) for node in info.field_nodes], info.parent_type)
        return read(info.context, source, _plain(arguments))

    return resolve


def _plain(value: Any) -> Any:
    """Arguments with enum values as their names."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, Enum) else value


def _refuse(info: GraphQLResolveInfo[Any], nodes: list[FieldDetails], parent: GraphQLObjectType) -> None:
    """Look at the arguments of a field, then of all that are selected in it, in the order of the document.

    Raises:
        Refusal, GraphQLError: the first that makes no sense.
    """
    name = nodes[0].node.name.value
    if name.startswith("__"):
        return
    field = parent.fields[name]
    arguments = _plain(get_argument_values(field, nodes[0].node, info.variable_values))
    _refuse_arguments(f"{parent.name}.{name}", arguments)
    type_ = get_named_type(field.type)
    fragments = {name: FragmentDetails(fragment) for name, fragment in info.fragments.items()}
    types = info.schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
    for inner in types:
        if is_object_type(inner):
            collected = collect_subfields(info.schema, fragments, info.variable_values, info.operation, inner, nodes)
            for found in collected.grouped_field_set.values():
                _refuse(info, found, inner)


def _refuse_arguments(field: str, arguments: Mapping[str, Any]) -> None:
    if field in pages.LISTS:
        pages.refuse(arguments)
        filters.refuse(arguments.get("filter"))
        if "query" in arguments:
            queries.read(arguments["query"])
        for name in ("after", "before"):
            if arguments.get(name) is not None:
                pages.place(arguments[name], pages.order_of(field, arguments))
    if "ids" in arguments:
        filters.refuse_long(arguments["ids"])


class Reference:
    """Executes operations as the contract says, slowly and plainly. counted, ranked: the bounds of totals and of
    ranked searches."""

    def __init__(self, database: Database, rows: Rows, *, counted: int, ranked: int) -> None:
        self.schema = resolved_by_reference(build_schema()._schema)
        self.database = database
        self.rows = rows
        self._ranks: dict[str, dict[UUID, int]] = {}
        self._bounds = {"counted": counted, "ranked": ranked}
        self._views: dict[Caller, View] = {}

    async def ranks(self, text: str) -> dict[UUID, int]:
        if text not in self._ranks:
            self._ranks[text] = {row["id"]: row["rank"] for row in await self.database.rows(_RANK, text)}
        return self._ranks[text]

    def view(self, caller: Caller) -> View:
        if caller not in self._views:
            self._views[caller] = View(self.rows, self.ranks, **self._bounds, caller=caller)
        return self._views[caller]

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        caller: Caller = ANONYMOUS,
    ) -> ExecutionResult:
        """The answer to an operation that is valid."""
        result = execute(
            self.schema,
            _parsed(query),
            context_value=self.view(caller),
            variable_values=dict(variables or {}),
            operation_name=operation_name,
            hide_suggestions=True,
        )
        if not isinstance(result, ExecutionResult):
            result = await result
        for error in result.errors or ():
            original = _original(error)
            if original is not None and not isinstance(original, Refusal):
                raise original  # a fault of the reference
        return result

    def refused(self, query: str) -> list[GraphQLError]:
        """What graphql-core has against a document."""
        try:
            return validate(self.schema, _parsed(query))
        except GraphQLError as error:
            return [error]


def refusal(error: GraphQLError) -> Refusal | None:
    """The refusal of ours behind an error."""
    original = _original(error)
    return original if isinstance(original, Refusal) else None


def _original(error: GraphQLError) -> Exception | None:
    original = error.original_error
    while isinstance(original, GraphQLError):
        original = original.original_error
    return original
