-- name: list_subselects
-- A topic's newest articles; what hangs on each by correlated subselects. $1 the topic's slug.
select concat('{"data":{"articles":[', string_agg(concat(
  '{"id":"', a.id, '","headline":', to_json(a.headline), ',"lead":', coalesce(to_json(a.lead)::text, 'null'),
  ',"url":', to_json(a.url), ',"image":',
  coalesce((select concat('{"url":', to_json(i.url), '}') from images i where i.article_id = a.id and i.position = 0), 'null'),
  ',"language":', to_json(a.language), ',"publishedAt":"', a.published_text, '","source":',
  (select concat('{"name":', to_json(s.name), '}') from sources s where s.id = a.source_id),
  ',"topics":[', (
    select string_agg(concat('{"name":', to_json(t.name), '}'), ',' order by x.confidence desc, x.topic_id)
    from article_topics x join topics t on t.id = x.topic_id where x.article_id = a.id and x.direct
  ), '],"commentCount":', a.comment_count, '}'
), ',' order by a.published_at desc, a.id desc), ']}}')
from (
  select a.id, a.headline, a.lead, a.url, a.language, a.published_text, a.published_at, a.source_id, a.comment_count
  from article_topics x join articles a on a.id = x.article_id
  where x.topic_id = (select t.id from topics t where t.slug = $1) and a.is_public
  order by x.published_at desc, x.article_id desc limit 20
) a

-- name: list_laterals
-- The same by joins, lateral where there are several. $1 the topic's slug.
select concat('{"data":{"articles":[', string_agg(concat(
  '{"id":"', a.id, '","headline":', to_json(a.headline), ',"lead":', coalesce(to_json(a.lead)::text, 'null'),
  ',"url":', to_json(a.url), ',"image":', case when i.url is null then 'null' else concat('{"url":', to_json(i.url), '}') end,
  ',"language":', to_json(a.language), ',"publishedAt":"', a.published_text,
  '","source":{"name":', to_json(s.name), '},"topics":[', t.names, '],"commentCount":', a.comment_count, '}'
), ',' order by a.published_at desc, a.id desc), ']}}')
from (
  select a.id, a.headline, a.lead, a.url, a.language, a.published_text, a.published_at, a.source_id, a.comment_count
  from article_topics x join articles a on a.id = x.article_id
  where x.topic_id = (select t.id from topics t where t.slug = $1) and a.is_public
  order by x.published_at desc, x.article_id desc limit 20
) a
join sources s on s.id = a.source_id
left join images i on i.article_id = a.id and i.position = 0
cross join lateral (
  select string_agg(concat('{"name":', to_json(t.name), '}'), ',' order by x.confidence desc, x.topic_id) as names
  from article_topics x join topics t on t.id = x.topic_id where x.article_id = a.id and x.direct
) t

-- name: article_subselects
-- One article with its first comments and their first replies, by correlated subselects. $1 its id.
select concat('{"data":{"article":', coalesce((
  select concat(
    '{"id":"', a.id, '","headline":', to_json(a.headline), ',"lead":', coalesce(to_json(a.lead)::text, 'null'),
    ',"body":', coalesce(to_json(a.body_html)::text, 'null'), ',"url":', to_json(a.url), ',"image":',
    coalesce((select concat('{"url":', to_json(i.url), '}') from images i where i.article_id = a.id and i.position = 0), 'null'),
    ',"language":', to_json(a.language), ',"publishedAt":"', a.published_text, '","source":', (
      select concat(
        '{"id":"', s.id, '","name":', to_json(s.name), ',"homepageUrl":', coalesce(to_json(s.homepage_url)::text, 'null'), '}'
      ) from sources s where s.id = a.source_id
    ), ',"topics":[', (
      select string_agg(
        concat('{"id":"', t.id, '","slug":', to_json(t.slug), ',"name":', to_json(t.name), '}'),
        ',' order by x.confidence desc, x.topic_id
      )
      from article_topics x join topics t on t.id = x.topic_id where x.article_id = a.id and x.direct
    ), '],"commentCount":', a.comment_count, ',"comments":[', (
      select string_agg(concat(
        '{"id":"', c.id, '","author":', coalesce((
          select concat('{"displayName":', to_json(m.display_name), '}') from commenters m
          where m.id = c.author_id and c.placeholder is null and m.comment_count > 0
        ), 'null'),
        ',"body":', coalesce(case when c.placeholder is null then to_json(c.body_html)::text end, 'null'),
        ',"createdAt":', to_json(c.created_at), ',"replies":[', (
          select string_agg(concat(
            '{"id":"', r.id, '","author":', coalesce((
              select concat('{"displayName":', to_json(m.display_name), '}') from commenters m
              where m.id = r.author_id and r.placeholder is null and m.comment_count > 0
            ), 'null'),
            ',"body":', coalesce(case when r.placeholder is null then to_json(r.body_html)::text end, 'null'),
            ',"createdAt":', to_json(r.created_at), '}'
          ), ',' order by r.created_at, r.id)
          from (
            select r.id, r.author_id, r.placeholder, r.body_html, r.created_at from comments r
            where r.parent_id = c.id and r.is_public order by r.created_at, r.id limit 3
          ) r
        ), ']}'
      ), ',' order by c.created_at, c.id)
      from (
        select c.id, c.author_id, c.placeholder, c.body_html, c.created_at from comments c
        where c.article_id = a.id and c.parent_id is null and c.is_public order by c.created_at, c.id limit 20
      ) c
    ), ']}'
  )
  from articles a where a.id = $1 and a.is_public
), 'null'), '}}')

