-- concurrently
-- What somebody did, in an order in which it is read page by page.
drop index concurrently if exists reactions_of_commenter;
create index concurrently reactions_of_commenter on reactions (commenter_id, comment_id);
drop index concurrently if exists flags_of_commenter;
create index concurrently flags_of_commenter on flags (commenter_id, id) where commenter_id is not null;
drop index concurrently if exists decisions_of_moderator;
create index concurrently decisions_of_moderator on decisions (decided_by, id) where decided_by is not null;
-- They begin as the new ones do.
drop index concurrently if exists reactions_by_commenter;
drop index concurrently if exists flags_by_commenter;
drop index concurrently if exists decisions_by_moderator;
