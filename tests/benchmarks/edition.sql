-- name: begin
-- A schema of its own for what the edition is made of; it goes at the end.
create schema edition;
-- A number from 0 up to 1 that hangs on a number and on what it is for: the same in every run.
create function edition.u(n bigint, what integer) returns double precision language sql immutable parallel safe
return (hashint8extended(n, what) & 4294967295) / 4294967296.0::double precision;
-- An id as db/ids.py makes them.
create function edition.id(at timestamptz, n bigint, what integer) returns uuid language sql immutable parallel safe
return (
  lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(what || ':' || n), 1, 3)
  || '8' || substr(md5(what || ':' || n), 4, 15)
)::uuid;
create function edition.capital(text text) returns text language sql immutable parallel safe
return upper(left(text, 1)) || substr(text, 2);
-- A word of this rank: the first ones are English, the others three syllables.
create function edition.word(rank integer) returns text language sql immutable parallel safe
return coalesce(
  (string_to_array(
    'the of to in and a that for on is with was it at as by from said his be has are have but an not they who which'
    ' their were this will one had more would its been after about year new two or first people also government when'
    ' last there out up he she his all if over other into than could time years state world can no city minister'
    ' company market percent police between under three week since president country during some million what so'
    ' only them made before home day against most group where public many while because next election council court'
    ' school water report health price union party court budget climate energy hospital bridge harbour ferry strike'
    ' railway library festival museum river winter summer storm science research season coach team final match goal'
    ' orchard lighthouse tram clinic parliament mayor farmers vaccine satellite volcano glacier archive', ' '
  ))[rank],
  (select string_agg(
     substr('babebibodadedidofafefifogagegigokakekikolalelilomamemimonanenino', 1 + 2 * digit, 2), '' order by place)
   from (values (0, rank % 32), (1, rank / 32 % 32), (2, rank / 1024 % 32), (3, rank / 32768)) as d (place, digit)
   where place < 3 or digit > 0)
);
create unlogged table edition.words (rank integer primary key, word name not null);
create unlogged table edition.size (articles bigint, comments double precision, words integer, step interval);
create unlogged table edition.articles (
  n bigint primary key, id uuid not null, source integer not null, author integer not null, second integer,
  topics integer[] not null, published_at timestamptz not null, first_seen_at timestamptz not null,
  is_public boolean not null, comments integer not null
);
create unlogged table edition.comment_counts (n bigint primary key, comments integer not null);

-- name: choose
-- How much there is to be. $1 articles, $2 comments. A thousand articles a day, or as many as fit in five years and a
-- half.
insert into edition.size
select $1::bigint, $2::bigint, 60000, least(interval '86.4 seconds', interval '2000 days' / $1::bigint);

-- name: words
-- The vocabulary.
insert into edition.words select rank, edition.word(rank)::name from generate_series(1, 60000) rank;

-- name: sources
-- Five hundred outlets, each with a host, a feed and ten authors.
with s as (
  select s, edition.id(timestamptz '2021-01-01', s, 1) as id, edition.capital(edition.word(1000 + 37 * s)) as place,
    (array['Times', 'Post', 'Herald', 'Observer', 'Courier', 'Gazette', 'Tribune', 'Journal'])[1 + s % 8] as kind
  from generate_series(1, 500) s
), made as (
  insert into sources (
    id, slug, name, sort_name, publisher, homepage_url, logo_url, language, country, description, created_at
  )
  select id, lower(place || '-' || kind), 'The ' || place || ' ' || kind, lower('the ' || place || ' ' || kind),
    place || ' Media', 'https://' || lower(place || '-' || kind) || '.example/',
    'https://' || lower(place || '-' || kind) || '.example/logo.png',
    (array['en', 'en', 'en', 'en-GB', 'en-GB', 'en', 'de', 'de', 'fr', 'ja'])[1 + s % 10],
    (array['US', 'US', 'IE', 'GB', 'GB', 'AU', 'DE', 'AT', 'FR', 'JP'])[1 + s % 10],
    'News from ' || place, timestamptz '2021-01-01'
  from s
  returning id, slug, homepage_url, language
), named as (
  insert into slugs (noun, slug, id) select 'source', slug, id from made
), hosts as (
  insert into source_hosts (host, source_id) select slug || '.example', id from made
)
insert into feeds (id, url, source_id, title, site_url, language, created_at, host)
select edition.id(timestamptz '2021-01-01', s.s, 2), made.homepage_url || 'feed', made.id, 'News', made.homepage_url,
  made.language, timestamptz '2021-01-01', made.slug || '.example'
