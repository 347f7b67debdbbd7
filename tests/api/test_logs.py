"""Log lines of the program and of libraries, in both formats."""

import json
import sys
from subprocess import run

import pytest

from tests.services import ROOT

PROGRAM = """
import logging, sys, structlog
from api.logs import configure_logs
configure_logs("info", sys.argv[1])
log = structlog.get_logger("broadsheet.test")
log.debug("hidden")
log.info("told", text="a\\nb\\x1b[31m\\u2028", number=1)
logging.getLogger("library").warning("from %s", "elsewhere")
logging.getLogger("uvicorn.access").info("hidden too")
try:
    1 / 0
except ZeroDivisionError as error:
    log.error("failed", exc_info=error)
"""


@pytest.mark.parametrize("log_format", ["json", "console", "auto"])
def test_both_formats_escape_and_hold_everything(log_format: str) -> None:
    done = run([sys.executable, "-c", PROGRAM, log_format], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert "hidden" not in done.stderr
    assert "\x1b[31m" not in done.stderr
    assert "ZeroDivisionError: division by zero" in done.stderr
    lines = done.stderr.splitlines()
    if log_format == "console":
        assert "told" in lines[0]
        assert r"a\x0ab\x1b[31m\u2028" in lines[0].replace("\\\\", "\\")
        assert "from elsewhere" in lines[1]
        return
    events = [json.loads(line) for line in lines]
    assert [event["event"] for event in events] == ["told", "from elsewhere", "failed"]
    assert events[0]["text"] == r"a\x0ab\x1b[31m\u2028"
    assert events[0]["number"] == 1
    assert {event["level"] for event in events} == {"info", "warning", "error"}
    assert all(event["timestamp"].endswith("Z") for event in events)
