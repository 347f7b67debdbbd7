-- name: articles
-- Articles as `articles.known` gives them, with what an operator knows them by, and without a lock. $1 articles.
select
  a.id, a.source_id, s.name as source, a.url, a.kind, a.headline, a.lead, a.byline, a.body_html, a.body_text,
  a.body_extent, a.page_html, a.page_text, a.page_extent, a.language, a.has_image, a.status, a.is_public,
  a.published_text, a.published_estimated, a.updated_at, a.dateline, a.credit, a.rights_holder, a.rights_notice,
  array(select r.content_hash from revisions r where r.article_id = a.id) as hashes
from articles a join sources s on s.id = a.source_id
where a.id = any ($1::uuid[]);

-- name: entries
-- Entries that a feed has given before, and what became of them. $1 feed, $2 hashes.
select e.content_hash, e.first_seen_at, e.set_aside, a.headline
from entries e left join articles a on a.id = e.article_id
where e.feed_id = $1 and e.content_hash = any ($2::bytea[]);

-- name: source
-- The outlet that is recognised by a host. $1 host.
select s.id, s.name from source_hosts h join sources s on s.id = h.source_id where h.host = $1;
