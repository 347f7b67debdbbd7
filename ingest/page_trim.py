"""What stands around an article's text and was chosen with it is taken off; what belongs in it and was left out is put
back. Each rule is general; what it gains on the benchmark stands in `tests/benchmarks/pages.md`.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.dates import moment
from ingest.page_select import HEADINGS, INLINE, Block, Element, within
from ingest.search_text import fold

# 'Related: …', 'READ MORE: …': what invites to another page.
_INVITES = re.compile(
    r"\W*(?:related(?: (?:stor(?:y|ies)|articles?|posts?|reading|links?|content|coverage|video))?|read (?:more|also"
    r"|next|this"
    r"|on|the full \w+)|also read|see (?:also|more)|more(?: (?:on|from|about)\b[^:]*)?|also on [\w. ]+|don['’]?t miss"
    r"|in pictures|watch(?: (?:now|more|also|this|live))?|listen|video|insight|gallery|photos|must read|recommended"
    r"|trending|you (?:may|might) (?:also )?(?:like|be interested in|enjoy)|editors?['’]? picks?|most (?:read|viewed"
    r"|popular)"
    r"(?: in [\w ]+)?|lesen sie auch|mehr (?:zum thema|dazu)|lire aussi|à lire(?: aussi)?|voir aussi|lea también"
    r"|lee también"
    r"|ver también|leia (?:também|mais)|veja também|leggi anche|lees ook|läs också|les også|читайте также|baca juga"
    r"|関連記事|あわせて読みたい|관련 ?기사|相关阅读|相关新闻)\s*(?:[:：>»›|–—-]|$)",
    re.IGNORECASE,
)
_HEADS_A_LIST = re.compile(
    r"\W*(?:related\b.{0,40}|you (?:may|might) (?:also )?(?:like|be interested in|enjoy).{0,20}|read (?:more|next|also)"
    r"|more (?:on|from|about|stories|coverage|news|reading|great|top).{0,60}|most (?:read|viewed|popular"
    r"|shared).{0,40}|see also"
    r"|recommended.{0,30}|trending.{0,30}|latest (?:news|stories|videos).{0,20}|top stories|popular (?:posts"
    r"|articles|now)"
    r"|(?:user |reader )?comments?(?: \(?\d+\)?)?|\d+ comments?|leave a (?:comment|reply)|comments comments"
    r"|tell us what you think"
    r"|share (?:this|on|your).{0,40}|like this story.{0,40}|follow us.{0,40}|tags?|topics|filed under|sources?"
    r"|about the author"
    r"|further reading|what to read next|around the web|sponsored.{0,40}|関連記事|関連ニュース|관련 ?기사|추천 ?기사"
    r"|artigos relacionados|leia também|veja também|leggi anche|lire aussi|lesen sie auch|lea también"
    r"|читайте также)\W*",
    re.IGNORECASE,
)
# Lines under a text that speak of the outlet rather than of the news.
_CLOSES = re.compile(
    r"(?:^|\W)(?:sign up (?:for|to|here|now)|subscribe (?:to|now|here|today)|subscribe!?$|click here|delivered (?:to"
    r"|through) your|newsletters?\b"
    r"|follow (?:us|him|her|them|me|@?\w+(?: \w+){0,3}) on|on (?:twitter|facebook|instagram)(?:,? and|$|\W)"
    r"|like us on|join us on"
    r"|download (?:the|our) app|(?:e-?)?mail (?:us|him|her|the)\b|email [\w.' -]{3,40} at|contact us"
    r"|reach the reporters?"
    r"|reach (?:him|her|them) at|may be reached at|can be reached at|have a (?:news )?tip|got a tip"
    r"|send (?:us )?(?:your )?tips"
    r"|letters to the editor|write to us|let us know|tell us what|support our|become a (?:member|subscriber|patron)"
    r"|if you enjoyed this|get (?:access|unlimited|the latest|the day|more)|all rights reserved"
    r"|copyright \d{4}"
    r"|copyright ©|© ?\d{4}|©|this (?:article|story|post|piece) (?:was |is |has been )?(?:originally|first)\b"
    r"|originally published|this material may not be|do not reproduce|terms of (?:use|service)|affiliate links?"
    r"|prices? (?:are )?subject to change|we may earn|receive a commission|issn \d|share (?:this|it with)"
    r"|comments? comments?"
    r"|posted in|filed under|tags?:|tagged|categor(?:y|ies):|more (?:ap|news|from|on|about)\b|full coverage"
    r"|complete coverage"
    r"|reported? from|is a (?:freelance |staff |senior |national )?(?:reporter|writer|columnist|editor|correspondent"
    r"|contributor)\b"
    r"|無断転載|禁無断|저작권자|무단 ?전재|版权所有)",
    re.IGNORECASE,
)
# Who worked on the text, as wires print it under it.
_CREDITS = re.compile(
    r"^\W*(?:(?:additional )?report(?:ing|ed) by\b|(?:with )?additional reporting\b|edit(?:ing|ed) by\b|writ(?:ing"
    r"|ten) by\b"
    r"|(?:our )?sources?:|source\W|compiled by\b|photo(?:graph)?s? (?:by|courtesy)|image (?:credit|source)|images?:"
    r"|credit:|via:?\s"
    r"|provided by\b)|\bcontributed to this (?:report|story|article|piece)",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"^\W*(?:by\b.{2,60}|von .{2,40}|por .{2,40}|(?:first |last )?(?:published|updated|posted|modified)\b.{0,80}"
    r"|\d+\s*min(?:ute)?s? read.{0,10}|tempo de leitura.{0,20}|lesezeit.{0,20}|tempo di lettura.{0,20}"
    r"|reading time.{0,20}"
    r"|share(?: this)?(?: on)?.{0,40}|advertisement|loading\W*|(?:photo|image|picture|foto|video)s?\s?(?:[:/]|by"
    r"|credit|courtesy).{0,80}"
    r"|publicad[oa] (?:por|em).{0,60}|categor\w+:.{0,40}|tags?:.{0,80}|story highlights|highlights|close|print|email"
    r"|text size.{0,20})$",
    re.IGNORECASE,
)
# A date with a time of day, whatever the language.
_DATED = re.compile(
    r"\b(?:19|20)\d\d\b.*\b\d{1,2}[:h]\d\d\b(?!.*[.!?。]$)|\b\d{1,2}[:h]\d\d\b.*\b(?:19|20)\d\d\b(?!.*[.!?。]$)"
)
# Lines that speak of the page itself, wherever they stand.
_MACHINE = re.compile(
    r"\W*(?:advertisement|this slideshow requires javascript|(?:story|article) continues (?:below|after).{0,30}|loading"
    r"|please enable javascript.{0,60}|click to (?:enlarge|expand|play|share).{0,30}"
    r"|scroll (?:down )?to continue.{0,30}"
    r"|anzeige|publicidad|publicité|publicidade|pubblicità|スポンサーリンク|広告|광고|广告)\W*",
    re.IGNORECASE,
)
# What stands in a text's place without being its text.
_ASIDE = re.compile(
    r"caption|credit|photo|image|gallery|promo|related|share|social|banner|byline|author|widget|newsletter|subscri|teaser"
    r"|advert|sponsor|(?:^|[\s_-])(?:ad|ads|tags?|meta|copyright|legend|bildunterschrift)(?:$|[\s_-])",
    re.IGNORECASE,
)
_STANDFIRST = re.compile(
    r"summary|standfirst|sub-?(?:line|title|head)|\bde(?:k|ck)\b|desc|excerpt|\blead\b|intro", re.IGNORECASE
)
_WORDS = re.compile(r"\w+")
_LINE = 16
_SHORT = 30
_LONG = 60
# A line that is one link and longer than a name (in a list: than a label) leads away.
_NAME = 4
_ITEM = 8


def trim(blocks: Sequence[Block], headline: str | None, description: str | None) -> list[str]:
    """Correct which blocks are kept. Returned: the lines under the text that name who contributed, in their order."""
    put_back(blocks)
    drop_invitations(blocks)
    drop_opening(blocks, headline, description)
    return drop_closing(blocks)


def put_back(blocks: Sequence[Block]) -> None:
    """Sub-headings, and lines made of links, that stand between two kept blocks of one and the same parent."""
    kept = [at for at, block in enumerate(blocks) if block.kept]
    for before, after in pairwise(kept):
        if after - before < 2 or after - before > 12:
            continue
        parent = _home(blocks[before])
        if parent is None or parent is not _home(blocks[after]):
            continue
        for block in blocks[before + 1 : after]:
            longest = _ITEM if block.tag == "li" else _NAME
            leads_away = block.linked > 0.9 and block.tag not in HEADINGS and len(_WORDS.findall(block.text)) > longest
            if _home(block) is not parent or leads_away or _closes(block) or _MACHINE.fullmatch(block.text):
                continue
            named = " ".join(element.get("class") or "" for element in within(block.element, parent))
            block.kept = not _ASIDE.search(named)


def drop_invitations(blocks: Sequence[Block]) -> None:
    """Lines that invite to other pages: a label that says so and a link, or the label and the links after it."""
    invited = False
    for block in blocks:
        if not block.kept:
            continue
        words = len(_WORDS.findall(block.text))
        label = _INVITES.match(block.text)
        if _MACHINE.fullmatch(block.text):
            block.kept = False
            continue
        if label is not None and words <= _LONG and (block.linked > 0.3 or label.end() >= len(block.text)):
            block.kept = False
            invited = True
        else:
            invited = invited and block.linked > 0.9 and block.tag in ("li", "p", "a")
            if invited:
                block.kept = False


def drop_opening(blocks: Sequence[Block], headline: str | None, description: str | None) -> None:
    """What stands above the text: everything up to the headline, then lines of date, name and the like, and the
    description where it is a heading or in a place of its own."""
    total = sum(len(block.text) for block in blocks if block.kept)
    before = 0
    title = _letters(headline or "")
    for at, block in enumerate(blocks):
        named = block.tag == "h1" or (title and block.tag in HEADINGS and _letters(block.text) == title)
        if named and 5 * before <= total:
            for above in blocks[: at + 1]:
                above.kept = False
            break
        before += len(block.text) if block.kept else 0
    kept = [block for block in blocks if block.kept]
    for block in kept[:6]:
        words = len(_WORDS.findall(block.text))
        same = _letters(block.text)
        if (
            (title and same == title)
            or (words <= _LINE and (_OPENS.match(block.text) or moment(block.text) or _DATED.search(block.text)))
            or (block.linked > 0.9 and words <= _NAME)
            or (description and same == _letters(description) and _is_standfirst(block))
        ):
            block.kept = False
        elif words > _LINE:
            break


NOTICE = re.compile(r"\W{0,2}(?:©|\(c\)|copyright\b)", re.IGNORECASE)


def drop_closing(blocks: Sequence[Block]) -> list[str]:
    """What stands under the text, from the end upwards: lists of links with their heading, calls to subscribe and
    follow, tags; who contributed, and whose the text is ('© KYODO'), is taken off too, and returned."""
    kept = [block for block in blocks if block.kept]
    _cut_last_list(kept)
    kept = [block for block in kept if block.kept]
    credits: list[str] = []
    while len(kept) > 1:
        block = kept[-1]
        words = len(_WORDS.findall(block.text))
        contributed = words <= _LONG and _CREDITS.search(block.text)
        if not (
            contributed
            or (block.tag in HEADINGS and words <= _LINE and block.text[-1:] not in '.!?…”"»')
            or _closes(block)
            or (block.linked > 0.9 and block.tag in ("li", "td") and len(kept) > 2)
        ):
            break
        if contributed or (words <= _LINE and NOTICE.match(block.text)):
            credits.append(block.text)
        block.kept = False
        kept.pop()
    return credits[::-1]


def _cut_last_list(kept: Sequence[Block]) -> None:
    """In the last two fifths: a heading of further reading, and all after it, where that is mostly links."""
    total = sum(len(block.text) for block in kept)
    after = linked = 0.0
    cut = None
    for at in range(len(kept) - 1, 0, -1):
        block = kept[at]
        if after and linked > 0.5 * after and _HEADS_A_LIST.fullmatch(block.text):
            cut = at
        after += len(block.text)
        linked += block.linked * len(block.text)
        if 5 * after > 2 * total:
            break
    for block in kept[cut:] if cut is not None else ():
        block.kept = False


def _closes(block: Block) -> bool:
    words = len(_WORDS.findall(block.text))
    if words > _LONG:
        return False
    found = _CLOSES.search(block.text)
    # In the middle of a longer paragraph such words may be the news itself.
    return _HEADS_A_LIST.fullmatch(block.text) is not None or (
        found is not None and (words <= _SHORT or found.start() <= 3)
    )


def _is_standfirst(block: Block) -> bool:
    return block.tag in HEADINGS or bool(_STANDFIRST.search(block.element.get("class") or ""))


def _home(block: Block) -> Element:
    """The element that a block's paragraph, heading or list stands in."""
    element = block.element
    while element is not None and (
        element.tag in ("p", "li", "ul", "ol", "blockquote", *HEADINGS)
        or (element.tag == "div" and all(child.tag in INLINE or child.tag == "br" for child in element))
    ):
        element = element.getparent()
    return element


def _letters(text: str) -> str:
    return "".join(_WORDS.findall(fold(text)))
