"""Child processes of the program, and the port that they serve on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence

from api.settings import PREFIX


class PortTaken(Exception):
    """The server can't listen where it should; the message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address of the server, not yet listening. Raises PortTaken."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        raise PortTaken(f"{PREFIX}HOST={host} is no address of this machine.") from None
    bound = socket.socket(family, kind, protocol)
    # A port in TIME_WAIT after the last run is free.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except PermissionError:
        bound.close()
        raise PortTaken(
            f"Port {port} needs rights that this user hasn't got. Choose one above 1023: {PREFIX}PORT=8001 make run"
        ) from None
    except OSError as problem:
        bound.close()
        if problem.errno == 99:
            raise PortTaken(f"{PREFIX}HOST={host} is no address of this machine.") from None
        other = port + 1 if port < 65_535 else 8000
        raise PortTaken(
            f"Port {port} on {host} is taken by another program. "
            f"Stop that one, or choose another port: {PREFIX}PORT={other} make run"
        ) from None
    return bound


async def start(command: Sequence[str], environment: Mapping[str, str], *, keep_open: Sequence[int] = ()) -> Process:
    """Start `broadsheet <command>` on a lifeline, with some variables of its environment set."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "api",
        *command,
        "--lifeline",
        stdin=PIPE,
        env={**os.environ, **environment},
        pass_fds=tuple(keep_open),
        # Ctrl-C in a terminal reaches the parent only, which ends its children in order.
        start_new_session=True,
    )


async def end(child: Process, number: signal.Signals, *, within: float, hurry: asyncio.Event) -> None:
    """Tell a child to stop and wait; by force after so many seconds, or once hurry is set."""
    if child.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(number)
    ended = asyncio.create_task(child.wait())
    hurried = asyncio.create_task(hurry.wait())
    await asyncio.wait({ended, hurried}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    hurried.cancel()
    if not ended.done():
        with contextlib.suppress(ProcessLookupError):
            child.kill()
    await ended


def pause_after(lived: float, last: float) -> float:
    """Seconds to wait before a child that died is started again: doubling to half a minute, from half a second."""
    return 0.5 if lived > 60 else min(last * 2, 30.0)
