"""Automatic persisted queries, as Apollo Client and urql send them."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from tests.clients.conftest import serving
from tests.clients.examples import run, write

# What says GET in each example, and what says POST in its place.
CLIENTS = {
    "apollo.mjs": ("useGETForHashedQueries: true", "useGETForHashedQueries: false"),
    "urql.mjs": ("preferGetForPersistedQueries: true", "preferGetForPersistedQueries: false"),
}


def asked(request: dict[str, Any]) -> tuple[str | None, str]:
    """The document and the hash that a request holds."""
    if request["method"] == "GET":
        parameters = parse_qs(urlsplit(request["url"]).query)
        extensions = orjson.loads(parameters["extensions"][0])
        return parameters.get("query", [None])[0], extensions["persistedQuery"]["sha256Hash"]
    return request["body"].get("query"), request["body"]["extensions"]["persistedQuery"]["sha256Hash"]


@pytest.fixture(scope="module")
def without(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service that takes no automatic persisted queries."""
    with serving(sample_url, tmp_path_factory.mktemp("without") / "log", persisted_bytes="0") as url:
        yield url


@pytest.mark.parametrize("client", CLIENTS)
def test_where_hashes_are_not_taken_documents_are_sent(client: str, without: str, project: Path) -> None:
    write(project, without, client)
    refused, sent, *_ = run(client, project).requests
    assert asked(refused)[0] is None
    assert refused["status"] == 200
    assert [error["message"] for error in refused["answer"]["errors"]] == ["PersistedQueryNotSupported"]
    assert sent["answer"]["data"]["articles"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_document_is_sent_once_and_then_its_hash(client: str, method: str, service: str, project: Path) -> None:
    by_get, by_post = CLIENTS[client]
    replaced = {by_get: by_post if method == "POST" else by_get, "query Latest": f"query LatestBy{method}"}
    write(project, service, client, **replaced)
    first = run(client, project)
    missed, sent, *_ = first.requests

    assert (missed["method"], missed["status"]) == (method, 200)
    document, hash_ = asked(missed)
    assert document is None
    assert [error["message"] for error in missed["answer"]["errors"]] == ["PersistedQueryNotFound"]
    assert [error["extensions"]["code"] for error in missed["answer"]["errors"]] == ["PERSISTED_QUERY_NOT_FOUND"]

    document, again = asked(sent)
    assert document is not None
    assert again == hash_ == sha256(document.encode()).hexdigest()
    assert sent["answer"]["data"]["articles"]

    second = run(client, project)
    assert second.printed == first.printed != []
    assert [request["method"] for request in second.requests] == [method] * len(second.requests)
    assert {asked(request) for request in second.requests} == {(None, hash_)}
    assert [request["answer"] for request in second.requests] == [each["answer"] for each in first.requests[1:]]
