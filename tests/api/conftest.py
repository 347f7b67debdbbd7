"""The application in this process for most tests, and a real server where a connection matters."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from api.app import create_app
from api.settings import Settings
from tests.services import answers, broadsheet, client_of, free_port


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Settings of a server on the test's own database."""
    return Settings(database_url=database_url, log_level="error", log_format="json")


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Starlette]:
    """The application, its lifespan entered."""
    made = create_app(settings)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the application without a socket between."""
    async with client_of(app) as made:
        yield made


@pytest.fixture
async def server(database_url: str) -> AsyncIterator[str]:
    """The address of a real `broadsheet serve`, ready, with short limits for slow clients."""
    port = free_port()
    with broadsheet("serve", database_url=database_url, port=str(port), receive_seconds="1", max_header_bytes="8192"):
        url = f"http://127.0.0.1:{port}"
        await answers(url + "/readyz")
        yield url
