"""The lifeline: a child stops when its parent is gone, even one that was killed and could not say so.

The parent keeps the writing end of the child's standard input open and writes nothing. However the parent ends, the
kernel closes it, and the child reads the end of the file.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time


def watch(graceful_seconds: float) -> None:
    """End this process when standard input ends: as Ctrl-C would at first, by force after the grace and 5 seconds."""
    threading.Thread(target=_watch, args=(graceful_seconds,), daemon=True, name="lifeline").start()


def _watch(graceful_seconds: float) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(graceful_seconds + 5)
    os._exit(1)
