"""Feeds asked by schedule: what is stored, what is saved, and when the next check is. All outlets are invented."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from db.pool import Database
from ingest.outcome import Failed, Fetched, Gone, Moved, NotModified, Refused
from ingest.schedule import Standing
from jobs import feeds
from jobs.feeds import Added
from jobs.parse import Limits
from jobs.refresh import Refresher, keep_fresh
from tests.ingest.server import Server, gzip_bomb, head, made, redirect, serving, then_silence
from tests.jobs.polling import NOW, Clock, item, refreshing, rss


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as running:
        yield running


@pytest.fixture
async def refresher(database: Database, clock: Clock) -> AsyncIterator[Refresher]:
    async with refreshing(database, clock) as made_ready:
        yield made_ready


async def standing(database: Database, url: str) -> feeds.Feed:
    feed = await feeds.find(database, url)
    assert feed is not None
    return feed


async def shown(database: Database) -> list[str]:
    return [row[0] for row in await database.rows("select headline from articles order by headline")]


async def written(database: Database) -> int:
    """The newest transaction that touched an article, or what hangs on one."""
    tables = ("articles", "entries", "revisions", "article_keys", "sources", "changes")
    newest: list[int] = [
        await database.value(f"select coalesce(max(xmin::text::bigint), 0) from {table}") for table in tables
    ]
    return max(newest)


async def test_a_feed_is_asked_and_what_it_brings_is_stored(
    database: Database, server: Server, refresher: Refresher
) -> None:
    url = server.url("/feed.xml")
    server.answers["/feed.xml"] = made(
        body=rss(item(1), item(2, "Harbour dredged"), more="<ttl>90</ttl>"), ETag='"one"', Last_Modified="then"
    )
    _, added = await feeds.add(database, url, now=NOW)
    assert added is Added.NEW

    (done,) = await refresher.all_due()
    assert isinstance(done.outcome, Fetched)
    assert done.stored
    assert done.stored.articles == 2
    assert await shown(database) == ["Ferry strike ends", "Harbour dredged"]
    state = (await standing(database, url)).state
    assert (state.last_attempt_at, state.last_success_at, state.last_error) == (NOW, NOW, None)
    # 7 days / 2 items is more than a day.
    assert state.next_check_at == NOW + timedelta(hours=24)
    assert state.reason == "2 items last week; the feed asks for 90 minutes"
    assert (state.validators.etag, state.validators.last_modified) == ('"one"', "then")
    assert await refresher.all_due() == []


async def test_what_is_unchanged_writes_no_article(
    database: Database, server: Server, refresher: Refresher, clock: Clock
) -> None:
    url = server.url("/feed.xml")
    server.answers["/feed.xml"] = made(body=rss(item(1)), ETag='"one"')
    await feeds.add(database, url, now=NOW)
    await refresher.all_due()
    before = await written(database)

    for answer in (made(304), made(body=rss(item(1)), ETag='"one"'), made(body=rss(item(1), more="<ttl>5</ttl>"))):
        server.answers["/feed.xml"] = answer
        clock.forward(hours=24)
        (done,) = await refresher.all_due()
        assert isinstance(done.outcome, Fetched | NotModified)
        assert (await standing(database, url)).state.last_success_at == clock()
    assert server.requests[1].headers["if-none-match"] == '"one"'
    assert await written(database) == before


async def test_errors_back_off_and_never_stop(
    database: Database, server: Server, refresher: Refresher, clock: Clock
) -> None:
    url = server.url("/feed.xml")
    server.answers["/feed.xml"] = made(body=rss(item(1)))
    await feeds.add(database, url, now=NOW)
    await refresher.all_due()
    server.answers["/feed.xml"] = made(500)
    waits = []
    for number in range(1, 16):
        clock.at = (await standing(database, url)).state.next_check_at or NOW
        (done,) = await refresher.all_due()
        assert isinstance(done.outcome, Failed)
        state = (await standing(database, url)).state
        assert state.next_check_at
        waits.append(state.next_check_at - clock())
        assert (state.standing, state.errors, state.last_success_at) == (Standing.ACTIVE, number, NOW)
        assert state.last_error
        assert (state.last_error.kind, state.last_error.at) == ("SERVER", clock())
    assert timedelta(minutes=8) <= waits[0] <= timedelta(minutes=10)
    assert max(waits) <= timedelta(days=7)
    assert waits[-1] >= timedelta(days=5)

    server.answers["/feed.xml"] = made(body=rss(item(1), item(2)))
    clock.at = (await standing(database, url)).state.next_check_at or NOW
    await refresher.all_due()
    state = (await standing(database, url)).state
    # The last error stays to be seen, beside the success.
    assert (state.errors, state.last_success_at) == (0, clock())
    assert state.last_error
    assert await database.value("select count(*) from articles") == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (made(body=b"<html><body>Sign in</body></html>", Content_Type="text/html"), "UNREADABLE"),
        (made(body=b"{}"), "UNREADABLE"),
        (made(404), "NOT_FOUND"),
        (made(403), "FORBIDDEN"),
        (head(Content_Length="100") + b"short", "TRUNCATED"),
        (made(body=gzip_bomb(64 * 1024 * 1024), Content_Encoding="gzip"), "TOO_LARGE"),
        (redirect(302, "http://10.0.0.1/feed.xml"), "NETWORK"),
        (redirect(302, "file:///etc/passwd"), "SCHEME"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_goes_wrong_is_named(
    database: Database, server: Server, refresher: Refresher, answer: bytes, kind: str
) -> None:
    url = server.url("/feed.xml")
    server.answers["/feed.xml"] = answer
    await feeds.add(database, url, now=NOW)
    (done,) = await refresher.all_due()
    assert isinstance(done.outcome, Failed | Refused | Fetched)
    state = (await standing(database, url)).state
    assert state.last_error
    assert (state.last_error.kind, state.errors, state.last_success_at) == (kind, 1, None)
    assert state.next_check_at
    assert NOW + timedelta(minutes=8) <= state.next_check_at <= NOW + timedelta(minutes=10)


async def test_retry_after_is_heeded(database: Database, server: Server, refresher: Refresher, clock: Clock) -> None:
    url = server.url("/feed.xml")
    server.answers["/feed.xml"] = made(429, Retry_After="7200")
    await feeds.add(database, url, now=NOW)
    await refresher.all_due()
    state = (await standing(database, url)).state
    assert state.next_check_at == NOW + timedelta(hours=2)
    clock.forward(minutes=119)
    assert await refresher.all_due() == []
    clock.forward(minutes=1)
    assert len(await refresher.all_due()) == 1


async def test_gone_ends_a_feed_until_it_is_resumed(
    database: Database, server: Server, refresher: Refresher, clock: Clock
) -> None:
    url = server.url("/feed.xml")
    server.answers["/feed.xml"] = made(410)
    feed_id, _ = await feeds.add(database, url, now=NOW)
    (done,) = await refresher.all_due()
    assert isinstance(done.outcome, Gone)
    state = (await standing(database, url)).state
    assert (state.standing, state.next_check_at) == (Standing.ENDED, None)
    clock.forward(days=400)
    assert await refresher.all_due() == []
    await feeds.resume(database, feed_id, now=clock())
    assert len(await refresher.all_due()) == 1


async def test_a_permanent_redirect_moves_a_feed_that_is_there(
    database: Database, server: Server, refresher: Refresher, clock: Clock
) -> None:
    old, new = server.url("/old.xml"), server.url("/new.xml", host="other.example")
    server.answers |= {"/old.xml": redirect(301, new), "/new.xml": made(body=b"not a feed at all")}
    await feeds.add(database, old, now=NOW)
    await refresher.all_due()
    # What is there is no feed: the address stays.
    assert (await standing(database, old)).state.errors == 1
    assert await feeds.find(database, new) is None

    server.answers["/new.xml"] = made(body=rss(item(1)))
    clock.forward(hours=1)
    (done,) = await refresher.all_due()
    assert isinstance(done.outcome, Moved)
    assert done.moved_to == new
    assert await feeds.find(database, old) is None
    moved = await standing(database, new)
    assert (moved.host, moved.state.errors) == ("other.example", 0)
    clock.forward(days=1)
    await refresher.all_due()
    assert server.targets()[-1] == "/new.xml"


async def test_a_redirect_to_another_feed_ends_the_one_that_moved(
    database: Database, server: Server, refresher: Refresher
) -> None:
    old, new = server.url("/old.xml"), server.url("/new.xml")
    server.answers |= {"/old.xml": redirect(308, "/new.xml"), "/new.xml": made(body=rss(item(1)))}
    await feeds.add(database, old, now=NOW)
    await feeds.add(database, new, now=NOW)
    await refresher.all_due()
    ended, other = (await standing(database, old)).state, (await standing(database, new)).state
    assert (ended.standing, other.standing) == (Standing.ENDED, Standing.ACTIVE)
    assert new in ended.reason
    assert await database.value("select count(*) from articles") == 1


async def test_of_feeds_that_lead_to_each_other_in_turn_one_is_always_asked(
    database: Database, server: Server, refresher: Refresher, clock: Clock
) -> None:
    one, two = server.url("/one.xml"), server.url("/two.xml")
    for url in (one, two):
        await feeds.add(database, url, now=NOW)
    for old, new in ((one, two), (two, one), (one, two)):
        server.answers[old.removeprefix(server.url(""))] = redirect(301, new)
        server.answers[new.removeprefix(server.url(""))] = made(body=rss(item(1)))
        await refresher.all_due()
        assert (await standing(database, old)).state.standing is Standing.ENDED
        assert (await standing(database, new)).state.standing is Standing.ACTIVE
        clock.forward(days=1)


async def test_an_address_that_knows_nothing_of_a_feed_does_not_get_it(
    database: Database, server: Server, refresher: Refresher, clock: Clock
) -> None:
    url, parked = server.url("/feed.xml"), server.url("/", host="parked.example")
    server.answers["/feed.xml"] = made(body=rss(item(1)), Last_Modified="today")
    await feeds.add(database, url, now=NOW)
    await refresher.all_due()
    # Its own validators would have drawn a 304 out of whoever is there now.
    server.answers |= {"/feed.xml": redirect(301, parked), "/": made(304)}
    clock.forward(days=1)
    (done,) = await refresher.all_due()
    assert done.moved_to is None
    assert (await standing(database, url)).state.errors == 1
    assert "if-modified-since" not in server.requests[-1].headers


async def test_what_is_beyond_the_limit_comes_once_it_is_raised(
    database: Database, server: Server, clock: Clock
) -> None:
    url = server.url("/feed.xml")
    server.answers["/feed.xml"] = made(body=rss(item(1), item(2), item(3)), ETag='"x"')
    await feeds.add(database, url, now=NOW)
    for entries, there in ((2, 2), (100, 3)):
        async with refreshing(database, clock, limits=Limits(entries=entries)) as refresher:
            await refresher.all_due()
        assert await database.value("select count(*) from articles") == there
        clock.forward(days=1)
    assert ["if-none-match" in request.headers for request in server.requests] == [False, False]


async def test_what_was_fetched_before_it_was_added_is_not_fetched_again(
    database: Database, server: Server, refresher: Refresher
) -> None:
    url = server.url("/feed.xml")
    feed_id, added = await feeds.add(database, url, now=NOW, asked=True)
    # Not even between being added and being taken in.
    assert await refresher.all_due() == []
    done = await refresher.take_in(feed_id, Fetched(url, rss(item(1))))
    assert added is Added.NEW
    assert done
    assert done.feed
    assert (done.feed.state.unfinished, done.feed.state.last_success_at) == (0, NOW)
    assert await shown(database) == ["Ferry strike ends"]


async def test_a_feed_is_asked_for_what_its_address_says(
    database: Database, server: Server, refresher: Refresher
) -> None:
    path = "/feed?utm_source=partner&smid=1&key=a%2Fb"
    server.answers[path] = made(body=rss(item(1)))
    await feeds.add(database, server.url(path), now=NOW)
    (done,) = await refresher.all_due()
    assert isinstance(done.outcome, Fetched)
    assert server.targets() == [path]


async def test_a_removed_feed_is_not_asked(database: Database, server: Server, refresher: Refresher) -> None:
    server.answers["/feed.xml"] = made(body=rss(item(1)))
    feed_id, _ = await feeds.add(database, server.url("/feed.xml"), now=NOW)
    await refresher.all_due()
    await feeds.remove(database, feed_id)
    assert await refresher.now(feed_id) is None
    assert len(server.requests) == 1


async def test_a_temporary_redirect_moves_nothing(database: Database, server: Server, refresher: Refresher) -> None:
    old = server.url("/old.xml")
    server.answers |= {"/old.xml": redirect(302, "/new.xml"), "/new.xml": made(body=rss(item(1)))}
    await feeds.add(database, old, now=NOW)
    await refresher.all_due()
    assert (await standing(database, old)).state.last_success_at == NOW


async def test_the_next_check_is_saved_before_the_fetch(
    database: Database, server: Server, refresher: Refresher, clock: Clock
) -> None:
    asked = asyncio.Event()

    async def hang(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await then_silence(b"HTTP/1.1 200 OK\r\n")(writer)

    url = server.url("/feed.xml")
    server.answers["/feed.xml"] = hang
    await feeds.add(database, url, now=NOW)
    asking = asyncio.create_task(refresher.all_due())
    await asked.wait()
    state = (await standing(database, url)).state
    assert (state.last_attempt_at, state.unfinished, state.last_success_at) == (NOW, 1, None)
    assert state.next_check_at
    assert NOW + timedelta(minutes=8) <= state.next_check_at <= NOW + timedelta(minutes=10)
    # Nobody else takes it meanwhile.
    assert await feeds.take(database, now=clock(), most=10, per_host=2) == []
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await refresher.finish(0)


async def test_of_a_host_two_are_taken_at_a_time_over_all_workers(database: Database) -> None:
    for number in range(5):
        await feeds.add(database, f"https://busy.example/{number}.xml", now=NOW)
    await feeds.add(database, "https://calm.example/feed.xml", now=NOW)
    taken = await asyncio.gather(*(feeds.take(database, now=NOW, most=10, per_host=2) for _ in range(4)))
    hosts = sorted(feed.host for each in taken for feed, _ in each)
    assert hosts == ["busy.example", "busy.example", "calm.example"]
    # Those of a worker that was killed do not count for long.
    later = await feeds.take(database, now=NOW + timedelta(seconds=31), most=10, per_host=2)
    assert [feed.host for feed, _ in later] == ["busy.example", "busy.example"]


async def test_the_operator_pauses_and_removes_while_it_is_asked(
    database: Database, server: Server, refresher: Refresher
) -> None:
    one, two = server.url("/one.xml"), server.url("/two.xml")
    ids = []
    ready, go = asyncio.Semaphore(0), asyncio.Event()

    async def slow(writer: asyncio.StreamWriter) -> None:
        ready.release()
        await go.wait()
        writer.write(made(body=rss(item(1))))
        await writer.drain()

    async def slow_too(writer: asyncio.StreamWriter) -> None:
        ready.release()
        await go.wait()
        writer.write(made(body=rss(item(2, "Harbour dredged"))))
        await writer.drain()

    for url in (one, two):
        server.answers |= {"/one.xml": slow, "/two.xml": slow_too}
        ids.append((await feeds.add(database, url, now=NOW))[0])
    asking = asyncio.create_task(refresher.all_due())
    await ready.acquire()
    await ready.acquire()
    await feeds.pause(database, ids[0])
    await feeds.remove(database, ids[1])
    go.set()
    await asking
    state = (await standing(database, one)).state
    assert (state.standing, state.next_check_at, state.last_success_at) == (Standing.PAUSED, None, NOW)
    # What was removed takes nothing in, and leaves nothing behind.
    assert await database.value("select array_agg(url) from feeds") == [one]
    assert await shown(database) == ["Ferry strike ends"]


async def test_a_feed_says_when_it_wants_to_be_asked(database: Database, server: Server, refresher: Refresher) -> None:
    wanted = "<skipHours><hour>9</hour><hour>10</hour></skipHours><skipDays><day>Friday</day></skipDays>"
    url = server.url("/feed.xml")
    server.answers["/feed.xml"] = made(body=rss(item(1), more=wanted))
    await feeds.add(database, url, now=NOW)
    await refresher.all_due()
    state = (await standing(database, url)).state
    # 24 hours later it is Friday; Saturday begins outside of the hours.
    assert state.next_check_at == NOW.replace(day=14, hour=0)
    assert state.wishes.skip_hours == frozenset({9, 10})


async def test_the_servers_charset_is_used_where_the_document_has_none(
    database: Database, server: Server, refresher: Refresher
) -> None:
    body = rss(item(1, "港の再開")).decode().replace('<?xml version="1.0"?>', "").encode("shift_jis")
    server.answers["/feed.xml"] = made(body=body, Content_Type="application/rss+xml; charset=Shift_JIS")
    await feeds.add(database, server.url("/feed.xml"), now=NOW)
    await refresher.all_due()
    assert await shown(database) == ["港の再開"]


async def test_a_feed_that_came_as_a_file_can_be_polled(
    database: Database, server: Server, refresher: Refresher
) -> None:
    url = server.url("/feed.xml")
    feed_id, _ = await feeds.add(database, url, now=NOW)
    await feeds.remove(database, feed_id)
    # It had brought nothing: nothing is left.
    assert await feeds.find(database, url) is None

    server.answers["/feed.xml"] = made(body=rss(item(1)))
    await feeds.add(database, url, now=NOW)
    await refresher.all_due()
    feed = await standing(database, url)
    await feeds.remove(database, feed.id)
    assert await refresher.all_due() == []
    assert await shown(database) == ["Ferry strike ends"]
    again = await feeds.add(database, url, now=NOW)
    assert again == (feed.id, Added.AGAIN)
    assert await feeds.add(database, url, now=NOW) == (feed.id, Added.KNOWN)


async def test_feeds_are_kept_fresh_until_told_to_stop(
    database: Database, server: Server, refresher: Refresher
) -> None:
    server.answers["/feed.xml"] = made(body=rss(item(1)))
    stop = asyncio.Event()
    async with asyncio.timeout(20), keep_fresh(refresher, stop=stop, graceful_seconds=5):
        await feeds.add(database, server.url("/feed.xml"), now=NOW)
        while not await shown(database):  # the database holds the condition, there is no event to wait for
            await asyncio.sleep(0.02)
    assert (await standing(database, server.url("/feed.xml"))).state.last_success_at == NOW
