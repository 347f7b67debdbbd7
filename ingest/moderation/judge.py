"""A case → what becomes of it: the rules asked in their order, once each."""

from dataclasses import dataclass, replace

from ingest.markdown import Text
from ingest.moderation.case import Case, Decided, Finding, Noted, Opinion, Outcome, Refused, Rendered, Status
from ingest.moderation.phases import OF_TEXT, PHASES, external
from ingest.moderation.settings import Rules


@dataclass(frozen=True, slots=True)
class Judgement:
    """What rules said of a case. case: with its text, as the last of them saw it. said: by each that was asked."""

    case: Case
    said: tuple[tuple[str, Outcome], ...]

    @property
    def text(self) -> Text:
        return self.case.text

    @property
    def rule(self) -> str:
        """Which one decided, the first that did; "" where none did and the comment is published."""
        return self._decisive[0]

    @property
    def status(self) -> Status:
        outcome = self._decisive[1]
        return outcome.status if isinstance(outcome, Decided) else Status.REJECTED if outcome else Status.PUBLISHED

    @property
    def refused(self) -> Refused | None:
        """Where the comment is not taken, and nothing else counts: why."""
        outcome = self._decisive[1]
        return outcome if isinstance(outcome, Refused) else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What to tell author and moderators, in the order of the rules, up to the one that decided."""
        return tuple(finding for finding in self.remarks if finding.rule in self._heard)

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """What every rule that was asked has to say."""
        return tuple(
            Finding(name, outcome.message)
            for name, outcome in self.said
            if isinstance(outcome, Refused | Noted | Decided) and outcome.message
        )

    @property
    def undecided(self) -> bool:
        """Whether no rule before the external moderator has decided, so that one is to be asked."""
        return "EXTERNAL" in self._heard

    def with_opinion(self, opinion: Opinion, rules: Rules) -> "Judgement":
        """The judgement with the external moderator's opinion in it; what other rules said of the text stands."""
        case = replace(self.case, external=opinion)
        said = ((name, external(case, rules) if name == "EXTERNAL" else outcome) for name, outcome in self.said)
        return Judgement(case, tuple(said))

    def of_text(self, language: str) -> dict[str, Outcome]:
        """What rules said of the text alone, in a language."""
        return {
            name: outcome for name, outcome in self.said if name in OF_TEXT and language == self.case.article.language
        }

    @property
    def _decisive(self) -> tuple[str, Refused | Decided | None]:
        return next(((name, o) for name, o in self.said if isinstance(o, Refused | Decided)), ("", None))

    @property
    def _heard(self) -> list[str]:
        """The rules up to the one that decided."""
        names = [name for name, _ in self.said]
        return names[: names.index(self.rule) + 1] if self.rule else names


def judge(case: Case, rules: Rules, *, by_all: bool = False, before: Judgement | None = None) -> Judgement:
    """What becomes of a comment. The first rule that decides is the last that is asked; by_all: those after it are
    asked too, as long as there is a text that they could look at. before: of the same text by another author, or on
    another article; what was said of the text alone is not asked for again."""
    known = before.of_text(case.article.language) if before is not None else {}
    said: list[tuple[str, Outcome]] = []
    for name, phase in PHASES:
        outcome = known[name] if name in known else phase(case, rules)
        said.append((name, outcome))
        match outcome:
            case Rendered(text, folded):
                case = replace(case, text=text, folded=folded)
            case Refused() if not by_all or name in ("LENGTH", "MARKUP"):
                break
            case Decided() if not by_all:
                break
    return Judgement(case, tuple(said))
