"""One budget over several processes: each `Budget` on one database here is what a server process has."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random

import pytest

from api.account import UNTOLD, Account
from api.budget import BLIND, INTERVAL, Budget
from db.pool import Database
from db.statements import statements
from schema.rate_limit import RateLimited
from tests.proxy import proxied

LIMIT = 6_000
BUCKET = "address 192.0.2.7"


@asynccontextmanager
async def processes(
    url: str, count: int, seconds: int = 3_600, clock: Callable[[], float] = time.time
) -> AsyncIterator[list[Budget]]:
    databases = [await Database.open(url, size=4, application_name="budget") for _ in range(count)]
    budgets = [Budget(database, seconds, clock=clock) for database in databases]
    yield budgets
    for budget in budgets:
        await budget.close()
    for database in databases:
        await database.close()


async def pay(budget: Budget, points: int, bucket: str = BUCKET, limit: int = LIMIT) -> Account:
    account = budget.account(bucket, limit)
    if not budget.spend(account, points):
        await budget.ask(account, points)
    return account


async def is_admitted(budget: Budget, points: int) -> bool:
    try:
        await pay(budget, points)
    except RateLimited:
        return False
    return True


async def exchanged(budget: Budget) -> None:
    """Wait for an exchange that began after this."""
    began = time.monotonic()
    while budget._heard < began:
        await asyncio.sleep(INTERVAL / 10)


async def test_no_more_than_the_limit_is_admitted_by_one_process(database_url: str) -> None:
    async with processes(database_url, 1) as (budget,):
        admitted = sum([await is_admitted(budget, 100) for _ in range(100)])
        assert admitted == LIMIT / 100


@pytest.mark.parametrize("points", [7, 60, 500])
async def test_two_processes_together_admit_at_most_a_twentieth_more(points: int, database_url: str) -> None:
    """However they are asked: one after the other or many at once."""
    async with processes(database_url, 2) as budgets:
        dice = Random(points)

        async def client() -> int:
            return sum([points * await is_admitted(dice.choice(budgets), points) for _ in range(LIMIT // points // 2)])

        admitted = sum(await asyncio.gather(*(client() for _ in range(10))))
        assert LIMIT - points < admitted <= LIMIT * 1.05


@pytest.mark.parametrize("points", [7, 60, 500, 3_000])
async def test_a_client_that_heeds_what_it_is_told_is_never_refused(points: int, database_url: str) -> None:
    async with processes(database_url, 2) as budgets:
        dice, remaining, spent = Random(points), LIMIT, 0
        while remaining >= points:
            budget = dice.choice(budgets)
            account = await pay(budget, points)
            spent += points
            remaining = account.spending(points, budget.clock()).remaining
        assert spent > LIMIT * (1 - UNTOLD) - points


@pytest.mark.parametrize("seed", range(6))
async def test_nor_is_one_that_asks_for_much_at_once(seed: int, database_url: str) -> None:
    """After small things here and there, for all that it was told is left: the least of the period."""
    async with processes(database_url, 2) as budgets:
        dice, least = Random(seed), LIMIT

        async def ask(budget: Budget, points: int) -> None:
            nonlocal least
            account = await pay(budget, points)
            least = min(least, account.spending(points, budget.clock()).remaining)

        for budget in budgets:
            await ask(budget, 20)
        for _ in range(dice.randrange(60)):
            await ask(dice.choice(budgets), dice.choice((1, 20, 43, 90)))
            if dice.random() < 0.1:
                await exchanged(dice.choice(budgets))
        while least:
            await ask(dice.choice(budgets), least)


async def test_both_know_what_either_was_told(database_url: str) -> None:
    async with processes(database_url, 2) as (one, other):
        for budget in (one, other):
            await pay(budget, 10)
        for _ in range(5):
            await pay(one, 10)
        await exchanged(one)
        await exchanged(other)
        for budget in (one, other):
            assert budget.account(BUCKET, LIMIT).spending(0, budget.clock()).used == 70


async def test_a_caller_who_is_known_costs_no_round_trip(database_url: str) -> None:
    async with processes(database_url, 1) as (budget,):
        account = await pay(budget, 10)
        assert [budget.spend(account, 10) for _ in range(12)] == [True] * 12
        assert not budget.spend(account, 10)  # a fiftieth of the limit is untold
        assert account.untold == 120


async def test_a_new_period_brings_a_whole_budget(database_url: str) -> None:
    now = [1_000_000.0]
    async with processes(database_url, 2, 60, lambda: now[0]) as (one, other):
        account = await pay(one, LIMIT)
        with pytest.raises(RateLimited) as refused:
            await pay(other, 1)
        now[0] += refused.value.spending.seconds
        await pay(other, LIMIT)
        await exchanged(one)
        assert not await is_admitted(one, 1)
        assert account.spending(1, one.clock()).seconds == 60


async def test_periods_of_different_callers_do_not_end_at_once(database_url: str) -> None:
    async with processes(database_url, 1, 60, lambda: 1_000_000.0) as (budget,):
        accounts = [await pay(budget, 1, f"address 192.0.2.{n}") for n in range(20)]
        ends = {account.spending(1, budget.clock()).resets_at for account in accounts}
        assert len(ends) > 10


async def test_what_was_spent_for_nothing_is_given_back(database_url: str) -> None:
    async with processes(database_url, 2) as (one, other):
        account = await pay(one, 5_000)
        assert not await is_admitted(other, 2_000)
        one.refund(account, 4_000)
        await exchanged(one)
        await exchanged(other)
        assert await is_admitted(other, 2_000)


async def test_of_many_who_wait_the_first_are_admitted(database_url: str) -> None:
    async with processes(database_url, 1) as (budget,):
        admitted = await asyncio.gather(*(is_admitted(budget, points) for points in (4_000, 3_000, 1_500, 600, 400)))
        assert admitted == [True, False, True, False, True]


async def test_others_are_not_concerned(database_url: str) -> None:
    async with processes(database_url, 2) as (one, other):
        await pay(one, LIMIT)
        await pay(other, LIMIT, "address 192.0.2.8")


async def test_a_process_that_stops_tells_what_it_admitted(database_url: str) -> None:
    async with processes(database_url, 2) as (one, other):
        await pay(one, 10)
        await pay(one, 10)
        await one.close()
        account = await pay(other, 10)
        assert account.spending(10, other.clock()).used == 30


async def test_a_process_that_begins_does_not_hear_of_all_that_was(database: Database) -> None:
    exchange = statements("budgets")["exchange"]
    buckets = [f"address {n:04}" for n in range(1_000)]
    await database.rows(exchange, buckets, [1] * 1_000, [1] * 1_000, None)
    clock, told = await database.rows(exchange, buckets[:1], [1], [1], None)
    assert (told["bucket"], told["spent"]) == (buckets[0], 2)
    assert len(await database.rows(exchange, [], [], [], clock["clock"] - timedelta(hours=1))) == 1 + 1_000


# -- when the store is slow, or gone


async def test_without_a_store_each_process_goes_by_what_it_counts() -> None:
    async with processes("postgresql://nobody@127.0.0.1:1/nothing", 2) as budgets:
        for budget in budgets:
            blind = BLIND._value.get()
            admitted = [await is_admitted(budget, 600) for _ in range(20)]
            assert sum(admitted) == 10
            assert BLIND._value.get() - blind == 20


async def test_a_store_that_hangs_is_not_waited_for_and_found_again(database_url: str) -> None:
    async with proxied(database_url) as proxy, processes(proxy.url, 1) as (budget,):
        await pay(budget, 10)
        proxy.hang()
        blind = BLIND._value.get()
        assert [await is_admitted(budget, 3_000) for _ in range(4)] == [True, False, False, False]
        assert BLIND._value.get() - blind == 4
        proxy.flow()
        await exchanged(budget)
        assert budget.account(BUCKET, LIMIT).known == 3_010
        assert not await is_admitted(budget, 3_000)


async def test_who_has_spent_half_waits_for_an_exchange(database_url: str) -> None:
    """However little they ask for, and though others have spent nothing."""
    async with processes(database_url, 1) as (budget,):
        account = await pay(budget, LIMIT // 2 - 1)
        await exchanged(budget)
        assert account.known == LIMIT // 2 - 1
        assert budget.spend(account, 1)
        assert not budget.spend(account, 1)


async def test_what_may_be_let_through_untold_is_divided_among_processes(database_url: str) -> None:
    database = await Database.open(database_url, size=1, application_name="budget")
    for count, most in ((1, LIMIT // 50), (2, LIMIT // 50), (5, LIMIT // 200)):
        budget = Budget(database, 3_600, processes=count)
        account = await pay(budget, 1, f"address {count}")
        assert account.untold == 0
        assert budget.spend(account, most)
        assert not budget.spend(account, 1)
        await budget.close()
    await database.close()
