"""Wire copy: what agencies print around a text, taken out of it and made fields.

'News from Japan Economy Jun 18, 2025 19:45 (JST) Tokyo, June 18 (Jiji Press)--An airline…' has a section, a time, a
dateline and a credit before its first sentence; '© KYODO' stands after the last. The forms are a table
(ingest.wire_rules). Only the first lines and the last are looked at: an agency named in running prose stays where it
is, and so does everything in figures, quotations and tables.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from ingest import sanitise, topics
from ingest.dates import Moment
from ingest.search_text import fold
from ingest.wire_lines import Line, Lines
from ingest.wire_marks import About, Finding
from ingest.wire_names import are_names, stamp
from ingest.wire_rules import at_end, at_head, whole_line

_TOP_LINES = 4
_LAST_LINES = 8
_MAX_MARKS = 20
_HEAD_CHARS = 300
_END_CHARS = 500
_STAMP_CHARS = 160
# What sites print before a time, and over everything.
_PUBLISHED = re.compile(
    r"(?:published|updated|posted|last updated|veröffentlicht|aktualisiert|publié le|mis à jour le|配信|更新|公開"
    r"|송고시간|송고|입력|등록|수정)\s*[:：]?",
    re.IGNORECASE,
)
_AFTER_STAMP = re.compile(r"\s*(?:配信|更新|公開|発表|송고|입력|[|])?\s*")
_CHANNELS = frozenset(
    fold(name)
    for name in (
        *("News from Japan", "News", "Top News", "Latest News", "Japan", "World", "National", "International"),
        *("国際", "国内", "社会", "地域", "総合", "ニュース"),
    )
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was cut: the rule that knew it, and the text as readers would have seen it."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Wire:
    """A body without its wire marks, and what they said. All is None where nothing said it.

    `dateline` as printed ('Tokyo, June 18'), with its place and its day; `credit`: the agency, by the name that is
    served, or a station as it signs; `rights_holder` and `rights_notice`: of the text, never the credit;
    `image_credit`: of a picture whose place is unknown; `byline`: a correspondent named in the dateline;
    `contributors`: who reported and edited, as printed; `local_time`: RFC 3339 with its offset. `marks`: everything
    that was cut, in order."""

    body_html: str | None
    body_text: str | None
    dateline: str | None = None
    dateline_place: str | None = None
    dateline_date: date | None = None
    section: str | None = None
    credit: str | None = None
    byline: str | None = None
    contributors: str | None = None
    rights_holder: str | None = None
    rights_notice: str | None = None
    image_credit: str | None = None
    local_time: str | None = None
    marks: tuple[Mark, ...] = ()


def read_wire(
    headline: str,
    body_html: str | None,
    body_text: str | None,
    language: str,
    published: Moment | None,
    credited: Iterable[str] = (),
) -> Wire:
    """The wire marks of a body. `body_html` is sanitised, `body_text` its plain text (`sanitise.plain_text`), or all
    there is where there is no HTML (a lead). `language` is a BCP 47 tag; `published` gives datelines their year;
    `credited`: who is credited beside the text, people left out: in a dateline's brackets such a name is an agency's,
    however small it is.

    A body without marks comes back as it was. A cut body's text is again the plain text of its HTML. What would still
    begin or end with a mark afterwards (a round-up of briefs, each with its dateline), or be nothing but marks, is not
    understood, and comes back as it was too: so reading twice is reading once. Credits of several pictures, and those
    in figures, stay with them."""
    untouched = Wire(body_html, body_text)
    source = body_html if body_html is not None else body_text
    if not source:
        return untouched
    parse = Lines.of_html if body_html is not None else Lines.of_text
    about = About(language, published, credited=tuple((fold(name).strip(" ."), name) for name in credited))
    reading, lines = _read(parse, source, fold(headline).strip(), about)
    if not reading.marks or not lines.lines:
        return untouched
    left = lines.result()
    if _read(parse, left, fold(headline).strip(), about)[0].marks:
        return untouched
    text = sanitise.plain_text(left) if body_html is not None else left
    return reading.wire(left if body_html is not None else None, text)


@dataclass(slots=True)
class _Reading:
    """Marks found so far; the first that says something is believed."""

    marks: list[Mark] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def note(self, rule: str, text: str, found: Finding) -> None:
        self.marks.append(Mark(rule, text))
        self.findings.append(found)

    def wire(self, body_html: str | None, body_text: str) -> Wire:
        def first(name: str) -> str | None:
            return next((value for found in self.findings if (value := getattr(found, name)) is not None), None)

        notices = dict.fromkeys(found.notice for found in self.findings if found.notice)
        staff = dict.fromkeys(found.contributors for found in self.findings if found.contributors)
        return Wire(
            body_html,
            body_text,
            dateline=first("dateline"),
            dateline_place=first("place"),
            dateline_date=next((found.day for found in self.findings if found.day), None),
            section=first("section"),
            credit=first("credit"),
            byline=first("byline"),
            contributors="; ".join(staff) or None,
            rights_holder=first("holder"),
            rights_notice=" ".join(notices) or None,
            image_credit=first("image_credit"),
            local_time=first("local_time"),
            marks=tuple(self.marks),
        )


def _read(parse: Callable[[str], Lines], source: str, headline: str, about: About) -> tuple[_Reading, Lines]:
    lines, reading = parse(source), _Reading()
    _read_top(lines, headline, about, reading)
    _read_end(lines, about, reading)
    credited = {found.image_credit for found in reading.findings if found.image_credit}
    # Of several pictures each has its own credit, which must stay with it.
    if len(credited) > 1 or (credited and any(_credits_picture(lines, line, about) for line in lines.lines)):
        return _read(parse, source, headline, replace(about, takes_pictures=False))
    return reading, lines


def _credits_picture(lines: Lines, line: Line, about: About) -> bool:
    view = lines.head(line)
    found = whole_line(view.text.strip(), about, at_top=True) if view.is_whole and len(view.text) <= 120 else None
    return found is not None and found[1].image_credit is not None


def _read_top(lines: Lines, headline: str, about: About, reading: _Reading) -> None:
    """The first lines: labels and a time, a picture's credit, then the dateline, after which nothing is looked for."""
    labels: list[tuple[Line, str]] = []
    is_first = True
    for line in [line for line in lines.lines if not line.is_foreign][:_TOP_LINES]:
        view = lines.head(line)
        text = view.text.rstrip()
        start = len(text) - len(text.lstrip())
        if headline and fold(text).strip() == headline:
            continue
        here = replace(about, is_first=is_first)
        if view.is_whole and (found := whole_line(text.strip(), here, at_top=True)):
            reading.note(found[0].name, lines.cut(line, view, 0, len(view.text)), found[1])
            continue
        if is_first and (end := _read_stamp(lines, line, text, labels, here, reading)) is not None:
            if end == 0:
                continue
            start = 0
            view = lines.head(line)
            text = view.text.rstrip()
        if dateline := at_head(text[start : start + _HEAD_CHARS], here):
            rule, end, said = dateline
            reading.note(rule.name, lines.cut(line, view, 0, start + end), said)
            return
        if is_first and view.is_whole and _section(text.strip()) and len(text) <= 40:
            labels.append((line, text.strip()))
            continue
        is_first = False


