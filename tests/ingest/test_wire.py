"""Wire copy: golden pairs, and laws that hold for any text."""

import json
import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import sanitise
from ingest.dates import moment
from ingest.wire import Wire, read_wire
from tests.pace import measured

GOLDENS = Path(__file__).parent / "wire"
GROUPS = sorted(path.stem for path in GOLDENS.glob("*.toml"))
PUBLISHED = "2025-06-18T20:00:00+09:00"


def cases(group: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((GOLDENS / f"{group}.toml").read_text(encoding="utf-8"))["case"]
    return found


ALL = {f"{group}: {case['name']}": case for group in GROUPS for case in cases(group)}
PROSE = [name for name in ALL if name.startswith("prose")]
MARKED = [name for name in ALL if name not in PROSE]


def read(case: dict[str, Any], *, as_text: bool = False) -> Wire:
    markup = body_of(case)
    language = case.get("language", "en")
    published = moment(case.get("published", PUBLISHED))
    text = sanitise.plain_text(markup)
    return read_wire(case.get("headline", ""), None if as_text else markup, text, language, published)


def body_of(case: dict[str, Any]) -> str:
    return sanitise.sanitise(case["html"]) if "html" in case else sanitise.from_plain(case["text"])


def said(wire: Wire) -> dict[str, Any]:
    """What a body's marks said, as far as they said something."""
    found = {
        name: getattr(wire, name)
        for name in (field.name for field in fields(Wire))
        if name not in ("body_html", "body_text", "marks") and getattr(wire, name) is not None
    }
    if "dateline_date" in found:
        found["dateline_date"] = found["dateline_date"].isoformat()
    return found


@pytest.mark.parametrize("group", GROUPS)
def test_goldens(group: str, golden: Callable[[Path, str], None]) -> None:
    results = {}
    for case in cases(group):
        wire = read(case)
        results[case["name"]] = {
            **said(wire),
            "marks": [f"{mark.rule}: {mark.text}" for mark in wire.marks],
            "body": wire.body_html if "html" in case else wire.body_text,
        }
    golden(GOLDENS / f"{group}.json", json.dumps(results, ensure_ascii=False, indent=2) + "\n")


def test_there_are_enough_of_both_kinds() -> None:
    assert len(ALL) == sum(len(cases(group)) for group in GROUPS) >= 100
    assert len(PROSE) * 3 >= len(ALL)


@pytest.mark.parametrize("name", PROSE)
def test_prose_that_only_looks_like_a_mark_is_left_alone(name: str) -> None:
    case = ALL[name]
    for as_text in (False, True):
        if not (as_text and "html" in case):
            assert read(case, as_text=as_text).marks == ()
            assert said(read(case, as_text=as_text)) == {}


@pytest.mark.parametrize("name", MARKED)
def test_marks_are_found_and_gone(name: str) -> None:
    wire = read(ALL[name])
    assert wire.marks
    assert said(wire)


@pytest.mark.parametrize("name", [name for name in ALL if "html" not in ALL[name]])
def test_html_and_plain_text_say_the_same(name: str) -> None:
    wire, plain = read(ALL[name]), read(ALL[name], as_text=True)
    assert said(wire) == said(plain)
    assert wire.marks == plain.marks
    assert wire.body_text == plain.body_text


@pytest.mark.parametrize("name", ALL)
def test_the_laws_hold_for_the_goldens(name: str) -> None:
    case = ALL[name]
    check_laws(body_of(case), case.get("language", "en"))


# Bodies out of what marks are made of, so that they meet in every wrong order.
_PIECES = st.sampled_from(
    [
        *(case.get("text", "") for case in ALL.values()),
        *(
            "TOKYO (Kyodo) — ",
            "(Reuters) - ",
            "[Copyright The Jiji Press, Ltd.]",
            "© KYODO",
            "（共同）",
            "【ロンドン共同】",
        ),
        *(
            "Photo: Ann Lee",
            "Reporting by Ann Lee",
            "Jun 18, 2025 19:45 (JST)",
            "Economy",
            "AFP",
            "Text.",
            "\n\n",
            "\n",
        ),
        *(
            " ",
            ". ",
            "— ",
            "(",
            ")",
            "【",
            "】",
            "[",
            "]",
            "©",
            "&",
            "<",
            "=",
            "＝",
            "18日",
            "June 18",
            "Paris",
            "PTI ABC",
        ),
    ]
)
_TAGS = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<br>",
        "<b>",
        "</b>",
        "<li>",
        "<ul>",
        "<blockquote>",
        "</blockquote>",
        "<img src='https://x.example/a.png'>",
    ]
)
_TEXTS = st.lists(st.one_of(_PIECES, st.text(max_size=12)), max_size=8).map("".join)
_MARKUP = st.lists(st.one_of(_PIECES, _TAGS, st.text(max_size=8)), max_size=12).map(
    lambda parts: sanitise.sanitise("".join(parts))
)


