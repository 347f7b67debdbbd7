"""The way of one fetch: from redirect to redirect, and what it says of where a feed lives."""

from dataclasses import dataclass

from ingest.address import Address, parse
from ingest.outcome import Failed, Failure, Fetched, Gone, Moved, NotModified, Outcome

PERMANENT = (301, 308)
REDIRECTS = (*PERMANENT, 302, 303, 307)


class End(Exception):
    """The fetch is over, with this outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(type(outcome).__name__)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Redirect:
    """An answer that names another address, as it came."""

    status: int
    location: str


class Way:
    """The addresses that a fetch went through. `tried`: the last one, dialled or not."""

    def __init__(self, most: int) -> None:
        self.tried = ""
        self._most = most
        self._seen: list[str] = []
        self._permanent = True
        self._moved_to: str | None = None

    def begin(self, address: str) -> Address:
        """The address that was asked for. Raises NotDialled."""
        return self._step(address)

    def follow(self, redirect: Redirect) -> Address:
        """Where it leads. Raises NotDialled, and End for a circle or a way that is too long."""
        before = self._seen[-1]
        if len(self._seen) > self._most:
            raise End(Failed(before, Failure.REDIRECTS, f"more than {self._most} redirects", redirect.status))
        here = self._step(redirect.location, before)
        if here.url in self._seen[:-1]:
            raise End(Failed(here.url, Failure.REDIRECTS, "the redirects lead in a circle", redirect.status))
        # Back to plain HTTP is followed but not kept: whoever stands between could have said so.
        unsafe = before.startswith("https:") and here.scheme == "http"
        self._permanent = self._permanent and redirect.status in PERMANENT and not unsafe
        if self._permanent:
            self._moved_to = here.url
        return here

    def judge(self, outcome: Outcome) -> Outcome:
        """The outcome in the light of the way to it: moved as far as the way was permanent from its start; and what
        is gone at the end of a temporary way is not gone for good."""
        match outcome:
            case Fetched() | NotModified() if self._moved_to is not None:
                return Moved(self._moved_to, outcome)
            case Gone(url=url) if not self._permanent:
                return Failed(url, Failure.NOT_FOUND, "gone (410) where it leads for now", 410)
        return outcome

    def _step(self, address: str, base: str | None = None) -> Address:
        self.tried = address[:500]
        here = parse(address, base)
        self.tried = here.url
        self._seen.append(here.url)
        return here