def _read_stamp(
    lines: Lines, line: Line, text: str, labels: list[tuple[Line, str]], about: About, reading: _Reading
) -> int | None:
    """A time at the beginning of a line, with the labels before it there and in the lines before: cut where nothing
    else stands in the line, or a dateline follows. None where there is none, 0 where the line is gone."""
    found = stamp(text[:_STAMP_CHARS], about.language, about.published)
    if found is None:
        return None
    match, time = found
    label = _PUBLISHED.sub("", text[: match.start()]).strip(" |:>/-–—\u3000")
    section = _section(label) if label else None
    if label and section is None:
        return None
    after = _AFTER_STAMP.match(text, match.end())
    end = after.end() if after else match.end()
    view = lines.head(line)
    is_all = view.is_whole and end == len(text)
    if not is_all and at_head(text[end : end + _HEAD_CHARS], about) is None:
        return None
    for labelled, words in labels:
        above = lines.head(labelled)
        said = Finding(section=_section(words) if section is None else None)
        reading.note("label", lines.cut(labelled, above, 0, len(above.text)), said)
    # Of several labels the last is the section: 'News from Japan', 'Economy'.
    if labels and section is None:
        reading.findings[-len(labels) :] = [Finding()] * (len(labels) - 1) + reading.findings[-1:]
    reading.note(
        "time", lines.cut(line, view, 0, len(view.text) if is_all else end), Finding(section=section, local_time=time)
    )
    return 0 if is_all else end


def _section(label: str) -> str | None:
    """The section that a label names: 'Economy' in 'News from Japan Economy'; None where it names none."""
    words = label.split()
    if len(words) > 6 or len(label) > 60:
        return None
    for count in range(1, min(len(words), 4) + 1):
        section = " ".join(words[-count:])
        before = " ".join(words[:-count])
        if topics.topic_of(section) and (not before or fold(before) in _CHANNELS):
            return section
    return label if fold(label) in _CHANNELS and are_names(label) else None


def _read_end(lines: Lines, about: About, reading: _Reading) -> None:
    """The last lines, from the end: lines that are marks, and what stands after the last sentence."""
    found = _Reading()
    while len(found.marks) < _MAX_MARKS and _read_last(lines, about, found):
        pass
    reading.marks += found.marks[::-1]
    reading.findings += found.findings[::-1]


def _read_last(lines: Lines, about: About, reading: _Reading) -> bool:
    """Cut one mark from the last lines; whether there was one."""
    last = lines.lines[-_LAST_LINES - 1 :]
    is_last = True
    for number in range(len(last) - 1, -1, -1):
        line = last[number]
        if number == 0 and len(last) > _LAST_LINES:
            break
        if line.is_foreign:
            is_last = False
            continue
        view = lines.tail(line)
        if not (view.is_whole or is_last):
            continue
        text = view.text.rstrip()
        before = lines.tail(last[number - 1]).text.rstrip()[-1:] if is_last and number else ""
        here = replace(about, before=before)
        # The only line is the text.
        is_short = view.is_whole and len(text) <= _END_CHARS and len(lines.lines) > 1
        if is_short and (found := whole_line(text.strip(), here, at_top=False)):
            reading.note(found[0].name, lines.cut(line, view, 0, len(view.text)), found[1])
            return True
        if is_last:
            offset = max(0, len(text) - _END_CHARS)
            if ended := at_end(text[offset:], here):
                rule, start, said = ended
                if text[: offset + start].strip():
                    reading.note(rule.name, lines.cut(line, view, offset + start, len(view.text)), said)
                    return True
        is_last = False
    return False
