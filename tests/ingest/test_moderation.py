"""Moderation: golden cases in several languages, the order of the rules, and what a file of rules may say."""

import gc
import json
import re
import tomllib
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median
from time import process_time
from typing import Any
from weakref import ref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.markdown import render
from ingest.moderation import words
from ingest.moderation.case import Article, Author, Case, Finding, Opinion, State, Status
from ingest.moderation.judge import Judgement, judge
from ingest.moderation.phases import PHASES
from ingest.moderation.settings import BadRules, Rules, read_rules, rules
from ingest.moderation.toxicity import score
from ingest.moderation.words import WordList, plain
from tests.pace import measured, uncollected

GOLDENS = Path(__file__).parent / "moderation"
GROUPS = sorted(path.stem for path in GOLDENS.glob("*.toml"))
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def cases(group: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((GOLDENS / f"{group}.toml").read_text(encoding="utf-8"))["case"]
    return found


ALL = [case for group in GROUPS for case in cases(group)]


def case_of(case: dict[str, Any]) -> Case:
    author = dict(case.get("author", {}))
    author["state"] = State(author.get("state", "ACTIVE"))
    author["recent"] = tuple(author.get("recent", ()))
    said = dict(case["external"]) if "external" in case else None
    external = Opinion(Status(said["status"]) if "status" in said else None, said.get("message", "")) if said else None
    article = Article(language=case.get("language", "en"), **case.get("article", {}))
    return Case(case["body"], NOW, article, Author(**author), external)


def judged(case: dict[str, Any]) -> Judgement:
    return judge(case_of(case), rules(case.get("rules", {})))


def told(judgement: Judgement) -> dict[str, Any]:
    found: dict[str, Any] = {"status": judgement.status.value}
    if judgement.refused is not None:
        found = {"refused": judgement.refused.code}
    if judgement.rule:
        found["rule"] = judgement.rule
    if judgement.findings:
        found["findings"] = {finding.rule: finding.message for finding in judgement.findings}
    return found


@pytest.mark.parametrize("group", GROUPS)
def test_goldens(group: str, golden: Callable[[Path, str], None]) -> None:
    results = {case["name"]: told(judged(case)) for case in cases(group)}
    golden(GOLDENS / f"{group}.json", json.dumps(results, ensure_ascii=False, indent=2) + "\n")


@pytest.mark.parametrize("case", [case for case in ALL if "NEIGHBOUR" in case["name"]], ids=lambda case: case["name"])
def test_what_only_looks_like_an_offence_is_published(case: dict[str, Any]) -> None:
    assert told(judged(case)) == {"status": "PUBLISHED"}


@pytest.mark.parametrize("rule", [name for name, _ in PHASES])
def test_every_rule_has_a_case(rule: str) -> None:
    fired = {finding.rule for case in ALL for finding in judged(case).findings} | {judged(case).rule for case in ALL}
    assert rule in fired


@pytest.mark.parametrize("rule", [name for name, _ in PHASES if name not in ("MARKUP", "COMMENTING_DISABLED")])
def test_every_rule_can_be_switched_off(rule: str) -> None:
    switched = {
        "LENGTH": "length",
        "ARTICLE_CLOSED": "closing",
        "REPEAT_POST": "repeat",
        "TEAM": "team",
        "BANNED_WORD": "words",
        "SUSPECT_WORD": "words",
        "TOXICITY": "toxicity",
        "RECENT_HISTORY": "history",
        "SPAM": "spam",
        "LINKS": "links",
        "EXTERNAL": "external",
        "NEW_COMMENTER": "new_commenter",
    }
    if rule.startswith("PREMODERATED"):
        off: dict[str, Any] = {"premoderation": {"articles": False, "authors": False}}
    else:
        off = {switched[rule]: {"on": False}}
    for case in ALL:
        if "EMPTY" in told(judged(case)).get("refused", "") or "everything" in str(case.get("rules")):
            continue  # nothing is nothing, whatever the rules
        asked = {
            **case.get("rules", {}),
            **{name: {**case.get("rules", {}).get(name, {}), **o} for name, o in off.items()},
        }
        found = judge(case_of(case), rules(asked))
        assert found.rule != rule
        assert rule not in {finding.rule for finding in found.findings}


def test_a_preview_tells_what_every_rule_says() -> None:
    case = Case("You idiot, see https://bit.ly/a", NOW, Article(premoderated=True, language="en"), Author(approved=0))
    found = judge(case, rules({"links": {"hold_over": 0}, "new_commenter": {"below": 1}}), by_all=True)
    assert found.status is Status.WITHHELD
    assert [finding.rule for finding in found.findings] == ["TOXICITY"]
    assert [finding.rule for finding in found.remarks] == [
        "TOXICITY",
        "SPAM",
        "LINKS",
        "NEW_COMMENTER",
        "PREMODERATED_ARTICLE",
    ]


def test_a_preview_of_nothing_says_so_once() -> None:
    found = judge(Case(" ", NOW), Rules(), by_all=True)
    assert found.remarks == (Finding("LENGTH", "Write something first."),)
    assert found.refused is not None


def test_the_external_moderator_is_asked_only_where_nothing_has_decided() -> None:
    assert judge(Case("Good morning.", NOW), Rules()).undecided
    assert not judge(Case("You idiot.", NOW), Rules()).undecided
    assert not judge(Case("", NOW), Rules()).undecided


def test_nothing_of_a_text_is_kept() -> None:
    class Text(str):
        """One that can be watched: a cache would hold it."""

    text = Text("You idiot, said nobody.")
    watched = ref(text)
    score(text, "en")
    judge(Case(text, NOW), Rules())
    del text
    gc.collect()
    assert watched() is None


def test_another_scorer_can_stand_in() -> None:
    asked: list[tuple[str, str]] = []

    def stern(text: str, language: str) -> float:
        asked.append((text, language))
        return 1.0

    found = judge(Case("Good **morning**.", NOW, Article(language="de")), Rules(scorer=stern))
    assert (found.status, found.rule) == (Status.WITHHELD, "TOXICITY")
    assert asked == [("Good morning.", "de")]


@pytest.mark.parametrize("sign", ["_", "*", ".", "-", " ", "_a", "a_", "_.*", "a", "1", "@"])
def test_long_runs_are_judged_as_fast_as_words(sign: str) -> None:
    listed = WordList({"any": ("idiot", "ass*", "two words")}, {})
    with measured() as spent:
        for length in (80, 10_000):
            text = (sign * length)[:length]
            assert [*listed.find(plain(f"{text}bb {text}"), "en")] == []
            score(f"bb{text}bb", "en")
    assert spent.seconds < 1


@pytest.mark.parametrize("text", ["i_d_i_o_t", "__i_d_i_o_t__", "i . d . i . o . t", "so i*d*i*o*t*", "i - d_i.o t!"])
def test_a_word_is_found_spelled(text: str) -> None:
    assert [*WordList({"any": ("idiot",)}, {}).find(plain(text), "en")] == ["idiot"]


@pytest.mark.parametrize("text", ["i\u200bdiot", "id\ufe0fiot", "idi\u034fot", "you\u2800idiot", "idiot\U000e0041"])
def test_a_word_is_found_with_what_nobody_sees_in_it(text: str) -> None:
    assert [*WordList({"any": ("idiot",)}, {}).find(plain(text), "en")] == ["idiot"]


DRESSED = {
    "idiot*": "@idiot $idiot €idiot€ _idiot_ \\_idiot\\_ (idiot) idiot!! @@idiot id-iot id\u2011iot i/d/i/o/t"
    " i.d.i.o.t. iddiioott iiddiioott @id-iot i\u20ddd\u20ddiot idіоt you_idiot you/idiot",
    "asshole": "@sshole as$hole aasssshhoollee ass-hole _a_s_s_h_o_l_e_",
    "kill yourself": "kill-yourself kill_yourself kill\u2014yourself kill/yourself",
    "сука": "cyка сyка СYКА @сука _сука_ су-ка",
    "μαλάκα": "mαλάkα μaλaκa",
    "shut up": "shut-up",
    "바보": "바-보 @바보야",
    "suicide-toi": "suicide-toi suicide_toi",
    "f*ck": "f*ck f-ck f_ck",
}
ALL_DRESSED = WordList({"any": tuple(DRESSED)}, {})


@pytest.mark.parametrize(("word", "text"), [(word, text) for word in DRESSED for text in DRESSED[word].split()])
def test_a_word_is_found_dressed_up(word: str, text: str) -> None:
    assert [*ALL_DRESSED.find(plain(render(f"So, {text} then.").plain), "en")] == [word]


@pytest.mark.parametrize(
    "space", ["\n", "\n\n", "  \n ", "\t", "\u00a0", "\u3000", "\u2028", " \u200b", "&#8203; ", "-\n\n "]
)
def test_a_phrase_is_found_over_white_space_of_any_kind(space: str) -> None:
    found = [*ALL_DRESSED.find(plain(render(f"Go and kill{space}yourself.").plain), "en")]
    assert found == ([] if "-" in space else ["kill yourself"])


# Each would be an offence to a rule that looked less closely.
INNOCENT = {
    "ass": "Scunthorpe, a class-action as-is, as-soon-as-possible, as-such, mass, @assembly, pass_as_such",
    "but": "A butt, a button, buttons",
    "god": "goodness, good, good-day, too good",
    "she": "s.h. and s, h, e",
    "spast*": "Ein Spa-Studio, Spa-Stadt",
    "comite": "The committee's committees",
    "coop": "co-operate, co-operation",
    "email": "We e-mailed, by e-mails",
    "ann": "@anna, e-mail @anne, an-nounced",
    "ferme-la": "Il ferme la porte.",
    "asset*": "as-sets",
    "case names": "snake_case_of_names and case, names",
    "loser*": "a looser fit",
    "hell": "he'll, she'll, hello, shell",
    "cons": "conss, icons, con-side, con, s",
    "kys": "k, y, s",
    "сор": "cop, сoрт",
    "kill yourself": "What would kill? Yourself, perhaps. To kill: yourself.",
}


@pytest.mark.parametrize("word", INNOCENT)
def test_ordinary_prose_is_let_be(word: str) -> None:
    assert [*WordList({"any": (word,)}, {}).find(plain(render(INNOCENT[word]).plain), "en")] == []


def test_an_allowed_phrase_hides_what_it_holds_over_white_space_and_hyphens() -> None:
    listed = WordList({"any": ("hodge",)}, {"any": ("hodge pie",)})
    for text, found in (("hodge\npie", []), ("hodge-pie", []), ("hodge, pie", ["hodge"]), ("hodge pies", ["hodge"])):
        assert [*listed.find(plain(text), "en")] == found


def test_what_unfolds_to_many_letters_is_folded_in_bounds() -> None:
    long = [char for char in map(chr, range(0x110000)) if len(unicodedata.normalize("NFKD", char)) > 3]
    assert len(long) > 100
    assert max(len(plain(char * 100)) for char in long) <= 800


@given(st.text(max_size=200), st.sampled_from(["en", "de", "ja", "ko", "und", "th"]))
@settings(max_examples=150, deadline=None)
def test_any_text_is_judged(text: str, language: str) -> None:
    found = judge(Case(text, NOW, Article(language=language)), Rules())
    assert found.refused is not None or found.text.html
    assert 0 <= score(text, language) <= 1


def plainly(listed: list[str], allowed: list[str], text: str) -> list[str]:
    """Words that stand in a text, looked for one after the other. Each allowed word is looked for in the text as it
    came, so that none of them hides another."""
    hidden: set[int] = set()
    for word in map(plain, allowed):
        ends = r"\w*" if word.endswith("*") or words._HANGUL.match(word) else r"(?!\w)"
        bare = re.escape(word.removesuffix("*"))
        spaced = rf"(?<!\w){bare}{ends}".replace(r"\ ", "[ -]")
        for met in re.finditer(f"(?=({bare if words._UNSPACED.search(word) else spaced}))", text):
            hidden.update(range(*met.span(1)))
    text = "".join("\n" if place in hidden else letter for place, letter in enumerate(text))
    forms, unions = words.Folded(text).forms, words.Folded(text).unions

    def stands(word: str) -> bool:
        if words._KATAKANA.match(word):
            return word in words._KATAKANA_RUN.findall(text)
        if words._UNSPACED.search(word):
            return word in text
        if not words._WORD.fullmatch(word.removesuffix("*")):
            untied = re.sub(r"(?<=\w)-(?=\w)", " ", text)
            return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", each) for each in (text, untied))
        if word.removesuffix("*") in unions:
            return True
        if word.endswith("*"):
            return any(form.startswith(word[:-1]) for form in forms)
        if words._HANGUL.match(word):
            return any(form.startswith(word) and words._PARTICLES.match(form, len(word)) for form in forms)
        return word in forms

    return [word for word in dict.fromkeys(listed) if stands(plain(word))]


SIGNS = [
    *"aabbc1@!|+$€ -'*._é",
    "ab",
    "ba",
    "ñ",
    "а",
    "ば",
    "か",
    "り",
    "馬",
    "バ",
    "カ",
    "ー",
    "욕",
    "설",
    "은",
    "들",
    "ก",
]
SOME_WORDS = st.lists(
    st.lists(st.sampled_from(SIGNS), min_size=1, max_size=5).map("".join).filter(lambda word: plain(word).strip("*")),
    max_size=8,
)


@given(SOME_WORDS, SOME_WORDS, st.lists(st.sampled_from(SIGNS), max_size=30).map("".join))
@settings(max_examples=1_000, deadline=None)
def test_a_list_finds_what_its_words_find_one_by_one(listed: list[str], allowed: list[str], text: str) -> None:
    found = WordList({"any": tuple(listed)}, {"any": tuple(allowed)}).find(plain(text), "en")
    assert [*found] == plainly(listed, allowed, plain(text))


def test_words_of_other_languages_hold_where_the_language_is_not_known() -> None:
    listed = WordList({"any": ("a",), "de": ("b",), "de-AT": ("c",)}, {"de": ("a b",)})
    found = {tag: "".join(listed.find(plain("a b, b c a"), tag)) for tag in ("en", "de", "de-AT", "de-CH", "und")}
    assert found == {"en": "a", "de": "ab", "de-AT": "abc", "de-CH": "ab", "und": "abc"}


def test_a_word_of_which_nothing_is_left_is_never_found() -> None:
    assert [*WordList({"any": ("\u200b", "\u0301")}, {}).find(plain("One, two."), "en")] == []
    assert [*WordList({"any": ("two",)}, {"any": ("\u200b*",)}).find(plain("One, two."), "en")] == ["two"]


def test_allowed_words_hide_wherever_they_stand_in_their_list() -> None:
    for allowed in (("a", "ば"), ("ば", "a")):
        assert [*WordList({"any": ("a",)}, {"any": allowed}).find(plain("aば"), "en")] == ["a"]


def test_the_longer_of_two_allowed_words_hides_too() -> None:
    assert [*WordList({"any": ("か",)}, {"any": ("ば", "ばか")}).find(plain("ばか"), "en")] == []


def test_nothing_is_read_across_what_an_allowed_word_hides() -> None:
    listed = WordList({"any": ("white trash", "scum")}, {"any": ("ば", "ok")})
    assert [*listed.find(plain("white trash, s c u m"), "en")] == ["white trash", "scum"]
    assert [*listed.find(plain("whiteばtrash, s c ば u m, s-c-ok-u-m"), "en")] == []


COMMENT = "some of the words that stand in ordinary comments ばかり 욕하다"


@pytest.mark.parametrize("kind", ["{}", "{}*", "some {}", "ば{}", "욕{}"])
def test_a_long_list_is_looked_through_nearly_as_fast_as_a_short_one(kind: str) -> None:
    """Compared one by one, a list of 4,000 takes twenty times as long as one of 200. Some of what is allowed is met."""
    dice = Random(7)
    some = [kind.format("".join(dice.choices("abcdefghijklmnop", k=dice.randint(4, 12)))) for _ in range(4_000)]
    text = " ".join(dice.choices(COMMENT.split(), k=700))

    def spent(length: int) -> float:
        listed = WordList({"any": tuple(some[:length])}, {"any": (*some[:length], *text.split())})
        tries = []
        for _ in range(7):
            folded = plain(text)
            began = process_time()
            assert [*listed.find(folded, "en")] == []
            tries.append(process_time() - began)
        return median(tries)

    with uncollected():
        assert spent(4_000) < 6 * spent(200)


@given(st.text(min_size=1, max_size=40))
def test_a_word_is_found_in_itself_or_can_never_be(word: str) -> None:
    listed = WordList({"any": (word,)}, {})
    assert [*listed.find(plain(f"{word} {word}"), "en")] in ([], [word])


def test_a_file_changes_only_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('[links]\nhold_over = 2\n[words.banned]\nde = ["krähwinkel"]\n', encoding="utf-8")
    found = read_rules(file)
    assert found.links.hold_over == 2
    assert found.words.banned == {"de": ("krähwinkel",)}
    assert (found.length, found.links.trusted) == (Rules().length, ())
    assert read_rules(None) == Rules()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[lenght]\nmin = 1", "lenght"),
        ("[length]\nminimum = 1", "length.minimum"),
        ('[team]\nroles = ["MODRATOR"]', "team.roles"),
        ("[toxicity]\nwithhold_from = 80", "toxicity.withhold_from"),
        ('[external]\nurl = "ftp://a.example"', "external.url"),
        ("scorer = 1", "scorer"),
        ("[length", "TOML"),
    ],
)
def test_a_file_that_makes_no_sense_says_where(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(text)
    with pytest.raises(BadRules, match=told) as refused:
        read_rules(file)
    assert str(file) in str(refused.value)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadRules, match="nowhere"):
        read_rules(tmp_path / "nowhere.toml")
