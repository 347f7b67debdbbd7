-- name: public
-- How much the public sees of each thing: articles, sources, topics, comments. The counters in rows are added up, so
-- that this stays quick however many articles there are.
select
  (select coalesce(sum(article_count), 0)::bigint from sources) as articles,
  (select count(*) from sources) as sources,
  (select count(*) from topics) as topics,
  (select coalesce(sum(comment_count), 0)::bigint from articles where is_public and comment_count > 0) as comments;
