"""What the public sees of a thread after any change, against a plain recount."""

from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from db.changes import Kind
from schema.writes.tree import Node, settle

ARTICLE = UUID(int=10_001)
STATUSES = ("PUBLISHED", "APPROVED", "PENDING", "WITHHELD", "REJECTED")
Tree = dict[UUID, Node]


def shown(tree: Tree) -> Tree:
    """The tree as its rows have to stand: the deepest first, each from its own replies."""
    found: Tree = {}
    for node in sorted(tree.values(), key=lambda node: -node.depth):
        replies = sum(reply.parent_id == node.id and reply.is_public for reply in found.values())
        gone = node.placeholder if node.placeholder in ("DELETED", "ERASED") else None
        live = node.status in ("PUBLISHED", "APPROVED") and not gone
        placeholder = gone or (None if live or not replies else "REMOVED")
        found[node.id] = replace(node, reply_count=replies, is_public=live or replies > 0, placeholder=placeholder)
    return found


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    tree: Tree = {}
    for number in range(1, draw(st.integers(1, 12)) + 1):
        parent = draw(st.sampled_from([None, *tree.values()]))
        tree[UUID(int=number)] = Node(
            id=UUID(int=number),
            article_id=ARTICLE,
            parent_id=parent.id if parent else None,
            author_id=draw(st.sampled_from([None, UUID(int=501), UUID(int=502)])),
            depth=parent.depth + 1 if parent else 0,
            status=draw(st.sampled_from(STATUSES)),
            placeholder=draw(st.sampled_from([None, None, None, "DELETED", "ERASED"])),
            is_public=False,
            reply_count=0,
        )
    return shown(tree)


@given(trees(), st.data())
@settings(max_examples=200, deadline=None)
def test_a_change_leaves_what_a_recount_gives(tree: Tree, data: st.DataObject) -> None:
    ids = data.draw(st.lists(st.sampled_from(sorted(tree)), min_size=1, max_size=5, unique=True))
    changed = [
        replace(
            tree[id_],
            status=data.draw(st.sampled_from(STATUSES)),
            placeholder=data.draw(st.sampled_from([tree[id_].placeholder, "DELETED", "ERASED"])),
            author_id=data.draw(st.sampled_from([tree[id_].author_id, None])),
        )
        for id_ in ids
    ]
    # Only the changed ones and those above them are known.
    above = {id_: tree[id_] for id_ in ids}
    for id_ in ids:
        while (parent := tree[id_].parent_id) is not None:
            id_, above[parent] = parent, tree[parent]
    settled = settle(above, changed)
    after = shown(tree | {node.id: node for node in changed})
    assert tree | {node.id: node for node in settled.nodes} == after
    assert settled.articles[ARTICLE] == sum(n.live for n in after.values()) - sum(n.live for n in tree.values())
    moved = Counter(n.author_id for n in after.values() if n.live)
    moved.subtract(Counter(n.author_id for n in tree.values() if n.live))
    for author in (UUID(int=501), UUID(int=502)):
        assert settled.commenters[author] == moved[author]
    told = {line.node[2:]: line.kind for line in settled.lines}
    for id_, node in after.items():
        if node.is_public and not tree[id_].is_public:
            assert told[str(id_)] is Kind.COMMENT_POSTED
        elif tree[id_].is_public and not node.is_public:
            assert told[str(id_)] is Kind.COMMENT_REMOVED
        elif node.is_public and node != tree[id_]:
            assert told[str(id_)] is Kind.COMMENT_UPDATED
        elif not node.is_public:
            assert str(id_) not in told
    assert [line.node for line in settled.lines] == sorted(line.node for line in settled.lines)


class Counted(UUID):
    """An id that counts how often ids are compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return super().__eq__(other)

    def __lt__(self, other: Any) -> bool:
        Counted.compared += 1
        return super().__lt__(other)

    __hash__ = UUID.__hash__


def compared(replies: int) -> int:
    """How often ids are compared where so many replies go, each of a parent of its own."""
    tree: Tree = {}
    for number in range(1, replies + 1):
        parent = Node(Counted(int=number), ARTICLE, None, None, 0, "PUBLISHED", None, True, 1)
        reply = Node(Counted(int=10_000 + number), ARTICLE, parent.id, None, 1, "PUBLISHED", None, True, 0)
        tree |= {parent.id: parent, reply.id: reply}
    Counted.compared = 0
    settle(tree, [replace(node, placeholder="DELETED") for node in tree.values() if node.depth])
    return Counted.compared


def test_settling_takes_little_more_than_twice_as_long_for_twice_as_many() -> None:
    assert compared(1_000) < 3 * compared(500)


@given(trees())
@settings(max_examples=50, deadline=None)
def test_under_a_hidden_article_commenters_are_not_counted(tree: Tree) -> None:
    changed = [replace(node, status="REJECTED") for node in tree.values()]
    assert not any(settle(tree, changed, {ARTICLE}).commenters.values())
