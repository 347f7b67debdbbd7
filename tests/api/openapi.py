"""What of an OpenAPI description changed in a way that clients may notice.

Both documents are laid out flat, a part for each operation, parameter, answer, property and value of an enum, by
coordinates: `GET /v1/articles`, `GET /v1/articles?first`, `GET /v1/articles 200`; and inside, by the names of shared
schemas, which are those of the GraphQL types: `Article.section`. One line of the changelog then tells of both.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.changes import ADDED, BREAKING, CHANGED, REMOVED, Change

Json = Mapping[str, Any]

_METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
# What a client sends may become freer, and what it gets may become narrower: not the other way round.
_LOWER_IS_NARROWER = ("maximum", "maxLength", "maxItems")
_HIGHER_IS_NARROWER = ("minimum", "minLength", "minItems")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a description.

    root: the operation or shared schema that it belongs to. sent: by the client, in a parameter or body; got: by the
    client, in an answer. type: as a word, without null. needed: it has to be there. nullable: it may be null. value: it
    is a value of an enum. default, bounds: as in JSON Schema.
    """

    root: str
    sent: bool = False
    got: bool = False
    type: str = ""
    needed: bool = False
    nullable: bool = False
    value: bool = False
    default: Any = None
    bounds: Mapping[str, Any] = field(default_factory=dict)


def changes(old: Json, new: Json) -> list[Change]:
    """The changes between two descriptions that the changelog has to tell."""
    before, after = dict(_parts(old)), dict(_parts(new))
    # A shared schema is only met where something refers to it; where that is gone or another now, it is told there.
    gone = {name: part for name, part in before.items() if name not in after and part.root not in _shared(old, new)}
    return [
        *(change for name, part in before.items() if name in after for change in _changed(name, part, after[name])),
        *(
            Change(name, f"{name} was removed.", (REMOVED, BREAKING))
            for name, part in gone.items()
            if not _is_told_elsewhere(name, part, gone)
        ),
        *(
            change
            for name, part in after.items()
            if name not in before and part.root in before
            for change in _added(name, part)
        ),
    ]


def _shared(old: Json, new: Json) -> set[str]:
    """Names of shared schemas that are there no more."""
    before, after = (document.get("components", {}).get("schemas", {}) for document in (old, new))
    return set(before) - set(after)


def _is_told_elsewhere(name: str, part: Part, gone: Mapping[str, Part]) -> bool:
    """Whether what is gone lies in something else that is, or is a way (of `fields=`) to a property that is."""
    if part.value:
        last = "." + name.rpartition(".")[2]
        return any(other.endswith(last) and not gone[other].value for other in gone)
    return any(name.startswith(tuple(f"{other}{mark}" for mark in " ?.[")) for other in gone)


def _added(name: str, part: Part) -> Iterator[Change]:
    if part.value and part.got:
        yield Change(name, f"{name} was added.", (ADDED, CHANGED))
    elif part.sent and part.needed:
        yield Change(name, f"{name} was added and has to be given.", (BREAKING,))


def _changed(name: str, old: Part, new: Part) -> Iterator[Change]:
    if old.type != new.type:
        yield Change(name, f"{name} is {new.type} instead of {old.type} now.", (BREAKING,))
    if old.default != new.default:
        yield Change(name, f"{name} is {new.default!r} instead of {old.default!r} by default now.", (BREAKING,))
    if new.sent and (new.needed > old.needed or new.nullable < old.nullable):
        yield Change(name, f"{name} has to be given now.", (BREAKING,))
    if new.got and (new.needed < old.needed or new.nullable > old.nullable):
        yield Change(name, f"{name} may be missing or null now.", (BREAKING,))
    if new.sent and _is_narrower(new.bounds, old.bounds):
        yield Change(name, f"{name} takes less than before.", (BREAKING,))