-- name: article_laterals
-- The same by joins, lateral where there are several; no look for replies where the comment counts none. $1 its id.
select concat(
  '{"data":{"article":{"id":"', a.id, '","headline":', to_json(a.headline), ',"lead":', coalesce(to_json(a.lead)::text, 'null'),
  ',"body":', coalesce(to_json(a.body_html)::text, 'null'), ',"url":', to_json(a.url),
  ',"image":', case when i.url is null then 'null' else concat('{"url":', to_json(i.url), '}') end,
  ',"language":', to_json(a.language), ',"publishedAt":"', a.published_text,
  '","source":{"id":"', s.id, '","name":', to_json(s.name), ',"homepageUrl":', coalesce(to_json(s.homepage_url)::text, 'null'),
  '},"topics":[', t.list, '],"commentCount":', a.comment_count, ',"comments":[', c.list, ']}}}'
)
from articles a
join sources s on s.id = a.source_id
left join images i on i.article_id = a.id and i.position = 0
cross join lateral (
  select string_agg(
    concat('{"id":"', t.id, '","slug":', to_json(t.slug), ',"name":', to_json(t.name), '}'),
    ',' order by x.confidence desc, x.topic_id
  ) as list
  from article_topics x join topics t on t.id = x.topic_id where x.article_id = a.id and x.direct
) t
cross join lateral (
  select string_agg(concat(
    '{"id":"', c.id, '","author":',
    case when m.id is null then 'null' else concat('{"displayName":', to_json(m.display_name), '}') end,
    ',"body":', coalesce(case when c.placeholder is null then to_json(c.body_html)::text end, 'null'),
    ',"createdAt":', to_json(c.created_at), ',"replies":[', r.list, ']}'
  ), ',' order by c.created_at, c.id) as list
  from (
    select c.id, c.author_id, c.placeholder, c.body_html, c.created_at, c.reply_count from comments c
    where c.article_id = a.id and c.parent_id is null and c.is_public order by c.created_at, c.id limit 20
  ) c
  left join commenters m on m.id = c.author_id and c.placeholder is null and m.comment_count > 0
  left join lateral (
    select string_agg(concat(
      '{"id":"', r.id, '","author":',
      case when m.id is null then 'null' else concat('{"displayName":', to_json(m.display_name), '}') end,
      ',"body":', coalesce(case when r.placeholder is null then to_json(r.body_html)::text end, 'null'),
      ',"createdAt":', to_json(r.created_at), '}'
    ), ',' order by r.created_at, r.id) as list
    from (
      select r.id, r.author_id, r.placeholder, r.body_html, r.created_at from comments r
      where r.parent_id = c.id and r.is_public order by r.created_at, r.id limit 3
    ) r
    left join commenters m on m.id = r.author_id and r.placeholder is null and m.comment_count > 0
  ) r on c.reply_count > 0
) c
where a.id = $1 and a.is_public

-- name: search_subselects
-- The best matches among the newest 250; the source by a subselect. $1 the query.
select concat('{"data":{"search":[', string_agg(concat(
  '{"id":"', a.id, '","headline":', to_json(a.headline), ',"lead":', coalesce(to_json(a.lead)::text, 'null'),
  ',"url":', to_json(a.url), ',"publishedAt":"', a.published_text, '","source":',
  (select concat('{"name":', to_json(s.name), '}') from sources s where s.id = a.source_id), '}'
), ',' order by r.score desc, r.id desc), ']}}')
from (
  select c.id, floor(ts_rank(c.search, websearch_to_tsquery('simple', $1), 1) * 1000000)::integer as score
  from (
    select a.id, a.search from articles a where a.search @@ websearch_to_tsquery('simple', $1) and a.is_public
    order by a.published_at desc, a.id desc limit 250
  ) c
  order by score desc, c.id desc limit 20
) r
join articles a on a.id = r.id

-- name: search_laterals
-- The same, the text query made once, and by joins. $1 the query.
select concat('{"data":{"search":[', string_agg(concat(
  '{"id":"', r.id, '","headline":', to_json(a.headline), ',"lead":', coalesce(to_json(a.lead)::text, 'null'),
  ',"url":', to_json(a.url), ',"publishedAt":"', a.published_text, '","source":{"name":', to_json(s.name), '}}'
), ',' order by r.score desc, r.id desc), ']}}')
from (
  select c.id, floor(ts_rank(c.search, c.query, 1) * 1000000)::integer as score
  from (
    select a.id, a.search, q.query
    from (select websearch_to_tsquery('simple', $1) as query) q join articles a on a.search @@ q.query
    where a.is_public
    order by a.published_at desc, a.id desc limit 250
  ) c
  order by score desc, c.id desc limit 20
) r
join articles a on a.id = r.id
join sources s on s.id = a.source_id
