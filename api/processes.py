"""Child processes of the program."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from typing import Self

from api.lifeline import STOPS

# Two at once would each take the other's signal mask for the one to put back.
_one_at_a_time = asyncio.Lock()


class Child:
    """A process of `broadsheet`, tied to this one by a lifeline (api/lifeline.py)."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.told = False

    @classmethod
    async def start(
        cls, *command: str, environment: Mapping[str, str] | None = None, keep_open: Sequence[int] = ()
    ) -> Self:
        """Start `broadsheet <command>`. It does nothing before it is told the database's address."""
        # Inherited by the child, which lets the signals in once it can answer them.
        async with _one_at_a_time:
            before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
            try:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "api",
                    *command,
                    "--lifeline",
                    stdin=PIPE,
                    env={**os.environ, **(environment or {})},
                    pass_fds=tuple(keep_open),
                    # Ctrl-C in a terminal reaches the parent only, which ends its children in order.
                    start_new_session=True,
                )
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return cls(process)

    async def tell(self, database_url: str) -> None:
        """Let it begin. One that has died already is noticed by whoever waits for it."""
        assert self.process.stdin is not None
        self.told = True
        with contextlib.suppress(ConnectionError):
            self.process.stdin.write(database_url.encode() + b"\n")
            await self.process.stdin.drain()

    async def ended(self) -> int:
        """Wait for its end; its exit status."""
        return await self.process.wait()

    async def end(self, number: signal.Signals, *, within: float, hurry: asyncio.Event) -> None:
        """Tell it to stop and wait; by force after so many seconds, or once hurry is set."""
        with contextlib.suppress(ProcessLookupError):
            # One that was told nothing holds nothing.
            self.process.send_signal(number if self.told else signal.SIGKILL)
        ended = asyncio.create_task(self.ended())
        hurried = asyncio.create_task(hurry.wait())
        await asyncio.wait((ended, hurried), timeout=within, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        if not ended.done():
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
        await ended


def pause_after(lived: float, last: float) -> float:
    """Seconds to wait before a child that died is started again: doubling to half a minute, from half a second."""
    return 0.5 if lived > 60 else min(last * 2, 30.0)
