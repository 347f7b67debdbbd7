"""The address that the server listens on."""

from __future__ import annotations

import socket
from errno import EADDRNOTAVAIL

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
        if problem.errno == EADDRNOTAVAIL:
            raise PortTaken(f"{PREFIX}HOST={host} is no address of this machine.") from None
        other = port + 1 if port < 65_535 else 8000
        raise PortTaken(
            f"Port {port} on {host} is taken by another program. "
            f"Stop that one, or choose another port: {PREFIX}PORT={other} make run"
        ) from None
    return bound


def reachable(host: str) -> str:
    """The host at which this machine itself reaches a server that listens on one: loopback for "every address"."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # looked up, nothing is bound to it
