"""What graphql-core does for fields that no plan reads: mutations, and root fields that Python answers.

A mutation is a function of `schema/writes`. Once its transaction has ended, what its payload shows is read by a plan as
everything else is, in one statement and with what the caller may see.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLResolveInfo

from schema.fields import OfAsked, OfSaid, OfWrite, OfWritten, Rule
from schema.writes.outcome import Problem, Refusal, Written


@dataclass(frozen=True, slots=True)
class Payload:
    """said: by field; rows: what was read, by response key."""

    said: Mapping[str, Any]
    rows: Mapping[str, Any] = field(default_factory=dict)


def resolver(rule: Rule) -> Callable[..., Any] | None:
    """The resolver of a field with such a rule; None where a plan reads it."""
    match rule:
        case OfWrite():
            return _write(rule)
        case OfAsked():
            return _ask(rule)
        case OfWritten():
            return _written
        case OfSaid(without):
            return _said(without)
    return None


def _write(rule: OfWrite) -> Callable[..., Any]:
    async def resolve(_root: Any, info: GraphQLResolveInfo[Any], input: Mapping[str, Any]) -> Payload:
        context = info.context
        context.ran = True
        try:
            with context.failing():
                written: Written = await rule.write(context.executor.desk, context.caller, input)
        except Refusal as refusal:
            return Payload({"errors": [_told(refusal.problem)]})
        said = {"errors": [], **written.said}
        variables = info.variable_values.coerced
        planner = context.planner(variables)
        read = planner.payload(str(info.path.key), written.ids)
        return Payload(said, await context.answer(read, planner, variables)) if read.fields else Payload(said)

    return resolve


def _told(problem: Problem) -> dict[str, Any]:
    return {"code": str(problem.code), "message": problem.message, "path": problem.path}


def _ask(rule: OfAsked) -> Callable[..., Any]:
    async def resolve(_root: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        context = info.context
        context.ran = True
        with context.failing():
            return await rule.ask(context.executor.desk, context.caller, **arguments)

    return resolve


def _written(source: Payload, info: GraphQLResolveInfo[Any]) -> Any:
    found = source.rows.get(str(info.path.key))
    if not str(info.return_type).startswith("["):
        return found
    # What was refused shows nothing, and what another took from sight since it was written isn't there.
    return [each for each in found or () if each is not None]


def _said(without: Any) -> Callable[..., Any]:
    def resolve(source: Payload | Mapping[str, Any], info: GraphQLResolveInfo[Any]) -> Any:
        return (source.said if isinstance(source, Payload) else source).get(info.field_name, without)

    return resolve
