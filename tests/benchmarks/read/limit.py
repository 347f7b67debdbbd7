"""The limit: routes by hand, each one prepared statement whose text is the answer (limit.sql).

No GraphQL, no limits, no metrics, no log. /list/subselects and /list/laterals are two shapes of one page; the better
one counts. The variables of libpq say where the database is.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from db.statements import parse

CONNECTIONS = 10
SHAPES = ("subselects", "laterals")
_SQL = parse("limit", Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
# The one variable of each page.
_VARIABLES = {"list": "topic", "article": "id", "search": "query"}


class _Pool:
    """Connections with the statements that each has prepared, the one used last first."""

    def __init__(self, connections: list[Any]) -> None:
        self.free = deque((connection, dict[str, Any]()) for connection in connections)
        self.waiting: deque[asyncio.Future[tuple[Any, dict[str, Any]]]] = deque()

    async def value(self, sql: str, argument: str) -> str:
        """The first column of the one row of a statement."""
        if self.free:
            held = self.free.pop()
        else:
            place: asyncio.Future[tuple[Any, dict[str, Any]]] = asyncio.get_running_loop().create_future()
            self.waiting.append(place)
            held = await place
        connection, prepared = held
        try:
            statement = prepared.get(sql)
            if statement is None:
                statement = prepared[sql] = await connection.prepare(sql)
            found: str = await statement.fetchval(argument)
            return found
        finally:
            while self.waiting and self.waiting[0].done():
                self.waiting.popleft()
            if self.waiting:
                self.waiting.popleft().set_result(held)
            else:
                self.free.append(held)


def _answers(sql: str, variable: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        pool: _Pool = request.app.state["pool"]
        text = await pool.value(sql, orjson.loads(await request.body())[variable])
        return Response(text, media_type="application/json")

    return answer


async def _typename(request: Request) -> Response:
    orjson.loads(await request.body())
    return Response(b'{"data":{"__typename":"Query"}}', media_type="application/json")


@asynccontextmanager
async def _pooled(app: Starlette) -> AsyncIterator[None]:
    settings = {"jit": "off", "timezone": "UTC", "plan_cache_mode": "force_generic_plan"}
    connections = [await asyncpg.connect(server_settings=settings) for _ in range(CONNECTIONS)]
    app.state.pool = _Pool(connections)
    try:
        yield
    finally:
        for connection in connections:
            await connection.close()


app = Starlette(
    routes=[
        *(
            Route(f"/{page}/{shape}", _answers(_SQL[f"{page}_{shape}"], variable), methods=["POST"])
            for page, variable in _VARIABLES.items()
            for shape in SHAPES
        ),
        Route("/typename", _typename, methods=["POST"]),
    ],
    lifespan=_pooled,
)
