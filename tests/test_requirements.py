"""The locked requirements: complete, hashed, free of addresses, and nobody's module in the way of ours."""

import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = ("requirements.txt", "requirements-dev.txt")
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


def test_what_the_project_names_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    assert names(project["project"]["dependencies"] + groups["build"]) <= names(pins("requirements.txt"))
    assert names(groups["dev"]) <= names(pins("requirements-dev.txt"))


def test_checks_run_on_the_versions_that_serve() -> None:
    assert pins("requirements.txt") <= pins("requirements-dev.txt")


def test_no_locked_package_brings_a_module_of_our_name() -> None:
    modules = packages_distributions()
    assert {name: modules[name] for name in OURS if set(modules.get(name, [])) - {"broadsheet"}} == {}
