"""Finds the document of 3 KB, within all limits, whose reading takes longest: parsing, measuring and validating it.

    python -m tests.benchmarks.worst_document [--seconds 120] [--seed 1]

It begins with documents that are known to be hard on one rule or another and climbs from there: tokens are doubled,
taken away or taken from other documents, and what takes longer is kept. Times are of the processor, the least of three;
tests/pace.py tells how they are brought to the pace of a machine that does nothing else. The last line is the document.
"""

import argparse
import gc
import random
import re
from time import monotonic

from schema.build import build_schema
from schema.document import Limits, Refused, read_document
from tests.pace import measured

SCHEMA = build_schema()._schema
LIMITS = Limits()
SIZE = 3_000
# Beginnings of what is said of a document that was refused before it was validated.
_NOT_VALIDATED = ("The document has", "The document is nested", "Syntax Error", "Introspection")
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\.\.\.|\$?\w+|[^\s,]')


def seeds() -> dict[str, str]:
    """Documents that are hard on one rule each, as large as the limits and the size let them be."""

    def repeated(before: str, inner: str, after: str) -> str:
        number = (SIZE - len(before) - len(after)) // len(inner)
        tokens = len(_TOKEN.findall(inner))
        return before + inner * min(number, 1_900 // tokens) + after

    chain = "".join(f"fragment F{n} on Topic{{...F{n + 1} ...F{n + 1}}}" for n in range(60))
    web = "".join(f"fragment F{n} on Topic{{{' '.join(f'...F{m}' for m in range(n + 1, 22))}}}" for n in range(21))
    wide = "".join(f"fragment F{n} on Topic{{broader{{{' '.join(f'...F{m}' for m in range(9))}}}}}" for n in range(9))
    shared = "".join(f"query Q{n}($a:String){{...F}}" for n in range(90))
    return {
        "one field many times": repeated("{topics{nodes{", "id ", "}}}"),
        "one field with an argument": repeated("{articles{nodes{", "body(as:HTML)", "}}}"),
        "one field with a variable": repeated("query($l:String){topics{nodes{", "name(language:$l)", "}}}"),
        "one field with two kinds of argument": repeated(
            "{topics{nodes{", 'name(language:"a")name(language:"b")', "}}}"
        ),
        "one object many times": repeated("{topics{nodes{", "broader{id}", "}}}"),
        "nested objects many times": repeated("{topics{nodes{", "broader{broader{broader{id}}}", "}}}"),
        "unknown fields of a type": repeated("{topics{nodes{", "abcdef ", "}}}"),
        "unknown arguments": repeated("{topics(", "a:1 ", "){totalCount}}"),
        "filters": repeated("{articles(filter:{or:[", "{hasImage:true}", "]}){totalCount}}"),
        "unknown fields of an input": "{articles(filter:{"
        + "".join(f"a{n}:1 " for n in range(400))
        + "}){totalCount}}",
        "unknown fields beside a deep value": "{articles(filter:{"
        + "".join(f"a{n}:1 " for n in range(21))
        + "b:"
        + "[" * 56
        + "[]" * 880
        + "]" * 56
        + "}){totalCount}}",
        "wrong values": repeated("{nodes(ids:[", "{a:1}", "]){id}}"),
        "variables": repeated("query(", "$a:Int ", "){__typename}"),
        "variables that are used": "query("
        + "".join(f"$v{n}:String " for n in range(120))
        + "){topics{nodes{"
        + "".join(f"name(language:$v{n})" for n in range(60))
        + "}}}",
        "inline fragments": repeated("{topics{nodes{", "...on Topic{id}", "}}}"),
        "fragments of an interface": repeated('{node(id:"a"){', "...on Topic{id}...on Article{id}", "}}"),
        "a chain of fragments": "{topics{nodes{...F0}}}" + chain + "fragment F60 on Topic{id}",
        "a web of fragments": "{topics{nodes{...F0}}}" + web + "fragment F21 on Topic{id slug}",
        "fragments within fields": "{topics{nodes{...F0}}}" + wide,
        "operations that share": shared + "fragment F on Query{topics{nodes{name(language:$a)}}}",
        "introspection": repeated("{__schema{types{", "fields{name type{name ofType{name}}}", "}}}"),
    }


def seconds(document: str) -> float | None:
    """How long reading it takes; None where it is refused before it is validated, or larger than is looked for."""
    if len(document) > SIZE:
        return None
    best = 9.0
    for _ in range(3):
        with measured() as spent:
            try:
                read_document(SCHEMA, document, None, LIMITS)
            except Refused as refused:
                if str(refused).startswith(_NOT_VALIDATED):
                    return None
        best = min(best, spent.seconds)
    return best


def altered(document: str, others: list[str], pick: random.Random) -> str:
    """A document like it: a run of tokens doubled, moved, taken away, or taken from another."""
    tokens = _TOKEN.findall(document)
    for _ in range(pick.choice((1, 1, 2, 4))):
        at, length = pick.randrange(len(tokens)), pick.choice((1, 2, 3, 5, 8, 13, 40))
        run = tokens[at : at + length]
        match pick.randrange(4):
            case 0:
                del tokens[at : at + length]
            case 1:
                tokens[at:at] = run * pick.choice((1, 2, 5))
            case 2:
                to = pick.randrange(len(tokens))
                tokens[to:to] = run
            case _:
                other = _TOKEN.findall(pick.choice(others))
                start = pick.randrange(len(other))
                tokens[at : at + length] = other[start : start + length]
        if not tokens:
            return document
    return re.sub(r" ?([^\w\s$\"]+) ?", r"\1", " ".join(tokens))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    pick = random.Random(arguments.seed)
    gc.disable()
    begun = seeds()
    ranked = []
    for name, document in begun.items():
        taken = seconds(document)
        print(f"{name:40} {len(document):5} characters  {'refused' if taken is None else f'{taken * 1000:7.1f} ms'}")
        if taken is not None:
            ranked.append((taken, document))
    end = monotonic() + arguments.seconds
    while monotonic() < end:
        ranked = sorted(ranked, reverse=True)[:6]
        taken, document = pick.choice(ranked)
        other = altered(document, list(begun.values()), pick)
        found = seconds(other)
        if found is not None and found > min(ranked)[0] and all(known != other for _, known in ranked):
            ranked.append((found, other))
            if found > max(ranked[:-1])[0]:
                print(f"{found * 1000:7.1f} ms  {len(other)} characters")
    taken, document = max((again, text) for _, text in ranked if (again := seconds(text)) is not None)
    print(f"worst: {taken * 1000:.1f} ms, {len(document)} characters\n{document}")


if __name__ == "__main__":
    main()