@settings(max_examples=400, deadline=None)
@given(_MARKUP, st.sampled_from(["en", "ja", "de", "ko"]))
def test_the_laws_hold_for_any_markup(markup: str, language: str) -> None:
    check_laws(markup, language)


@settings(max_examples=400, deadline=None)
@given(_TEXTS, st.sampled_from(["en", "ja", "de", "ko"]))
def test_the_laws_hold_for_any_text(text: str, language: str) -> None:
    wire = read_wire("", None, text, language, moment(PUBLISHED))
    again = read_wire("", None, wire.body_text, language, moment(PUBLISHED))
    assert again.marks == ()
    assert again.body_text == wire.body_text
    if not wire.marks:
        assert wire == Wire(None, text)
    assert lost(text, wire.body_text or "") == letters("".join(mark.text for mark in wire.marks))


def check_laws(markup: str, language: str) -> None:
    text = sanitise.plain_text(markup)
    published = moment(PUBLISHED)
    wire = read_wire("", markup, text, language, published)
    # Reading twice is reading once.
    again = read_wire("", wire.body_html, wire.body_text, language, published)
    assert again.marks == ()
    assert (again.body_html, again.body_text) == (wire.body_html, wire.body_text)
    # A body without marks comes back byte for byte.
    if not wire.marks:
        assert wire == Wire(markup, text)
    # The text is that of the HTML, and what is gone from it is in the marks.
    assert wire.body_html is not None
    assert wire.body_text == sanitise.plain_text(wire.body_html)
    assert lost(text, wire.body_text) == letters("".join(mark.text for mark in wire.marks))


def lost(before: str, after: str) -> list[str]:
    """The characters that are gone, sorted."""
    left = letters(after)
    gone = letters(before)
    for char in left:
        gone.remove(char)
    return gone


def letters(text: str) -> list[str]:
    return sorted(char for char in text if not char.isspace() and char not in "\xad")


HOSTILE = {
    "brackets": "[" * 1_000_000,
    "Japanese brackets": "【" * 1_000_000,
    "pairs": "【】" * 500_000,
    "round brackets and agencies": "(AP) " * 200_000,
    "datelines": "TOKYO (Kyodo) — " * 60_000,
    "lines of notices": "© KYODO\n\n" * 100_000,
    "lines of pictures": "Photo: Ann Lee\n\n" * 60_000,
    "capitals": "A" * 1_000_000,
    "capitals and commas": "A, " * 330_000,
    "white space": "Text. " + " " * 1_000_000 + "(AP)",
    "dashes": "- " * 500_000,
    "references": "&amp;" * 200_000,
    "years": "© 2025 " * 140_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_is_linear_in_hostile_text(name: str) -> None:
    text = HOSTILE[name]
    with measured() as spent:
        read_wire("", None, text, "ja", None)
        read_wire("", f"<p>{text}</p>", None, "ja", None)
        # A megabyte twice: what is quadratic in anything takes minutes.
    assert spent.seconds < 5


HOSTILE_MARKUP = {
    "nothing in bold": "<b></b>" * 140_000,
    "open paragraphs": "<p>" * 300_000,
    "paragraphs": "<p>A</p>" * 120_000,
    "bold letters": "<b>A</b>" * 120_000,
    "breaks": "<p>© KYODO" + "<br>" * 250_000 + "© KYODO</p>",
    "notices": "<p>© KYODO</p>" * 70_000,
    "notices between breaks": "<p>" + "© KYODO<br>" * 90_000 + "</p>",
    "less than": "<" * 1_000_000,
    "open attributes": '<a x="' * 160_000,
}


@pytest.mark.parametrize("name", HOSTILE_MARKUP)
def test_time_is_linear_in_hostile_markup(name: str) -> None:
    with measured() as spent:
        read_wire("", HOSTILE_MARKUP[name], None, "en", None)
    assert spent.seconds < 5


def test_a_day_without_publication_has_no_year() -> None:
    wire = read_wire("", None, "TOKYO, June 18 (Kyodo) - The ferry will be back.", "en", None)
    assert (wire.dateline, wire.dateline_date) == ("TOKYO, June 18", None)


def test_publisher_credit_and_holder_stay_apart() -> None:
    body = "<p>TOKYO (AP) — The ferry will be back.</p><p>© 2025 KYODO</p>"
    wire = read_wire("", body, None, "en", None)
    assert (wire.credit, wire.rights_holder, wire.rights_notice) == ("AP", "KYODO", "© 2025 KYODO")
