"""Search text: what is written is found again, by words and by parts of runs, and shown where it was found."""

import re
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.pool import Database
from ingest.search_text import fold, is_bigram, pattern, phrase, quoted, tokens, tsvector
from tests.pace import measured, slowness

# The database is only read here, so examples may share it.
shared = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])

ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)
# Letters of spaced scripts as newspapers print them, ligatures and typographic forms included.
SPACED = st.text(
    st.sampled_from(
        [
            chr(code)
            for start, end in ((0x30, 0x250), (0x370, 0x530), (0x1E00, 0x1F00), (0xFB00, 0xFB07), (0xFF10, 0xFF5B))
            for code in range(start, end)
            if chr(code).isalnum() and fold(chr(code)).isalnum()
        ]
    ),
    min_size=1,
    max_size=6,
)
RUN = st.text(
    st.sampled_from("東京都港区のストライキ労働者は再び交渉々〆한국어뉴스항구파업ท่าเรือประท้วงกรุงเทพน้ำ"),
    min_size=1,
    max_size=12,
)


def query_of(text: str) -> str:
    """The text query of a phrase, as `schema.query` writes it."""
    found = phrase(text)
    last = ":*" if len(found[-1]) == 1 and is_bigram(found[-1]) else ""
    return " <-> ".join(map(quoted, found)) + last


async def matches(database: Database, text: str, query: str) -> bool:
    found: bool = await database.value("select $1::text::tsvector @@ $2::text::tsquery", tsvector(headline=text), query)
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Café", ["the", "cafe"]),
        ("東京都", ["東京", "京都", "都"]),
        ("都", ["都"]),
        ("Ｆｕｌｌ ｗｉｄｔｈ", ["full", "width"]),
        ("Straße, STRASSE", ["strasse", "strasse"]),
        ("ﬁle œuvre Ærø Łódź", ["file", "oeuvre", "aero", "lodz"]),
        ("U.S.-Japan don't", ["u", "s", "japan", "don", "t"]),
        ("G7サミットin広島", ["g7", "サミ", "ミッ", "ット", "ト", "in", "広島", "島"]),
        ("한국 뉴스", ["한국", "국", "뉴스", "스"]),
        ("ข่าวไทย", ["ข่", "่า", "าว", "วไ", "ไท", "ทย", "ย"]),
        ("Київ Ёлка", ["киів", "елка"]),
        ("हिन्दी समाचार", ["हिन्दी", "समाचार"]),
        ("كَتَبَ العـــربية", ["كتب", "العربية"]),
        ("שָׁלוֹם", ["שלום"]),
        ("1️⃣ ☀️ snake_case 👩‍🚒", ["1", "snake", "case"]),
        ("' \\ '' \" : * & | ! ( )", []),
        ("", []),
    ],
)
def test_words_are_cut_and_folded(text: str, found: list[str]) -> None:
    assert tokens(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("harbour strike", ["harbour", "strike"]),
        ("東京", ["東京"]),
        ("東", ["東"]),
        ("東京、大阪", ["東京", "京", "大阪"]),
        ("東京 tower", ["東京", "京", "tower"]),
        ("tower 東京", ["tower", "東京"]),
        ("京 京", ["京", "京"]),
    ],
)
def test_a_phrase_leaves_the_end_of_a_run_open(text: str, found: list[str]) -> None:
    assert phrase(text) == found


@given(ANY)
def test_folding_is_done_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert tokens(fold(text)) == tokens(text)


@shared
@given(text=ANY)
async def test_every_word_finds_its_text(database: Database, text: str) -> None:
    for word in text.split():
        if phrase(word):
            assert await matches(database, text, query_of(word)), word


@shared
@given(before=st.sampled_from(["", "tower ", "新"]), run=RUN, after=st.sampled_from(["", " tower", "新", "。"]))
async def test_every_part_of_a_run_finds_it(database: Database, before: str, run: str, after: str) -> None:
    run = fold(run)  # marks in their canonical order, as every keyboard writes them
    parts = {run[i:j] for i in range(len(run)) for j in range(i + 1, len(run) + 1)}
    vector = tsvector(headline=before + run + after)
    queries = [query_of(part) for part in sorted(parts) if phrase(part)]
    missed = await database.rows(
        "select q from unnest($2::text[]) q where not $1::text::tsvector @@ q::tsquery", vector, queries
    )
    assert missed == []


@shared
@given(headline=ANY, lead=ANY, byline=ANY, body=ANY)
async def test_any_text_makes_a_vector_of_its_words(
    database: Database, headline: str, lead: str, byline: str, body: str
) -> None:
    literal = tsvector(headline=headline, lead=lead, byline=byline, body=body)
    lexemes = await database.value("select tsvector_to_array($1::text::tsvector)", literal)
    assert set(lexemes) == set(tokens(headline) + tokens(lead) + tokens(byline) + tokens(body))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=5))
def test_lexemes_are_quoted_whatever_they_hold(text: str) -> None:
    inside = quoted(text)[1:-1]
    assert re.fullmatch(r"(?:''|\\\\|[^'\\])*", inside, re.DOTALL)


@pytest.mark.parametrize(
    ("headline", "body", "query", "found"),
    [
        ("Harbour strike", "ends", "'strike' <-> 'ends'", False),
        ("Harbour strike", "ends", "'strike':A", True),
        ("Harbour strike", "ends", "'ends':A", False),
        ("Harbour strike", "ends", "'ends':D", True),
    ],
)
async def test_sections_have_weights_and_stand_apart(
    database: Database, headline: str, body: str, query: str, found: bool
) -> None:
    vector = tsvector(headline=headline, body=body)
    assert await database.value("select $1::text::tsvector @@ $2::text::tsquery", vector, query) is found


