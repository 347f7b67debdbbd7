"""Documents by their hash: automatic ones, trusted ones, and nothing but trusted ones."""

from pathlib import Path

import httpx2
import orjson
import pytest
from starlette.applications import Starlette

from api.app import create_app
from api.documents import Documents, ManifestInvalid, NotAsked, manifest, read_manifest, sha256
from api.settings import Settings
from schema.recent import Recent
from tests.services import client_of

QUERY = "query Names { topics(first: 1) { totalCount } }"
HASH = sha256(QUERY)


def by_hash(hash_: str = HASH, **members: object) -> dict[str, object]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_}}, **members}


async def test_a_hash_is_asked_for_once_and_known_from_then_on(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/graphql", json=by_hash())
    assert answer.status_code == 200
    assert answer.json()["errors"] == [
        {"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}
    ]
    assert answer.headers["cache-control"] == "no-store"
    full = await client.post("/graphql", json=by_hash(query=QUERY))
    assert full.json() == {"data": {"topics": {"totalCount": 17}}}
    assert (await client.post("/graphql", json=by_hash())).json() == full.json()
    assert (await client.post("/graphql", json=by_hash(HASH.upper()))).json() == full.json()
    parameters = {"extensions": orjson.dumps(by_hash()["extensions"]).decode()}
    got = await client.get("/graphql", params=parameters)
    assert got.json() == full.json()
    assert got.headers["etag"]


@pytest.mark.parametrize("query", ["{ __typename }", QUERY])
async def test_a_document_is_kept_each_time_that_it_comes_with_its_hash(
    query: str, client: httpx2.AsyncClient, app: Starlette
) -> None:
    hash_ = sha256(query)
    for _ in range(3):
        assert (await client.post("/graphql", json=by_hash(hash_, query=query))).json().keys() == {"data"}
        documents = app.state.reading.documents
        assert _knows(documents, hash_)
        documents._automatic = Recent(2_000_000, weigh=len)  # others took its room
        assert not _knows(documents, hash_)


async def test_a_hash_of_another_text_is_refused_and_not_kept(client: httpx2.AsyncClient) -> None:
    other = sha256("{__typename}")
    answer = await client.post("/graphql", json=by_hash(other, query=QUERY))
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")
    assert "PersistedQueryNotFound" in (await client.post("/graphql", json=by_hash(other))).text


async def test_a_document_that_is_refused_is_not_kept(client: httpx2.AsyncClient) -> None:
    wrong = "{ nothing }"
    assert (await client.post("/graphql", json=by_hash(sha256(wrong), query=wrong))).status_code == 400
    assert "PersistedQueryNotFound" in (await client.post("/graphql", json=by_hash(sha256(wrong)))).text


@pytest.mark.parametrize(
    "persisted",
    [1, [], "x", {}, {"version": 2, "sha256Hash": HASH}, {"version": 1}, {"version": 1, "sha256Hash": "zz"}],
)
async def test_what_names_no_document_is_refused(client: httpx2.AsyncClient, persisted: object) -> None:
    answer = await client.post("/graphql", json={"query": QUERY, "extensions": {"persistedQuery": persisted}})
    assert answer.status_code == 400


def test_automatic_documents_fill_no_more_than_their_room() -> None:
    documents = Documents(max_bytes=20_000)
    texts = [f"query Q{number} {{ __typename }}" + " " * 400 for number in range(100)]
    for text in texts:
        documents.keep(sha256(text), text)
    known = [text for text in texts if _knows(documents, sha256(text))]
    assert known == texts[-len(known) :]
    assert 10 < len(known) < 25
    huge = "{__typename}" + " " * 15_000
    documents.keep(sha256(huge), huge)
    assert not _knows(documents, sha256(huge))


def test_automatic_documents_can_be_switched_off() -> None:
    with pytest.raises(NotAsked, match="PersistedQueryNotSupported"):
        Documents(max_bytes=0).named(by_hash())


def test_manifests_are_read_as_clients_write_them(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(manifest([QUERY]))
    assert read_manifest(path) == {HASH: QUERY}
    path.write_bytes(orjson.dumps({"names-1": QUERY}))
    assert read_manifest(path) == {"names-1": QUERY}
    for wrong in (b"", b"[]", b'{"a":1}', b'{"operations":[{"id":"x"}]}'):
        path.write_bytes(wrong)
        with pytest.raises(ManifestInvalid, match="manifest"):
            read_manifest(path)
    with pytest.raises(ManifestInvalid):
        read_manifest(tmp_path / "nothing.json")


async def test_nothing_but_trusted_documents_is_executed_where_the_operator_says_so(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(orjson.dumps({"names-1": QUERY}))
    app = create_app(settings.model_copy(update={"trusted_documents": path, "trusted_documents_only": True}))
    async with app.router.lifespan_context(app), client_of(app) as client:
        for asked in ({"documentId": "names-1"}, {"documentId": f"sha256:{HASH}"}, by_hash(), {"query": QUERY}):
            answer = await client.post("/graphql", json=asked)
            assert answer.json() == {"data": {"topics": {"totalCount": 17}}}, asked
        for asked in (
            {"query": "{__typename}"},
            {"documentId": "names-2"},
            by_hash(sha256("{__typename}"), query="{__typename}"),
            {"query": QUERY + " "},
        ):
            answer = await client.post("/graphql", json=asked)
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN"), asked


def _knows(documents: Documents, hash_: str) -> bool:
    try:
        return documents.named(by_hash(hash_))[0] is not None
    except NotAsked:
        return False


async def test_the_services_own_operations_are_published_and_answer_by_their_ids(client: httpx2.AsyncClient) -> None:
    told = (await client.get("/documents.json")).json()
    assert told["format"] == "apollo-persisted-query-manifest"
    names = [operation["name"] for operation in told["operations"]]
    assert "StartPage" in names
    assert len(set(names)) == len(names) > 5
    for operation in told["operations"]:
        assert sha256(operation["body"]) == operation["id"]
        answer = await client.post("/graphql", json=by_hash(operation["id"]))
        assert "PersistedQueryNotFound" not in answer.text
    start = next(operation for operation in told["operations"] if operation["name"] == "StartPage")
    assert (await client.post("/graphql", json={"documentId": start["id"]})).json()["data"]["articles"]["nodes"] == []
