"""What compiles against the schema's file and runs against the service: Relay, graphql-codegen with tsc."""

import shutil
from pathlib import Path

from tests.clients.examples import run, write
from tests.packages import node
from tests.services import ROOT

SCHEMA = ROOT / "schema" / "schema.graphql"


def test_relay_compiles_pages_and_refetches(service: str, project: Path) -> None:
    shutil.copy(SCHEMA, project)
    write(project, service, "relay.config.json", "src/Feed.js", "src/Discussion.js", "relay.mjs")
    node(["node_modules/relay-compiler/cli.js"], cwd=project)
    artifacts = {path.name for path in (project / "src" / "__generated__").iterdir()}
    assert artifacts == {
        f"{name}.graphql.js"
        for name in (
            "FeedQuery",
            "FeedPageQuery",
            "Feed_articles",
            "DiscussionPageQuery",
            "Discussion_comments",
        )
    }
    ran = run("relay.mjs", project)
    assert [request["body"]["operationName"] for request in ran.requests] == [
        "FeedQuery",
        "FeedPageQuery",
        "DiscussionPageQuery",
    ]
    assert [request["answer"].get("errors") for request in ran.requests] == [None, None, None]
    # Two pages of three articles, and of two comments each.
    assert len(ran.printed) == 6 + 4
    assert len(set(ran.printed)) == len(ran.printed)


def test_codegen_generates_what_tsc_takes_and_the_service_answers(service: str, project: Path) -> None:
    shutil.copy(SCHEMA, project)
    write(project, service, "codegen.yml", "operations.graphql", "typed.ts")
    node(["node_modules/@graphql-codegen/cli/esm/bin.js", "--config", "codegen.yml"], cwd=project)
    strict = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2023", "--allowImportingTsExtensions"]
    node(["node_modules/typescript/bin/tsc", *strict, "--types", "", "typed.ts", "schema.ts"], cwd=project)
    ran = run("typed.ts", project)
    assert [request["answer"].get("errors") for request in ran.requests] == [None, None]
    assert len(ran.printed) == 4
    assert ran.printed[-1].split()[0] in ("FULL", "EXCERPT", "RESTRICTED", "UNAVAILABLE")
