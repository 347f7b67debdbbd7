"""A body as lines whose ends can be cut, the rest kept byte for byte.

Of sanitised HTML a line is the text between two blocks or line breaks, however it is marked up inside; of plain text
what stands between line ends. A line's ends are seen as readers see them (references resolved, white space as one
space), and every character knows where it stands in the source. One pass makes the lines, one writes the result: the
time is linear whatever the markup.
"""

import html
import re
from bisect import bisect_right
from dataclasses import dataclass, field

from ingest.sanitise import TAG

_REFERENCE = re.compile(r"&(?:#[0-9]{1,8}|#x[0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_PIECE = re.compile(rf"\s+|{_REFERENCE.pattern}|.", re.DOTALL)
_SPACE = re.compile(r"\s+")
_BREAKS = frozenset(
    re.findall(
        r"\S+",
        """blockquote br center dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr img li ol p pre table tbody td
        tfoot th thead tr ul caption""",
    )
)
# What stands in these was said or made by others, or is no prose: never cut.
_FOREIGN = frozenset(["figure", "blockquote", "table", "dl", "pre", "q", "code", "samp", "kbd"])
_WRAPPERS = frozenset(
    re.findall(
        r"\S+",
        """a abbr b bdi bdo center cite del div em h1 h2 h3 h4 h5 h6 i ins li mark ol p s small span strong sub sup
        time u ul var""",
    )
)
_VOID = frozenset(["br", "hr", "img", "wbr", "col"])
# Characters of source that an end of a line is seen of: no mark is longer.
_RAW_LIMIT = 700

Span = tuple[int, int]


@dataclass(slots=True, eq=False)
class Line:
    """A line: its stretches of source text, the tags (by index) that bound it, and whether it belongs to others."""

    stretches: list[Span]
    opened_by: int | None = None
    closed_by: int | None = None
    is_foreign: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """One end of a line as readers see it, and the stretches of source that show it. `is_whole`: the line has no more
    than this."""

    text: str
    stretches: list[Span]
    is_whole: bool


@dataclass(slots=True)
class Lines:
    """The lines of a body that hold text, in order, and what was cut from them so far."""

    source: str
    is_html: bool
    lines: list[Line] = field(default_factory=list)
    _tags: list[tuple[int, int, str, bool]] = field(default_factory=list)
    _cut: list[Span] = field(default_factory=list)
    _lines_cut: list[Line] = field(default_factory=list)

    @classmethod
    def of_html(cls, source: str) -> "Lines":
        """The lines of sanitised HTML."""
        made = cls(source, is_html=True)
        line, at, foreign = Line([]), 0, 0
        for number, match in enumerate(TAG.finditer(source)):
            made._stretch(line, at, match.start())
            at = match.end()
            closing, name = bool(match[1]), match[2]
            made._tags.append((match.start(), match.end(), name, closing))
            if name in _BREAKS:
                line.closed_by = number
                made._finish(line)
            if name in _FOREIGN:
                foreign = max(0, foreign - 1) if closing else foreign + 1
            if name in _BREAKS:
                line = Line([], opened_by=number, is_foreign=foreign > 0)
            elif foreign:
                line.is_foreign = True
        made._stretch(line, at, len(source))
        made._finish(line)
        return made

    @classmethod
    def of_text(cls, source: str) -> "Lines":
        """The lines of plain text."""
        made, at = cls(source, is_html=False), 0
        for part in source.split("\n"):
            line = Line([])
            made._stretch(line, at, at + len(part))
            made._finish(line)
            at += len(part) + 1
        return made

    def head(self, line: Line) -> View:
        """The beginning of a line: what 700 characters of source show."""
        taken: list[Span] = []
        room = _RAW_LIMIT
        for start, end in line.stretches:
            if room <= 0:
                return self._view(taken, is_whole=False)
            taken.append((start, min(end, start + room)))
            if end - start > room:
                return self._view(taken, is_whole=False)
            room -= end - start
        return self._view(taken, is_whole=True)

    def tail(self, line: Line) -> View:
        """The end of a line, likewise."""
        taken: list[Span] = []
        room = _RAW_LIMIT
        for start, end in reversed(line.stretches):
            if room <= 0:
                return self._view(taken[::-1], is_whole=False)
            taken.append((self._between(max(start, end - room), end), end))
            if end - start > room:
                return self._view(taken[::-1], is_whole=False)
            room -= end - start
        return self._view(taken[::-1], is_whole=True)

    def cut(self, line: Line, view: View, start: int, end: int) -> str:
        """Cut characters of a view out of its line, a whole line with what bounds it; what is gone, as it was seen."""
        gone = [span for spans in self._places(view)[start:end] for span in spans]
        if view.is_whole and not (view.text[:start] + view.text[end:]).strip():
            gone += line.stretches
            self.lines.remove(line)
            line.stretches = []
            self._lines_cut.append(line)
        else:
            line.stretches = _without(line.stretches, _merged(gone))
        self._cut += gone
        return view.text[start:end].strip()

    def result(self) -> str:
        """The source without what was cut; elements that hold nothing any more go too."""
        cut = _merged(self._cut)
        gone = cut + self._emptied(cut) if self.is_html else self._with_line_ends(cut)
        parts, at = [], 0
        for start, end in _merged(gone):
            parts.append(self.source[at:start])
            at = end
        return "".join([*parts, self.source[at:]]).strip()

    def _stretch(self, line: Line, start: int, end: int) -> None:
        if start < end:
            line.stretches.append((start, end))

    def _finish(self, line: Line) -> None:
        if any(not self.source[start:end].isspace() for start, end in line.stretches):
            self.lines.append(line)

    def _between(self, at: int, end: int) -> int:
        """A place from which reading can start: not inside a character reference."""
        semicolon = self.source.find(";", at, min(at + 12, end)) if self.is_html else -1
        return semicolon + 1 if semicolon >= 0 and "&" in self.source[max(0, at - 12) : at] else at

    def _view(self, stretches: list[Span], *, is_whole: bool) -> View:
        raw = "".join([self.source[start:end] for start, end in stretches])
        if self.is_html and "&" in raw:
            raw = _REFERENCE.sub(lambda match: html.unescape(match[0]), raw)
        return View(_SPACE.sub(" ", raw), stretches, is_whole)

    def _places(self, view: View) -> list[tuple[Span, ...]]:
        """Where each character of a view stands in the source."""
        places: list[tuple[Span, ...]] = []
        was_space = False
        for start, end in view.stretches:
            for match in _PIECE.finditer(self.source, start, end):
                seen = html.unescape(match[0]) if self.is_html and len(match[0]) > 1 else match[0]
                if seen.isspace() and was_space:
                    places[-1] += (match.span(),)
                    continue
                was_space = seen.isspace()
                places += [(match.span(),)] * (1 if was_space else len(seen))
        return places

    def _emptied(self, cut: list[Span]) -> list[Span]:
        """The tags of elements that held text which was cut, and hold nothing now, with the space in them."""
        gone = [self._tags[tag][:2] for tag in self._spare_breaks(cut)]
        frames: list[list[int | str | bool]] = []
        at = cursor = 0
        for number, (start, end, name, closing) in enumerate([*self._tags, (len(self.source),) * 2 + ("", False)]):
            touched = kept = False
            # The text between two tags: is some of it cut, is some of it left?
            while cursor < len(cut) and cut[cursor][1] <= start:
                touched = True
                kept = kept or (not self.source[at : cut[cursor][0]].isspace() and at < cut[cursor][0])
                at = cut[cursor][1]
                cursor += 1
            kept = kept or (at < start and not self.source[at:start].isspace())
            if frames:
                frames[-1][2] = bool(frames[-1][2]) or touched
                frames[-1][3] = bool(frames[-1][3]) or kept
            at = end
            if name in _VOID:
                if frames and name != "br":
                    frames[-1][3] = True
            elif not closing:
                frames.append([number, name, False, False])
            elif frames and frames[-1][1] == name:
                opened, _, was_cut, has_content = frames.pop()
                if was_cut and not has_content and name in _WRAPPERS:
                    gone.append((self._tags[int(opened)][0], end))
                elif frames:
                    frames[-1][3] = True
                if frames:
                    frames[-1][2] = bool(frames[-1][2]) or bool(was_cut)
        return gone

    def _spare_breaks(self, cut: list[Span]) -> set[int]:
        """The line breaks that held lines which are gone: those after them, and at a block's end those before them."""
        spare: set[int] = set()
        for line in self._lines_cut:
            before, at_start = self._breaks_from(line.opened_by, -1, cut)
            after, at_end = self._breaks_from(line.closed_by, 1, cut)
            spare.update(after)
            if at_end or at_start:
                spare.update(before)
        return spare

    def _breaks_from(self, tag: int | None, step: int, cut: list[Span]) -> tuple[list[int], bool]:
        """The line breaks from a tag on, as long as nothing is left between them, and whether they reach the end of
        their block."""
        found: list[int] = []
        while tag is not None and 0 <= tag < len(self._tags):
            if self._tags[tag][2] == "br":
                found.append(tag)
            elif self._tags[tag][2] in _BREAKS:
                break
            near = tag if step > 0 else tag - 1
            start = self._tags[near][1] if near >= 0 else 0
            end = self._tags[near + 1][0] if near + 1 < len(self._tags) else len(self.source)
            if not _is_gone(self.source, start, end, cut):
                return found, False
            tag += step
        return found, True

    def _with_line_ends(self, cut: list[Span]) -> list[Span]:
        """Of plain text: where a whole line went, the line ends after it too."""
        made = []
        for start, end in cut:
            if self.source[start - 1 : start] in ("", "\n"):
                while self.source[end : end + 1] == "\n":
                    end += 1
            made.append((start, end))
        return made


def _is_gone(source: str, start: int, end: int, cut: list[Span]) -> bool:
    """Whether nothing but space is left between two places."""
    number = bisect_right(cut, (start, start)) - 1
    for gone_start, gone_end in cut[max(0, number) :]:
        if gone_start >= end:
            break
        if source[start:gone_start].strip():
            return False
        start = max(start, gone_end)
    return not source[start:end].strip()


def _merged(spans: list[Span]) -> list[Span]:
    made: list[Span] = []
    for start, end in sorted(spans):
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((start, end))
    return made


def _without(stretches: list[Span], gone: list[Span]) -> list[Span]:
    """Stretches less spans, both in order."""
    made, cursor = [], 0
    for start, end in stretches:
        while cursor < len(gone) and gone[cursor][1] <= start:
            cursor += 1
        at, ahead = start, cursor
        while ahead < len(gone) and gone[ahead][0] < end:
            if at < gone[ahead][0]:
                made.append((at, gone[ahead][0]))
            at = gone[ahead][1]
            ahead += 1
        if at < end:
            made.append((at, end))
    return made
