"""An operation → its answer: document → plan → one statement → bytes as Postgres made them.

Warm requests cost a look-up, a bind and one round trip. What a plan can't hold (introspection, arguments that are
refused, variables that don't fit) graphql-core executes; there each root field runs its own plan, so that one failing
field does not blank the others.
"""

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol, cast

import orjson
import strawberry
from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    execute,
)

from db.current import Current
from db.pool import Database, DatabaseTimeout, DatabaseUnavailable
from db.read import NOW, Object, OfCaller, OfClock, OfSpending, params
from db.select import statement
from db.share import Shared
from schema.answer import Answer, Holds, broken, executed, failed, limited, refused, unanswered
from schema.bind import Bound
from schema.caller import ANONYMOUS, Caller
from schema.deprecation import Deprecations, Uses
from schema.document import Document, Limits, Refused, read_document
from schema.errors import BadRequest, CostExceeded, ReadError
from schema.payload import resolver
from schema.plan import NotPlanned, Planner, rule_of
from schema.query import read_query
from schema.rate_limit import RateLimited, Spending
from schema.recent import Recent
from schema.tags import Tag, named, tags
from schema.variables import NotCoercible, Slot, Variable, coerced, filled, parts, shape, slotted, within_bounds
from schema.writes.desk import Desk

Source = Bound | OfCaller | OfSpending | OfClock

# What is kept is weighed, so that nobody fills the memory: a document by its text; a plan by its statement and its key,
# of which there is room for so many characters a document (and for as many again, of the statement for many callers).
_CHARACTERS_KEPT = 1_000
_PLANS_KEPT = 20_000
# The parts of all shapes of variables that one document is known in, most of which have less than ten; and what a part
# weighs in the key of a plan, in characters.
_PARTS_KEPT = 640
_CHARACTERS_A_PART = 40
# How many errors of variables are told: each repeats them, and they may be a megabyte.
_MAX_VARIABLE_ERRORS = 10
# How many documents are kept parsed, for variables of another shape. A parsed one is a thousand objects, up to 250 KB;
# with all of them kept, the garbage collector stopped the server for half a second at a time.
_PARSED = 32


class Payer(Protocol):
    """Who pays for an operation."""

    async def pay(self, cost: int | None) -> None:
        """Pay so many points, unless that was done; None: what is refused before they are known.

        Raises:
            RateLimited: there are not so many left.
        """

    def spending(self, cost: int | None) -> Spending | None:
        """What is left after that; None without a limit."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement and where its parameters come from. unused: arguments that it has no use for, refused all the same
    when they make no sense. cost: points. constant: the answer, where it asks nothing of the database. tells: whether
    it says what the caller has left; timed: whether it depends on the time."""

    statement: Shared | Current
    bounds: tuple[Source, ...]
    unused: tuple[Bound, ...]
    tags: tuple[Tag, ...]
    cost: int
    constant: bytes | None = None
    tells: bool = False
    timed: bool = False

    def values(self, variables: Mapping[str, Any], caller: Caller) -> list[Any]:
        for bound in self.unused:
            bound.value(variables)
        return [bound.value(variables, caller) for bound in self.bounds]