from made join s on s.id = made.id;

-- name: authors
-- Their authors.
with a as (
  select edition.id(timestamptz '2021-01-02', s.s * 10 + j, 3) as id,
    edition.id(timestamptz '2021-01-01', s.s, 1) as source_id,
    edition.capital(edition.word(3000 + 11 * (s.s * 10 + j))) || ' ' || edition.capital(edition.word(2000 + s.s))
      as name
  from generate_series(1, 500) s (s), generate_series(0, 9) j
), made as (
  insert into authors (id, source_id, slug, name, folded_name, url)
  select a.id, a.source_id, lower(replace(a.name, ' ', '-')), a.name, lower(a.name),
    case when edition.u(hashtext(a.name), 4) < 0.5 then s.homepage_url || 'by/' || lower(replace(a.name, ' ', '-')) end
  from a join sources s on s.id = a.source_id
  returning id, slug
)
insert into slugs (noun, slug, id) select 'author', slug, id from made;

-- name: topics
-- Three hundred topics: those of the migrations, and below them others two deep.
create unlogged table edition.topics (n integer primary key, id uuid not null, above integer);
insert into edition.topics
select row_number() over (order by id), id, null from topics;
insert into edition.topics
select n, edition.id(timestamptz '2021-01-01', n, 5),
  case when n <= 120 then 1 + n % t.top else t.top + 1 + n % (120 - t.top) end
from (select count(*)::integer as top from edition.topics) t, generate_series(t.top + 1, 300) n;
insert into topics (id, slug, code, name, sort_name, names, broader_id)
select t.id, edition.word(5000 + 17 * t.n), 'medtop:9' || lpad(t.n::text, 7, '0'),
  edition.capital(edition.word(5000 + 17 * t.n)), edition.word(5000 + 17 * t.n),
  jsonb_build_object('en', edition.capital(edition.word(5000 + 17 * t.n))), a.id
from edition.topics t join edition.topics a on a.n = t.above
order by t.n;
insert into slugs (noun, slug, id)
select 'topic', t.slug, t.id from topics t join edition.topics e on e.id = t.id where e.above is not null;
insert into topic_names (topic_id, language, folded)
select t.id, 'en', lower(t.name) from topics t join edition.topics e on e.id = t.id where e.above is not null;
create unlogged table edition.above (n integer, topic integer, direct boolean, primary key (n, topic));
with recursive above as (
  select n, n as topic, true as direct from edition.topics
  union all
  select a.n, t.above, false from above a join edition.topics t on t.n = a.topic where t.above is not null
)
insert into edition.above select * from above;

-- name: commenters
-- Whoever comments: one for twenty comments.
insert into commenters (id, display_name, role, created_at)
select edition.id(timestamptz '2021-01-03', m, 6),
  edition.capital(edition.word(1 + (200 + m * 7)::integer % 60000)) || m % 97,
  (array['COMMENTER', 'COMMENTER', 'COMMENTER', 'COMMENTER', 'COMMENTER', 'MEMBER', 'MEMBER', 'STAFF'])[1 + m % 8],
  timestamptz '2021-01-03'
from edition.size, generate_series(1, 1 + (comments / 20)::bigint) m;

-- name: plan
-- What each article is to be. Sources, authors and topics are used unevenly, comments very: the one article has
-- thousands, most have one or none. A few articles are under embargo.
insert into edition.articles
select n, edition.id(seen_at, n, 7), 1 + floor(500 * power(edition.u(n, 8), 2))::integer,
  floor(10 * power(edition.u(n, 9), 2))::integer,
  case when edition.u(n, 10) < 0.1 then floor(10 * edition.u(n, 11))::integer end,
  array[t, 1 + (t + further) % 300, 1 + (t + 1 + further + floor(149 * power(edition.u(n, 13), 2))::integer) % 300],
  at, seen_at, is_public,
  case when is_public then floor(s.comments / ln(s.articles / 20.0 + 1)
    / (20 + mod(n * 7919 + 13, s.articles)) + edition.u(n, 14))::integer else 0 end
