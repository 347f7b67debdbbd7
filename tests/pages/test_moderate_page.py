"""The page of moderators in a browser: a queue, decisions by keys, and nothing for whoever is none."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from api.tokens import make
from db.pool import Database
from schema.comment import RejectionReason
from tests.browser import Browser, Page, chromium
from tests.conftest import EDITION
from tests.schema.writes.conftest import TRUE
from tests.schema.writes.room import HELD_ONLY, MINATO, Room, article, comment
from tests.services import answers, broadsheet, free_port

KEY = "a shared key of more than 32 characters"


@pytest.fixture
async def room(database: Database) -> Room:
    """Three held comments, one of them a reply, and one that was reported."""
    async with database.transaction() as connection:
        await connection.execute(EDITION.read_text() + TRUE)
    room = Room(database)
    await room.post(MINATO, "You idiot <img src=x onerror=document.title='owned'>")
    await room.post(HELD_ONLY, "Earn $500 per day: https://bit.ly/x", parentId=comment(3))
    await room.do("flagComment", MINATO, commentId=comment(2), reason="OFFENSIVE", note="Rude.")
    return room


@pytest.fixture
async def service(room: Room, database_url: str) -> AsyncIterator[str]:
    port = free_port()
    with broadsheet("serve", database_url=database_url, port=str(port), token_key=KEY, log_level="error"):
        await answers(f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    async with chromium(tmp_path / "profile") as made:
        yield made


async def entered(browser: Browser, service: str, role: str | None, width: int = 1280, height: int = 860) -> Page:
    """The page, with a token given as a moderator gives it."""
    page = await browser.page(f"{service}/moderate", width, height)
    await page.until("!document.getElementById('enter').hidden")
    token = make(KEY, "mod", name="Mod", role=role, now=datetime.now(UTC), hours=1)
    await page.js(f"document.getElementById('token').value = '{token}'")
    await page.js("document.querySelector('#enter button').click()")
    return page


WORDS = "document.getElementById('words')?.textContent"


async def test_a_queue_is_decided_by_keys(
    browser: Browser, service: str, database: Database, room: Room, tmp_path: Path
) -> None:
    page = await entered(browser, service, "MODERATOR")
    await page.until("document.querySelectorAll('#list li').length === 3")
    await page.until(f"{WORDS} === 'held'")
    await page.screenshot(tmp_path / "desktop.png")
    offered = await page.js("[...document.getElementById('reason').options].map((option) => option.value)")
    assert offered == ["", *(reason.value for reason in RejectionReason)]
    await page.press("j")
    await page.until(f"{WORDS}?.startsWith('You idiot <img')")
    assert await page.js("document.title") == "Moderation · Broadsheet"
    await page.press("r")
    await page.until("document.querySelectorAll('#list li').length === 2")
    await page.until(f"{WORDS}?.startsWith('Earn')")
    assert await page.js("document.querySelector('.around').textContent") != ""
    await page.press("a")
    await page.until("document.querySelectorAll('#list li').length === 1")
    statuses = await database.rows("select status, count(*) from comments group by status")
    assert dict(map(tuple, statuses))["REJECTED"] == 1
    # Several at once, from another queue.
    await page.press("2")
    await page.until("document.querySelector('[data-queue=REPORTED]').getAttribute('aria-pressed') === 'true'")
    await page.until(f"{WORDS} === 'We agree.'")
    await page.press("x")
    await page.press("h")
    await page.until("document.querySelectorAll('#list li').length === 0")
    assert await database.value("select status from comments where id = $1", comment(2)[2:]) == "PENDING"
    decided = await database.value("select count(*) from decisions where decided_by is not null")
    assert decided == 3
    assert await room.wrong() == []


# From here on what the page asks waits until it is let go; `asked` holds what it is.
HELD_BACK = """(() => {
  const real = window.fetch;
  window.asked = [];
  window.fetch = (url, how) => new Promise((go) => window.asked.push({ of: how.body, go: () => go(real(url, how)) }));
})()"""
LET_GO = "window.asked.splice(0).forEach((one) => one.go())"
DECISIONS = "window.asked.filter((one) => one.of.includes('moderateComments')).length"


async def test_only_what_is_shown_is_decided_and_only_once(browser: Browser, service: str, database: Database) -> None:
    page = await entered(browser, service, "MODERATOR")
    await page.until(f"{WORDS} === 'held'")
    await page.js("document.getElementById('reason').value = 'SPAM'; document.getElementById('note').value = 'Mine.'")
    # Another pick leaves what was typed.
    await page.press("x")
    await page.press("x")
    assert await page.js("document.getElementById('note').value") == "Mine."
    # The next is chosen, but this one still stands there.
    await page.js(HELD_BACK)
    await page.press("j")
    await page.press("r")
    assert await page.js(f"[{WORDS}, {DECISIONS}, asked.length].join()") == "held,0,1"
    await page.js(LET_GO)
    await page.until(f"{WORDS}?.startsWith('You idiot')")
    assert await page.js("document.getElementById('note').value + document.getElementById('reason').value") == ""
    await page.press("k")
    await page.js(LET_GO)
    await page.until(f"{WORDS} === 'held'")
    await page.press("r")
    await page.press("r")
    await page.press("a")
    assert await page.js(DECISIONS) == 1
    # Who goes on meanwhile stays there.
    await page.press("j")
    await page.js(LET_GO)
    await page.until("document.querySelectorAll('#list li').length === 2 && asked.length === 1")
    assert "You idiot" in await page.js("document.querySelector('#list [aria-current=true]').textContent")
    rows = await database.rows("select status, reason, note from decisions where decided_by is not null")
    assert [tuple(row) for row in rows] == [("REJECTED", None, None)]


CURRENT = "document.querySelector('#list [aria-current=true]')"


async def test_what_is_held_still_waits(browser: Browser, service: str) -> None:
    page = await entered(browser, service, "MODERATOR")
    for key, size in (("3", 7), ("1", 4)):
        first, second = (f"{CURRENT} === document.querySelectorAll('#list li')[{n}]" for n in (0, 1))
        await page.press(key)
        await page.until(f"document.getElementById('waiting').textContent === '{size} waiting' && {first}")
        await page.until(f"{WORDS} === {CURRENT}.querySelector('p').textContent")
        await page.press("h")
        await page.until(second)
        assert await page.js("document.getElementById('said').textContent") == "One comment: pending."
        # The same when the queue is read again.
        await page.press(key)
        await page.until(first)
        assert await page.js("document.querySelectorAll('#list li').length") == size


async def test_a_moderator_who_may_not_do_one_thing_stays(browser: Browser, service: str) -> None:
    """Nobody says how they stand themselves; they moderate on."""
    token = make(KEY, "mod", name="Mod", role=None, now=datetime.now(UTC), hours=1)
    input = f'{{articleId: "{article(1)}", body: "You idiot, she said."}}'
    post = f"mutation {{ postComment(input: {input}) {{ comment {{ id }} }} }}"
    async with httpx2.AsyncClient() as client:
        headers = {"Authorization": f"Bearer {token}"}
        answer = await client.post(f"{service}/graphql", json={"query": post}, headers=headers)
    assert answer.json()["data"]["postComment"]["comment"]
    page = await entered(browser, service, "MODERATOR")
    await page.until("document.querySelectorAll('#list li').length === 4")
    await page.until(f"{WORDS} === 'held'")
    own = "[...document.querySelectorAll('#list li')].find((item) => item.textContent.includes('You idiot, she said.'))"
    await page.js(f"{own}.click()")
    await page.until(f"{WORDS} === 'You idiot, she said.'")
    await page.js("[...document.querySelectorAll('button')].find((one) => one.textContent === 'Ban').click()")
    await page.until("document.getElementById('said').textContent.startsWith('How you stand yourself')")
    assert await page.js("!document.querySelector('main').hidden && document.getElementById('enter').hidden")
    await page.press("r")
    await page.until("document.querySelectorAll('#list li').length === 3")


async def test_it_fits_a_phone_and_tells_others_nothing(browser: Browser, service: str, tmp_path: Path) -> None:
    page = await entered(browser, service, "ADMIN", 390, 844)
    await page.until(f"{WORDS} === 'held'")
    await page.screenshot(tmp_path / "phone.png")
    assert await page.js("document.documentElement.scrollWidth") <= 390
    # Another tab, of somebody who is no moderator.
    page = await entered(browser, service, None)
    await page.until("document.getElementById('said').textContent === 'Only moderators see this.'")
    assert await page.js("document.querySelector('main').hidden && !document.getElementById('enter').hidden")
    assert await page.js("sessionStorage.length") == 0


async def test_what_was_decided_of_an_author_stands_in_their_record(browser: Browser, service: str) -> None:
    page = await entered(browser, service, "MODERATOR")
    await page.until(f"{WORDS} === 'held'")
    await page.js("[...document.querySelectorAll('button')].find((one) => one.textContent === 'Look first').click()")
    told = "[...document.querySelectorAll('.record:last-child p')].map((one) => one.textContent)"
    await page.until(f"{told}.some((text) => text.startsWith('premoderated · '))")
