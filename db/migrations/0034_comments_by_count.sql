-- concurrently
-- What was answered and liked most of a discussion, whoever asks.
drop index concurrently if exists comments_roots_by_replies;
create index concurrently comments_roots_by_replies on comments (article_id, reply_count desc, id desc)
  where parent_id is null;
drop index concurrently if exists comments_roots_by_reactions;
create index concurrently comments_roots_by_reactions on comments (article_id, reaction_count desc, id desc)
  where parent_id is null;
