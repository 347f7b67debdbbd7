-- name: owners
-- Whose these keys are. $1 kinds, $2 scopes, $3 values.
select k.kind, k.scope, k.value, k.article_id
from unnest($1::text[], $2::text[], $3::text[]) as w (kind, scope, value)
join article_keys k on k.kind = w.kind and k.scope = w.scope and k.value = w.value;

-- name: withheld
-- Which of these keys withheld articles own. $1 kinds, $2 scopes, $3 values.
select k.kind, k.scope, k.value, k.article_id
from unnest($1::text[], $2::text[], $3::text[]) as w (kind, scope, value)
join article_keys k on k.kind = w.kind and k.scope = w.scope and k.value = w.value
join articles a on a.id = k.article_id
where a.status = 'WITHHELD';

-- name: known
-- Articles as they are, locked against other changes, with the hashes of all their contents. $1 articles.
select
  a.id, a.source_id, a.kind, a.headline, a.lead, a.byline, a.body_html, a.body_text, a.body_extent, a.page_html,
  a.page_text, a.page_extent, a.language, a.has_image, a.status, a.is_public, a.published_text, a.published_estimated,
  a.updated_at, a.dateline, a.credit, a.rights_holder, a.rights_notice,
  array(select r.content_hash from revisions r where r.article_id = a.id) as hashes,
  array(select t.topic_id from article_topics t where t.article_id = a.id and t.direct order by t.topic_id) as topics
from articles a
where a.id = any ($1::uuid[])
order by a.id
for no key update of a;

-- name: insert
-- New articles, public at once unless under embargo or expired. $1 now, $2 source, then one array for each column, in
-- the order below.
insert into articles (
  id, url, kind, headline, lead, body_html, body_text, body_extent, byline, section, credit, rights_holder,
  rights_notice, language, categories, published_at, published_text, published_estimated, updated_at, updated_text,
  sort_updated_at, word_count, has_image, content_hash, search, dateline, subjects, page_html,
  page_text, page_extent, page_fetched_at, embargoed_until, expires_at, source_id, is_public, first_seen_at, changed_at
)
select
  a.id, a.url, a.kind, a.headline, a.lead, a.body_html, a.body_text, a.body_extent, a.byline, a.section, a.credit,
  a.rights_holder, a.rights_notice, a.language, array(select jsonb_array_elements_text(a.categories::jsonb)),
  a.published_at, a.published_text, a.published_estimated, a.updated_at, a.updated_text,
  coalesce(a.updated_at, a.published_at), a.word_count, a.has_image, a.content_hash, a.search::tsvector, a.dateline,
  array(select jsonb_array_elements_text(a.subjects::jsonb)), a.page_html, a.page_text, a.page_extent,
  case when a.page_html is not null then $1::timestamptz end, a.embargoed_until, a.expires_at, $2,
  (a.embargoed_until is null or a.embargoed_until <= $1) and (a.expires_at is null or a.expires_at > $1), $1, $1
from unnest(
  $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
  $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::timestamptz[], $19::text[],
  $20::boolean[], $21::timestamptz[], $22::text[], $23::integer[], $24::boolean[], $25::bytea[], $26::text[],
  $27::text[], $28::text[], $29::text[], $30::text[], $31::text[], $32::timestamptz[], $33::timestamptz[]
) as a (
  id, url, kind, headline, lead, body_html, body_text, body_extent, byline, section, credit, rights_holder,
  rights_notice, language, categories, published_at, published_text, published_estimated, updated_at, updated_text,
  word_count, has_image, content_hash, search, dateline, subjects, page_html,
  page_text, page_extent, embargoed_until, expires_at
);

