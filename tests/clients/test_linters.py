"""spectral and redocly, which read /openapi.json."""

import json
from pathlib import Path

import httpx2
import pytest

from tests.packages import node, node_modules

LINTERS = Path(__file__).parent / "linters"


@pytest.fixture
def openapi(service: str, tmp_path: Path) -> Path:
    """A folder with openapi.json as the service gives it, and the linters."""
    (tmp_path / "node_modules").symlink_to(node_modules(LINTERS))
    (tmp_path / "openapi.json").write_bytes(httpx2.get(f"{service}/openapi.json").content)
    return tmp_path


def test_spectral_finds_nothing(openapi: Path) -> None:
    (openapi / ".spectral.yaml").write_text("extends: spectral:oas\n")
    spectral = "node_modules/@stoplight/spectral-cli/dist/index.js"
    found = node([spectral, "lint", "openapi.json", "--format", "json", "--quiet"], cwd=openapi)
    assert json.loads(found) == []


def test_redocly_finds_nothing(openapi: Path) -> None:
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    redocly = "node_modules/@redocly/cli/bin/cli.js"
    found = json.loads(node([redocly, "lint", "openapi.json", "--format", "json"], cwd=openapi, **quiet))
    assert (found["totals"]["errors"], found["totals"]["warnings"], found["problems"]) == (0, 0, [])
