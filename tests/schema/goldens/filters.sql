select concat('{"data":{"all":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t1.headline),'}'),','),'],"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t2 where t2.is_public and (t2.published_at < $1::timestamptz and ((t2.search @@ $2::text::tsquery and exists 
(select 1 from unnest($3::text[]) l where t2.language = l or starts_with(t2.language, l || '-'))) or (exists 
(select 1 from article_authors x where x.article_id = t2.id and x.author_id in 
(select g.id from slugs g where g.noun = 'author' and g.slug = any($4::text[]))) and (t2.changed_at >= $5::timestamptz) is not true))) limit 10001) t2) k),'}') from 
(select t1r.headline from articles t1r where t1r.is_public and (t1r.published_at < $1::timestamptz and ((t1r.search @@ $2::text::tsquery and exists 
(select 1 from unnest($3::text[]) l where t1r.language = l or starts_with(t1r.language, l || '-'))) or (exists 
(select 1 from article_authors x where x.article_id = t1r.id and x.author_id in 
(select g.id from slugs g where g.noun = 'author' and g.slug = any($4::text[]))) and (t1r.changed_at >= $5::timestamptz) is not true))) order by t1r.published_at, t1r.id limit 20) t1),',"none":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t3.headline),'}'),','),'],"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t4 where t4.is_public and t4.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($6::text[])) limit 10001) t4) k),'}') from 
(select distinct on (t3r.published_at, t3r.id) t3r.* from 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($6::text[])) t5 cross join lateral 
(select t3r.published_at,t3r.id,t3r.headline from articles t3r where t3r.source_id = t5.id and t3r.is_public order by t3r.published_at desc, t3r.id desc limit 20) t3r order by t3r.published_at desc, t3r.id desc limit 20) t3),',"old":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t6.headline),'}'),','),']}') from 
(select distinct on (t6r.published_at, t6r.id) t6r.* from 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($7::text[])) t7 cross join lateral 
(select t6r.published_at,t6r.id,t6r.headline from articles t6r where t6r.source_id = t7.id and t6r.is_public and (t6r.kind = any($8::text[])) order by t6r.published_at desc, t6r.id desc limit 20) t6r order by t6r.published_at desc, t6r.id desc limit 20) t6),',"byTopic":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t8.headline),'}'),','),']}') from 
(select t8r.headline from articles t8r where t8r.is_public and (exists 
(select 1 from article_topics x where x.article_id = t8r.id and x.topic_id in 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($9::text[]))) and t8r.has_image = $10::boolean) order by t8r.comment_count desc, t8r.id desc limit 20) t8),'}}')
