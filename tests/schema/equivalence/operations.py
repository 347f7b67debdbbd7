"""Random operations over the whole schema: valid documents, with several sets of variables each.

Two fields may stand under one response key only where they merge, so every place of the answer has a `Spot` that knows
what stands there, whichever fragment it came from.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.pyutils import Undefined

from tests.schema.equivalence.reference.pages import LISTS
from tests.schema.equivalence.values import Values, code_of

_ALIASES, _DIRECTIVES = 22, 30
# How many rows an answer may have in one place, about, and how many fields a document.
_ROWS, _FIELDS = 150, 60
_DEEPEST_FILTER = 5


@dataclass(frozen=True)
class Operation:
    """A document and what is sent along with it, one after the other."""

    query: str
    name: str | None
    variables: tuple[dict[str, Any], ...]


class Enum(str):
    """An enum value in a literal."""

    __slots__ = ()


class Variable(str):
    """A variable in a literal, by its name."""

    __slots__ = ()


@dataclass
class Spot:
    """A place of the answer: by response key, what stands there and the place below it."""

    fields: dict[str, tuple[str, "Spot"]] = field(default_factory=dict)

    def take(self, key: str, what: str) -> "Spot | None":
        """The place below a key, if this may stand there."""
        known = self.fields.get(key)
        if known is None:
            known = self.fields[key] = (what, Spot())
        return known[1] if known[0] == what else None

    def takes(self, other: "Spot") -> bool:
        """Whether all of another place may stand here, too."""
        return all(
            key not in self.fields or (self.fields[key][0] == what and self.fields[key][1].takes(below))
            for key, (what, below) in other.fields.items()
        )

    def add(self, other: "Spot") -> None:
        for key, (what, below) in other.fields.items():
            mine = self.take(key, what)
            assert mine is not None
            mine.add(below)


@dataclass(frozen=True)
class _Declared:
    type: GraphQLInputType
    place: str
    code: str
    text: str
    default: bool
    # Whether null fits where the variable stands.
    nullable: bool


@dataclass(frozen=True)
class _Fragment:
    type: GraphQLNamedType
    text: str
    spot: Spot


class Generator:
    """Operations without end, the same for the same seed and the same answers met."""

    def __init__(self, schema: GraphQLSchema, values: Values, seed: int) -> None:
        self.schema = schema
        self.values = values
        self.dice = Random(seed)
        self.directives = [d for d in schema.directives if _executable(d)]
        self.asked: Counter[tuple[str, str]] = Counter()

    def operation(self) -> Operation:
        return _Document(self).made()


def _executable(directive: GraphQLDirective) -> bool:
    return DirectiveLocation.FIELD in directive.locations


class _Document:
    """One document while it is written."""

    def __init__(self, generator: Generator) -> None:
        self.schema = generator.schema
        self.values = generator.values
        self.dice = generator.dice
        self.known_directives = generator.directives
        self.asked = generator.asked
        self.aliases, self.directives, self.fields = _ALIASES, _DIRECTIVES, self.dice.choice((10, 20, 35, _FIELDS))
        self.variables: dict[str, _Declared] = {}
        self.fragments: dict[str, _Fragment] = {}
        self.names = 0

    def made(self) -> Operation:
        dice, root = self.dice, self.schema.query_type
        assert root is not None
        body = self.selection(root, Spot(), dice.randint(1, 7), 1, roots=dice.choice((1, 1, 1, 2, 3, 5)))
        used = list(self._used(body))
        whole = " ".join([body, *used])
        declared = {name: one for name, one in self.variables.items() if re.search(rf"\${name}\b", whole)}
        name = dice.choice((None, None, "Asked"))
        head = f"query {name or ''}" if name or declared or dice.random() < 0.3 else ""
        if declared:
            head += "(" + ", ".join(f"${name}: {one.text}" for name, one in declared.items()) + ")"
        parts = [f"{head} {{{body}}}", *used]
        if name and dice.random() < 0.2:
            parts.append("query Other { __typename }")
            asked = name
        else:
            asked = None
        dice.shuffle(parts)
        times = dice.choice((1, 2, 4, 5)) if declared else 1
        return Operation("\n".join(parts), asked, tuple(self.given(declared) for _ in range(times)))

    def _used(self, text: str) -> Iterator[str]:
        """The fragments that are spread, also by one another."""
        seen: set[str] = set()
        left = re.findall(r"\.\.\.(F\d+)", text)
        while left:
            name = left.pop()
            if name not in seen:
                seen.add(name)
                fragment = self.fragments[name]
                left += re.findall(r"\.\.\.(F\d+)", fragment.text)
                yield f"fragment {name} on {fragment.type.name} {{{fragment.text}}}"

    def name(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.names}"

    # -- selections

    def selection(self, type_: GraphQLNamedType, spot: Spot, depth: int, rows: int, roots: int = 0) -> str:
        parts: list[str] = []
        for _ in range(roots or self.dice.choice((2, 3, 4, 6, 9))):
            part = self.part(type_, spot, depth, rows)
            if part is not None:
                parts.append(part)
        if not parts:
            spot.take("__typename", "__typename String!")
            parts.append("__typename")
        return " ".join(parts)

    def part(self, type_: GraphQLNamedType, spot: Spot, depth: int, rows: int) -> str | None:
        if self.fields <= 0:
            return None
        self.fields -= 1
        chance = self.dice.random()
        is_node = isinstance(type_, GraphQLInterfaceType)
        if chance < 0.05:
            spot.take("__typename", "__typename String!")
            return "__typename" + self.directive("FIELD")
        if chance < (0.75 if is_node else 0.1):
            return self.inline(type_, spot, depth, rows)
        if chance < (0.9 if is_node else 0.17):
            return self.spread(type_, spot, depth, rows)
        return self.field(type_, spot, depth, rows)

    def within(self, type_: GraphQLNamedType) -> GraphQLNamedType:
        """A type that a fragment inside of this one can be on."""
        if isinstance(type_, GraphQLInterfaceType):
            types: list[GraphQLNamedType] = [type_, *self.schema.get_possible_types(type_)]
        else:
            assert isinstance(type_, GraphQLObjectType)
            types = [type_, type_, *type_.interfaces]
        return self.dice.choice(types)

    def inline(self, type_: GraphQLNamedType, spot: Spot, depth: int, rows: int) -> str:
        inner = self.within(type_)
        on = f" on {inner.name}" if inner is not type_ or self.dice.random() < 0.5 else ""
        return f"...{on}{self.directive('INLINE_FRAGMENT')} {{{self.selection(inner, spot, depth, rows)}}}"

    def spread(self, type_: GraphQLNamedType, spot: Spot, depth: int, rows: int) -> str | None:
        on = self.within(type_)
        fits = [name for name, one in self.fragments.items() if one.type is on and spot.takes(one.spot) and rows <= 3]
        if fits and self.dice.random() < 0.6:
            name = self.dice.choice(fits)
        else:
            inner = Spot()
            text = self.selection(on, inner, min(depth, 3), rows)
            if not spot.takes(inner):
                return None
            name = self.name("F")
            self.fragments[name] = _Fragment(on, text, inner)
        spot.add(self.fragments[name].spot)
        return f"...{name}{self.directive('FRAGMENT_SPREAD')}"

    def field(self, type_: GraphQLNamedType, spot: Spot, depth: int, rows: int) -> str | None:
        assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        if type_ is self.schema.query_type and self.dice.random() < 0.02:
            return self.introspection(spot)
        fields = [
            (name, one)
            for name, one in type_.fields.items()
            if is_leaf_type(get_named_type(one.type)) or (depth > 0 and (rows <= _ROWS or not one.args))
        ]
        if not fields:
            return None
        objects = [one for one in fields if not is_leaf_type(get_named_type(one[1].type))]
        if objects and self.dice.random() < 0.5:
            fields = objects
        elif self.dice.random() < 0.8:
            fields = [one for one in fields if one[0] not in spot.fields] or fields
        # Of two the one that was asked for less.
        chosen = [self.dice.choice(fields) for _ in range(2)]
        name, found = min(chosen, key=lambda one: self.asked[type_.name, one[0]])
        self.asked[type_.name, name] += 1
        arguments, size = self.arguments(type_, name, found, rows)
        what = f"{name}{arguments} {found.type}"
        key, alias = name, ""
        if spot.take(key, what) is None or self.dice.random() < 0.08:
            if self.aliases <= 0:
                return None
            self.aliases -= 1
            key = self.name("x") if self.dice.random() < 0.8 else self.dice.choice(("id", "name", "nodes", "a", "__x"))
            alias = f"{key}: "
        below = spot.take(key, what)
        if below is None:
            return None
        text = f"{alias}{name}{arguments}{self.directive('FIELD')}"
        inner = get_named_type(found.type)
        if is_leaf_type(inner):
            return text
        return f"{text} {{{self.selection(inner, below, depth - 1, rows * size)}}}"

    def introspection(self, spot: Spot) -> str | None:
        if spot.take("__type", "__type") is None:
            return None
        return '__type(name: "Source") { name kind fields { name } }'

    def directive(self, location: str) -> str:
        chance = self.dice.random()
        if chance > 0.07 or self.directives < 2 or self.fields <= 0:
            return ""
        chosen = self.dice.sample(self.known_directives, 2 if chance < 0.01 else 1)
        assert all(DirectiveLocation[location] in directive.locations for directive in chosen)
        self.directives -= len(chosen)
        made = ""
        for directive in chosen:
            given = {
                name: self.literal(argument.type, f"@{directive.name}({name})", "", has_default=False)
                for name, argument in directive.args.items()
            }
            made += f" @{directive.name}{_arguments(given)}"
        return made

    # -- arguments

    def arguments(self, type_: GraphQLNamedType, name: str, found: GraphQLField, rows: int) -> tuple[str, int]:
        """Arguments as text, and how many rows they ask for, about."""
        dice, given = self.dice, dict[str, Any]()
        place = f"{type_.name}.{name}"
        for argument, about in found.args.items():
            required = is_non_null_type(about.type) and about.default_value is Undefined
            if not required and dice.random() < 0.6:
                continue
            if argument in ("last", "before") and {"first", "after"} & given.keys() and dice.random() < 0.93:
                continue
            code = ""
            if place in LISTS:
                order = given.get("orderBy", self._default(found))
                code = code_of(place, str(order), dice)
                unknown = isinstance(order, Variable) or not self.values.cursors[code]
                if argument in ("after", "before") and unknown and dice.random() < 0.95:
                    continue
            given[argument] = self.argument(about, f"{place}({argument})", code)
        size = 1
        if place in LISTS:
            asked = [given[name] for name in ("first", "last") if name in given]
            if rows * 10 > _ROWS or (rows > 1 and not asked):
                given = {name: value for name, value in given.items() if name not in ("first", "last")}
                asked = [dice.randint(1, 3)]
                given["last" if "before" in given else "first"] = asked[0]
            known = [size for size in asked if isinstance(size, int) and size > 0]
            size = min(known[0], 100) if known else 20
        elif is_list_type(get_nullable_type(found.type)):
            size = 2
        return _arguments(given), size

    def _default(self, found: GraphQLField) -> str:
        argument: GraphQLArgument | None = found.args.get("orderBy")
        return "" if argument is None else str(getattr(argument.default_value, "value", argument.default_value))

    def argument(self, about: GraphQLArgument, place: str, code: str) -> Any:
        return self.literal(about.type, place, code, has_default=about.default_value is not Undefined)

    def literal(self, type_: GraphQLInputType, place: str, code: str, *, has_default: bool, depth: int = 1) -> Any:
        """A value as it stands in a document: a variable, or a literal, which may hold variables."""
        if self.dice.random() < 0.3:
            return self.variable(type_, place, code, has_default=has_default)
        return self.value(type_, place, code, depth, in_document=True)

    def variable(self, type_: GraphQLInputType, place: str, code: str, *, has_default: bool) -> Variable:
        dice = self.dice
        fits = [
            name
            for name, one in self.variables.items()
            if one.place == place and one.type == type_ and one.code == code
        ]
        if fits and dice.random() < 0.2:
            return Variable(dice.choice(fits))
        name = self.name("v")
        required = is_non_null_type(type_)
        plain: GraphQLInputType = type_.of_type if is_non_null_type(type_) else type_
        chance = dice.random()
        if chance < 0.3:
            default = True
            text = f"{plain} = {_printed(self.value(plain, place, code, 1 if required else 2, in_document=False))}"
        elif required and not has_default:
            default, text = False, str(type_)
        else:
            default, text = False, str(plain) + ("!" if chance < 0.5 else "")
        nullable = not text.endswith("!") and (not required or dice.random() < 0.3)
        self.variables[name] = _Declared(type_, place, code, text, default, nullable)
        return Variable(name)

    def given(self, declared: dict[str, _Declared]) -> dict[str, Any]:
        """Values for the variables."""
        dice, found = self.dice, dict[str, Any]()
        for name, one in declared.items():
            chance = dice.random()
            required = one.text.endswith("!")
            if not required and chance < 0.25 and (one.default or not is_non_null_type(one.type) or chance < 0.02):
                continue
            if one.nullable and chance > 0.9:
                found[name] = None
            elif 0.25 < chance < 0.255:
                found[name] = dice.choice((1, "x", [], {}, None, True, 1.5, [None]))
            else:
                found[name] = self.value(one.type, one.place, one.code, 1, in_document=False)
        if dice.random() < 0.02:
            found["unknown"] = 1
        return found

    def value(self, type_: GraphQLInputType, place: str, code: str, depth: int, *, in_document: bool) -> Any:
        dice = self.dice
        if is_non_null_type(type_):
            type_ = type_.of_type
        elif depth > 1 and dice.random() < 0.04:
            return None
        if is_list_type(type_):
            of = type_.of_type
            chance = dice.random()
            if chance < 0.15 and not is_input_object_type(get_named_type(of)):
                # A single value is a list of one.
                return self.value(of, place, code, 0, in_document=in_document)
            size = 0 if chance < 0.2 else 101 if chance < 0.203 else dice.randint(1, 4)
            if in_document and size < 10:
                return [self.literal(of, place, code, has_default=False, depth=depth) for _ in range(size)]
            if size > 100 and (is_input_object_type(get_named_type(of)) or in_document):
                size = 5
            return [self.value(of, place, code, depth, in_document=in_document) for _ in range(size)]
        if isinstance(type_, GraphQLEnumType):
            return Enum(dice.choice(list(type_.values)))
        if isinstance(type_, GraphQLInputObjectType):
            return self.object(type_, depth, in_document=in_document)
        return self.values.of(place, code=code)

    def object(self, type_: GraphQLInputObjectType, depth: int, *, in_document: bool) -> dict[str, Any]:
        dice = self.dice
        chosen = dice.sample(list(type_.fields), min(len(type_.fields), dice.choice((0, 1, 1, 1, 1, 1, 2, 3))))
        if type_.is_one_of:
            twice = not in_document and dice.random() < 0.02
            chosen = dice.sample(list(type_.fields), 2 if twice else 1)
        made: dict[str, Any] = {}
        for name in chosen:
            about = type_.fields[name]
            place = f"{type_.name}.{name}"
            nested = is_input_object_type(get_named_type(about.type))
            if nested and depth > (_DEEPEST_FILTER if dice.random() < 0.05 else 2):
                continue
            if type_.is_one_of:
                made[name] = self.one_of(about.type, place, in_document=in_document)
            elif in_document:
                made[name] = self.literal(about.type, place, "", has_default=False, depth=depth + 1)
            else:
                made[name] = self.value(about.type, place, "", depth + 1, in_document=False)
        return made

    def one_of(self, type_: GraphQLInputType, place: str, *, in_document: bool) -> Any:
        """The one value, which can't be null, nor a variable that can."""
        if in_document and self.dice.random() < 0.4:
            name = self.name("v")
            self.variables[name] = _Declared(type_, place, "", f"{get_nullable_type(type_)}!", False, False)
            return Variable(name)
        return self.value(type_, place, "", 0, in_document=in_document)


def _arguments(given: dict[str, Any]) -> str:
    return "(" + ", ".join(f"{name}: {_printed(value)}" for name, value in given.items()) + ")" if given else ""


def _printed(value: Any) -> str:
    """A value as GraphQL text."""
    if isinstance(value, Variable):
        return f"${value}"
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_printed(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_printed, value)) + "]"
    return json.dumps(value, ensure_ascii=False) if value is not None else "null"
