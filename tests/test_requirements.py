"""The locked requirements: complete, hashed, free of addresses, and nobody's module in the way of ours."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = ("requirements.txt", "requirements-dev.txt", "tests/clients/requirements.txt")
OURS = ("api", "schema", "db", "ingest", "jobs", "tests")


def pins(name: str) -> set[str]:
    """Like `numpy==2.4.6 ; python_full_version < '3.12'`."""
    return set(re.findall(r"^([a-z0-9].*?) \\$", (ROOT / name).read_text(), re.MULTILINE))


def names(requirements: list[str] | set[str]) -> set[str]:
    found = (re.match(r"[A-Za-z0-9._-]+", requirement) for requirement in requirements)
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for match in found if match}


@pytest.mark.parametrize("name", FILES)
def test_every_pin_has_hashes_and_no_line_an_address(name: str) -> None:
    for block in re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text())[1:]:
        assert re.match(r"[a-z0-9._-]+==\S+ .*\\\n    --hash=sha256:[0-9a-f]{64}", block), block[:80]
    assert not re.search(r"://|index-url|find-links|@ |^-|(^|\s)/", (ROOT / name).read_text(), re.MULTILINE)


NPM = [path for path in sorted((ROOT / "tests").rglob("package-lock.json")) if "node_modules" not in path.parts]


@pytest.mark.parametrize("lock", NPM, ids=lambda path: path.parent.name)
def test_npm_packages_have_hashes_and_no_address(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    del packages[""]  # the folder itself
    assert packages
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_what_the_project_names_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    assert names(project["project"]["dependencies"] + groups["build"]) <= names(pins("requirements.txt"))
    assert names(groups["dev"]) <= names(pins("requirements-dev.txt"))


def test_what_is_imported_is_named() -> None:
    """Not only brought by another package, which may stop to need it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = names(project["project"]["dependencies"])
    packages = packages_distributions()
    # zstd comes with Python from 3.14, from a package before.
    elsewhere = {"backports"} if sys.version_info >= (3, 14) else {"compression"}
    for folder in ("api", "schema", "db", "ingest", "jobs"):
        for path in (ROOT / folder).rglob("*.py"):
            for module in imported(path) - set(OURS) - sys.stdlib_module_names - elsewhere:
                assert names(set(packages[module])) & named, f"{module}, which {path.relative_to(ROOT)} imports"


def imported(path: Path) -> set[str]:
    """The top-level modules that a file imports anywhere."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_checks_run_on_the_versions_that_serve() -> None:
    assert pins("requirements.txt") <= pins("requirements-dev.txt")


def test_no_locked_package_brings_a_module_of_our_name() -> None:
    modules = packages_distributions()
    assert {name: modules[name] for name in OURS if set(modules.get(name, [])) - {"broadsheet"}} == {}
