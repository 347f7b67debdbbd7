"""Decisions about entries: examples and laws, without any database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ingest.article import Candidate, Content, Extent, Reason, content_hash
from ingest.dates import Moment
from ingest.decide import Decision, Keep, Key, Known, Publish, Revise, SetAside, decide, identities

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
SITE = "https://x.example/"
OURS, THEIRS = UUID(int=1), UUID(int=2)


def content(url: str = "https://x.example/1", guid: str | None = None, headline: str = "One") -> Content:
    return Content(
        url=url, aliases=(), guid=guid, kind="TEXT", headline=headline, lead=None, body_html=None, body_text=None,
        body_extent=Extent.NONE, byline=None, authors=(), dateline=None, credit=None, rights_holder=None,
        rights_notice=None, section=None, language="en", categories=(), topics=(), published=None, updated=None,
        images=(), enclosures=(), word_count=0, hash=content_hash(headline, None, None), search="",
    )  # fmt: skip


def candidate(made: Content) -> Candidate:
    return Candidate(repr((made.url, made.guid, made.headline, made.updated)).encode(), made)


class World:
    """What a database would know, kept by applying decisions to it."""

    def __init__(self) -> None:
        self.owners: dict[Key, UUID] = {}
        self.known: dict[UUID, Known] = {}
        self.entries: dict[UUID, set[bytes]] = {}

    def bring(self, *contents: Content, source: UUID = OURS, known_entries: bool = True) -> list[Decision]:
        """What becomes of a document; without `known_entries` as if its entries had never been met."""
        candidates = [candidate(each) for each in contents]
        skip = frozenset(self.entries.get(source, set()) if known_entries else set())
        decisions = decide(
            candidates,
            identities(candidates, source, SITE),
            skip=skip,
            source_id=source,
            owners=self.owners,
            known=self.known,
            now=NOW,
        )
        for decision in decisions:
            self._apply(decision, source)
        self.entries.setdefault(source, set()).update(each.hash for each in candidates)
        return decisions

    def _apply(self, decision: Decision, source: UUID) -> None:
        match decision:
            case Publish(made):
                article = UUID(int=100 + len(self.known))
                hashes: frozenset[bytes] = frozenset()
            case Revise(article, made):
                hashes = self.known[article].hashes
            case Keep(article):
                self.owners |= dict.fromkeys(decision.keys, article)
                return
            case SetAside():
                return
        assert not self.owners.keys() & set(decision.keys)
        self.owners |= dict.fromkeys(decision.keys, article)
        self.known[article] = Known(
            id=article, source_id=source, kind=made.kind, language=made.language,
            headline=made.headline, lead=made.lead, byline=made.byline, body_html=made.body_html,
            body_text=made.body_text, body_extent=made.body_extent, page=made.page,
            dateline=made.dateline, credit=made.credit, rights_holder=made.rights_holder,
            rights_notice=made.rights_notice, hashes=hashes | {made.hash},
            published_estimated=made.published is None, updated_at=None,
        )  # fmt: skip


CONTENTS = st.builds(
    content,
    url=st.sampled_from([SITE, "https://x.example/1", "https://x.example/2", "https://x.example/3"]),
    guid=st.sampled_from([None, "a", "b", "c"]),
    headline=st.sampled_from(["One", "Two", "Three"]),
)
DOCUMENTS = st.lists(CONTENTS, max_size=8)


@given(st.lists(st.tuples(DOCUMENTS, st.sampled_from([OURS, THEIRS])), max_size=5))
def test_a_document_that_was_decided_decides_nothing_more(documents: list[tuple[list[Content], UUID]]) -> None:
    """Also without the memory of entries, which would answer alone: by keys and contents."""
    world = World()
    for document, source in documents:
        world.bring(*document, source=source, known_entries=False)
        again = world.bring(*document, source=source, known_entries=False)
        assert all(isinstance(decision, Keep) and not decision.keys for decision in again)


@given(st.lists(DOCUMENTS, max_size=4))
def test_every_entry_is_decided_once(documents: list[list[Content]]) -> None:
    world = World()
    for document in documents:
        before = set(world.entries.get(OURS, set()))
        decided: list[int] = []
        for decision in world.bring(*document):
            decided += [decision.entry] if isinstance(decision, SetAside) else decision.entries
        assert len(decided) == len(set(decided))
        assert {candidate(document[place]).hash for place in decided} == {
            candidate(each).hash for each in document
        } - before


@given(st.lists(DOCUMENTS, max_size=4))
def test_content_never_comes_back(documents: list[list[Content]]) -> None:
    """Whatever feeds print, in whatever order: an article never gets content that it had before."""
    world = World()
    for document in documents:
        had = {article: known.hashes for article, known in world.known.items()}
        for decision in world.bring(*document):
            if isinstance(decision, Revise):
                assert decision.content.hash not in had[decision.article_id]


def test_the_id_recognises_an_article_whose_address_moved() -> None:
    world = World()
    world.bring(content("https://x.example/1", "a"))
    (decision,) = world.bring(content("https://x.example/moved", "a"))
    assert isinstance(decision, Keep)
    assert decision.keys == (("url", "", "https://x.example/moved"),)


def test_the_address_recognises_an_article_whose_id_changed() -> None:
    world = World()
    world.bring(content("https://x.example/1", "a"))
    (decision,) = world.bring(content("https://x.example/1", "b", "Changed"))
    assert isinstance(decision, Revise)
    assert decision.keys == (("guid", str(OURS), "b"),)


def test_a_home_page_is_nobodys_address() -> None:
    world = World()
    decisions = world.bring(content(SITE, "a", "One"), content(SITE, "b", "Two"), content(SITE, None, "Three"))
    assert [type(decision) for decision in decisions] == [Publish, Publish, Publish]


def test_an_address_of_several_ids_is_nobodys() -> None:
    decisions = World().bring(content(guid="a", headline="One"), content(guid="b", headline="Two"))
    assert [decision.keys for decision in decisions if isinstance(decision, Publish)] == [
        (("guid", str(OURS), "a"),),
        (("guid", str(OURS), "b"),),
    ]


def test_an_id_counts_within_its_source_only() -> None:
    world = World()
    world.bring(content("https://x.example/1", "a"))
    (decision,) = world.bring(content("https://y.example/1", "a"), source=THEIRS)
    assert isinstance(decision, Publish)


def test_of_two_versions_in_one_document_the_later_counts() -> None:
    older = replace(content(guid="a", headline="Old"), published=Moment.of(NOW - timedelta(days=2)))
    newer = replace(older, headline="New", hash=content_hash("New", None, None), updated=Moment.of(NOW))
    for document in ((older, newer), (newer, older)):
        (decision,) = World().bring(*document)
        assert isinstance(decision, Publish)
        assert (decision.content.headline, decision.entries) == ("New", (0, 1))


def test_the_publishers_word_says_when_content_changed_else_our_clock() -> None:
    world = World()
    world.bring(content(guid="a"))
    said = Moment.of(NOW - timedelta(hours=3))
    (told,) = world.bring(replace(content(guid="a", headline="Two"), updated=said))
    (silent,) = world.bring(content(guid="a", headline="Three"))
    assert isinstance(told, Revise)
    assert isinstance(silent, Revise)
    assert (told.updated, silent.updated) == (said, Moment.of(NOW))


def test_the_fuller_text_stays_with_what_was_read_out_of_it() -> None:
    world = World()
    whole = replace(
        content(guid="a"), kind="GALLERY", language="de", lead="Eins", body_html="<p>Eins zwei drei</p>",
        body_text="Eins zwei drei", body_extent=Extent.FULL, word_count=3, hash=b"whole", dateline="Wendhafen",
        credit="dpa", rights_holder="dpa", rights_notice="© dpa",
    )  # fmt: skip
    less = replace(content(guid="a", headline="Two"), body_text="Eins …", body_extent=Extent.EXCERPT, word_count=1)
    world.bring(whole)
    (decision,) = world.bring(less)
    assert isinstance(decision, Revise)
    kept = decision.content
    assert (kept.headline, kept.body_text, kept.word_count, kept.kind, kept.language) == (
        "Two", "Eins zwei drei", 3, "GALLERY", "de",
    )  # fmt: skip
    assert (kept.dateline, kept.credit, kept.rights_holder, kept.rights_notice) == ("Wendhafen", "dpa", "dpa", "© dpa")
    assert decision.keeps_media


def test_what_has_no_content_is_set_aside() -> None:
    world = World()
    aside = Candidate(b"x", None, Reason.NO_ADDRESS, "{}")
    decisions = decide(
        [aside, aside], [(), ()], skip=frozenset(), source_id=OURS, owners=world.owners, known=world.known, now=NOW
    )
    assert decisions == [SetAside(0, Reason.NO_ADDRESS)]
