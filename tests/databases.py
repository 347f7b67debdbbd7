"""Databases that tests make on the server they are given."""

import re
from typing import Any

import asyncpg


def at(url: str, database: str) -> str:
    """The address of another database on the same server."""
    return re.sub(r"^([a-z]+://[^/?]*)(/[^?]*)?", rf"\1/{database}", url)


async def administer(url: str, statement: str) -> Any:
    """The rows of a statement, which is sent outside of any pool."""
    connection = await asyncpg.connect(url, statement_cache_size=0)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


async def execute(url: str, script: str) -> None:
    """Run any number of statements."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(script)
    finally:
        await connection.close()
