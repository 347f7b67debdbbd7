"""A selection → a read.

The rules beside the fields (`schema/fields.py`) say what a field is; this walks an operation by them and gives
`db/select.py` the read as data. Arguments are coerced by graphql-core, with slots where variables supply leaves, so
a plan serves all requests whose variables have the same shape.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal
from uuid import UUID

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values

from db import read
from db.read import Json, Object, Param, Read
from db.tables import ARTICLES, SEARCH_ORDERS, TABLES, Order, Table
from schema import bind
from schema.bind import Bound, hashable
from schema.caller import ANONYMOUS, Caller
from schema.cost import RANKING, REFUSED, ROWS, SHORT_LIST, TOTAL, Cost, search_through
from schema.document import Document, Limits
from schema.errors import BadRequest, Forbidden, ReadError, Unauthenticated
from schema.fields import (
    RULE,
    OfAsked,
    OfColumn,
    OfEdge,
    OfHit,
    OfIds,
    OfKey,
    OfPage,
    OfPart,
    OfRow,
    OfSpending,
    OfViewer,
    OfWrite,
    OfWritten,
    Rule,
)
from schema.filter import Conditions, Queries
from schema.page import DEFAULT_SIZE, LARGEST
from schema.variables import USUAL_SIZES, Slot, filled, room, slotted

# The table of each type that has a global id.
NODE_TABLES: Mapping[str, str] = {
    "Article": "articles",
    "Author": "authors",
    "Comment": "comments",
    "Commenter": "commenters",
    "Revision": "revisions",
    "Source": "sources",
    "Topic": "topics",
}


class NotPlanned(Exception):
    """An operation that graphql-core executes, such as introspection."""


def rule_of(field_: GraphQLField) -> Rule | None:
    """The rule by which a field is read; None where it has none."""
    definition = field_.extensions.get("strawberry-definition")
    metadata = getattr(definition, "metadata", None) or {}
    found = metadata.get(RULE)
    return found if isinstance(found, Rule) else None


@dataclass(slots=True)
class Planner:
    """Plans one operation for one shape of variables.

    caller: as far as there are fields that not everybody may ask for. variables: coerced; slots: they with slots for
    leaves, where that is made already. typenames: put `__typename` into every object, for graphql-core to tell types
    apart.
    queries: the search queries in slots on whose reading the plan has come to depend.
    cost: of what is planned so far.
    """

    schema: GraphQLSchema
    document: Document
    variables: Mapping[str, Any]
    limits: Limits
    typenames: bool = False
    caller: Caller = ANONYMOUS
    slots: Mapping[str, Any] | None = None
    queries: Queries = field(init=False)
    cost: Cost = field(init=False)
    _values: VariableValues = field(init=False)

    def __post_init__(self) -> None:
        self.queries = Queries(self.variables)
        self.cost = Cost(self.limits.cost, self.document.introspected)
        slots = self.slots if self.slots is not None else slotted(dict(self.variables))
        self._values = VariableValues({}, dict(slots))

    # -- the operation

    def whole(self) -> Object:
        """The read of the whole answer.

        Raises:
            CostExceeded: it costs more than an operation may.
        """
        root = self.root_type()
        if not self.document.is_query:
            raise NotPlanned
        read = Object(tuple((key, self.root(root, nodes)) for key, nodes in self.roots(root).items()))
        self.cost.checked()
        return read

    def single(self, key: str) -> Object:
        """The read of one root field alone."""
        root = self.root_type()
        return Object(((key, self.root(root, self.roots(root)[key])),))

    def price(self) -> int:
        """The points of the operation where graphql-core executes it.

        Raises:
            CostExceeded: they are more than an operation may cost.
        """
        root, fields = self.root_type(), dict[str, list[FieldNode]]()
        with suppress(GraphQLError):  # a directive that graphql-core will refuse, and with it the operation
            fields = self.roots(root)
        for nodes in fields.values():
            try:
                self.root(root, nodes)
            except NotPlanned:
                pass
            except (ReadError, GraphQLError):
                self.cost.rows(REFUSED * ROWS)
        return self.cost.checked()

    def root_type(self) -> GraphQLObjectType:
        root = self.schema.get_root_type(self.document.operation.operation)
        if root is None:
            raise NotPlanned
        return root

    def roots(self, root: GraphQLObjectType) -> dict[str, list[FieldNode]]:
        return self.collected([self.document.operation.selection_set], root)

    def root(self, root: GraphQLObjectType, nodes: list[FieldNode]) -> Read:
        name = nodes[0].name.value
        if name == "__typename":
            return Json(f'"{root.name}"')
        field_ = root.fields.get(name)
        with self.cost.within(_key(nodes[0])):
            match rule_of(field_) if field_ is not None else None:
                case OfPage() as rule:
                    return self.page(rule, field_, nodes, None)
                case OfKey(table):
                    return self.key(table, field_, nodes)
                case OfIds():
                    return self.ids(field_, nodes)
                case OfViewer():
                    return self.viewer(field_, nodes)
                case OfSpending():
                    self.cost.rows(1)
                    type_ = get_named_type(field_.type)
                    assert isinstance(type_, GraphQLObjectType)
                    return read.Present(Param(read.OfSpending("limit")), self.object(type_, nodes, None))
                case OfWrite(_, weight):
                    self.cost.rows(weight)
                    self.written(field_, nodes, None)  # for its price
                case OfAsked(_, weight):
                    self.cost.rows(weight)
        raise NotPlanned

    def payload(self, key: str, ids: Sequence[UUID]) -> Object:
        """The read of what the mutation under a response key has written, by ids."""
        nodes = self.roots(self.root_type())[key]
        return self.written(self.root_type().fields[nodes[0].name.value], nodes, ids)

    def written(self, field_: GraphQLField, nodes: list[FieldNode], ids: Sequence[UUID] | None) -> Object:
        """What a payload shows of rows. ids: None where they are not known yet."""
        type_ = get_named_type(field_.type)
        assert isinstance(type_, GraphQLObjectType)
        reads: list[tuple[str, Read]] = []
        for key, found in self.subfields(nodes, type_).items():
            inner = type_.fields.get(found[0].name.value)
            rule = rule_of(inner) if inner is not None else None
            if isinstance(rule, OfWritten) and inner is not None:
                reads.append((key, self.things(rule.table, inner, found, ids)))
        return Object(tuple(reads))

    def things(self, table: str, field_: GraphQLField, nodes: list[FieldNode], ids: Sequence[UUID] | None) -> Read:
        type_, letter = get_named_type(field_.type), TABLES[table].letter
        assert isinstance(type_, GraphQLObjectType)
        many, named = _is_list(field_), tuple(f"{letter}_{id_}" for id_ in ids or ())
        size = LARGEST if ids is None else len(ids)
        self.cost.part()
        with self.cost.times(size if many else 1):
            self.cost.rows(1)
            read_ = self.object(type_, nodes, TABLES[table])
        if many:
            letters, uuids = (Param(Bound(named, way, (LARGEST,))) for way in (bind.letters, bind.uuids))
            return read.ByLetter(letters, uuids, ((table, read_),), many=True)
        id_ = Param(Bound(named[0] if named else "", bind.uuid, (letter,)))
        return read.Lookup(table, read.Test("id", (id_,)), read_)

    # -- selections

    def collected(self, selections: Iterable[SelectionSetNode], type_: GraphQLObjectType) -> dict[str, list[FieldNode]]:
        """Fields by response key, in order, fragments opened, @skip and @include decided."""
        fields: dict[str, list[FieldNode]] = {}
        visited: set[str] = set()
        for selection in selections:
            self._collect(selection, type_, fields, visited)
        return fields

    def _collect(
        self, selection: SelectionSetNode, type_: GraphQLObjectType, into: dict[str, list[FieldNode]], visited: set[str]
    ) -> None:
        for node in selection.selections:
            if node.directives and not self._included(node):
                continue
            if isinstance(node, FieldNode):
                into.setdefault(_key(node), []).append(node)
                continue
            if isinstance(node, InlineFragmentNode):
                condition, inner = node.type_condition, node.selection_set
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name in visited:
                    continue
                visited.add(name)
                fragment = self.document.fragments[name]
                condition, inner = fragment.type_condition, fragment.selection_set
            if condition is None or self._applies(condition.name.value, type_):
                self._collect(inner, type_, into, visited)

    def _included(self, node: Any) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, self._values)
        if skip is not None and skip["if"]:
            return False
        include = get_directive_values(GraphQLIncludeDirective, node, self._values)
        return include is None or bool(include["if"])

    def _applies(self, name: str, type_: GraphQLObjectType) -> bool:
        return name == type_.name or any(interface.name == name for interface in type_.interfaces)

    def subfields(self, nodes: Sequence[FieldNode], type_: GraphQLObjectType) -> dict[str, list[FieldNode]]:
        return self.collected((node.selection_set for node in nodes if node.selection_set), type_)

    def arguments(self, field_: GraphQLField, node: FieldNode) -> dict[str, Any]:
        return get_argument_values(field_, node, self._values)

    # -- objects and their fields

    def object(
        self, type_: GraphQLObjectType, nodes: Sequence[FieldNode], table: Table | None, search: "_Search | None" = None
    ) -> Object:
        fields: list[tuple[str, Read]] = []
        if self.typenames:
            fields.append(("__typename", Json(f'"{type_.name}"')))
        for key, found in self.subfields(nodes, type_).items():
            if self.typenames and key == "__typename":
                continue
            fields.append((key, self.value(type_, found, table, search)))
        return Object(tuple(fields))

    def value(
        self, parent: GraphQLObjectType, nodes: list[FieldNode], table: Table | None, search: "_Search | None"
    ) -> Read:
        node = nodes[0]
        if node.name.value == "__typename":
            return Json(f'"{parent.name}"')
        field_ = parent.fields[node.name.value]
        rule = rule_of(field_)
        type_ = get_named_type(field_.type)
        match rule:
            case OfColumn():
                return self.column(rule, self.arguments(field_, node))
            case OfSpending(name):
                kind: Literal["integer", "text"] = "integer" if type_ is GraphQLInt else "text"
                return read.Given(Param(read.OfSpending(name)), kind)
            case OfRow() if isinstance(type_, GraphQLObjectType):
                return self.object(type_, nodes, table)
            case OfEdge(edge) if table is not None and isinstance(type_, GraphQLObjectType):
                found = table.edges[edge]
                inner = TABLES[found.table]
                self.cost.part()
                if not _is_list(field_):
                    self.cost.rows(1)
                    return read.One(edge, self.object(type_, nodes, inner))
                with self.cost.times(found.most or SHORT_LIST):
                    self.cost.rows(1)
                    return read.Many(edge, self.object(type_, nodes, inner))
            case OfPage() if table is not None:
                with self.cost.within(_key(node)):
                    return self.page(rule, field_, nodes, table)
            case OfPart() if node.name.value == "cursor":
                return read.Cursor()
            case OfPart() if node.name.value == "node" and isinstance(type_, GraphQLObjectType):
                return self.object(type_, nodes, table)
            case OfHit(column, weight) if search is not None:
                self.cost.rows(weight)
                return search.hit(column)
        raise NotPlanned

    def column(self, rule: OfColumn, arguments: Mapping[str, Any]) -> Read:
        self.cost.rows(rule.weight)
        if rule.argument:
            return read.Value(rule.choices[arguments[rule.argument].value])
        if rule.bare and all(arguments.get(name) is None for name in rule.params):
            return read.Value(rule.bare)
        params = tuple(Param(Bound(hashable(arguments.get(name)), bind.text)) for name in rule.params)
        return read.Value(rule.column, params)

    # -- look-ups

    def key(self, table: str, field_: GraphQLField, nodes: list[FieldNode]) -> Read:
        arguments = self.arguments(field_, nodes[0])
        ((name, value),) = arguments["by"].items() if "by" in arguments else arguments.items()
        readers: dict[str, Callable[..., Any]] = {"id": bind.uuid, "url": bind.urls}
        about = (TABLES[table].letter,) if name == "id" else ()
        where = read.Test(name, (Param(Bound(hashable(value), readers.get(name, bind.text), about)),))
        type_ = get_named_type(field_.type)
        assert isinstance(type_, GraphQLObjectType)
        self.cost.part()
        self.cost.rows(1)
        return read.Lookup(table, where, self.object(type_, nodes, TABLES[table]))

    def viewer(self, field_: GraphQLField, nodes: list[FieldNode]) -> Read:
        type_ = get_named_type(field_.type)
        assert isinstance(type_, GraphQLObjectType)
        self.cost.part()
        self.cost.rows(1)
        return read.Lookup("commenters", read.Test("viewer"), self.object(type_, nodes, TABLES["commenters"]))

    def ids(self, field_: GraphQLField, nodes: list[FieldNode]) -> Read:
        arguments = self.arguments(field_, nodes[0])
        many = "ids" in arguments
        ids = hashable(arguments["ids"] if many else arguments["id"])
        about = (self.limits.list_items,) if many else ()
        letters = self.param(Bound(ids, bind.letters if many else bind.letter, about))
        uuids = self.param(Bound(ids, bind.uuids if many else bind.any_uuid, about))
        interface = get_named_type(field_.type)
        assert isinstance(interface, GraphQLInterfaceType)
        reads = []
        size = 1
        if many and isinstance(arguments["ids"], list):
            size = len(arguments["ids"])
        elif many:
            size = room(len(filled(ids, self.variables))) or self.limits.list_items
        with self.cost.times(size):
            self.cost.rows(1)
            for type_ in self.schema.get_possible_types(interface):
                self.cost.part()
                table = NODE_TABLES[type_.name]
                reads.append((table, self.object(type_, nodes, TABLES[table])))
        return read.ByLetter(letters, uuids, tuple(reads), many)

    # -- pages

    def page(self, rule: OfPage, field_: GraphQLField, nodes: list[FieldNode], owner: Table | None) -> Read:
        if rule.moderated and not self.caller.moderates:
            known = self.caller.reader is not None or self.caller.scopes
            raise (Forbidden if known else Unauthenticated)("Only moderators see this.")
        arguments = self.arguments(field_, nodes[0])
        edge = owner.edges[rule.edge] if owner is not None and rule.edge else None
        name = edge.table if edge is not None else rule.table
        table = TABLES[name]
        chosen = arguments.get("orderBy")
        order = (rule.orders or table.orders)[chosen.value if isinstance(chosen, Enum) else rule.order]
        size, most, backward = self.size(arguments)
        search = _Search(arguments["query"], order) if rule.search else None
        after, before = arguments.get("after"), arguments.get("before")
        connection = get_named_type(field_.type)
        assert isinstance(connection, GraphQLObjectType)
        self.cost.part()
        self.cost.rows(1)
        where = read.Test(arguments[rule.choice].value) if rule.choice else self.condition(arguments)
        keysets = self.keyset(after, order), self.keyset(before, order)
        if table is ARTICLES:
            by_time = order.key in ("published_at", "score")  # of what is ranked, the newest are found
            within_list = self.cost.within_list
            found = search_through(where, of_one=edge is not None, within_list=within_list, by_time=by_time)
            self.cost.rows(found)
        rank = search.ranked(after if after is not None else before) if search is not None else None
        self.cost.rows(RANKING if rank is not None else 0)
        parts = self.parts(connection, nodes, table, search, most)
        return read.Page(
            table=name,
            order=order,
            size=size,
            parts=parts,
            edge=edge,
            where=where,
            backward=backward,
            after=keysets[0],
            before=keysets[1],
            rank=rank,
        )

    def size(self, arguments: Mapping[str, Any]) -> tuple[int | Param, int, bool]:
        """How many rows, how many they are at most for all variables of this shape, and whether from the end."""
        first, last = arguments.get("first"), arguments.get("last")
        if first is not None and last is not None:
            raise BadRequest("Give `first` or `last`, not both.")
        asked = last if last is not None else first if first is not None else DEFAULT_SIZE
        number = bind.size(filled(asked, self.variables))
        # What stands in the document stands in the statement; of what a variable says, only the usual.
        by_variable = isinstance(asked, Slot)
        size = Param(Bound(asked, bind.size)) if by_variable and number not in USUAL_SIZES else number
        return size, room(number) if by_variable else number, last is not None

    def condition(self, arguments: Mapping[str, Any]) -> read.Condition | None:
        conditions = Conditions(self.limits, self.queries)
        where = conditions.of(arguments.get("filter"))
        if "query" in arguments:
            matching = conditions.search(arguments["query"])
            where = matching if where is None else read.All((matching, where))
        for _ in range(conditions.tests):
            self.cost.part()
        return where

    def keyset(self, cursor: Any, order: Order) -> read.Keyset | None:
        if cursor is None:
            return None
        return read.Keyset(
            self.param(Bound(cursor, bind.key, (order,))), self.param(Bound(cursor, bind.row_id, (order,)))
        )

    def param(self, bound: Bound) -> Param:
        """A value to bind, looked at now: of several that make no sense the first in the document is refused."""
        bound.value(self.variables)
        return Param(bound)

    def parts(
        self, connection: GraphQLObjectType, nodes: list[FieldNode], table: Table, search: "_Search | None", most: int
    ) -> tuple[tuple[str, read.Part], ...]:
        parts: list[tuple[str, read.Part]] = []
        for key, found in self.subfields(nodes, connection).items():
            name = found[0].name.value
            if name == "__typename":
                parts.append((key, Json(f'"{connection.name}"')))
                continue
            type_ = get_named_type(connection.fields[name].type)
            match name:
                case "edges" | "nodes" if isinstance(type_, GraphQLObjectType):
                    self.cost.part()
                    with self.cost.times(most):
                        self.cost.rows(1)
                        parts.append((key, read.Items(self.object(type_, found, table, search))))
                case "pageInfo" if isinstance(type_, GraphQLObjectType):
                    self.cost.part()
                    parts.append((key, read.Info(self.info(type_, found))))
                case "totalCount" | "totalCountIsExact":
                    self.cost.part()
                    self.cost.rows(TOTAL)
                    parts.append((key, read.Total(exact=name == "totalCountIsExact")))
                case _:
                    raise NotPlanned
        return tuple(parts)

    def info(self, type_: GraphQLObjectType, nodes: list[FieldNode]) -> tuple[tuple[str, str | Json], ...]:
        return tuple(
            (key, Json(f'"{type_.name}"') if found[0].name.value == "__typename" else found[0].name.value)
            for key, found in self.subfields(nodes, type_).items()
        )


@dataclass(frozen=True, slots=True)
class _Search:
    """What a search knows beyond a page: its query, to rank and to highlight by."""

    query: Any
    order: Order

    @property
    def by_rank(self) -> bool:
        return self.order is SEARCH_ORDERS["RELEVANCE"]

    def hit(self, column: str) -> Read:
        if column == "score":
            return read.Value("score") if self.by_rank else read.Value("rank", (Param(Bound(self.query, bind.rank)),))
        return read.Value(column, (Param(Bound(self.query, bind.pattern)),))

    def ranked(self, cursor: Any) -> read.Rank | None:
        """The ranking of a page; a cursor of an earlier page freezes the candidates."""
        if not self.by_rank:
            return None
        newest = None if cursor is None else Param(Bound(cursor, bind.newest, (self.order,)))
        return read.Rank(Param(Bound(self.query, bind.rank)), newest)


def _key(node: FieldNode) -> str:
    return (node.alias or node.name).value


def _is_list(field_: GraphQLField) -> bool:
    type_ = field_.type.of_type if is_non_null_type(field_.type) else field_.type
    return is_list_type(type_)
