"""What of the schema was asked for and answered."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from graphql import (
    DirectiveLocation,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    visit,
)

from tests.schema.equivalence.operations import Operation

# What no operation can be answered with: an article's status that nobody who reads sees.
UNSEEN = frozenset({"ArticleStatus.WITHHELD", "ArticleStatus.CANCELED"})


def everything(schema: GraphQLSchema) -> Iterator[str]:
    """All that can be covered: Type.field, Type.field(argument), Input.field, Enum.VALUE, @directive(argument)."""
    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}"
                yield from (f"{type_.name}.{name}({argument})" for argument in field.args)
        elif isinstance(type_, GraphQLInputObjectType):
            yield from (f"{type_.name}.{name}" for name in type_.fields)
        elif isinstance(type_, GraphQLEnumType):
            yield from (f"{type_.name}.{name}" for name in type_.values)
    for directive in schema.directives:
        if DirectiveLocation.FIELD in directive.locations:
            yield f"@{directive.name}"
            yield from (f"@{directive.name}({argument})" for argument in directive.args)


class Coverage:
    """Counts what operations name, in the document and in variables, and the enum values that answers hold."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.counted: Counter[str] = Counter()

    def count(self, operation: Operation, data: Any) -> None:
        """Count an operation, whose answer holds this data."""
        info = TypeInfo(self.schema)
        found = _Names(info)
        visit(parse(operation.query), TypeInfoVisitor(info, found))
        self.counted.update(found.names)
        for name, value in operation.variables[0].items():
            if name in found.variables:
                self._given(found.variables[name], value)
        for key, enum in found.enums.items():
            values = (value for value in _under(data, key) if value in enum.values)
            self.counted.update(f"{enum.name}.{value}" for value in values)

    def _given(self, type_: Any, value: Any) -> None:
        """What a variable's value names."""
        named = get_named_type(type_)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(named, GraphQLEnumType) and isinstance(one, str):
                self.counted[f"{named.name}.{one}"] += 1
            elif isinstance(named, GraphQLInputObjectType) and isinstance(one, dict):
                for name, inner in one.items():
                    self.counted[f"{named.name}.{name}"] += 1
                    if name in named.fields:
                        self._given(named.fields[name].type, inner)

    def missing(self) -> list[str]:
        return [name for name in everything(self.schema) if not self.counted[name] and name not in UNSEEN]

    def told(self) -> str:
        names = [name for name in everything(self.schema) if name not in UNSEEN]
        missing = self.missing()
        told = (
            f"{len(names) - len(missing)} of {len(names)} fields, arguments, enum values and directives were asked for"
        )
        return told + (f"; never: {', '.join(missing)}" if missing else "")


class _Names(Visitor):
    """Names in a document; variables: their types; enums: those of fields, by response key."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.names: list[str] = []
        self.variables: dict[str, Any] = {}
        self.enums: dict[str, GraphQLEnumType] = {}

    def enter_field(self, node: Any, *_: Any) -> None:
        parent, type_ = self.info.get_parent_type(), get_named_type(self.info.get_type())
        if parent is not None and not node.name.value.startswith("__"):
            self.names.append(f"{parent.name}.{node.name.value}")
            self.names += [f"{parent.name}.{node.name.value}({one.name.value})" for one in node.arguments or ()]
        if isinstance(type_, GraphQLEnumType):
            self.enums[(node.alias or node.name).value] = type_

    def enter_directive(self, node: Any, *_: Any) -> None:
        self.names.append(f"@{node.name.value}")
        self.names += [f"@{node.name.value}({one.name.value})" for one in node.arguments or ()]

    def enter_variable(self, node: Any, *_: Any) -> None:
        type_ = self.info.get_input_type()
        if type_ is not None:
            self.variables[node.name.value] = type_

    def enter_object_field(self, node: Any, *_: Any) -> None:
        parent = get_named_type(self.info.get_parent_input_type())
        if parent is not None:
            self.names.append(f"{parent.name}.{node.name.value}")

    def enter_enum_value(self, node: Any, *_: Any) -> None:
        type_ = get_named_type(self.info.get_input_type())
        if type_ is not None:
            self.names.append(f"{type_.name}.{node.value}")


def _under(value: Any, key: str) -> Iterator[str]:
    """The texts that stand under a key."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key and isinstance(inner, str):
                yield inner
            yield from _under(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _under(inner, key)