def _is_narrower(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    return (
        any(key in new and (key not in old or new[key] < old[key]) for key in _LOWER_IS_NARROWER)
        or any(key in new and (key not in old or new[key] > old[key]) for key in _HIGHER_IS_NARROWER)
        or ("pattern" in new and new["pattern"] != old.get("pattern"))
    )


# -- a document as parts

Parts = Iterator[tuple[str, Part]]


def _parts(document: Json) -> Parts:
    components = document.get("components", {})
    sent, got = _reached(document, ("parameters", "requestBody")), _reached(document, ("responses",))
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                name = f"{method.upper()} {path}"
                yield name, Part(name)
                yield from _operation(name, item[method], item.get("parameters", ()), components)
    for name, schema in components.get("schemas", {}).items():
        yield from _schema(name, schema, Part(name, name in sent, name in got, needed=True))


def _operation(name: str, operation: Json, shared: Any, components: Json) -> Parts:
    sent, got = Part(name, sent=True), Part(name, got=True, needed=True)
    for parameter in (*shared, *operation.get("parameters", ())):
        # Those in the path are seen in the path.
        if parameter["in"] != "path":
            needed = parameter.get("required", False)
            yield from _schema(f"{name}?{parameter['name']}", parameter["schema"], replace(sent, needed=needed))
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        yield from _schema(f"{name} {kind}", media["schema"], replace(sent, needed=True))
    for status, response in operation["responses"].items():
        # How it can fail is described, not promised.
        if status.startswith("2"):
            yield f"{name} {status}", got
            resolved = _resolved(response, components)
            for header, described in resolved.get("headers", {}).items():
                yield from _schema(f"{name} {status} {header}", described["schema"], got)
            for kind, media in resolved.get("content", {}).items():
                yield from _schema(f"{name} {status} {kind}", media["schema"], got)


def _resolved(thing: Json, components: Json) -> Json:
    reference = thing.get("$ref")
    if reference is None:
        return thing
    _, _, kind, name = reference.split("/")
    found: Json = components[kind][name]
    return found


def _schema(name: str, schema: Json, at: Part) -> Parts:
    """A schema and what is inside; a shared one is laid out by its own name. at: what is known of the place."""
    type_, nullable, inner = _type(schema)
    bounds = {key: inner[key] for key in (*_LOWER_IS_NARROWER, *_HIGHER_IS_NARROWER, "pattern") if key in inner}
    yield name, replace(at, type=type_, nullable=nullable, default=schema.get("default"), bounds=bounds)
    for value in inner.get("enum", ()):
        yield f"{name}.{value}", replace(at, needed=False, value=True)
    for key, property_ in inner.get("properties", {}).items():
        yield from _schema(f"{name}.{key}", property_, replace(at, needed=key in inner.get("required", ())))
    if "items" in inner:
        yield from _schema(f"{name}[]", inner["items"], replace(at, needed=True))


def _type(schema: Json) -> tuple[str, bool, Json]:
    """A schema's type in a word, whether null is one of its values, and the schema without null."""
    for choices in (schema.get("anyOf"), schema.get("oneOf")):
        if choices is not None:
            others = [choice for choice in choices if choice.get("type") != "null"]
            if len(others) == 1:
                type_, _, inner = _type(others[0])
                return type_, len(others) < len(choices), inner
            return " or ".join(sorted(_type(choice)[0] for choice in others)), len(others) < len(choices), schema
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2], False, {}
    types = schema.get("type", "anything")
    words = [types] if isinstance(types, str) else [type_ for type_ in types if type_ != "null"]
    word = " or ".join(sorted(words)) + (f" ({schema['format']})" if "format" in schema else "")
    return word, not isinstance(types, str) and "null" in types, schema


def _reached(document: Json, places: Iterable[str]) -> set[str]:
    """Names of shared schemas that these places of operations hold."""
    operations = [part for item in document["paths"].values() for part in (item, *item.values())]
    rest = [part[place] for part in operations if isinstance(part, dict) for place in places if place in part]
    found: set[str] = set()
    while rest:
        thing = rest.pop()
        if isinstance(thing, dict):
            kind, _, name = str(thing.get("$ref", "")).removeprefix("#/components/").partition("/")
            if name and name not in found:
                found.add(name)
                rest.append(document["components"][kind][name])
            rest.extend(thing.values())
        elif isinstance(thing, list):
            rest.extend(thing)
    return found