from edition.size s, generate_series(1, s.articles) n,
  lateral (select date_trunc('second', timestamptz '2026-11-20 12:00:00+00'
    - (s.articles - n + edition.u(n, 15)) * s.step) as at) p,
  lateral (select p.at + interval '30 seconds' + edition.u(n, 16) * interval '1 hour' as seen_at) f,
  lateral (
    select 1 + floor(300 * power(edition.u(n, 17), 1.7))::integer as t,
      floor(149 * power(edition.u(n, 12), 2))::integer as further, edition.u(n, 18) >= 0.002 as is_public
  ) x;

-- name: comments
-- The comments of some articles. $1 from this one, $2 to that one. A reply hangs on any earlier comment of its article;
-- some without replies wait for a moderator, some with replies are placeholders.
with recursive seeds as materialized (
  select a.n, k, a.id as article_id, edition.id(t.at, a.n * 65536 + k, 19) as id, t.at as created_at,
    case when k > 1 and edition.u(a.n * 65536 + k, 20) < 0.6
      then 1 + floor((k - 1) * sqrt(edition.u(a.n * 65536 + k, 21)))::integer end as above
  from edition.articles a, generate_series(1, a.comments) k,
    lateral (select a.first_seen_at + interval '1 minute' + interval '3 days' * k / (a.comments + 1) as at) t
  where a.n between $1 and $2
), answered as materialized (
  select distinct n, above as k from seeds where above is not null
), held as materialized (
  select s.n, s.k, a.k is null and edition.u(s.n * 65536 + s.k, 22) < 0.01 as is_held
  from seeds s left join answered a on a.n = s.n and a.k = s.k
), replies as materialized (
  select s.n, s.above as k, count(*)::integer as replies
  from seeds s join held h on h.n = s.n and h.k = s.k
  where s.above is not null and not h.is_held
  group by s.n, s.above
), thread as (
  select s.n, s.k, s.id, null::uuid as parent_id, 0 as depth,
    int8send((extract(epoch from s.created_at) * 1000000)::bigint) || substring(uuid_send(s.id) from 13 for 4) as key
  from seeds s where s.above is null
  union all
  select s.n, s.k, s.id, t.id, t.depth + 1,
    t.key || int8send((extract(epoch from s.created_at) * 1000000)::bigint) || substring(uuid_send(s.id) from 13 for 4)
  from thread t join seeds s on s.n = t.n and s.above = t.k
), made as (
  insert into comments (
    id, article_id, parent_id, author_id, depth, thread_key, body_html, body_text, status, placeholder, is_public,
    created_at, reply_count, reaction_count
  )
  select s.id, s.article_id, t.parent_id, edition.id(timestamptz '2021-01-03', m.m, 6), t.depth, t.key,
    '<p>' || b.body || '.</p>', b.body || '.', case when h.is_held then 'PENDING' else 'PUBLISHED' end,
    case when r.replies > 0 and edition.u(s.n * 65536 + s.k, 23) < 0.01 then 'DELETED' end, not h.is_held,
    s.created_at, coalesce(r.replies, 0), floor(3 * edition.u(s.n * 65536 + s.k, 24))::integer
  from seeds s join thread t on t.n = s.n and t.k = s.k join held h on h.n = s.n and h.k = s.k
    left join replies r on r.n = s.n and r.k = s.k
    cross join (select 1 + (comments / 20)::bigint as people from edition.size) z
    cross join lateral (
      select 1 + floor(z.people * power(edition.u(s.n * 65536 + s.k, 25), 2))::bigint as m,
        4 + floor(40 * edition.u(s.n * 65536 + s.k, 26))::integer as words
    ) m
    cross join lateral (
      select edition.capital(string_agg((array(select word from edition.words order by rank))[
        floor(power(60001, edition.u((s.n * 65536 + s.k) * 64 + w, 27)))::integer
      ]::text, ' ')) as body
      from generate_series(1, m.words) w
    ) b
  order by s.n, s.k
  returning article_id, is_public, placeholder
)
insert into edition.comment_counts
select a.n, count(*) filter (where m.is_public and m.placeholder is null)
from made m join edition.articles a on a.id = m.article_id
group by a.n;

