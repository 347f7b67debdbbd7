-- name: fetch
-- Say whether the pages of a source are fetched; nothing where it is so already. $1 slug, $2 whether.
update sources set fetches_pages = $2
where id = (select g.id from slugs g where g.noun = 'source' and g.slug = $1) and fetches_pages <> $2
returning id;

-- name: leave
-- Pages of a source that are no longer wanted. $1 source.
delete from page_fetches p using articles a where a.id = p.article_id and a.source_id = $1;

-- name: want
-- Pages of articles to be fetched, where their source's are, however they stand already. $1 now, $2 articles.
insert into page_fetches (article_id, host, due_at)
select a.id, btrim(substring(a.url from '^https?://(\[[^]]*\]|[^/:?#]+)'), '[]'), $1
from articles a join sources s on s.id = a.source_id
where a.id = any ($2::uuid[]) and s.fetches_pages and a.url ~ '^https?://[^/]'
order by a.id
on conflict (article_id) do update set due_at = excluded.due_at, attempts = 0;

-- name: take
-- Pages that are due, one of a host, where that leaves room for a feed: they fall due again when a pause is over. Of an
-- article that is withheld there comes no address. $1 now, $2 since when an attempt without an end counts as under way,
-- $3 pages, $4 requests to one host, $5 pauses, the last one for ever.
with recursive hosts as (
  select min(host) as host from page_fetches
  union all
  -- From host to host through the index, however many pages of each wait.
  select (select min(p.host) from page_fetches p where p.host > h.host) from hosts h where h.host is not null
),
due as (
  select next.article_id
  from hosts h
  cross join lateral (
    select p.article_id, p.due_at from page_fetches p
    where p.host = h.host and p.due_at <= $1
    order by p.due_at, p.article_id
    limit 1
  ) next
  where
    (select count(*) from under_way u where u.host = h.host and u.began_at > $2) < greatest($4 - 1, 1)
    and not exists (select from page_fetches p where p.host = h.host and p.began_at > $2)
  order by next.due_at, next.article_id
  limit $3
)
update page_fetches p
set
  began_at = $1, attempts = p.attempts + 1,
  due_at = $1 + ($5::interval[])[least(p.attempts + 1, cardinality($5::interval[]))]
from due, articles a
where p.article_id = due.article_id and a.id = p.article_id
returning p.article_id, p.host, p.attempts, p.due_at, case when a.status = 'USABLE' then a.url end as url;

-- name: later
-- A page that could not be fetched now: when its pause is over, and not before the server wants. $1 article, $2 when it
-- falls due, $3 when the server wants to be asked again.
update page_fetches set began_at = null, due_at = greatest(due_at, $3) where article_id = $1 and due_at = $2;

-- name: done
-- A page that was fetched, or never will be; one that was wanted again meanwhile stays. $1 article, $2 when it would
-- have fallen due.
delete from page_fetches where article_id = $1 and due_at = $2;

-- name: keep
-- Texts of pages beside what feeds carried, null for none, and what is known by them of their articles. $1 now, then
-- one array for each column, in the order below.
update articles a
set
  page_html = n.page_html, page_text = n.page_text, page_extent = n.page_extent,
  page_fetched_at = case when n.page_html is not null then $1::timestamptz end, dateline = n.dateline, credit = n.credit,
  rights_holder = n.rights_holder, rights_notice = n.rights_notice, word_count = n.word_count,
  search = n.search::tsvector, changed_at = $1
from unnest(
  $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::integer[],
  $11::text[]
) as n (
  id, page_html, page_text, page_extent, dateline, credit, rights_holder, rights_notice, word_count, search
)
where a.id = n.id;