@dataclass(frozen=True, slots=True)
class _Form:
    """A shape of a document's variables, for one kind of caller, by a key of its own. parts: how large it is. slots:
    those whose search queries shape the plan too."""

    key: Hashable
    parts: int
    slots: tuple[Slot, ...]

    def plan(self, values: Mapping[str, Any]) -> Hashable:
        """The key of the plan for variables of this form."""
        if not self.slots:
            return self.key
        return (self.key, *[read_query(filled(slot, values)).shape for slot in self.slots])


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is kept of a plan, and what it weighs with its key."""

    compiled: Compiled
    weight: int


@dataclass(slots=True)
class _Known:
    """What is kept of a document. uses: what it uses that is deprecated, if anything."""

    query: str
    operation_name: str | None
    is_query: bool
    variables: tuple[Variable, ...]
    uses: Uses | None
    forms: Recent[Hashable, _Form] = field(default_factory=lambda: Recent(_PARTS_KEPT, weigh=lambda form: form.parts))
    key: Hashable = field(init=False)

    def __post_init__(self) -> None:
        self.key = self.query, self.operation_name

    @property
    def weight(self) -> int:
        return 1 + len(self.query) // _CHARACTERS_KEPT

    def used(self, variables: Mapping[str, Any]) -> tuple[str, ...]:
        """Coordinates of deprecated things that an operation uses with these variables."""
        return self.uses.of(variables) if self.uses is not None else ()


class Executor:
    """Executes operations of the schema against a database.

    documents: how many documents of up to 1,000 characters are kept with their plans; longer ones count several times.
    desk: what writes work with; without one, with the default rules.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        database: Database,
        *,
        limits: Limits | None = None,
        documents: int = 1_000,
        refused_status: int = 400,
        desk: Desk | None = None,
    ) -> None:
        self.schema = schema._schema
        self.database = database
        self.desk = desk or Desk(database)
        self.limits = limits or Limits()
        self.refused_status = refused_status
        self._known: Recent[Hashable, _Known] = Recent(documents, weigh=lambda known: known.weight)
        self._parsed: Recent[Hashable, Document] = Recent(_PARSED)
        self._plans: Recent[Hashable, _Plan] = Recent(documents * _PLANS_KEPT, weigh=lambda plan: plan.weight)
        self._deprecations = Deprecations(self.schema)
        _read_by_plans(self.schema)

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        caller: Caller = ANONYMOUS,
        payer: Payer | None = None,
    ) -> Answer:
        """The answer to an operation; errors are part of it, none is raised. payer: pays before anything is read."""
        given = variables or {}
        try:
            if given:
                within_bounds(given)
            known = self.known(query, operation_name)
            try:
                values = coerced(known.variables, given)
                compiled = self.compiled(known, values, caller)
                caller = self.timed(compiled, caller)
                arguments = compiled.values(values, caller)
            except CostExceeded:
                raise  # graphql-core would read root field by root field what is too much as a whole
            except (NotPlanned, NotCoercible, ReadError, GraphQLError, RecursionError):
                answer = await self._by_core(known, given, caller, payer)
                return replace(answer, deprecated=known.used(given))
            if payer is not None:
                await payer.pay(compiled.cost)
                if compiled.tells:
                    told = replace(caller, spending=payer.spending(compiled.cost))
                    arguments = compiled.values(values, told)
            used = known.used(given)
            if compiled.constant is not None:
                return Answer(200, compiled.constant, None, Holds.ALWAYS, tuple, compiled.cost, used)
            body = (await compiled.statement.value(*arguments)).encode()
            holds = Holds.NOW if compiled.tells else Holds.UNTIL_CHANGE
            return Answer(200, body, None, holds, partial(named, compiled.tags, values), compiled.cost, used)
        except CostExceeded as error:
            price = {"requested": error.requested, "limit": error.limit}
            return failed(self.refused_status, error.code, str(error), cost=price)
        except RateLimited as error:
            return limited(error)
        except BadRequest as error:
            return failed(self.refused_status, error.code, str(error))
        except Refused as error:
            return refused(self.refused_status, error.errors)
        except (DatabaseTimeout, DatabaseUnavailable) as error:
            return unanswered(error)
        except Exception as error:
            return broken(error)

    def is_query(self, query: str, operation_name: str | None) -> bool:
        """Whether a document asks for nothing but a read; true for what can't be read at all."""
        try:
            return self.known(query, operation_name).is_query
        except Refused as error:
            return error.is_query

    def known(self, query: str, operation_name: str | None) -> _Known:
        key = (query, operation_name)
        known = self._known.get(key)
        if known is None:
            document = read_document(self.schema, query, operation_name, self.limits)
            self._parsed.keep(key, document)
            uses = self._deprecations.uses(query, document.ast, document.operation)
            known = _Known(query, operation_name, document.is_query, document.variables, uses)
            self._known.keep(key, known)
        return known

    def document(self, known: _Known) -> Document:
        """The parsed document, parsed again where it is no longer kept."""
        document = self._parsed.get(known.key)
        if document is None:
            document = read_document(self.schema, known.query, known.operation_name, self.limits)
            self._parsed.keep(known.key, document)
        return document

    def compiled(self, known: _Known, values: Mapping[str, Any], caller: Caller) -> Compiled:
        """The plan for these variables, made once for each shape that they can have.

        Raises:
            NotPlanned, ReadError, GraphQLError: graphql-core is to execute the operation.
        """
        key = (caller.audience, bool(caller.full_sources), shape(values))
        form = known.forms.get(key)
        if form is not None:
            plan = self._plans.get(form.plan(values))
            if plan is not None:
                return plan.compiled
        planner = Planner(self.schema, self.document(known), values, self.limits, caller=caller)
        compiled = _compiled(self.database, planner.whole(), caller, planner.cost.points)
        form = _Form((known.key, key), parts(key), tuple(planner.queries.slots))
        if form.parts <= _PARTS_KEPT:
            known.forms.keep(key, form)
            weight = len(compiled.statement.sql) + len(known.query) + _CHARACTERS_A_PART * form.parts
            self._plans.keep(form.plan(values), _Plan(compiled, weight))
        return compiled

    def timed(self, compiled: Compiled, caller: Caller) -> Caller:
        """The caller with the time at which they ask, where it is needed."""
        return replace(caller, now=self.desk.clock()) if compiled.timed else caller

    def priced(self, known: _Known, given: Mapping[str, Any], caller: Caller) -> int | None:
        """The points of an operation that graphql-core executes; None where it will refuse the variables.

        Raises:
            CostExceeded: they are more than an operation may cost.
        """
        try:
            values = coerced(known.variables, given)
            planner = Planner(self.schema, self.document(known), values, self.limits, caller=caller)
        except (NotCoercible, GraphQLError, RecursionError):
            return None
        return planner.price()

    async def _by_core(
        self, known: _Known, given: Mapping[str, Any], caller: Caller, payer: Payer | None = None
    ) -> Answer:
        cost = self.priced(known, given, caller)
        if payer is not None:
            await payer.pay(cost)
            caller = replace(caller, spending=payer.spending(cost))
        document = self.document(known)
        context = _Context(self, document, caller)
        result = execute(
            self.schema,
            document.ast,
            context_value=context,
            variable_values=dict(given),
            operation_name=document.operation.name.value if document.operation.name else None,
            max_coercion_errors=_MAX_VARIABLE_ERRORS,
            hide_suggestions=True,
        )
        if not isinstance(result, ExecutionResult):
            result = await result
        if context.failure is not None:
            raise context.failure
        if result.data is None and not any(error.path for error in result.errors or ()):
            # A request that was not executed has no data; one whose only field can't be null has null.
            return refused(self.refused_status, result.errors or (), cost)
        # What the schema says of itself; of root fields that were read one after the other no tags are known.
        constant = document.is_query and not context.ran and not result.errors
        return executed(result, Holds.ALWAYS if constant else Holds.NOW, cost)


