"""schemathesis, which draws requests from the schemas that the service publishes and judges the answers.

Ten cases of each operation in `make test`; in `make conformance` at least 1,000 in all, for each of three seeds.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.packages import ran
from tests.services import ROOT

SEEDS = (1, 2, 3)
HERE = Path(__file__).parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize("seed", SEEDS if metafunc.config.getoption("--conformance") else SEEDS[:1])


@pytest.fixture
def many(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--conformance"))


def cases(address: str, config: Path, seed: int, each: int, report: Path, *options: str) -> int:
    """How many cases of a run had the outcome that the schema promises, none having another. each: cases of an
    operation."""
    schemathesis: list[str | Path] = [sys.executable, "-m", "schemathesis.cli", "--config-file", config, "run", address]
    drawn = ["--seed", str(seed), "--max-examples", str(each), "--generation-database", "none"]
    printed: list[str | Path] = ["--no-color", "--report-json-path", report]
    ran([*schemathesis, *drawn, *printed, *options], cwd=ROOT, seconds=1_800)
    found: dict[str, Any] = json.loads(report.read_text())
    assert (found["complete"], found["failures"], found["errors"]) == (True, [], [])
    assert found["operations"]["tested"] == found["operations"]["selected"] >= 10
    count: int = found["test_cases"]["generated"]
    return count


def test_what_graphql_calls_valid_is_answered(service: str, seed: int, many: bool, tmp_path: Path) -> None:
    # Whoever draws is nobody, who may only read.
    drawn = ("--exclude-name-regex", r"^Mutation\.|^Query\.(previewComment|moderationQueue)$")
    report = tmp_path / "report.json"
    count = cases(f"{service}/graphql", HERE / "graphql.toml", seed, 100 if many else 10, report, *drawn)
    assert count >= (1_000 if many else 100)


def test_what_is_refused_is_refused_by_a_code(service: str, seed: int, many: bool, tmp_path: Path) -> None:
    # That valid operations are answered is what the rules of graphql.toml are for; here they are left out.
    drawn = ("--exclude-checks", "positive_data_acceptance")
    config = HERE / "graphql_refusals.toml"
    count = cases(f"{service}/graphql", config, seed, 100 if many else 10, tmp_path / "report.json", *drawn)
    assert count >= (1_000 if many else 100)


def test_rest_answers_as_openapi_says(service: str, seed: int, many: bool, tmp_path: Path) -> None:
    # The phase `coverage` alone is 1,400 cases.
    drawn = () if many else ("--phases", "examples,fuzzing")
    config = ROOT / "schemathesis.toml"
    count = cases(f"{service}/openapi.json", config, seed, 100 if many else 10, tmp_path / "report.json", *drawn)
    assert count >= (1_000 if many else 100)
