"""Which files an import reads, and what it says of the others."""

import os
import tempfile
from pathlib import Path

import pytest

from jobs.files import find


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "feeds"
    folder.mkdir()
    (folder / "a.xml").write_text("<rss/>")
    return folder


def shown(folder: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """What is found and what is passed over, relative to the folder."""
    files, skipped = find([folder])
    return [str(file.relative_to(folder)) for file in files], [
        (os.path.relpath(name, folder), why) for name, why in skipped
    ]


def test_files_are_known_by_name_or_look(folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "feed").write_text("<?xml version='1.0'?><rss>")
    (folder / "note.txt").write_text("a note")
    (folder / ".hidden.xml").write_text("<rss/>")
    (folder / ".git").mkdir()
    (folder / ".git" / "b.xml").write_text("<rss/>")
    assert shown(folder) == (["a.xml", "below/feed"], [("note.txt", "looks like neither a feed nor a page")])


def test_what_is_no_file_is_named(folder: Path) -> None:
    os.mkfifo(folder / "pipe.xml")
    (folder / "gone.xml").symlink_to(folder / "nowhere")
    (folder / "round.xml").symlink_to(folder / "round.xml")
    assert shown(folder) == (
        ["a.xml"],
        [
            ("gone.xml", "No such file or directory"),
            ("pipe.xml", "no regular file"),
            ("round.xml", "Too many levels of symbolic links"),
        ],
    )


def test_linked_folders_are_searched_once(folder: Path) -> None:
    other = folder.parent / "other"
    other.mkdir()
    (other / "o.xml").write_text("<rss/>")
    (other / "back").symlink_to(folder)
    (folder / "z").mkdir()
    (folder / "z" / "z.xml").write_text("<rss/>")
    (folder / "b-link-to-z").symlink_to(folder / "z")
    (folder / "other").symlink_to(other)
    (folder / "self").symlink_to(folder)
    again = "a link to a folder that is searched anyway"
    assert shown(folder) == (
        ["a.xml", "other/o.xml", "z/z.xml"],
        [("b-link-to-z", again), ("other/back", again), ("self", again)],
    )


def test_what_is_closed_is_named() -> None:
    """To a user without the rights of root."""
    before = os.geteuid()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)
        for name in ("open", "closed", "listed"):
            (folder / name).mkdir()
            (folder / name / "a.xml").write_text("<rss/>")
        (folder / "secret").write_text("<rss/>")
        for name, mode in (("closed", 0), ("listed", 0o644), ("secret", 0)):
            (folder / name).chmod(mode)
        if before == 0:
            os.seteuid(65534)
        try:
            found = shown(folder)
        finally:
            os.seteuid(before)
            for name in ("closed", "listed"):
                (folder / name).chmod(0o755)
    why = "Permission denied"
    assert found == (["open/a.xml"], [("closed", why), ("listed/a.xml", why), ("secret", why)])


def test_a_named_file_is_read_whatever_it_is(folder: Path) -> None:
    (folder / ".hidden").write_text("a note")
    named = [folder / ".hidden", folder / "nowhere", folder / "a.xml", folder / "a.xml"]
    assert find(named) == (named[:3], [])
