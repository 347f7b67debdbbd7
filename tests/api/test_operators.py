"""`broadsheet article`, `source` and `topics`: what they print and how they end."""

import asyncio
import re
from pathlib import Path
from subprocess import CompletedProcess

from db.pool import Database
from tests.api.test_cli import call
from tests.jobs.desk import bring, feed, item

TOPICS = Path(__file__).parents[1] / "ingest" / "mediatopics" / "topics.json"
URL = "https://harbour.example/1"


async def desk(url: str, *command: str) -> CompletedProcess[str]:
    return await asyncio.to_thread(call, *command, database_url=url)


async def test_articles_are_withheld_and_restored(database: Database, database_url: str, tmp_path: Path) -> None:
    await bring(database, feed(tmp_path / "a.xml", item(1)))
    article = await database.value("select id from articles")

    done = await desk(database_url, "article", "withhold", URL, "--reason", "Court order")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Withheld: Ferry strike ends\n  {URL}\n  a_{article}\n"
    assert not await database.value("select is_public from articles")
    again = await desk(database_url, "article", "withhold", f"a_{article}", "--reason", "Another")
    assert re.match(r"Withheld already, since [-0-9]{10} [:0-9]{5} UTC \(Court order\): Ferry", again.stdout)
    listed = (await desk(database_url, "article", "withheld")).stdout
    assert listed.splitlines()[1:] == ["  Ferry strike ends", "  Court order"]
    back = await desk(database_url, "article", "restore", URL)
    assert back.stdout.startswith("Restored: Ferry strike ends\n")
    assert (await desk(database_url, "article", "restore", URL)).stdout.startswith("Not withheld: Ferry")
    none = await desk(database_url, "article", "restore", "https://harbour.example/none")
    assert (none.returncode, none.stdout, none.stderr) == (
        1, "", "There is no article at https://harbour.example/none.\n",
    )  # fmt: skip


async def test_sources_are_shown_changed_and_merged(database: Database, database_url: str, tmp_path: Path) -> None:
    await bring(database, feed(tmp_path / "a.xml", item(1)))
    await bring(database, feed(tmp_path / "b.xml", item(1, host="m.example"), title="Mobile", host="m.example"))

    listed = await desk(database_url, "source", "list")
    assert listed.stdout.splitlines() == [
        "SLUG              POLICY  ARTICLES  NAME",
        "mobile            FULL    1         Mobile",
        "the-harbour-post  FULL    1         The Harbour Post",
    ]
    done = await desk(
        database_url, "source", "set", "the-harbour-post", "--policy", "EXCERPT", "--name", "Harbour Daily",
        "--publisher", "Quay Press", "--country", "gb", "--serve-pages",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:6] == [
        "Slug         harbour-daily",
        "Name         Harbour Daily",
        "Publisher    Quay Press",
        "Country      GB",
        "Policy       EXCERPT with pages",
        "Articles     1",
    ]
    merged = await desk(database_url, "source", "merge", "mobile", "harbour-daily")
    assert "Articles     2" in merged.stdout
    assert "Also called  mobile, the-harbour-post" in merged.stdout
    shown = await desk(database_url, "source", "show", "mobile")
    assert shown.stdout == merged.stdout
    wrong = await desk(database_url, "source", "set", "mobile", "--country", "Britain")
    assert (wrong.returncode, wrong.stderr) == (1, "A country is two letters, as in ISO 3166: JP, GB.\n")


async def test_topics_are_loaded_and_mapped(database: Database, database_url: str, tmp_path: Path) -> None:
    done = await desk(database_url, "topics", "load", str(TOPICS))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "4 topics in 4 languages: 3 new, 1 changed, 1 retired.",
        "The worker gives articles their topics anew.",
    ]
    again = await desk(database_url, "topics", "load", str(TOPICS))
    assert again.stdout == "4 topics in 4 languages: 0 new, 0 changed, 1 retired.\n"
    mapped = await desk(database_url, "topics", "map", "Ocean Desk", "medtop:29900002")
    assert mapped.stdout.startswith("Ocean Desk is Kelp rowing.")
    assert (await desk(database_url, "topics", "mapped")).stdout.splitlines()[1] == "Ocean Desk  kelp-rowing"
    await desk(database_url, "topics", "unmap", "ocean desk")
    assert (await desk(database_url, "topics", "mapped")).stdout == "CATEGORY  TOPIC\n"
    (tmp_path / "no.json").write_text("[]")
    wrong = await desk(database_url, "topics", "load", str(tmp_path / "no.json"))
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("The file holds no Media Topic")
