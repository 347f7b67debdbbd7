"""GET /v1/me/export: what is kept of the reader who asks."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.callers import Unauthenticated
from api.errors import problem
from api.graphql import Reading
from api.heads import Head
from schema.errors import Code
from schema.errors import Unauthenticated as NoReader
from schema.rate_limit import RateLimited
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
    head = Head(request.scope)
    response = await _answer(request, head)
    response.raw_headers += head.told
    return response


async def _answer(request: Request, head: Head) -> Response:
    reading: Reading = request.app.state.reading
    try:
        visit = await reading.visit(request.scope, head)
        await visit.pay(COST)
        if visit.caller.reader is None:
            raise NoReader("Bring a reader's token.")
        found = await exported(reading.executor.desk, visit.caller.reader)
    except Unauthenticated as error:
        challenge = {"WWW-Authenticate": error.challenge}
        return problem(401, str(error), headers=challenge, code=Code.UNAUTHENTICATED)
    except NoReader as error:
        challenge = {"WWW-Authenticate": 'Bearer realm="broadsheet"'}
        return problem(401, str(error), headers=challenge, code=Code.UNAUTHENTICATED)
    except RateLimited as error:
        wait = {"Retry-After": str(error.spending.seconds)}
        return problem(429, str(error), headers=wait, code=Code.RATE_LIMITED)
    except Refusal as refusal:
        return problem(404, str(refusal), code=str(refusal.problem.code))
    return StreamingResponse(found, media_type="application/json", headers=_HEADERS)
