"""Python's clients: gql, and what ariadne-codegen generates."""

import shutil
import sys
from pathlib import Path

import pytest
from gql import Client, gql
from gql.transport.httpx import HTTPXAsyncTransport
from graphql import GraphQLError, GraphQLInputObjectType, GraphQLSchema

from tests.clients.conftest import HERE
from tests.clients.examples import write
from tests.packages import python_modules, ran
from tests.services import ROOT

SCHEMA = ROOT / "schema" / "schema.graphql"


def test_gql_runs_what_it_has_checked_by_the_file(service: str, tmp_path: Path) -> None:
    shutil.copy(SCHEMA, tmp_path)
    write(tmp_path, service, "with_gql.py")
    printed = ran([sys.executable, "with_gql.py"], cwd=tmp_path).splitlines()
    assert len(printed) == 3


async def test_gql_reads_the_schema_from_the_service(service: str) -> None:
    transport = HTTPXAsyncTransport(url=f"{service}/graphql")
    options = {"input_value_deprecation": True, "specified_by_url": True}
    async with Client(transport=transport, fetch_schema_from_transport=True, introspection_args=options) as session:
        schema = session.client.schema
        assert isinstance(schema, GraphQLSchema)
        assert isinstance(schema.type_map["ArticleBy"], GraphQLInputObjectType)
        answer = await session.execute(gql("{ sources(first: 100) { totalCount nodes { name } } }"))
        assert len(answer["sources"]["nodes"]) == answer["sources"]["totalCount"] == 8
        with pytest.raises(GraphQLError, match="Cannot query field 'nothing'"):
            await session.execute(gql("{ sources { nothing } }"))


def test_ariadne_codegen_generates_a_client_that_runs(service: str, tmp_path: Path) -> None:
    shutil.copy(SCHEMA, tmp_path)
    write(tmp_path, service, "ariadne.toml", "operations.graphql", "with_ariadne.py")
    modules = {"PYTHONPATH": str(python_modules(HERE / "requirements.txt"))}
    ran([sys.executable, "-m", "ariadne_codegen", "--config", "ariadne.toml"], cwd=tmp_path, variables=modules)
    printed = ran([sys.executable, "with_ariadne.py"], cwd=tmp_path, variables=modules).splitlines()
    assert len(printed) == 4
