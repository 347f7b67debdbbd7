"""The load: wrk, which costs so little that it leaves the cores to who is measured."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from subprocess import run

_SCRIPT = Path(__file__).with_suffix(".lua")


class NoWrk(Exception):
    """wrk makes the load, and it isn't there. Debian and Ubuntu: apt install wrk. macOS: brew install wrk."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class LoadFailed(Exception):
    """wrk could not do its work; the message is its own."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of wrk saw. p50, p99: milliseconds; bytes: answers with their heads, in all."""

    requests: int
    seconds: float
    bytes: int
    errors: int
    p50: float
    p99: float


def wrk() -> str:
    """Where wrk is."""
    found = shutil.which("wrk")
    if found is None:
        raise NoWrk
    return found


def version() -> str:
    """Such as "4.1.0"."""
    words = run([wrk(), "--version"], capture_output=True, text=True, check=False).stdout.split()
    return words[1] if len(words) > 1 else "unknown"


def load(url: str, bodies: Path, *, seconds: int, connections: int, place: int, mark: str = "", first: int = 0) -> Load:
    """Send the file's bodies over connections that are kept, each as soon as the one before it is answered.

    place: the line that comes first. mark, first: where it is given, a number takes its place in each body.
    """
    command = [wrk(), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(_SCRIPT)]
    options = [str(bodies), str(place), *((mark, str(first)) if mark else ())]
    done = run([*command, url, "--", *options], capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise LoadFailed(f"{url}: {done.stdout}{done.stderr}")
    return Load(**json.loads(lines[-1]))
