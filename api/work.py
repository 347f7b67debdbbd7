"""`broadsheet worker`: the worker of jobs/ in a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal

import structlog
from prometheus_client import start_http_server

from api.database import listen_url, opened, with_database
from api.fetching import fetching
from api.port import PortTaken
from api.settings import PREFIX, Settings, moderation
from jobs.refresh import keep_fresh
from jobs.worker import JobsLeft, handlers, utc_now
from jobs.worker import work as work_until

log = structlog.get_logger("broadsheet.worker")


def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    with with_database(settings) as ready:
        asyncio.run(_work(ready))


async def _work(settings: Settings) -> None:
    stop, rules = asyncio.Event(), moderation(settings)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with opened(settings, "worker", patient=True) as database:
        log.info("worker_started", pid=os.getpid())
        if settings.worker_metrics_port is not None:
            _serve_metrics(settings.host, settings.worker_metrics_port)
        async with (
            fetching(settings, database, clock=utc_now) as ready,
            keep_fresh(ready.refresher, stop=stop, graceful_seconds=settings.graceful_seconds),
        ):
            try:
                await work_until(
                    database,
                    listen_url(settings),
                    handlers(database, utc_now),
                    stop=stop,
                    graceful_seconds=settings.graceful_seconds,
                    close_after=rules.closing.after,
                )
            except JobsLeft:
                # At once: ending the loop would cancel the jobs, and pgqueuer would write them down as canceled; what
                # is asked for and read would end as if something were wrong with it.
                log.warning("jobs_left", graceful_seconds=settings.graceful_seconds)
                os._exit(1)
    log.info("worker_stopped")


def _serve_metrics(host: str, port: int) -> None:
    try:
        start_http_server(port, host)
    except OSError as problem:
        raise PortTaken(
            f"The worker's metrics can't be served on {host}, port {port}: {problem.strerror}. "
            f"{PREFIX}WORKER_METRICS_PORT says where."
        ) from None
