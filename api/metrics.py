"""/metrics: what Prometheus reads, of this process or, with several server processes, of all of them.

With one process the default registry is served. With several, prometheus_client's multiprocess mode adds up what
all of them count (its folder is made by the parent, see api/family.py); the process_* metrics are absent then.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from db.pool import Database, DatabaseTimeout, DatabaseUnavailable
from db.statements import statements
from db.tally import tell

# When each counter began would double the length of the page.
# prometheus_client says nothing of the types of this function, nor of the collector below.
disable_created_metrics()  # type: ignore[no-untyped-call]

# Its count is that of the requests.
REQUEST_SECONDS = Histogram(
    "broadsheet_http_request_seconds",
    "Seconds from a request's head to the end of its answer.",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)


class _Facts(Collector):
    """What stands in the database, as gauges of one moment: the same whichever process answers."""

    def __init__(self, facts: list[tuple[str, str, float]]) -> None:
        self.facts = facts

    def collect(self) -> Iterable[Metric]:
        for name, text, value in self.facts:
            gauge = GaugeMetricFamily(name, text)
            gauge.add_metric([], value)
            yield gauge


async def metrics(request: Request) -> Response:
    """GET /metrics. It answers without the database's facts when Postgres doesn't."""
    facts = CollectorRegistry(auto_describe=False)
    facts.register(_Facts(await _facts(request.app.state.database)))
    tell()
    return Response(generate_latest(_registry()) + generate_latest(facts), media_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


async def _facts(database: Database) -> list[tuple[str, str, float]]:
    now = datetime.now(UTC)
    try:
        async with asyncio.timeout(4):
            head = await database.value(statements("changes")["head"])
            worker = (await database.rows(statements("workers")["newest"], now - timedelta(minutes=1)))[0]
            feeds = (await database.rows(statements("feeds")["standing"], now))[0]
    except (DatabaseTimeout, DatabaseUnavailable, TimeoutError):
        return [("broadsheet_database_up", "Whether Postgres answered this scrape.", 0)]
    facts = [
        ("broadsheet_database_up", "Whether Postgres answered this scrape.", 1.0),
        ("broadsheet_log_head", "Number of the newest line of the log.", float(head)),
        ("broadsheet_workers", "Workers that gave a sign of life within the last minute.", float(worker["alive"])),
    ]
    overdue = (now - feeds["due_since"]).total_seconds() if feeds["due_since"] else 0.0
    facts += [
        ("broadsheet_feeds_polled", "Feeds that are polled.", float(feeds["active"])),
        ("broadsheet_feeds_paused", "Feeds that the operator paused.", float(feeds["paused"])),
        ("broadsheet_feeds_ended", "Feeds that are gone or moved to where another feed is.", float(feeds["ended"])),
        ("broadsheet_feeds_failing", "Polled feeds whose last attempt failed.", float(feeds["failing"])),
        ("broadsheet_feed_overdue_seconds", "Seconds that the feed waiting longest has been due.", max(overdue, 0.0)),
    ]
    if worker["beat_at"] is not None:
        age = (now - worker["beat_at"]).total_seconds()
        text = "Seconds since a worker's last sign of life."
        facts.append(("broadsheet_worker_heartbeat_age_seconds", text, max(age, 0.0)))
    return facts
