"""GET /v1/me/export: what is kept of the reader who asks."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.callers import Unauthenticated
from api.errors import problem
from api.graphql import Reading
from api.heads import Head
from schema.caller import Caller
from schema.errors import Code
from schema.errors import Unauthenticated as NoReader
from schema.writes.desk import reader
from schema.writes.export import export as exported
from schema.writes.outcome import Refusal

_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": 'attachment; filename="comments.json"',
    "Vary": "Authorization, X-Api-Key",
}


async def export(request: Request) -> Response:
    """The export, as a file. Only a reader's own token leads to it."""
    reading: Reading = request.app.state.reading
    try:
        caller: Caller = await reading.caller(Head(request.scope))
        found = await exported(reading.executor.desk, reader(caller))
    except Unauthenticated as error:
        challenge = {"WWW-Authenticate": error.challenge}
        return problem(401, str(error), headers=challenge, code=Code.UNAUTHENTICATED)
    except NoReader:
        challenge = {"WWW-Authenticate": 'Bearer realm="broadsheet"'}
        return problem(401, "Bring a reader's token.", headers=challenge, code=Code.UNAUTHENTICATED)
    except Refusal as refusal:
        return problem(404, str(refusal), code=str(refusal.problem.code))
    return Response(found, media_type="application/json", headers=_HEADERS)
