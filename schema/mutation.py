"""What readers and moderators may change. Each mutation is a function of `schema/writes` and a line here."""

from enum import Enum
from typing import Any

import strawberry
from strawberry import UNSET

from ingest.moderation.case import State, Status
from schema.article import Article
from schema.comment import Comment, Commenter, FlagReason, RejectionReason
from schema.cost import JUDGED
from schema.fields import OfWrite, OfWritten, planned, rule, said
from schema.scalars import DateTime
from schema.writes import delete, edit, erase, flag, moderate, post, react
from schema.writes.outcome import Fault

strawberry.enum(Fault, name="CommentErrorCode")


@strawberry.interface(
    description='path leads to the input field at fault, for example ["input", "body"].'
    " It never names a constraint of the database."
)
class UserError:
    message: str = said()
    path: list[str] = said()


@strawberry.type
class CommentError(UserError):
    code: Fault = said()


@strawberry.enum(description="ANONYMISE keeps the texts without a name; DELETE leaves placeholders where replies hang.")
class ErasedComments(Enum):
    ANONYMISE = "ANONYMISE"
    DELETE = "DELETE"


@strawberry.input
class PostCommentInput:
    article_id: strawberry.ID
    parent_id: strawberry.ID | None = UNSET
    body: str = strawberry.field(description="Markdown: paragraphs, emphasis, quotes, lists, code and links.")
    idempotency_key: str | None = strawberry.field(
        default=UNSET, description="The same key again answers with the first result."
    )


@strawberry.input
class EditCommentInput:
    id: strawberry.ID
    body: str


@strawberry.input
class DeleteCommentInput:
    id: strawberry.ID


@strawberry.input
class AddReactionInput:
    comment_id: strawberry.ID


@strawberry.input
class RemoveReactionInput:
    comment_id: strawberry.ID


@strawberry.input
class FlagCommentInput:
    comment_id: strawberry.ID
    reason: FlagReason
    note: str | None = UNSET


@strawberry.input
class ModerateCommentsInput:
    ids: list[strawberry.ID]
    status: Status
    reason: RejectionReason | None = UNSET
    note: str | None = UNSET


@strawberry.input
class SetCommenterStateInput:
    id: strawberry.ID
    state: State
    until: DateTime | None = UNSET
    note: str | None = UNSET


@strawberry.input
class SetCommentsOpenInput:
    article_id: strawberry.ID
    open: bool
    closes_at: DateTime | None = strawberry.field(
        default=UNSET, description="Of an article that is open: when it closes by itself. Without it, never."
    )
    premoderated: bool | None = strawberry.field(
        default=UNSET,
        description="Whether its comments are looked at before others see them. As it was, where this is left out.",
    )


@strawberry.input
class EraseViewerInput:
    comments: ErasedComments


def _comment(description: str | None = None) -> Any:
    return rule(OfWritten("comments"), description)


def _errors() -> Any:
    return said()


@strawberry.type
class PostCommentPayload:
    comment: Comment | None = _comment("Its status says whether the public sees it yet.")
    errors: list[CommentError] = _errors()


@strawberry.type
class EditCommentPayload:
    comment: Comment | None = _comment()
    errors: list[CommentError] = _errors()


@strawberry.type
class DeleteCommentPayload:
    comment: Comment | None = _comment("Null when nothing is left to show in its place.")
    errors: list[CommentError] = _errors()


@strawberry.type
class AddReactionPayload:
    comment: Comment | None = _comment()
    errors: list[CommentError] = _errors()


@strawberry.type
class RemoveReactionPayload:
    comment: Comment | None = _comment()
    errors: list[CommentError] = _errors()


@strawberry.type
class FlagCommentPayload:
    comment: Comment | None = _comment()
    errors: list[CommentError] = _errors()


@strawberry.type
class ModerateCommentsPayload:
    comments: list[Comment] = _comment()
    errors: list[CommentError] = _errors()


@strawberry.type
class SetCommenterStatePayload:
    commenter: Commenter | None = rule(OfWritten("commenters"))
    errors: list[CommentError] = _errors()


@strawberry.type
class SetCommentsOpenPayload:
    article: Article | None = rule(OfWritten("articles"))
    errors: list[CommentError] = _errors()


@strawberry.type
class EraseViewerPayload:
    erased: bool = said(without=False)
    errors: list[CommentError] = _errors()


def _post(input: PostCommentInput) -> PostCommentPayload:
    planned()


def _edit(input: EditCommentInput) -> EditCommentPayload:
    planned()


def _delete(input: DeleteCommentInput) -> DeleteCommentPayload:
    planned()


def _add(input: AddReactionInput) -> AddReactionPayload:
    planned()


def _remove(input: RemoveReactionInput) -> RemoveReactionPayload:
    planned()


def _flag(input: FlagCommentInput) -> FlagCommentPayload:
    planned()


def _moderate(input: ModerateCommentsInput) -> ModerateCommentsPayload:
    planned()


def _state(input: SetCommenterStateInput) -> SetCommenterStatePayload:
    planned()


def _open(input: SetCommentsOpenInput) -> SetCommentsOpenPayload:
    planned()


def _erase(input: EraseViewerInput) -> EraseViewerPayload:
    planned()


@strawberry.type
class Mutation:
    post_comment: PostCommentPayload = rule(OfWrite(post.post, JUDGED), resolver=_post)
    edit_comment: EditCommentPayload = rule(OfWrite(edit.edit, JUDGED), resolver=_edit)
    delete_comment: DeleteCommentPayload = rule(OfWrite(delete.delete), resolver=_delete)
    add_reaction: AddReactionPayload = rule(OfWrite(react.add), resolver=_add)
    remove_reaction: RemoveReactionPayload = rule(OfWrite(react.remove), resolver=_remove)
    flag_comment: FlagCommentPayload = rule(OfWrite(flag.flag), resolver=_flag)
    moderate_comments: ModerateCommentsPayload = rule(
        OfWrite(moderate.comments), "Moderators; up to 100 at once.", _moderate
    )
    set_commenter_state: SetCommenterStatePayload = rule(OfWrite(moderate.commenter), "Moderators.", _state)
    set_comments_open: SetCommentsOpenPayload = rule(OfWrite(moderate.comments_open), "Moderators and staff.", _open)
    erase_viewer: EraseViewerPayload = rule(
        OfWrite(erase.viewer),
        "The caller's own data; irrevocable. What may be taken along is at GET /v1/me/export.",
        _erase,
    )
