"""The examples of docs/clients.md as files: each block's first line names its file."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clients.conftest import HERE
from tests.packages import node
from tests.services import ROOT

PAGE = ROOT / "docs" / "clients.md"
ADDRESS = "http://127.0.0.1:8000"
_BLOCK = re.compile(r"^```\w+\n(?://|#) (\S+\.\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def examples() -> dict[str, str]:
    """What each file holds."""
    return dict(_BLOCK.findall(PAGE.read_text(encoding="utf-8")))


def write(folder: Path, service: str, *names: str, **replaced: str) -> None:
    """Write examples for a service at another address, each text of `replaced` in place of its name."""
    for name in names:
        text = examples()[name].replace(ADDRESS, service)
        for old, new in replaced.items():
            assert old in text
            text = text.replace(old, new)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Ran:
    """A script that ran: the lines that it printed, and its requests with their answers."""

    printed: list[str]
    requests: list[dict[str, Any]]


def run(script: str, folder: Path) -> Ran:
    """Run a script with node and keep what went over the wire."""
    wire = folder / "wire.jsonl"
    wire.write_text("")
    printed = node(["--import", HERE / "wire.mjs", script], cwd=folder, WIRE=str(wire))
    return Ran(printed.splitlines(), [json.loads(line) for line in wire.read_text().splitlines()])
