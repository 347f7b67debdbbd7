"""The lifeline: what ties a child process to its parent.

The parent keeps the writing end of the child's standard input open. The first line that it writes is the address of
the database, which lets the child import its modules while the parent still brings the database up. After that it
writes nothing: however the parent ends, even killed, the kernel closes the pipe, and the child reads the end of it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

from api.settings import Settings

STOPS = (signal.SIGINT, signal.SIGTERM)


def await_database(settings: Settings) -> Settings:
    """Wait for the parent's line and watch the pipe from then on: the settings with the database's address.

    Ends the process quietly when the parent is gone before it has said anything. Once the parent is gone, the process
    is ended as by Ctrl-C, and by force after the grace and 5 seconds.
    """
    # Its parent started this process with both signals held back, so that none could break into the imports. From
    # here to the handlers of server or worker there is nothing to finish.
    for number in STOPS:
        signal.signal(number, lambda *_: os._exit(0))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(sys.stdin.fileno(), 4096)
        if not part:
            raise SystemExit(0)
        line += part
    threading.Thread(target=_watch, args=(settings.graceful_seconds,), daemon=True, name="lifeline").start()
    return settings.model_copy(update={"database_url": line.decode().strip()})


def _watch(graceful_seconds: float) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(graceful_seconds + 5)
    os._exit(1)
