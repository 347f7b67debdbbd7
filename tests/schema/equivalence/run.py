"""Runs of many operations, counted."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from db import find, select
from db.pool import Database
from db.share import ForMany, key_of
from schema.build import build_schema
from schema.caller import ANONYMOUS, Caller
from schema.document import Limits
from schema.execute import Executor
from tests.schema.equivalence.compare import Outcome, both_ways
from tests.schema.equivalence.operations import Generator, Operation
from tests.schema.equivalence.reference.execute import Reference
from tests.schema.equivalence.rows import Rows
from tests.schema.equivalence.values import Values

# Bounds that a small edition reaches.
COUNTED, RANKED, FEW = 60, 25, 3
# What an operation may cost has tests of its own.
LIMITS = Limits(cost=10**9)


@contextmanager
def small_bounds() -> Iterator[None]:
    """Totals count up to few, searches rank few and find few often, so that what happens beyond is seen in a small
    edition."""
    before = select.COUNTED, select.RANKED, find.FEW
    select.COUNTED, select.RANKED, find.FEW = COUNTED, RANKED, FEW
    try:
        yield
    finally:
        select.COUNTED, select.RANKED, find.FEW = before


class InCompany(Database):
    """Reads each value alone, and once more among others who ask the same of it with other values, which is how callers
    at the same time are answered (db/share.py)."""

    _before: tuple[str, tuple[Any, ...]] = "", ()

    async def measured(
        self, sql: str, args: Sequence[Any], deadline: float | None, *, within: float | None = None
    ) -> tuple[list[Any], float]:
        alone = await super().measured(sql, args, deadline, within=within)
        if args:
            before, other = self._before
            key = key_of(args)
            self._before = sql, key
            callers = [other, key, other, key] if sql == before else [key, key]
            for_many = ForMany.of(sql)
            told: dict[tuple[Any, ...], set[str]] = {each: set() for each in callers}
            for number, answer in await self.rows(for_many.text, *for_many.arguments(callers)):
                told[callers[number - 1]].add(answer)
            ((expected,),) = alone[0]
            if told[key] != {expected}:
                raise AssertionError(f"{sql} for {callers}: {told}, alone {expected}")
        return alone


@dataclass
class Both:
    """The product and the reference on one edition."""

    executor: Executor
    reference: Reference
    rows: Rows

    async def ways(self, query: str, variables: dict[str, Any], name: str | None, caller: Caller) -> Outcome:
        return await both_ways(self.executor, self.reference, query, variables, name, caller)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Both]:
    """Both on a database that holds an edition."""
    # Nothing here is about time: a busy machine is no difference.
    database = await InCompany.open(
        url, size=1, application_name="equivalence", statement_timeout=0, generic_plans=True
    )
    try:
        with small_bounds():
            rows = await Rows.read(database)
            reference = Reference(database, rows, counted=COUNTED, ranked=RANKED)
            yield Both(Executor(build_schema(), database, limits=LIMITS), reference, rows)
    finally:
        await database.close()


@dataclass(frozen=True)
class Difference:
    operation: Operation
    variables: dict[str, Any]
    outcome: Outcome


# What operations are made of, by what their documents hold.
TRAITS = {
    "named fragments": r"\.\.\.F",
    "inline fragments": r"\.\.\. ?(on|@|\{)",
    "@skip or @include": "@(skip|include)",
    "aliases": r"\w+: \w+ ?[({@]",
    "variables": r"query[^{]*\(\$",
    "defaults of variables": r"query[^{]*\(\$[^)]* = ",
    "filters": "filter:",
    "search": r"\bsearch\(|matching:",
    "node or nodes": r"\bnodes?\(",
    "pages forwards, by a cursor": r"\bafter:",
    "pages backwards, by a cursor": r"\bbefore:",
    "introspection": r"__type\(",
    "several operations": "query Other",
}


@dataclass
class Figures:
    """What ran: operations by how they ended and by what they were made of, values compared, and what differed."""

    kinds: Counter[str] = field(default_factory=Counter)
    traits: Counter[str] = field(default_factory=Counter)
    values: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.kinds.total()

    def count(self, operation: Operation, outcome: Outcome) -> None:
        self.kinds[outcome.kind] += 1
        self.traits.update(trait for trait, form in TRAITS.items() if re.search(form, operation.query))
        self.values += _values((outcome.expected or {}).get("data"))

    def told(self) -> str:
        lines = [f"{number:>9,}  {kind}" for kind, number in self.kinds.most_common()]
        lines += [f"{self.total:>9,}  operations, {self.values:,} values", "of these with"]
        lines += [f"{number:>9,}  {trait}" for trait, number in self.traits.most_common()]
        return "\n".join([*lines, f"{len(self.differences):>9,}  differences"])


def _values(data: Any) -> int:
    if isinstance(data, dict):
        return sum(map(_values, data.values()))
    return sum(map(_values, data)) if isinstance(data, list) else 1


async def run(
    both: Both, count: int, seed: int, caller: Caller = ANONYMOUS
) -> AsyncIterator[tuple[Operation, Outcome]]:
    """Operations, one after the other, with what came of each."""
    values = Values(both.rows, caller, seed)
    generator = Generator(both.reference.schema, values, seed)
    done = 0
    while done < count:
        operation = generator.operation()
        for variables in operation.variables[: count - done]:
            outcome = await both.ways(operation.query, variables, operation.name, caller)
            values.meet(outcome.answer.body)
            done += 1
            yield Operation(operation.query, operation.name, (variables,)), outcome
