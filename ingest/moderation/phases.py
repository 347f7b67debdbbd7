"""The rules, in the order in which they are asked. Each is a function of the case and of the settings, and no more."""

from collections.abc import Callable
from datetime import timedelta

from ingest.markdown import render, tidy
from ingest.moderation import spam
from ingest.moderation.case import Case, Decided, Noted, Opinion, Outcome, Refused, Rendered, State, Status
from ingest.moderation.settings import LONGEST, Rules
from ingest.moderation.words import plain

Phase = Callable[[Case, Rules], Outcome]


def length(case: Case, rules: Rules) -> Outcome:
    return measured(case.body, rules)[1]


def measured(body: str, rules: Rules) -> tuple[str, Refused | None]:
    """A body made tidy, and what the first rule says of it, which needs nothing else."""
    # Not to be switched off wholly: what is longer than anything would be rendered else.
    most = rules.length.max if rules.length.on else LONGEST
    # What is far too long isn't even looked at. A letter of Korean may be sent as three characters, and counts as one.
    text = tidy(body) if len(body) <= 3 * most + _AROUND else body
    size = len(text)
    if not size:
        return text, Refused("BODY_EMPTY", "Write something first.")
    if size > most:
        return text, Refused("BODY_TOO_LONG", f"A comment has at most {most:,} characters; this has {size:,}.")
    if rules.length.on and size < rules.length.min:
        least = rules.length.min
        return text, Refused("BODY_TOO_SHORT", f"A comment has at least {least:,} characters; this has {size:,}.")
    return text, None


def article_closed(case: Case, rules: Rules) -> Outcome:
    over = case.article.closes_at is not None and case.article.closes_at <= case.now
    if rules.closing.on and (over or not case.article.open):
        return Refused("COMMENTS_CLOSED", "Comments on this article are closed.")
    return None


def commenting_disabled(case: Case, rules: Rules) -> Outcome:
    return None if rules.commenting.open else Refused("COMMENTS_CLOSED", rules.commenting.message)


def markup(case: Case, rules: Rules) -> Outcome:
    text = render(case.body)
    if not text.html:
        return Refused("BODY_EMPTY", "Nothing of this would be seen. Write some text.")
    return Rendered(text, plain(text.plain))


def repeat_post(case: Case, rules: Rules) -> Outcome:
    if rules.repeat.on and _same(case.folded) in (_same(plain(text)) for text in case.author.recent):
        minutes = max(1, round(timedelta(seconds=rules.repeat.seconds) / timedelta(minutes=1)))
        return Refused("REPEATED", f"You wrote exactly this within the last {minutes} minutes.")
    return None


def team(case: Case, rules: Rules) -> Outcome:
    if rules.team.on and case.author.role in rules.team.roles:
        return Decided(Status.APPROVED)
    return None


def banned_words(case: Case, rules: Rules) -> Outcome:
    found = next(rules.words.banned_list.find(case.folded, case.article.language), None) if rules.words.on else None
    return Decided(Status.REJECTED, f"{_quoted(found)} is not allowed here.") if found else None


def suspect_words(case: Case, rules: Rules) -> Outcome:
    found = [*rules.words.suspect_list.find(case.folded, case.article.language)] if rules.words.on else []
    if not found:
        return None
    message = f"A moderator looks at comments with {', '.join(map(_quoted, found[:5]))}."
    return Decided(Status.PENDING, message) if rules.words.hold_suspect else Noted(message)


def toxicity(case: Case, rules: Rules) -> Outcome:
    if not rules.toxicity.on:
        return None
    score = rules.scorer(case.text.plain, case.article.language)
    if score < rules.toxicity.withhold_from:
        return None
    return Decided(Status.WITHHELD, "This may hurt somebody. A moderator has a look before others see it.")


def recent_history(case: Case, rules: Rules) -> Outcome:
    author, history = case.author, rules.history
    if not history.on or author.rejected < history.at_least or author.rejected < history.share * author.judged:
        return None
    return Decided(Status.WITHHELD, "Several of your latest comments were rejected. A moderator looks at this one.")


def spam_signs(case: Case, rules: Rules) -> Outcome:
    found = spam.signs(case.text) if rules.spam.on else []
    if len(found) < rules.spam.withhold_from:
        return None
    return Decided(Status.WITHHELD, f"This looks like spam: {', '.join(found)}.")


def links(case: Case, rules: Rules) -> Outcome:
    if not rules.links.on:
        return None
    trusted = tuple(host.lower().removeprefix("www.") for host in rules.links.trusted)
    counted = sum(not any(host == own or host.endswith(f".{own}") for own in trusted) for host in spam.hosts(case.text))
    if counted <= rules.links.hold_over:
        return None
    most = rules.links.hold_over
    return Decided(Status.PENDING, f"A moderator looks at comments with more than {most} links; this has {counted}.")


def external(case: Case, rules: Rules) -> Outcome:
    opinion = case.external if rules.external.is_asked else None
    if opinion is None or opinion == Opinion():
        return None
    seen = opinion.status is not None and opinion.status.is_public
    message = opinion.message or ("" if seen else "A moderator looks at this comment.")
    return Noted(message) if opinion.status is None else Decided(opinion.status, message)


def new_commenter(case: Case, rules: Rules) -> Outcome:
    if not rules.new_commenter.on or case.author.approved >= rules.new_commenter.below:
        return None
    return Decided(Status.PENDING, "A moderator looks at the first comments of everybody who is new here.")


def premoderated_article(case: Case, rules: Rules) -> Outcome:
    if rules.premoderation.everything:
        return Decided(Status.PENDING, "A moderator looks at every comment before others see it.")
    if rules.premoderation.articles and case.article.premoderated:
        return Decided(Status.PENDING, "A moderator looks at every comment on this article before others see it.")
    return None


def premoderated_author(case: Case, rules: Rules) -> Outcome:
    if rules.premoderation.authors and case.author.state is State.PREMODERATED:
        return Decided(Status.PENDING, "A moderator looks at your comments before others see them.")
    return None


# White space around a text, which counts for nothing.
_AROUND = 1_000

# By the names under which findings and decisions tell of them.
PHASES: tuple[tuple[str, Phase], ...] = (
    ("LENGTH", length),
    ("ARTICLE_CLOSED", article_closed),
    ("COMMENTING_DISABLED", commenting_disabled),
    ("MARKUP", markup),
    ("REPEAT_POST", repeat_post),
    ("TEAM", team),
    ("BANNED_WORD", banned_words),
    ("SUSPECT_WORD", suspect_words),
    ("TOXICITY", toxicity),
    ("RECENT_HISTORY", recent_history),
    ("SPAM", spam_signs),
    ("LINKS", links),
    ("EXTERNAL", external),
    ("NEW_COMMENTER", new_commenter),
    ("PREMODERATED_ARTICLE", premoderated_article),
    ("PREMODERATED_AUTHOR", premoderated_author),
)
# What these say hangs on the text and the language of its article alone.
OF_TEXT = frozenset({"LENGTH", "MARKUP", "BANNED_WORD", "SUSPECT_WORD", "TOXICITY", "SPAM", "LINKS"})


def _quoted(word: str) -> str:
    return f"“{word.removesuffix('*')}”"


def _same(folded: str) -> str:
    return " ".join(folded.split())