-- name: revise
-- New content of articles, with all that comes of it; the address and the date of publication stay, but for a date
-- that only now became known (null: none). $1 now, then one array for each column, in the order below.
update articles a
set
  kind = n.kind, headline = n.headline, lead = n.lead, body_html = n.body_html, body_text = n.body_text,
  body_extent = n.body_extent, byline = n.byline, section = n.section, credit = n.credit,
  rights_holder = n.rights_holder, rights_notice = n.rights_notice, language = n.language,
  categories = array(select jsonb_array_elements_text(n.categories::jsonb)),
  published_at = coalesce(n.published_at, a.published_at),
  published_text = coalesce(n.published_text, a.published_text),
  published_estimated = a.published_estimated and n.published_at is null,
  updated_at = n.updated_at, updated_text = n.updated_text, sort_updated_at = n.updated_at,
  word_count = n.word_count, has_image = n.has_image, content_hash = n.content_hash, search = n.search::tsvector,
  dateline = n.dateline, subjects = array(select jsonb_array_elements_text(n.subjects::jsonb)),
  page_html = n.page_html, page_text = n.page_text, page_extent = n.page_extent,
  page_fetched_at = case
    when n.page_html is null then null when n.page_html = a.page_html then a.page_fetched_at else $1
  end,
  changed_at = $1
from unnest(
  $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
  $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::timestamptz[], $18::text[],
  $19::boolean[], $20::timestamptz[], $21::text[], $22::integer[], $23::boolean[], $24::bytea[], $25::text[],
  $26::text[], $27::text[], $28::text[], $29::text[], $30::text[]
) as n (
  id, url, kind, headline, lead, body_html, body_text, body_extent, byline, section, credit, rights_holder,
  rights_notice, language, categories, published_at, published_text, published_estimated, updated_at, updated_text,
  word_count, has_image, content_hash, search, dateline, subjects, page_html, page_text, page_extent
)
where a.id = n.id;

-- name: hold
-- Embargoes and expiries that are stated now, and what they make of articles; null states nothing. Answers with those
-- that this made different. $1 now, $2 articles, $3 ends of embargoes, $4 expiries.
with stated as (
  select a.id, coalesce(n.start, a.embargoed_until) as start, coalesce(n.stop, a.expires_at) as stop
  from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) as n (id, start, stop) join articles a on a.id = n.id
)
update articles a
set
  embargoed_until = s.start, expires_at = s.stop, changed_at = $1,
  is_public = a.status = 'USABLE' and (s.start is null or s.start <= $1) and (s.stop is null or s.stop > $1)
from stated s
where a.id = s.id and (a.embargoed_until, a.expires_at) is distinct from (s.start, s.stop)
returning a.id, a.is_public;

-- name: touch
-- Articles that changed in something that stands outside of their row. $1 now, $2 articles.
update articles set changed_at = $1 where id = any ($2::uuid[]);

-- name: insert_keys
-- Keys and their owners; fewer come back than were sent where another article took one meanwhile.
-- $1 kinds, $2 scopes, $3 values, $4 articles.
insert into article_keys (kind, scope, value, article_id)
select k.kind, k.scope, k.value, k.article_id
from unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) as k (kind, scope, value, article_id)
order by k.kind, k.scope, k.value
on conflict do nothing
returning 1;

-- name: insert_revisions
-- What articles say from now on. $1 now, $2 ids, $3 articles, $4 hashes, $5 headlines, $6 leads, $7 HTML, $8 texts,
-- $9 whether these are a page's.
insert into revisions (id, article_id, seen_at, content_hash, headline, lead, body_html, body_text, from_page)
select r.id, r.article_id, $1, r.content_hash, r.headline, r.lead, r.body_html, r.body_text, r.from_page
from unnest(
  $2::uuid[], $3::uuid[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[]
) as r (id, article_id, content_hash, headline, lead, body_html, body_text, from_page);

-- name: clear_images
-- Articles lose their pictures, to be given new ones. $1 articles.
delete from images where article_id = any ($1::uuid[]);

-- name: clear_enclosures
-- Articles lose their enclosures, to be given new ones. $1 articles.
delete from enclosures where article_id = any ($1::uuid[]);

-- name: insert_images
-- Pictures. $1 articles, $2 positions, $3 addresses, $4 alternative texts, $5 captions, $6 credits, $7 widths,
-- $8 heights.
insert into images (article_id, position, url, alt, caption, credit, width, height)
select *
from unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::integer[]);

-- name: insert_enclosures
-- Enclosures. $1 articles, $2 positions, $3 addresses, $4 types, $5 lengths, $6 durations.
insert into enclosures (article_id, position, url, mime_type, byte_length, duration_seconds)
select * from unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::integer[], $6::integer[]);
