"""The keeper of an embedded Postgres: starts it, starts it again should it die, stops it when nobody uses it.

A program of its own (`python -I -S keeper.py SERVER`, SERVER as JSON), started by db/embedded.py in a session of its
own, so that Ctrl-C in a terminal does not reach it. It needs nothing but the standard library. It ends when it gets
the exclusive lock on users.lock, which the kernel grants when the last user is gone, however that one ended.
"""

import ctypes
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

START_WITHIN = 60.0  # seconds, enough for a recovery after a crash
STOP_WITHIN = 60.0
TRIES = 3  # starts in a row that may fail
LOG_BYTES = 10_000_000

PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass(frozen=True, slots=True)
class Server:
    """One embedded Postgres. `folder` holds locks and log, `cluster` the data; `uid` None means our own user."""

    folder: str
    cluster: str
    postgres: str
    sockets: str
    uid: int | None
    gid: int | None
    settings: dict[str, str]

    @property
    def log(self) -> Path:
        return Path(self.folder, "postgres.log")

    @property
    def state(self) -> Path:
        """What the keeper says of itself: absent while it starts, else "ready", or the reason why it gave up."""
        return Path(self.folder, "state")


class PostgresGone(Exception):
    """Postgres ended without being asked to."""


class PostgresFailed(Exception):
    """Postgres did not start."""


def environment() -> dict[str, str]:
    """Ours without what Postgres would take its settings from."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def main(specification: str, keeper_lock: int) -> None:
    """Run as the keeper; `keeper_lock` is a descriptor that holds the exclusive lock on keeper.lock."""
    server = Server(**json.loads(specification))
    if os.fork():
        os._exit(0)  # The caller can wait for this one, and the keeper is nobody's child.
    os.set_inheritable(keeper_lock, False)
    # Whoever stops a whole group of processes stops the users first, and with them goes Postgres.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    users = os.open(Path(server.folder, "users.lock"), os.O_RDONLY)
    try:
        keep(server, users)
    except PostgresFailed as error:
        say(server, str(error))
    finally:
        # In this order: who gets the lock on users.lock must not take this keeper for one that is alive.
        os.close(keeper_lock)
        os.close(users)


def keep(server: Server, users: int) -> None:
    stop_leftover(server)
    failures = 0
    while True:
        try:
            process = start(server)
        except PostgresFailed:
            failures += 1
            if failures >= TRIES or not in_use(users):
                shutil.rmtree(server.sockets, ignore_errors=True)
                raise
            time.sleep(0.2 * failures)
            continue
        failures = 0
        say(server, "ready")
        try:
            wait_for_last_user(process, users)
        except PostgresGone:
            server.state.unlink()
            note(server, f"Postgres ended with {process.returncode}; it is started again")
            continue
        stop(process)
        server.state.unlink()
        shutil.rmtree(server.sockets, ignore_errors=True)
        return


def wait_for_last_user(process: "subprocess.Popen[bytes]", users: int) -> None:
    """Return with the exclusive lock on users.lock, or raise PostgresGone."""

    def look(number: int, frame: FrameType | None) -> None:
        if process.poll() is not None:
            raise PostgresGone

    # The end of the child interrupts the waiting. The timer is for a signal that comes just before it.
    signal.signal(signal.SIGCHLD, look)
    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 0.5, 0.5)
    try:
        look(0, None)
        fcntl.flock(users, fcntl.LOCK_EX)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def in_use(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def start(server: Server) -> "subprocess.Popen[bytes]":
    """Start Postgres and wait until it takes connections; raise PostgresFailed."""
    if server.log.exists() and server.log.stat().st_size > LOG_BYTES:
        server.log.replace(server.log.with_suffix(".log.1"))
    settings = [part for name, value in server.settings.items() for part in ("-c", f"{name}={value}")]
    sockets = server.sockets.replace('"', '""')
    with server.log.open("ab") as log:
        process = subprocess.Popen(
            [server.postgres, "-D", server.cluster, "-c", f'unix_socket_directories="{sockets}"', *settings],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=environment(),
            user=server.uid,
            group=server.gid,
            extra_groups=None if server.uid is None else [],
            preexec_fn=die_with_keeper(),
        )
    give_up = time.monotonic() + START_WITHIN
    while process.poll() is None:
        pid, status = postmaster(server)
        if pid == process.pid and status == "ready":
            return process
        if time.monotonic() > give_up:
            stop(process)
            raise PostgresFailed(f"Postgres was not ready within {START_WITHIN:.0f} seconds")
        time.sleep(0.01)
    raise PostgresFailed(f"Postgres ended with {process.returncode} as it started")


def die_with_keeper() -> Callable[[], None]:
    """What the child does before it becomes Postgres: on Linux, ask to be stopped (fast) should the keeper die."""
    keeper = os.getpid()
    prctl = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform == "linux" else None

    def ask() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, int(signal.SIGINT))
            if os.getppid() != keeper:
                os._exit(1)

    return ask


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Stop Postgres: fast, then at once, then by force."""
    for number, seconds in ((signal.SIGINT, STOP_WITHIN), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        process.send_signal(number)
        try:
            process.wait(seconds)
            return
        except subprocess.TimeoutExpired:
            continue


def stop_leftover(server: Server) -> None:
    """Stop the Postgres that a killed keeper left behind, where it did not stop by itself."""
    give_up = time.monotonic() + STOP_WITHIN
    asked = False
    while (pid := postmaster(server)[0]) and is_postgres(pid, server):
        if not asked:
            note(server, f"stopping a Postgres without keeper, process {pid}")
            os.kill(pid, signal.SIGINT)
            asked = True
        if time.monotonic() > give_up:
            raise PostgresFailed(f"another Postgres works on {server.cluster} and does not stop: process {pid}")
        time.sleep(0.01)


def is_postgres(pid: int, server: Server) -> bool:
    """Whether this process is alive and the Postgres of this cluster: it works in the cluster's folder."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    if sys.platform == "linux":
        try:
            return os.readlink(f"/proc/{pid}/cwd") == os.path.realpath(server.cluster)
        except OSError:
            return False
    told = subprocess.run(["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return server.cluster in told.stdout


def postmaster(server: Server) -> tuple[int, str]:
    """Process id and status as Postgres writes them down, 0 and "" where it is not running."""
    try:
        lines = Path(server.cluster, "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
    except (OSError, ValueError, IndexError):
        return 0, ""


def say(server: Server, state: str) -> None:
    fresh = server.state.with_suffix(".new")
    fresh.write_text(state)
    fresh.replace(server.state)


def note(server: Server, text: str) -> None:
    with server.log.open("a") as log:
        log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} keeper: {text}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
