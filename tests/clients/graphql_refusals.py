"""For schemathesis: operations as they were drawn. Many break a rule that GraphQL can't say, and every refusal has to
be one that the contract has a code for."""

from typing import Any

import schemathesis

from schema.errors import Code

CLIENTS_FAULTS = {
    *(Code.BAD_REQUEST, Code.BAD_QUERY, Code.BAD_CURSOR, Code.COST_EXCEEDED),
    *(Code.UNAUTHENTICATED, Code.FORBIDDEN),  # whoever draws is nobody
}


@schemathesis.hook
def filter_failure(_context: object, failure: Any, _case: object, _response: object) -> bool:
    """Whether a failure counts: schemathesis takes codes that it doesn't know for faults of the server."""
    errors = getattr(failure, "errors", None)
    return not errors or not all(error["extensions"]["code"] in CLIENTS_FAULTS for error in errors)
