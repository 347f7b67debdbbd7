"""What fetches, as the settings make it."""

from datetime import UTC, datetime

import pytest

from api.fetching import fetching
from api.settings import Settings
from db.pool import Database
from ingest.address import Refusal
from ingest.outcome import Failed, Refused
from tests.services import free_port


@pytest.mark.parametrize("address", ["169.254.169.254", "[fe80::1]", "0.0.0.0", "224.0.0.1"])
async def test_allowing_private_networks_does_not_allow_what_clouds_keep_secrets_in(
    address: str, settings: Settings, database: Database
) -> None:
    allowing = settings.model_copy(update={"allow_private_networks": True})
    async with fetching(allowing, database, clock=lambda: datetime.now(UTC)) as ready:
        outcome = await ready.fetcher.feed(f"http://{address}/latest/meta-data", now=datetime.now(UTC))
        assert isinstance(outcome, Refused)
        assert outcome.why is Refusal.NETWORK
        # Loopback is allowed, and nobody is there.
        there = await ready.fetcher.feed(f"http://127.0.0.1:{free_port()}/", now=datetime.now(UTC))
        assert isinstance(there, Failed)