-- name: articles
-- Some articles, with revisions, keys, entries, pictures, topics and authors. $1 from this one, $2 to that one. The
-- words of headline, lead and the rest are drawn by rank, which makes them as uneven as those of a language; the body
-- begins with the lead.
with a as (
  select e.*, s.id as source_id, s.homepage_url, s.language, f.id as feed_id, x.byline, x.signed,
    6 + floor(5 * edition.u(e.n, 30))::integer as heads, 20 + floor(16 * edition.u(e.n, 31))::integer as leads,
    60 + floor(240 * edition.u(e.n, 32))::integer as rest,
    case
      when edition.u(e.n, 33) < 0.1 then e.published_at + floor(86400 * edition.u(e.n, 34)) * interval '1 second'
    end as updated_at,
    edition.u(e.n, 35) < 0.8 as has_image, coalesce(c.comments, 0) as comment_count,
    s.homepage_url || e.n || '-' || edition.word(1 + (e.n % 50000)::integer) as url
  from edition.articles e
    left join edition.comment_counts c on c.n = e.n
    join sources s on s.id = edition.id(timestamptz '2021-01-01', e.source, 1)
    join feeds f on f.source_id = s.id
    cross join lateral (
      select 'By ' || string_agg(w.name, ' and ' order by p.n) as byline, array_agg(w.id order by p.n) as signed
      from unnest(case when e.second <> e.author then array[e.author, e.second] else array[e.author] end)
        with ordinality as p (author, n)
        join authors w on w.id = edition.id(timestamptz '2021-01-02', e.source * 10 + p.author, 3)
    ) x
  where e.n between $1 and $2
), called as materialized (
  select array_agg(x.name order by e.n) as named from edition.topics e join topics x on x.id = e.id
), t as (
  select a.*, b.*
  from a cross join lateral (
    select
      edition.capital(string_agg(word, ' ') filter (where k <= heads)) as headline,
      rtrim(string_agg(printed, '') filter (where k > heads and k <= heads + leads), E' \n') as lead,
      rtrim(string_agg(printed, '') filter (where k > heads), E' \n') as body_text,
      string_agg(
        case
          when k <= heads then word || ':' || k || 'A'
          when k <= heads + leads then word || ':' || k + 64 || 'B ' || word || ':' || k + leads + bylines + 192
          else word || ':' || k + leads + bylines + 192
        end, ' '
      ) as search
    from (
      select k, word, bylines,
        case when (k - heads) % 15 = 1 or k = heads + leads + 1 then edition.capital(word) else word end
        || case
          when k = heads + leads or k = heads + leads + rest or k > heads + leads and (k - heads) % 60 = 0 then E'.\n\n'
          when (k - heads) % 15 = 0 then '. '
          else ' '
        end as printed
      from generate_series(1, heads + leads + rest) k,
        -- `offset 0` keeps Postgres from drawing a word again wherever it is named.
        lateral (select (array(select word from edition.words order by rank))[
          floor(power(60001, edition.u(a.n * 512 + k, 36)))::integer]::text as word offset 0) w,
        lateral (select array_length(string_to_array(byline, ' '), 1) as bylines) l
      offset 0
    ) w
  ) b
), made as (
  insert into articles (
    id, source_id, url, is_public, embargoed_until, headline, lead, body_html, body_text, body_extent, byline,
    language, categories, subjects, published_at, published_text, published_estimated, updated_at, updated_text,
    sort_updated_at, first_seen_at, changed_at, word_count, has_image, comment_count, content_hash, search
  )
  select id, source_id, url, is_public, case when not is_public then timestamptz '2100-01-01' end, headline, lead,
    h.html, body_text, 'FULL', byline, language, n.names, n.names, published_at,
    to_char(published_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), false, updated_at,
    to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), coalesce(updated_at, published_at),
    first_seen_at, first_seen_at, leads + rest, has_image, comment_count,
    decode(md5(headline || chr(1) || lead || chr(1) || h.html), 'hex'),
    (search || ' ' || (
      select string_agg(lower(word) || ':' || heads + leads + 128 + k || 'C', ' ')
      from unnest(string_to_array(byline, ' ')) with ordinality as b (word, k)
    ))::tsvector
  from t,
    lateral (select '<p>' || replace(body_text, E'\n\n', '</p><p>') || '</p>' as html) h,
    lateral (select array[named[topics[1]], named[topics[2]], named[topics[3]]] as names from called) n
  order by t.n
  returning id, url, first_seen_at, content_hash, headline, lead, body_html, body_text
), revised as (
  insert into revisions (id, article_id, seen_at, content_hash, headline, lead, body_html, body_text)
  select edition.id(first_seen_at, hashtextextended(url, 0), 37), id, first_seen_at, content_hash, headline, lead,
    body_html, body_text
  from made
), keyed as (
  insert into article_keys (kind, scope, value, article_id)
  select 'url', '', url, id from a
  union all
  select 'guid', feed_id::text, n::text, id from a
), entered as (
  insert into entries (feed_id, content_hash, article_id, first_seen_at)
  select feed_id, decode(md5(n::text), 'hex'), id, first_seen_at from a
), illustrated as (
  insert into images (article_id, position, url, alt, caption, credit, width, height)
  select id, 0, homepage_url || 'images/' || n || '.jpg', edition.word(1 + (n % 40000)::integer),
    edition.capital(edition.word(200 + (n % 30000)::integer)) || ' seen from the ' || edition.word(150),
    substr(byline, 4), 1200, 800
  from a where has_image
), signed as (
  insert into article_authors (article_id, position, author_id, published_at)
  select a.id, s.n - 1, s.author, a.published_at from a, unnest(signed) with ordinality as s (author, n)
)
insert into article_topics (article_id, topic_id, direct, confidence, assigned_by, published_at)
select a.id, e.id, bool_or(x.direct), 1, 'PUBLISHER', a.published_at
from a, unnest(a.topics) w (topic) join edition.above x on x.n = w.topic join edition.topics e on e.n = x.topic
group by a.n, a.id, a.published_at, e.id
order by a.n;

