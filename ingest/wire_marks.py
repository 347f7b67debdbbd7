"""What a mark of wire copy says, read out of its form, and refused where it is none.

A rule's pattern (ingest.wire_rules) says what a form looks like; its reader, here, says whether what stands in it is
what it should be (an agency that is one, a place, a day, names): prose that only looks like a mark stays.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from ingest import rights
from ingest.agency import agency_of
from ingest.dates import Moment
from ingest.search_text import fold
from ingest.wire_names import are_names, day_of, is_day, is_eastern
from ingest.wire_places import is_city, is_region

SENTENCE_ENDS = ".!?。！？…”\"’'」』)）"
_QUOTES_CLOSED = "”\"’'」』»"


@dataclass(frozen=True, slots=True)
class About:
    """What a reader may know of the text around: the language, when it was published, whether the line is the first,
    whether the mark is all of a line, the character before it, in the line or the one above, whether credits of
    pictures are marks, and names (folded, and as they are served) of agencies that the entry itself credits."""

    language: str
    published: Moment | None
    is_first: bool = False
    is_whole: bool = False
    before: str = ""
    takes_pictures: bool = True
    credited: tuple[tuple[str, str], ...] = ()

    def agency_of(self, printed: str) -> str | None:
        """The agency of that name: one that everybody knows, or one that the entry credits."""
        return agency_of(printed) or dict(self.credited).get(fold(printed).strip(" ."))

    @property
    def follows_sentence(self) -> bool:
        return bool(self.before) and self.before in SENTENCE_ENDS


@dataclass(frozen=True, slots=True)
class Finding:
    """What a mark says."""

    dateline: str | None = None
    place: str | None = None
    day: date | None = None
    credit: str | None = None
    byline: str | None = None
    contributors: str | None = None
    notice: str | None = None
    holder: str | None = None
    image_credit: str | None = None
    section: str | None = None
    local_time: str | None = None


# Words before a bracket that begin a sentence and no place.
_NO_PLACE = re.compile(
    r"(?:the|a|an|in|on|at|as|by|for|from|if|it|its|he|she|we|they|this|that|these|those|when|while|after|before|but|and"
    r"|or|no|not|der|die|das|ein|eine|im|am|le|la|les|un|une|el|los|las|una|breaking|exclusive|update|watch|opinion"
    r"|analysis|correction|photo|photos|video|image|editor|note|news|via|source|according)\b",
    re.IGNORECASE,
)
_NO_STATION = frozenset({"UK", "USA", "US", "UAE", "EU", "UN", "NATO", "DC", "NY", "LA", "GMT", "UTC", "TBC"})
_CALL_SIGN = re.compile(r"[A-Z]{3,5}(?:-TV)?|(?:[A-Z][a-z]+){2,5}")
# What is credited in the form of a dateline: '【写真＝ロイター】', '(사진=연합뉴스)'.
_NO_EASTERN_PLACE = frozenset(
    re.findall(
        r"\S+",
        """写真 画像 動画 映像 図 図表 グラフ 表 地図 資料 提供 配信 文 撮影 取材 聞き手 司会 構成 編集 解説 翻訳
        速報 独自 記事 出典 出所 協力 사진 자료 자료사진 그래픽 영상 제공 출처 일러스트""",
    )
)
# 'Joint', 'current affairs'.
_WORDS = frozenset({"共同", "時事"})
_EAST_DAY = re.compile(r"(?:(?:\d{4}年)?\d{1,2}月)?\d{1,2}日")
_EAST_NAME = re.compile("[\u3041-\u30ff\u3400-\u9fff々、・ ]{2,24}")
_BOILERPLATE = re.compile(
    r"all rights? reserved|alle rechte vorbehalten|tous (?:les )?droits|todos los derechos|tutti i diritti"
    r"|this (?:material|content|article|story|report|work) (?:may|can|is|must)\b|no part of|unauthori[sz]ed"
    r"|reproduction|distributed by|click here|republication|reuse|redistribution|used (?:by|with) permission"
    r"|toute reproduction|reproduction interdite|prohibida|queda prohibida"
    r"|無断|禁無断|不許|記事・写真|本記事|転載|무단|재배포|dpa:\d{6}-",
    re.IGNORECASE,
)
_STAFF_WORDS = frozenset(
    re.findall(
        r"\S+",
        """additional addition reporting writing editing edited written compiled translated graphics graphic
        contributed bureau newsroom newsrooms desk team staff writer writers reporter reporters journalist
        journalists correspondent correspondents researcher researchers assistant editor editors video
        photographer news also redigiert bericht édité rédigé version française editado editada edición reporte
        reportado redacción traducido español""",
    )
)


def agency_dateline(match: re.Match[str], about: About) -> Finding | None:
    """'TOKYO (Kyodo) —', 'Paris, 18 juin (AFP) –', '(Reuters) -', 'New Delhi, Jun 18 (PTI) …'."""
    place, printed_day, printed = match["place"], match["day"], match["agency"].strip()
    if is_region(printed):
        return None
    agency = about.agency_of(printed)
    has_dash = bool(match["dash"].strip())
    following = match.string[match.end() : match.end() + 2].lstrip("\"“‘'«„¿¡[")
    if place is None:
        # '(CNN) The president': only where the text begins; in a later line it would be a remark.
        return Finding(credit=agency) if agency and (has_dash or about.is_first) else None
    place = place.strip(" ,")
    if not _is_place(place, printed_day) or (printed_day and not is_day(printed_day)):
        return None
    is_loud = _is_loud(place)
    if agency is None:
        # A station that signs as an agency does ('TAMPA, Fla. (WXYZ) —'): where the place leaves no doubt.
        if not (has_dash and is_loud and _stands_alone(place) and _CALL_SIGN.fullmatch(printed)):
            return None
        if printed in _NO_STATION:
            return None
        agency = printed
    if not has_dash and not printed_day and not agency.startswith("CNN"):
        return None
    if not is_loud and not printed_day and (following[:1].islower() or len(place.split()) > 4):
        return None
    return _dateline(match["dateline"], place, day_of(printed_day, about.published), agency)


def agency_day(match: re.Match[str], about: About) -> Finding | None:
    """'June 18 (Reuters) - '."""
    agency = about.agency_of(match["agency"].strip())
    if agency is None or not about.is_first or not is_day(match["day"]):
        return None
    return _dateline(match["dateline"], None, day_of(match["day"], about.published), agency)


def bare_dateline(match: re.Match[str], about: About) -> Finding | None:
    """'MADRID — Rosalind', 'Elmford, Ill. — Rosalind', 'NEW DELHI: The', 'Dubai, May 10: The': no agency, so the place
    must be a known one, and it must begin the text."""
    place, printed_day = match["place"].strip(" ,"), match["day"]
    rest = match.string[match.end() :]
    if not about.is_first or not _is_place(place, printed_day) or (printed_day and not is_day(printed_day)):
        return None
    if len(rest) < 40 or not any(char.islower() for char in rest[:30]):
        return None
    next_word = re.match(r"[\w'’-]+", rest)
    if not printed_day and next_word and (is_city(next_word[0]) or is_region(next_word[0])):
        return None  # 'LONDON - Paris in two hours'
    if _is_loud(place):
        if not (is_city(place) if match["colon"] else _stands_alone(place)):
            return None
    elif not (is_city(place) and printed_day) and (match["colon"] or not _has_region(place)):
        return None
    return _dateline(match["dateline"], place, day_of(printed_day, about.published), None)


def slashed(match: re.Match[str], about: About) -> Finding | None:
    """'MOSCOW, June 18. /TASS/.', 'TOKYO, June 18, 2025 /PRNewswire/ --'."""
    agency, place, printed_day = agency_of(match["agency"]), match["place"].strip(" ,"), match["day"]
    if agency is None or not _is_place(place, printed_day) or not is_day(printed_day):
        return None
    return _dateline(match["dateline"].strip(" ."), place, day_of(printed_day, about.published), agency)


def italian(match: re.Match[str], about: About) -> Finding | None:
    """'(ANSA) - ROMA, 18 GIU - '."""
    agency = agency_of(match["agency"])
    if agency is None or not is_day(match["day"]):
        return None
    return _dateline(match["dateline"], match["place"], day_of(match["day"], about.published), agency)


def japanese(match: re.Match[str], about: About) -> Finding | None:
    """'【ロンドン共同】', '【ソウル＝時事】', '【東京＝青山花子】', '［ロンドン　１８日　ロイター］',
    '【6月18日 AFP】', '（共同）'."""
    inner = match["inner"].strip()
    if both := agency_of(inner.replace("＝", "=")):
        # '(AP) and others' is a remark; so is, in a later line, what another script follows. Alone, the short names of
        # Kyodo and Jiji are words too.
        following = match.string[match.end() : match.end() + 1]
        if following and (following.islower() or inner in _WORDS or not (about.is_first or is_eastern(following))):
            return None
        return Finding(credit=both)
    left, _, right = (part.strip() for part in inner.replace("=", "＝").partition("＝"))
    credit, byline = agency_of(right) if right else None, None
    if right and credit is None:
        if not _EAST_NAME.fullmatch(right):
            return None
        byline = right
    if credit is None:
        left, credit = _agency_at_end(left)
    printed_day = next((found[0] for found in [re.search(rf"{_EAST_DAY.pattern}$", left)] if found), None)
    place = left.removesuffix(printed_day or "").strip(" \u3000、,")
    cities = all(is_city(part) for part in re.split("[、,]", place)) if place else False
    if place in _NO_EASTERN_PLACE or (not place and not (printed_day and credit)):
        return None
    if place and not (cities or (credit and (printed_day or right) and re.fullmatch(r"[^\W\d_・/／]{2,16}", place))):
        return None
    return replace(
        _dateline(left, place or None, day_of(printed_day, about.published), credit),
        byline=byline,
    )


def korean(match: re.Match[str], about: About) -> Finding | None:
    """'(서울=연합뉴스) 홍길동 기자 = ', '[서울=뉴시스]홍길동 기자 = '."""
    agency, place = agency_of(match["agency"]), match["place"].strip()
    if agency is None or not are_names(place) or place in _NO_EASTERN_PLACE or agency_of(place):
        return None
    return replace(_dateline(place, place, None, agency), byline=match["byline"])


def chinese(match: re.Match[str], about: About) -> Finding | None:
    """'新华社北京6月18日电'."""
    agency = agency_of(match["agency"])
    found = _dateline(match["dateline"], match["place"], day_of(match["day"], about.published), agency)
    return replace(found, byline=match["byline"]) if agency else None


def signed(match: re.Match[str], about: About) -> Finding | None:
    """'AP', 'By The Associated Press' as the first line."""
    agency = agency_of(match["agency"])
    return Finding(credit=agency) if agency and about.is_first else None


def credited(match: re.Match[str], about: About) -> Finding | None:
    """'（共同）', '（ロンドン＝共同）', '(With inputs from PTI)', '—Kyodo', 'Source: Reuters'."""
    return _credit(match["agency"].strip(), match.string[: match.start()])


def _credit(printed: str, before: str) -> Finding | None:
    place, _, signed_by = printed.replace("=", "＝").rpartition("＝")
    agency = agency_of(printed) or (agency_of(signed_by) if is_city(place) else None)
    if agency is None or _is_word(printed, agency) or _is_spelled_out(printed, before):
        return None
    return Finding(credit=agency)


def _is_word(printed: str, agency: str) -> bool:
    """Whether what stands for an agency known by its capitals is not in capitals: 'Uni', 'Pa'."""
    return agency.isupper() and len(agency) <= 4 and fold(printed) == fold(agency) and not printed.isupper()


def _is_spelled_out(printed: str, before: str) -> bool:
    """Whether the letters are those of words just before: 'the Advanced Placement exam. (AP)'."""
    if not printed.isupper() or not 2 <= len(printed) <= 5 or not printed.isascii():
        return False
    words = r"\W+".join(rf"{letter}[\w'’-]+" for letter in printed)
    return re.search(rf"\b{words}", before[-120:]) is not None


def credited_by_dash(match: re.Match[str], about: About) -> Finding | None:
    """'… in April. —Kyodo'; but behind a quotation it says who was quoted."""
    return None if about.before and about.before in _QUOTES_CLOSED else credited(match, about)


def credited_alone(match: re.Match[str], about: About) -> Finding | None:
    """'共同通信' as the last line, after a sentence: otherwise it is one of a list of sources."""
    return credited(match, about) if about.follows_sentence else None


def credited_after(match: re.Match[str], about: About) -> Finding | None:
    """'… the hills. PTI', 'PTI ABC DE FGH'."""
    if about.is_whole and not about.follows_sentence:
        return None
    return _credit(match["agency"] or match["other"], match.string[: match.start()])


def staff(match: re.Match[str], about: About) -> Finding | None:
    """'(Reporting by Ann Lee; Editing by Bo Roe)'."""
    text = match["staff"].strip()
    bracketed = match[0].strip()[:1] in "(（["
    # 'Written by …' alone is how a play or a podcast signs.
    signs = about.is_whole and not re.match(r"Written|Compiled|Edited|Translated|Graphic", text)
    if not (bracketed or signs) or not are_names(text, _STAFF_WORDS, limit=60):
        return None
    return Finding(contributors=text)


def contributed(match: re.Match[str], about: About) -> Finding | None:
    """'Associated Press writers Ann Lee and Bo Roe contributed to this report.'."""
    names = match["names"]
    return Finding(contributors=match["staff"]) if are_names(names, _STAFF_WORDS, limit=60) else None


# 'The New Bridge at Night' says what is seen, not who saw it.
_TITLE = re.compile(
    r"^(?:the|a|an|der|die|das|la|le|el|un|une)\s(?!.*/)|\s(?:at|during|near|under|over|before|after)\s", re.I
)


def photo(match: re.Match[str], about: About) -> Finding | None:
    """'Photo: Ann Lee/Kyodo', '（写真：ロイター）', '[사진=…]'."""
    if not about.takes_pictures:
        return None
    who = match["who"].strip(" .")
    bracketed = match[0].strip()[:1] in "(（[［【<＜"
    if not (bracketed or about.is_whole) or not any(char.isalpha() for char in who):
        return None
    if not are_names(who, limit=10) or (_TITLE.search(who) and agency_of(who) is None):
        return None
    return Finding(image_credit=who)


def copyright_line(match: re.Match[str], about: About) -> Finding | None:
    """'© KYODO', '[Copyright The Jiji Press, Ltd.] Jiji Press', 'Copyright 2025 The Associated Press. All rights …'."""
    notice, marker, text = match["notice"].strip(), match["marker"], match["text"].strip()
    bracket = notice[0] in "[<＜【"
    if bracket and (closed := re.search(r"[\]>＞】]", text)):
        text, after = text[: closed.start()], text[closed.end() :].strip(" .")
    else:
        after = ""
    credit = agency_of(after) if after else None
    if after and credit is None:
        return None
    boiler = _BOILERPLATE.search(text)
    named = text[: boiler.start()] if boiler else text
    if not are_names(named, limit=10):
        return None
    # '(c)' also counts, and 'Copyright' is also a word: they need more to go by.
    is_sign = any(sign in marker for sign in "©Ⓒⓒ") or "저작권자" in marker or "著作権" in marker
    is_agency = agency_of(named.strip(" .,/")) is not None
    is_close = re.search(r"[cCＣｃ][)）]$", marker) is not None
    if not (is_sign or bracket or match["year"] or is_agency or (about.is_whole and (boiler or is_close))):
        return None
    if not about.is_whole and not (is_sign or bracket or match["year"] or is_close):
        return None
    printed = notice.removesuffix(after).strip() if after else notice
    name = re.sub(r"[(（](?:www\.|https?:)[^()]*[)）]", "", named).strip(" ,;:、|-–—)）")
    holder = rights.holder(f"© {name}")
    return Finding(notice=rights.notice(printed), holder=holder, credit=credit)


def reserved(match: re.Match[str], about: About) -> Finding | None:
    """'無断転載を禁じます', 'All rights reserved.': rights without a holder."""
    return Finding(notice=rights.notice(match["notice"]))


def nothing(match: re.Match[str], about: About) -> Finding | None:
    """What an agency prints under everything, and says nothing."""
    return Finding()


def _dateline(printed: str, place: str | None, day: date | None, credit: str | None) -> Finding:
    return Finding(dateline=printed.strip(" ,\u3000") or None, place=place, day=day, credit=credit)


def _agency_at_end(text: str) -> tuple[str, str | None]:
    """'ロンドン共同' -> ('ロンドン', 'Kyodo'): the longest agency that a text ends in."""
    for start in range(max(0, len(text) - 12), len(text)):
        if found := agency_of(text[start:]):
            return text[:start].strip(" \u3000"), found
    return text, None


def _is_place(place: str, printed_day: str | None) -> bool:
    """Whether a text can be a place: capitalised words and no sentence, no agency."""
    town = place.split(",")[0]
    if any(char.isdigit() for char in place) or agency_of(place) or len(place.split()) > 8:
        return False
    if _NO_PLACE.match(place) and not is_city(town):
        return False
    return are_names(place, limit=8) and place[0].isupper()


def _is_loud(place: str) -> bool:
    """Whether the town is in capitals."""
    town = re.sub(r"^(?:Mc|Mac|De|La)(?=[A-Z]{2})", "", place.split(",")[0])
    return town.upper() == town and len(town) > 2


def _has_region(place: str) -> bool:
    """'Dekalb, Ill.', 'Nairobi, Kenya'."""
    town, _, region = place.partition(",")
    return is_region(region.strip()) and len(town.split()) <= 3


def _stands_alone(place: str) -> bool:
    return is_city(place.split(",")[0]) or _has_region(place)