@dataclass(slots=True)
class _Context:
    """What root fields need when graphql-core executes. slots: the variables with slots, which are the same for all of
    them. failure: what ends the whole operation."""

    executor: Executor
    document: Document
    caller: Caller
    ran: bool = False
    slots: Mapping[str, Any] | None = None
    failure: DatabaseTimeout | DatabaseUnavailable | None = None

    def planner(self, variables: Mapping[str, Any]) -> Planner:
        executor = self.executor
        if self.slots is None:
            self.slots = slotted(dict(variables))
        return Planner(
            executor.schema,
            self.document,
            variables,
            executor.limits,
            typenames=True,
            caller=self.caller,
            slots=self.slots,
        )

    async def read(self, key: str, variables: Mapping[str, Any]) -> Any:
        """The value of one root field, by a plan of its own."""
        planner = self.planner(variables)
        return (await self.answer(planner.single(key), planner, variables))[key]

    async def answer(self, read: Object, planner: Planner, variables: Mapping[str, Any]) -> Any:
        """What a read answers, as JSON."""
        compiled = _compiled(self.executor.database, read, self.caller, planner.cost.points)
        values = compiled.values(variables, self.executor.timed(compiled, self.caller))
        with self.failing():
            text = await compiled.statement.value(*values)
        return orjson.loads(text)["data"]

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Let a database that does not answer end the whole operation."""
        try:
            yield
        except (DatabaseTimeout, DatabaseUnavailable) as failure:
            self.failure = failure
            raise


def _compiled(database: Database, read: Object, caller: Caller, cost: int) -> Compiled:
    made = statement(read, caller.audience, in_full=bool(caller.full_sources))
    constant = made.constant.encode() if made.constant is not None else None
    unused = dict.fromkeys(param for param in params(read) if param not in made.params)
    return Compiled(
        # What takes no values is the same for all who ask.
        Shared(database, made.text, "answer") if made.params else Current(database, made.text, "answer"),
        tuple(cast(Source, param.source) for param in made.params),
        tuple(cast(Bound, param.source) for param in unused),
        tags(read),
        cost,
        constant,
        any(isinstance(param.source, OfSpending) for param in made.params),
        NOW in made.params,
    )


# -- graphql-core over plans


async def _resolve_root(_root: Any, info: GraphQLResolveInfo[Any], **_: Any) -> Any:
    context: _Context = info.context
    context.ran = True
    return await context.read(str(info.path.key), info.variable_values.coerced)


def _resolve_inside(source: Any, info: GraphQLResolveInfo[Any], **_: Any) -> Any:
    return source[info.path.key]


def _type_of(value: Any, *_: Any) -> str:
    return str(value["__typename"])


def _read_by_plans(schema: GraphQLSchema) -> None:
    """Give every field that has a rule the resolver that takes its value out of the plan's answer, or what else the
    rule wants (`schema/payload.py`)."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInterfaceType):
            type_.resolve_type = _type_of
        if not isinstance(type_, GraphQLObjectType):
            continue
        type_.is_type_of = None
        for found in type_.fields.values():
            rule = rule_of(found)
            if rule is not None:
                read = _resolve_root if type_ is schema.query_type else _resolve_inside
                found.resolve = resolver(rule) or read
