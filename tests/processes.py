"""What runs on this machine: processes, their parents and commands. From /proc, or from ps where there is none."""

import os
from dataclasses import dataclass
from pathlib import Path
from subprocess import run

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Described:
    """A process that runs; one that has ended and isn't fetched yet (a zombie) counts as none."""

    pid: int
    parent: int
    command: list[str]


def described(pid: int) -> Described | None:
    """A process by its id, None where none runs under it."""
    if not (PROC / "self").exists():
        return _from_ps("-p", str(pid)).get(pid)
    try:
        state, parent = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[:2]
        command = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state in ("Z", "X") else Described(pid, int(parent), command.split("\0")[:-1])


def is_alive(pid: int) -> bool:
    return described(pid) is not None


def children_of(pid: int) -> set[int]:
    """The processes that a process has started and that still run."""
    return {each.pid for each in _everything().values() if each.parent == pid}


def descendants_of(pid: int) -> set[int]:
    """The processes below a process."""
    everything = _everything().values()
    found, waiting = set[int](), [pid]
    while waiting:
        above = waiting.pop()
        children = {each.pid for each in everything if each.parent == above}
        found |= children
        waiting += children
    return found


def _everything() -> dict[int, Described]:
    if not (PROC / "self").exists():
        return _from_ps("-A")
    pids = [int(path.name) for path in PROC.iterdir() if path.name.isdigit()]
    return {each.pid: each for each in map(described, pids) if each is not None}


def _from_ps(*which: str) -> dict[int, Described]:
    table = run(
        ["ps", *which, "-ww", "-o", "pid=,ppid=,stat=,command="],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LC_ALL": "C"},
    ).stdout
    rows = (line.split(maxsplit=3) for line in table.splitlines())
    return {
        int(pid): Described(int(pid), int(parent), command.split())
        for pid, parent, state, command in (row for row in rows if len(row) == 4)
        if not state.startswith("Z")
    }