-- name: count
-- Everything that is counted in rows.
update sources s set article_count = c.count, latest_article_at = c.latest, sort_latest_at = c.latest
from (
  select source_id, count(*) as count, max(published_at) as latest from articles where is_public group by source_id
) c
where s.id = c.source_id;
update topics t set article_count = c.count
from (
  select x.topic_id, count(*) as count from article_topics x join articles a on a.id = x.article_id
  where a.is_public group by x.topic_id
) c
where t.id = c.topic_id;
update authors u set article_count = c.count
from (
  select x.author_id, count(*) as count from article_authors x join articles a on a.id = x.article_id
  where a.is_public group by x.author_id
) c
where u.id = c.author_id;
update commenters m set comment_count = c.count
from (
  select author_id, count(*) as count from comments where is_public and placeholder is null group by author_id
) c
where m.id = c.author_id;
-- The end of the log: what came last.
insert into changes (at, kind, node, article_id)
select first_seen_at, 'ARTICLE_PUBLISHED', 'a_' || id, id
from (select id, first_seen_at from edition.articles where is_public order by n desc limit 1000) a
order by id;

-- name: constraints
-- Constraints of the tables that are filled, those that refer to others first: how to drop them, how to make them.
select format('alter table %s drop constraint %I', conrelid::regclass, conname) as dropped,
  format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as made,
  contype <> 'f' as is_key
from pg_constraint
where connamespace = 'public'::regnamespace and contype in ('f', 'p', 'u')
  and (conrelid = any ($1::text[]::regclass[]) or confrelid = any ($1::text[]::regclass[]))
order by contype <> 'f', conrelid::regclass::text, conname;

-- name: indexes
-- Indexes of the tables that are filled which belong to no constraint. $1 tables.
select format('drop index %s', indexrelid::regclass) as dropped, pg_get_indexdef(indexrelid) as made
from pg_index i
where indrelid = any ($1::text[]::regclass[])
  and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
order by pg_relation_size(indrelid) desc, indexrelid::regclass::text;