@pytest.mark.parametrize(
    "body",
    [
        "the same words again and again " * 32_000,
        " ".join(f"{n:064d}" for n in range(15_000)),
        " ".join(f"{n:x}" * 8 for n in range(60_000)),
        " ".join("\U00010400" * 60 + f"{n:04d}" for n in range(5_000)),
        "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(350_000)),
        "'\\" * 500_000,
        "a" * 1_000_000,
        "👩‍🚒" * 90_000,
        "\u0301" * 500_000,
    ],
    ids=["prose", "numbers", "long words", "four bytes", "han", "quotes", "one word", "emoji", "accents"],
)
async def test_a_megabyte_fits_in_a_vector(database: Database, body: str) -> None:
    with measured() as spent:
        literal = tsvector(headline="Harbour strike", lead="Again", byline="Ann Lee", body=body)
    assert await database.value("select $1::text::tsvector @@ '''strike'':A & ''lee'':C'::tsquery", literal)
    # Linear: a bound against blow-up.
    assert spent.seconds < 5


@pytest.mark.parametrize(
    ("text", "word", "marked"),
    [
        ("The Café by the cafeteria", "cafe", "The [Café] by the cafeteria"),
        ("The cafe", "CAFÉ", "The [cafe]"),
        ("Straße und Strasse, Straßen", "strasse", "[Straße] und [Strasse], Straßen"),
        ("Straße", "straße", "[Straße]"),
        ("ﬁles, files and oﬃce", "files", "[ﬁles], [files] and oﬃce"),
        ("an oﬃce, an oﬀice, an ofﬁce", "office", "an [oﬃce], an [oﬀice], an [ofﬁce]"),
        ("L'œuvre d'Æsop", "oeuvre", "L'[œuvre] d'Æsop"),
        ("Æsop", "aesop", "[Æsop]"),
        ("Ｔｏｋｙｏ", "tokyo", "[Ｔｏｋｙｏ]"),
        ("Ελλάς", "ελλασ", "[Ελλάς]"),
        ("東京都の港", "京都", "東[京都]の港"),
        ("Harbour-strike: the harbour, strike", "harbour strike", "[Harbour-strike]: the [harbour, strike]"),
        ("हिन्दी और हिन्दीभाषी", "हिन्दी", "[हिन्दी] और हिन्दीभाषी"),
        ("x² and x", "x", "x² and [x]"),
        ("nothing", "thing", "nothing"),
    ],
)
async def test_a_pattern_marks_what_was_found(database: Database, text: str, word: str, marked: str) -> None:
    found = await database.value("select regexp_replace($1, '(' || $2 || ')', '[\\1]', 'g')", text, pattern(word))
    assert found == marked


@pytest.mark.parametrize(
    ("text", "word", "marked"),
    [
        ("Harbours harbor unharbed", "harb", "[Harbours] [harbor] unharbed"),
        ("Straße, Strasse, Strand", "stras", "[Straße], [Strasse], Strand"),
        ("œuvre, oeuvre, Ovid, ægis", "o", "[œuvre], [oeuvre], [Ovid], ægis"),
        ("ﬂag, ﬁles and fog", "f", "[ﬂag], [ﬁles] and [fog]"),
        ("oﬃce, oﬀal, of", "off", "[oﬃce], [oﬀal], of"),
        ("a sly œuvre", "sly o", "a [sly œuvre]"),
    ],
)
async def test_a_prefix_marks_whole_words(database: Database, text: str, word: str, marked: str) -> None:
    sql = "select regexp_replace($1, '(' || $2 || ')', '[\\1]', 'g')"
    assert await database.value(sql, text, pattern(word, prefix=True)) == marked


@shared
@given(st.lists(SPACED, min_size=1, max_size=8))
async def test_a_pattern_marks_each_place_of_its_word(database: Database, words: list[str]) -> None:
    text = " ".join(words)
    found = tokens(text)
    for word in set(words):
        (token,) = tokens(word)
        count = await database.value("select regexp_count($1, $2)", text, pattern(word))
        assert count == found.count(token), word


@pytest.mark.parametrize("text", ["", " ", "!?", "👩‍🚒", "_"])
def test_no_word_has_no_pattern(text: str) -> None:
    assert pattern(text) is None


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        ([f"harbour{n}" for n in range(30)], "The harbour strike enters its third day " * 2_500),
        (["a" * n for n in range(1, 31)], "a" * 100_000),
        (["ss" * n for n in range(1, 16)], "ßs" * 50_000),
        (["a a a a a a a a"] * 30, "a " * 50_000),
        (["東京都港区" * n for n in range(1, 20)], "東京都港区" * 7_000),
        ([" ".join("abcdefgh"[n % 8] for n in range(250))], "a b c d e f g h " * 6_250),
    ],
    ids=["words", "one letter", "ligatures", "phrases", "han", "one long phrase"],
)
async def test_marking_a_long_text_is_never_slow(database: Database, terms: list[str], text: str) -> None:
    found = "|".join(p for p in (pattern(term) for term in terms) if p is not None)
    sql = "select length(regexp_replace($1, '(' || $2 || ')', '[\\1]', 'g'))"
    best = 9.0
    for _ in range(3):
        began = perf_counter()
        assert await database.value(sql, text, found) >= len(text)
        best = min(best, perf_counter() - began)
    # A bound against blow-up, not a benchmark.
    assert best / slowness() < 2
