"""The forms in which wire copy prints its dateline, credit and rights, as a table.

Taken from the agencies' own copy as it is printed: AP ('TOKYO (AP) —'), Reuters ('LONDON, June 18 (Reuters) -',
'［ロンドン　１８日　ロイター］'), AFP ('PARIS, 18 juin (AFP) –', '【6月18日 AFP】'), Kyodo ('【ロンドン共同】'),
Jiji ('Tokyo, June 18 (Jiji Press)--'), dpa ('Berlin (dpa) -'), EFE ('Madrid, 18 jun (EFE).-'), Yonhap
('(서울=연합뉴스) … 기자 ='), ANSA, TASS, Interfax, IANS, Xinhua and the distributors of press releases.

A rule's pattern says what the form looks like; its reader (ingest.wire_marks) may refuse.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from ingest.wire_marks import (
    About,
    Finding,
    agency_dateline,
    agency_day,
    bare_dateline,
    chinese,
    contributed,
    copyright_line,
    credited,
    credited_after,
    credited_alone,
    credited_by_dash,
    italian,
    japanese,
    korean,
    nothing,
    photo,
    reserved,
    signed,
    slashed,
    staff,
)


class Where(Enum):
    """HEAD: at the beginning of a line near the top. TOP: all of a line near the top. LINE: all of a line near the
    top or the end. END: all of a line near the end, or what follows its last sentence. LAST: all of a line near the
    end."""

    HEAD = "head"
    TOP = "top"
    LINE = "line"
    END = "end"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Rule:
    """A form: its name, where it stands, what it looks like, and its reader, who may refuse."""

    name: str
    where: Where
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], About], Finding | None]


_DAY = (
    r"(?:\d{1,2}(?:er|\.)?\s+(?:de\s+)?[^\W\d_]{3,10}\.?(?:,?\s+(?:de\s+)?\d{4})?"
    r"|[^\W\d_]{3,10}\.?\s+\d{1,2}(?:,\s*\d{4})?)"
)
_PLACE = r"(?P<place>[^\W\da-zà-öø-ÿ_][\w .,'’/&\-]{1,60}?(?:\s?\[[^\W\d_ ]{2,30}\])?)"
_DATELINE = rf"(?P<dateline>{_PLACE}(?:[.,]\s*(?P<day>{_DAY}))?)"
_DASH = r"\s*(?:\.\s?[-–—]|-{1,3}|[–—―─－_]{1,2}|:)\s*"
_IN_BRACKETS = r"[(（](?P<agency>[^()（）]{2,50})[)）]"
_UPPER_NEXT = r"(?=[\"“‘'«»„¿¡\[]?[^\W\d_a-zß-öø-ÿ])"
_AGENCY_WORDS = "[^()（）\\[\\]［］\n]{2,50}"


def _form(name: str, where: Where, pattern: str, read: Callable[[re.Match[str], About], Finding | None]) -> Rule:
    return Rule(name, where, re.compile(pattern), read)


_BY = (
    r"(?:(?:Additional |Further )?(?:Reporting|Writing|Editing|Compiled|Edited|Written|Translated|Graphics?)"
    r"(?:(?:,| and) (?:writing|editing|reporting))? by|Rédigé par|Édité par|Bericht von|Redigiert von|Reporte de"
    r"|Contributing:|Reportado por|Editado (?:en español )?por|Traducido por)"
)
_PICTURE = (
    r"(?i:(?:(?:main|lead|cover|header|featured|top) )?(?:photo|image|picture|pic|photograph)s?"
    r" (?:credits?|courtesy|source)"
    r"|photo|image|picture|photograph|credits?|foto|fotos|bild|bildquelle|crédits?(?: photos?)?|imagen|写真|写真提供"
    r"|画像|사진|사진 ?제공|사진 ?출처)"
)
RULES: tuple[Rule, ...] = (
    _form(
        "dateline after agency",
        Where.HEAD,
        r"[(](?P<agency>ANSA)[)]\s*[-–—]\s*(?P<dateline>(?P<place>[A-ZÀ-Ý][A-ZÀ-Ý' ]{1,40}), (?P<day>\d{1,2} [A-Z]{3}))"
        r"\s*[-–—]\s*",
        italian,
    ),
    _form(
        "dateline with agency",
        Where.HEAD,
        rf"{_DATELINE}?(?:\s*--)?\s*{_IN_BRACKETS}(?P<dash>{_DASH}|\s+{_UPPER_NEXT})",
        agency_dateline,
    ),
    _form(
        "day with agency",
        Where.HEAD,
        rf"(?P<dateline>(?P<day>{_DAY}))\s*{_IN_BRACKETS}{_DASH}",
        agency_day,
    ),
    _form(
        "dateline with agency in strokes",
        Where.HEAD,
        rf"{_DATELINE}\.?\s*/(?P<agency>[A-Za-z][A-Za-z ]{{2,20}})/\.?\s*(?:-{{1,3}}|[–—])?\s*",
        slashed,
    ),
    _form(
        "Korean dateline",
        Where.HEAD,
        r"[(（\[［【](?P<place>[^=＝()\[\]【】]{1,20})[=＝](?P<agency>[^=＝()\[\]【】]{2,20})[)）\]］】]\s*"
        r"(?:(?P<byline>[가-힣]{2,4}(?:[·,] ?[가-힣]{2,4}){0,5}) ?(?:기자|특파원|선임기자|통신원|인턴기자)\s*=\s*)?",
        korean,
    ),
    _form(
        "Japanese dateline",
        Where.HEAD,
        r"[【［\[〔（(](?P<inner>[^【】［］\[\]〔〕（）()]{2,40})[】］\]〕）)](?:[\s\u3000]*[-－―—–][\s\u3000]*|[\s\u3000]*)"
        # Before a particle it is a word of the sentence.
        r"(?![はがをのにでともへや])",
        japanese,
    ),
    _form(
        "Chinese dateline",
        Where.HEAD,
        r"(?P<agency>新华社|新華社|中央社)(?P<dateline>(?P<place>[\u4e00-\u9fff]{2,8}?)(?P<day>\d{1,2}月\d{1,2}日))[电電]"
        r"(?:[（(]记者(?P<byline>[^（）()]{2,20})[)）])?[\s\u3000]*",
        chinese,
    ),
    _form(
        "dateline alone",
        Where.HEAD,
        rf"{_DATELINE}(?:\s*(?:[—–]|--)\s*|\s-\s+|(?P<colon>:\s+)){_UPPER_NEXT}",
        bare_dateline,
    ),
    _form("signed by an agency", Where.TOP, r"(?i:by|von|par|por)?\s*(?P<agency>[^\W\d_].{1,40})", signed),
    _form(
        "picture credit",
        Where.LINE,
        rf"[(（\[［【<＜]?\s*(?:{_PICTURE}\s*[:：=＝©]|(?i:photos?|image|picture|photograph(?:s|y)?) by"
        r"|(?i:photo|image) courtesy of)\s*(?P<who>[^\n()（）\[\]［］]{2,80})[)）\]］】>＞]?",
        photo,
    ),
    _form(
        "picture credit",
        Where.END,
        rf"[(（\[［]\s*(?:{_PICTURE}\s*[:：=＝©]|(?i:photos?|image|picture) by|(?=[A-Z]{{2,4}} Photo/))\s*"
        r"(?P<who>[^\n()（）\[\]［］]{2,80})[)）\]］]",
        photo,
    ),
    _form(
        "copyright",
        Where.END,
        r"(?P<notice>[\[<＜【]?\s*(?P<marker>(?:(?:©|Ⓒ|ⓒ|\([cC]\)|（[cCＣｃ]）|(?i:copyright)|저작권자|著作権)[\s:：]*){1,3})"
        r"(?P<text>(?i:by )?(?P<year>(?:19|20)\d\d(?:\s*[-–]\s*(?:19|20)?\d\d)?[,.]?)?.{2,400}))",
        copyright_line,
    ),
    _form(
        "rights reserved",
        Where.LAST,
        r"(?P<notice>(?i:all rights reserved)\.?|Alle Rechte vorbehalten\.?|Tous droits réservés\.?|Todos los derechos"
        r" reservados\.?|[＜<（(]?(?:(?:当サイトの|本サイトの)?記事・?(?:写真|画像)?(?:等)?の)?"
        r"(?:無断転載|無断複製・転載|禁無断転載)(?:を禁じます|は禁止(?:です|します)?|禁止|・?複製を禁じます)?。?[）)＞>]?"
        r"|무단 ?전재(?: 및|[-·,]) ?재배포 ?금지\.?)",
        reserved,
    ),
    _form(
        "desk",
        Where.END,
        rf"[(（]?(?P<staff>{_BY} [^()（）]{{3,400}}|[^()（）.]{{3,100}}, (?:édité|avec|version française) par"
        r" [^()（）.]{3,100})[)）]?\.?",
        staff,
    ),
    _form(
        "desk",
        Where.LAST,
        r"(?P<staff>(?P<names>[A-Z][^\n]{3,300}?) contributed(?: reporting)? to this (?:report|story|article))\.?",
        contributed,
    ),
    _form(
        "agency in brackets",
        Where.END,
        rf"[(（〔［\[【](?P<agency>{_AGENCY_WORDS})[)）〕］\]】]。?",
        credited,
    ),
    _form(
        "agency with thanks",
        Where.END,
        r"[(（\[](?i:with (?:additional )?(?:inputs?|reporting|files|material|information) (?:from|by)|with|avec|con"
        r" información de|mit (?:Material|Informationen|Agenturmaterial) (?:von|der)|fuente|sources?|quelle|via|出典"
        r"|出所)"
        rf"\s*[:：=]?\s*(?P<agency>{_AGENCY_WORDS})[)）\]]",
        credited,
    ),
    _form(
        "agency with thanks",
        Where.LAST,
        r"(?i:with (?:additional )?(?:inputs?|reporting|files|material|information) (?:from|by)|con información de|mit"
        r" (?:Material|Informationen|Agenturmaterial) (?:von|der)|(?:fuente|source|quelle|出典|出所|配信)\s*[:：=])"
        rf"\s*(?P<agency>{_AGENCY_WORDS})",
        credited,
    ),
    _form(
        "agency after a dash",
        Where.END,
        r"(?:[—–―]|--?|[=＝]{1,2})\s*(?P<agency>[^\W\d_][\w \-=＝/]{1,30})",
        credited_by_dash,
    ),
    _form(
        "agency after the end",
        Where.END,
        # PTI adds the letters of its desks: 'PTI ABC DE FGH'.
        r"(?<!\S)(?:(?P<agency>PTI)(?: [A-Z]{2,5}){1,6}|(?P<other>PTI|ANI|IANS|AFP|AP|Reuters|Bernama|Xinhua|EFE"
        r"|ANSA|dpa|Kyodo|Jiji Press))",
        credited_after,
    ),
    _form("agency alone", Where.LAST, rf"(?P<agency>{_AGENCY_WORDS})", credited_alone),
    _form(
        "first published",
        Where.LAST,
        r"This report by (?P<agency>The Canadian Press) was first published [^\n]{4,40}",
        credited,
    ),
    _form(
        "standing line",
        Where.LAST,
        r"Our Standards: ?The Thomson Reuters Trust Principles\.?(?:, opens new tab)?",
        nothing,
    ),
    _form("standing line", Where.END, r"[(（]끝[)）]", nothing),
)


def at_head(text: str, about: About) -> tuple[Rule, int, Finding] | None:
    """The mark that a text begins with, as far as which character it reaches, and what it says."""
    for rule in RULES:
        if rule.where is Where.HEAD and (match := rule.pattern.match(text)) and (found := rule.read(match, about)):
            return rule, match.end(), found
    return None


def whole_line(text: str, about: About, *, at_top: bool) -> tuple[Rule, Finding] | None:
    """What a line says that is a mark and nothing else."""
    kinds = (Where.TOP, Where.LINE) if at_top else (Where.LINE, Where.END, Where.LAST)
    about = replace(about, is_whole=True)
    for rule in RULES:
        if rule.where in kinds and (match := rule.pattern.fullmatch(text)) and (found := rule.read(match, about)):
            return rule, found
    return None


def at_end(text: str, about: About) -> tuple[Rule, int, Finding] | None:
    """The mark that follows a text's last sentence, from which character it goes, and what it says."""
    for rule, pattern in _AT_END:
        for match in pattern.finditer(text):
            before = text[: match.start()].rstrip()[-1:]
            if found := rule.read(match, replace(about, is_whole=False, before=before)):
                return rule, match.start(), found
    return None


_AT_END = tuple(
    (rule, re.compile(rf"(?<=[.!?。！？…”\"’'」』)）\]］>])\s*(?:{rule.pattern.pattern})\s*$"))
    for rule in RULES
    if rule.where is Where.END
)
