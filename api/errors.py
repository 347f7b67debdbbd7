"""Exceptions become responses here and nowhere else: problem details of RFC 9457, never the text of an exception.

GraphQL answers carry their errors themselves; what is here serves every other door.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.callers import BadCredentials
from api.provider import ProviderUnavailable
from db.pool import DatabaseTimeout, DatabaseUnavailable
from schema.errors import Code, Unauthenticated
from schema.rate_limit import RateLimited

log = structlog.get_logger("broadsheet.errors")


def problem(
    status: int, detail: str | None = None, *, headers: Mapping[str, str] | None = None, **members: object
) -> Response:
    """A problem details response. members are further fields of the document, such as error_id; `code`, for programs,
    is the status' own name unless it is among them."""
    meaning = HTTPStatus(status)
    document: dict[str, object] = {
        "type": "about:blank",
        "title": meaning.phrase,
        "status": status,
        "code": meaning.name,
    }
    if detail is not None:
        document["detail"] = detail
    return Response(
        orjson.dumps(document | members),
        status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type="application/problem+json",
    )


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, _DETAILS.get(error.status_code), headers=error.headers)


def _timeout(_request: Request, error: Exception) -> Response:
    log.warning("database_timeout", kind=type(error).__name__)
    return problem(504, "The database did not answer in time.", code="TIMEOUT")


def _unavailable(_request: Request, error: Exception) -> Response:
    log.warning("database_unavailable", kind=type(error).__name__)
    return problem(503, "The database can't be reached. Try again.", headers={"Retry-After": "1"}, code="UNAVAILABLE")


def unexpected(error: Exception) -> Response:
    """The answer to what nobody foresaw: 500 with an id that the log line repeats beside the traceback."""
    error_id = secrets.token_hex(8)
    log.error("unexpected_error", error_id=error_id, exc_info=error)
    return problem(500, "The service failed. The error id leads to its log.", code="INTERNAL", error_id=error_id)


_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address doesn't take that method; the Allow header names those that it takes.",
}


def _no_provider(_request: Request, error: Exception) -> Response:
    return problem(503, str(error), headers={"Retry-After": "1"}, code="UNAVAILABLE")


def _bad_credentials(_request: Request, error: Exception) -> Response:
    assert isinstance(error, BadCredentials)
    return problem(401, str(error), headers={"WWW-Authenticate": error.challenge}, code=Code.UNAUTHENTICATED)


def _unauthenticated(_request: Request, error: Exception) -> Response:
    challenge = {"WWW-Authenticate": 'Bearer realm="broadsheet"'}
    return problem(401, str(error), headers=challenge, code=Code.UNAUTHENTICATED)


def _limited(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RateLimited)
    return problem(429, str(error), headers={"Retry-After": str(error.spending.seconds)}, code=Code.RATE_LIMITED)


RESPONSES: Mapping[type[Exception], Callable[[Request, Exception], Response]] = {
    HTTPException: _http,
    DatabaseTimeout: _timeout,
    DatabaseUnavailable: _unavailable,
    ProviderUnavailable: _no_provider,
    BadCredentials: _bad_credentials,
    Unauthenticated: _unauthenticated,
    RateLimited: _limited,
}
