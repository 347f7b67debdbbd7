"""GraphQL over HTTP, as the audit of the npm package graphql-http sees the service."""

import json
import shutil
from pathlib import Path

from tests.clients.conftest import HERE
from tests.packages import node


def test_the_audit_of_graphql_http_finds_nothing(service: str, project: Path) -> None:
    shutil.copy(HERE / "audit.mjs", project)
    results = json.loads(node(["audit.mjs", f"{service}/graphql"], cwd=project))
    assert [each for each in results if each["status"] != "ok"] == []
    assert len({each["id"] for each in results}) == 61
