"""The application in this process for most tests, and a real server where a connection matters."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from api.app import create_app
from api.settings import Settings
from tests.services import client_of


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
