"""GET /v1/me/export: what is kept of the reader who asks."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.errors import problem
from api.graphql import Reading
from api.heads import HEAD
from schema.errors import Unauthenticated
from schema.writes.export import export as exported
from schema.writes.outcome import Refusal

# Points: it reads all that somebody wrote.
COST = 200
_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": 'attachment; filename="comments.json"',
    "Vary": "Authorization, X-Api-Key",
}


async def export(request: Request) -> Response:
    """The export, as a file. Only a reader's own token leads to it."""
    reading: Reading = request.app.state.reading
    visit = await reading.visit(request.scope, request.scope[HEAD])
    await visit.pay(COST)
    if visit.caller.reader is None:
        raise Unauthenticated("Bring a reader's token.")
    try:
        found = await exported(reading.executor.desk, visit.caller.reader)
    except Refusal as refusal:
        return problem(404, str(refusal), code=str(refusal.problem.code))
    return StreamingResponse(found, media_type="application/json", headers=_HEADERS)
