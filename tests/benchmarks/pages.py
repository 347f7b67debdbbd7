"""How well pages are read: `python -m tests.benchmarks.pages PATH`.

PATH holds `*.html.gz` and `ground-truth.json` as scrapinghub/article-extraction-benchmark has them. The body is scored
by that benchmark's own measure (its `evaluate.py`: shingles of four words, counts normalised for each page, the mean of
precision and of recall over pages, F1 of the two; accuracy: the share of pages whose words are all the same), on the
text that readers would be served, and on the text before wire copy is taken apart: the benchmark counts datelines and
credits as text, which we serve as fields. Fields are counted, having no ground truth there.
"""

import argparse
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import orjson

from ingest import page, page_article, sanitise
from ingest.article import Content

_TOKEN = re.compile(r"\w+")
_SHINGLE = 4
_WORST = 10
FIELDS = (
    "headline",
    "description",
    "published",
    "published_time",
    "modified",
    "byline",
    "people",
    "section",
    "keywords",
    "language",
    "site_name",
    "publisher",
    "rights",
    "image",
    "image_size",
    "caption",
    "image_credit",
    "paywall_mark",
    "credits",
    "address",
    "original",
    "alternates",
    "topics",
)


@dataclass(frozen=True, slots=True)
class Score:
    """What was read of one page. `seconds`: of one process."""

    key: str
    address: str
    precision: float | None
    recall: float | None
    uncut: tuple[float | None, float | None]
    accurate: bool
    seconds: float
    fields: frozenset[str]
    reason: str | None
    headline: str
    date: str
    place: str


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _TOKEN.findall(text)
    return Counter(tuple(words[at : at + _SHINGLE]) for at in range(max(1, len(words) - _SHINGLE + 1)) if words)


def precision_and_recall(true: str, found: str) -> tuple[float | None, float | None]:
    """Of one page; None where the benchmark leaves the page out of a mean."""
    expected, given = shingles(true), shingles(found)
    hits = sum((expected & given).values())
    extra, missed = sum((given - expected).values()), sum((expected - given).values())
    precision = None if not hits + extra else 1.0 if extra == missed == 0 else hits / (hits + extra)
    recall = None if not hits + missed else 1.0 if extra == missed == 0 else hits / (hits + missed)
    return precision, recall


def f1(scores: Sequence[Score], *, uncut: bool = False) -> tuple[float, float, float]:
    """F1, precision and recall over pages."""
    pairs = [score.uncut if uncut else (score.precision, score.recall) for score in scores]
    precision = statistics.mean(pair[0] for pair in pairs if pair[0] is not None)
    recall = statistics.mean(pair[1] for pair in pairs if pair[1] is not None)
    return 2 * precision * recall / (precision + recall), precision, recall


def measure(path: Path, key: str, truth: dict[str, str], *, as_file: bool = False) -> Score:
    """`as_file`: as `broadsheet import` reads it, without the address that a fetched page has."""
    data = (path / f"{key}.html.gz").read_bytes()
    now = datetime.now(UTC)
    started = time.process_time()
    read = page.read(data, None if as_file else truth.get("url"), now=now)
    content = page_article.content_of(read, now=now)
    seconds = time.process_time() - started
    made = content if isinstance(content, Content) else None
    text = (made.body_text if made else None) or ""
    precision, recall = precision_and_recall(truth.get("articleBody", ""), text)
    uncut = sanitise.plain_text(read.body_html) if made else ""
    return Score(
        key=key,
        address=truth.get("url", ""),
        precision=precision,
        recall=recall,
        uncut=precision_and_recall(truth.get("articleBody", ""), uncut),
        accurate=_TOKEN.findall(text) == _TOKEN.findall(truth.get("articleBody", "")),
        seconds=seconds,
        fields=_fields(read, made),
        reason=None if isinstance(content, Content) else str(content),
        headline=read.headline,
        date=read.published.text if read.published else "",
        place=read.places["published"],
    )


def _fields(read: page.Page, made: Content | None) -> frozenset[str]:
    image = read.image
    said = {
        "published_time": read.published is not None
        and len(read.published.text) > 10
        and "T00:00:00Z" not in read.published.text,
        "people": bool(made and made.authors),
        "image_size": bool(image and image.width),
        "caption": bool(image and image.caption),
        "image_credit": bool(image and image.credit),
        "paywall_mark": read.is_free is not None,
        "original": read.original_url is not None,
        "topics": bool(made and made.topics),
    }
    return frozenset(name for name in FIELDS if (said[name] if name in said else bool(getattr(read, name))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--files", action="store_true", help="read the pages as files, without their addresses")
    parser.add_argument("--fields", action="store_true", help="print headline and date of every page")
    parser.add_argument("--seed", type=int, default=1, help="of the halves that are scored apart")
    arguments = parser.parse_args()
    truth = orjson.loads((arguments.path / "ground-truth.json").read_bytes())
    with ProcessPoolExecutor() as pool:
        scores = list(pool.map(partial(measure, arguments.path, as_file=arguments.files), truth, truth.values()))
    report(scores, arguments.seed)
    if arguments.fields:
        for score in scores:
            print(
                f"{score.key[:8]}  {score.date or '-':25}  {score.place or '-':28}  {score.headline}  [{score.address}]"
            )


def report(scores: list[Score], seed: int) -> None:
    whole, precision, recall = f1(scores)
    accuracy = statistics.mean(score.accurate for score in scores)
    print(
        f"pages {len(scores)}  F1 {whole:.4f}  precision {precision:.4f}  recall {recall:.4f}  accuracy {accuracy:.3f}"
    )
    before, *_ = f1(scores, uncut=True)
    print(f"before wire copy is taken apart: F1 {before:.4f}")
    halves = sorted(scores, key=lambda score: score.key)
    random.Random(seed).shuffle(halves)
    middle = len(halves) // 2
    print(f"random halves: F1 {f1(halves[:middle])[0]:.4f} and {f1(halves[middle:])[0]:.4f} (seed {seed})")
    seconds = [score.seconds for score in scores]
    print(f"seconds a page: mean {statistics.mean(seconds):.3f}, most {max(seconds):.2f}")
    print("\nworst pages:  precision  recall")
    for score in sorted(scores, key=lambda score: (score.precision or 0.0) + (score.recall or 0.0))[:_WORST]:
        print(f"  {score.key[:8]}  {score.precision or 0.0:.3f}  {score.recall or 0.0:.3f}  {score.address[:90]}")
    print("\nfields:")
    counts = Counter(name for score in scores for name in score.fields)
    print("  " + ", ".join(f"{name} {counts[name]}" for name in FIELDS))
    for score in scores:
        if score.reason:
            print(f"  not an article: {score.key[:8]} {score.reason}: {score.address}")
    undated = [score for score in scores if not score.date]
    print(f"\nwithout a date: {len(undated)}")
    for score in undated:
        print(f"  {score.key[:8]}  {score.address[:90]}")
    places = Counter(score.place for score in scores if score.place)
    print("\ndates by place: " + ", ".join(f"{place} {count}" for place, count in places.most_common()))


if __name__ == "__main__":
    main()
