"""What processes cost: seconds of processor, page faults and memory, from /proc. Linux only."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.processes import descendants_of

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


class Meter:
    """A process and everything below it, now and before."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def seconds(self) -> float:
        """Seconds of processor so far, in programs and in the kernel, of those that have ended too."""
        return sum(map(_seconds, self._pids()))

    def faults(self) -> int:
        """Page faults so far that needed no read from disk: memory that was touched for the first time."""
        return sum(map(_faults, self._pids()))

    def megabytes(self) -> float:
        """Resident memory."""
        return sum(map(_megabytes, self._pids()))

    def _pids(self) -> set[int]:
        return {self.pid, *descendants_of(self.pid)}


@dataclass(frozen=True, slots=True)
class Machine:
    processor: str
    cores: int
    gigabytes: int


def machine() -> Machine:
    """The machine that this runs on."""
    models = [line for line in _lines("cpuinfo") if line.startswith("model name")]
    memory = next(line for line in _lines("meminfo") if line.startswith("MemTotal:"))
    return Machine(
        models[0].partition(":")[2].strip() if models else "unknown processor",
        len(os.sched_getaffinity(0)),
        round(int(memory.split()[1]) / 1024**2),
    )


def seconds_of(stat: str, ticks: int) -> float:
    """Seconds in a line of /proc/PID/stat: the process' own and those of children that it has waited for.

    ticks: of a second. The name of the program, which stands in brackets before, may hold anything.
    """
    return sum(_fields(stat, 14, 17)) / ticks  # utime, stime, cutime and cstime


def faults_of(stat: str) -> int:
    """Minor page faults in a line of /proc/PID/stat, counted like the seconds."""
    return sum(_fields(stat, 10, 11))  # minflt and cminflt


def megabytes_of(status: str) -> float:
    """VmRSS in the text of /proc/PID/status, 0 for one that has ended."""
    found = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(found[0].split()[1]) / 1024 if found else 0.0


def _fields(stat: str, first: int, last: int) -> Iterator[int]:
    """Numbers by their place in proc(5), of which the first after the name is the third."""
    return map(int, stat.rpartition(")")[2].split()[first - 3 : last - 2])


def _seconds(pid: int) -> float:
    text = _read(pid, "stat")
    return seconds_of(text, _TICKS) if text else 0.0


def _faults(pid: int) -> int:
    text = _read(pid, "stat")
    return faults_of(text) if text else 0


def _megabytes(pid: int) -> float:
    return megabytes_of(_read(pid, "status"))


def _read(pid: int, name: str) -> str:
    try:
        return (PROC / str(pid) / name).read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _lines(name: str) -> list[str]:
    return (PROC / name).read_text().splitlines()
