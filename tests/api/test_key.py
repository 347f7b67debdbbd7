"""`broadsheet key` and `broadsheet token`: what they print, and that it counts."""

import asyncio
import re
from datetime import UTC, datetime
from subprocess import CompletedProcess

from api.tokens import Tokens
from db.pool import Database
from tests.api.test_cli import call

SHARED_KEY = "a shared key of more than 32 characters"
SECRET = re.compile(r"bs_sk_[A-Za-z0-9]{44}\n")


async def desk(url: str, *command: str) -> CompletedProcess[str]:
    return await asyncio.to_thread(call, *command, database_url=url)


async def test_keys_are_made_listed_rotated_and_revoked(database: Database, database_url: str) -> None:
    made = await desk(
        database_url, "key", "new", "--name", "A partner", "--scope", "moderate", "--expires", "2099-01-31"
    )
    assert SECRET.fullmatch(made.stdout), made.stderr
    assert made.stderr == "Keep it now: it is shown only once.\n"
    begins = made.stdout[:18]

    rotated = await desk(database_url, "key", "rotate", begins, "--overlap", "2")
    assert SECRET.fullmatch(rotated.stdout)
    assert rotated.stderr.endswith("The old one counts for 2 hours more.\n")

    listed = (await desk(database_url, "key", "list")).stdout.splitlines()
    assert listed[1].split("  ")[0] == rotated.stdout[:18]
    assert re.sub(" {2,}", "|", listed[1]).split("|")[1:] == [
        "A partner", "read moderate", "-", "-", "counts until 2099-01-31",
    ]  # fmt: skip

    assert (await desk(database_url, "key", "revoke", begins)).stdout == (
        "Revoked: no server process takes it any more.\n"
    )
    again = await desk(database_url, "key", "rotate", begins)
    assert (again.returncode, again.stderr) == (1, f"The key {begins} is revoked or over. Make a new one.\n")
    none = await desk(database_url, "key", "revoke", "bs_sk_nothing")
    assert (none.returncode, none.stderr) == (
        1, "There is no key bs_sk_nothing. `broadsheet key list` shows how each begins.\n",
    )  # fmt: skip


async def test_a_token_is_made_for_development() -> None:
    made = call("token", "--subject", "dev", "--name", "Dev", "--role", "STAFF", token_key=SHARED_KEY)
    reader = await Tokens(SHARED_KEY).read(made.stdout.strip(), datetime.now(UTC).timestamp())
    assert (reader.subject, reader.name, reader.role) == ("dev", "Dev", "STAFF")
    for key in ("", "short"):
        refused = call("token", "--subject", "dev", token_key=key)
        assert refused.stdout == ""
        assert "BROADSHEET_TOKEN_KEY" in refused.stderr
        assert "32 characters" in refused.stderr
