"""A case → what becomes of it: the rules asked in their order until one decides."""

from dataclasses import dataclass, replace

from ingest.markdown import NOTHING, Text
from ingest.moderation.case import Case, Decided, Finding, Noted, Refused, Rendered, Status
from ingest.moderation.phases import PHASES
from ingest.moderation.settings import Rules


@dataclass(frozen=True, slots=True)
class Judgement:
    """refused: the comment is not taken, and nothing else counts. rule: which one decided; "" where none did and the
    comment is published. findings: what to tell author and moderators, in the order of the rules. undecided: no rule
    before the external moderator has decided, so that one is to be asked."""

    status: Status
    rule: str = ""
    findings: tuple[Finding, ...] = ()
    refused: Refused | None = None
    text: Text = NOTHING
    undecided: bool = False


def judge(case: Case, rules: Rules) -> Judgement:
    """What becomes of a comment. The first rule that decides is the last that is asked."""
    findings: list[Finding] = []
    undecided = False
    for name, phase in PHASES:
        undecided = undecided or name == "EXTERNAL"
        match phase(case, rules):
            case Refused() as refused:
                return Judgement(Status.REJECTED, name, (Finding(name, refused.message),), refused)
            case Rendered(text, folded):
                case = replace(case, text=text, folded=folded)
            case Noted(message):
                findings.append(Finding(name, message))
            case Decided(status, message):
                findings += [Finding(name, message)] if message else []
                return Judgement(status, name, tuple(findings), None, case.text, undecided)
    return Judgement(Status.PUBLISHED, "", tuple(findings), None, case.text, undecided)


def preview(case: Case, rules: Rules) -> Judgement:
    """What would become of a comment, with everything that any rule has to say of it, those after the first that
    decides included."""
    findings: list[Finding] = []
    for name, phase in PHASES:
        match phase(case, rules):
            case Rendered(text, folded):
                case = replace(case, text=text, folded=folded)
            case Refused(_, message) | Noted(message) | Decided(_, message) if message:
                findings.append(Finding(name, message))
                if name in ("LENGTH", "MARKUP"):
                    break  # there is nothing that later rules could look at
    return replace(judge(case, rules), findings=tuple(findings))
