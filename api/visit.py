"""A request's visit: who is calling, whose budget pays, and what the answer says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from starlette.types import Scope

from api.account import Account
from api.address import Network, client
from api.budget import Budget
from api.callers import BadCredentials, Callers
from api.heads import RequestHead
from schema.caller import ANONYMOUS, Caller
from schema.cost import REFUSED
from schema.rate_limit import RateLimited, Spending

Accounts = tuple[Account, ...]


class Visit:
    """One request's caller, and the accounts that pay for it. The answer tells of the one that refused, else of the one
    that has the least left."""

    __slots__ = ("_accounts", "_budget", "_head", "_refused", "caller", "is_paid")

    def __init__(
        self, caller: Caller, head: RequestHead, budget: Budget | None = None, accounts: Accounts = ()
    ) -> None:
        self.caller = caller
        self.is_paid = not accounts
        self._head = head
        self._budget = budget
        self._accounts = accounts
        self._refused: Account | None = None

    def entered(self) -> Self:
        """The visit, of somebody who has anything left: else nothing is read of the request.

        Raises:
            RateLimited
        """
        budget = self._budget
        if budget is not None:
            for account in self._accounts:
                if not account.has(1) and not account.is_over(budget.clock()):
                    self._refused = account
                    self._tell(budget)
                    budget.refuse(account, 1)
        return self

    async def pay(self, cost: int | None) -> None:
        """Pay, unless that was done, and have the answer tell what is left.

        cost: points, of which one is paid at least; None for what is refused before they are known.

        Raises:
            RateLimited: there are not so many left.
        """
        budget = self._budget
        if self.is_paid or budget is None:
            return
        points, self.is_paid = _points(cost), True
        try:
            for account in self._accounts:
                if not budget.spend(account, points):
                    await self._ask(budget, account, points)
        finally:
            self._tell(budget)

    async def _ask(self, budget: Budget, account: Account, points: int) -> None:
        try:
            await budget.ask(account, points)
        except RateLimited:
            self._refused = account
            for paid in self._accounts[: self._accounts.index(account)]:
                budget.refund(paid, points)
            raise

    def _tell(self, budget: Budget) -> None:
        self._head.told = self._told().told(budget.clock())

    def _told(self) -> Account:
        accounts = self._accounts
        if len(accounts) == 1:
            return accounts[0]
        return self._refused or min(accounts, key=lambda account: account.left)

    def spending(self, cost: int | None) -> Spending | None:
        """The budget after `pay`; None without a limit."""
        if self._budget is None or not self._accounts:
            return None
        return self._told().spending(_points(cost), self._budget.clock())


def _points(cost: int | None) -> int:
    """What is paid for a cost: one point at least, and for what is refused before it is known, that of a refusal."""
    return REFUSED if cost is None else cost or 1


@dataclass(frozen=True, slots=True)
class Visits:
    """Receives requests. limits: points a period by kind of account, 0 for no limit; installs: at one address, that of
    so many together. proxies: whose X-Forwarded-For counts."""

    callers: Callers
    budget: Budget
    limits: Mapping[str, int]
    installs: int = 20
    proxies: Sequence[Network] = ()

    async def of(self, scope: Scope, head: RequestHead) -> Visit:
        """The visit of a request. One that fails to say who is calling pays by its address.

        Raises:
            RateLimited, and what `Callers.of` raises.
        """
        if not (head.authorization or head.api_key):
            return self._by_address(scope, head)
        try:
            caller = await self.callers.of(head)
        except BadCredentials:
            await self._by_address(scope, head).pay(None)
            raise
        if not caller.bucket:
            return self._by_address(scope, head, caller)
        accounts = self._account(caller.bucket)
        if caller.bucket.startswith("install "):
            # An app's key is there for all to read: making up installs brings no more than these.
            accounts += self._account(f"installs {self._address(scope, head)}")
        return Visit(caller, head, self.budget, accounts).entered()

    def _by_address(self, scope: Scope, head: RequestHead, caller: Caller = ANONYMOUS) -> Visit:
        return Visit(caller, head, self.budget, self._account("address " + self._address(scope, head))).entered()

    def _address(self, scope: Scope, head: RequestHead) -> str:
        peer = scope.get("client")
        return client(peer[0] if peer else "", head.forwarded, self.proxies)

    def _account(self, bucket: str) -> Accounts:
        known = self.budget.accounts.get(bucket)
        if known is not None:
            return (known,)
        kind = bucket.partition(" ")[0]
        limit = self.limits["install"] * self.installs if kind == "installs" else self.limits[kind]
        return (self.budget.account(bucket, limit),) if limit else ()
