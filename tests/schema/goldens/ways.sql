select concat('{"data":{"topics":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t2 where t2.is_public and exists 
(select 1 from article_topics x where x.article_id = t2.id and x.topic_id in 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($1::text[]))) limit 10001) t2) k),',"nodes":[',string_agg(concat('{"headline":',to_json(t1.headline),'}'),',' order by t1.n) filter (where t1.n <= 3),'],"pageInfo":{"hasNextPage":',to_json(count(t1.n) > 3),',"hasPreviousPage":false,"endCursor":',coalesce(to_json((array_agg(concat('an',(extract(epoch from t1.published_at) * 1000000)::bigint,'_',t1.id) order by t1.n desc) filter (where t1.n <= 3))[1]),'null'),'}}') from 
(select t1r.*, row_number() over () as n from 
(select distinct on (t1r.published_at, t1r.id) t1r.* from 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($1::text[])) t3 cross join lateral 
(select t1r.published_at,t1r.id,t1r.headline from articles t1r, article_topics t4 where t4.topic_id = t3.id and t1r.id = t4.article_id and t1r.is_public order by t4.published_at desc, t4.article_id desc limit 4) t1r order by t1r.published_at desc, t1r.id desc limit 4) t1r) t1),',"onwards":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t5.headline),'}'),',' order by t5.n) filter (where t5.n <= 2),'],"pageInfo":{"hasNextPage":',to_json(count(t5.n) > 2),',"hasPreviousPage":',to_json(exists
(select 1 from 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($4::text[])) t7 cross join lateral 
(select 1 from articles t6, article_topics t8 where t8.topic_id = t7.id and t6.id = t8.article_id and t6.is_public and (t8.published_at, t8.article_id) >= ($2::text::timestamptz, $3::uuid)) t6)),'}}') from 
(select t5r.*, row_number() over () as n from 
(select distinct on (t5r.published_at, t5r.id) t5r.* from 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($4::text[])) t9 cross join lateral 
(select t5r.published_at,t5r.id,t5r.headline from articles t5r, article_topics t10 where t10.topic_id = t9.id and t5r.id = t10.article_id and t5r.is_public and (t10.published_at, t10.article_id) < ($2::text::timestamptz, $3::uuid) order by t10.published_at desc, t10.article_id desc limit 3) t5r order by t5r.published_at desc, t5r.id desc limit 3) t5r) t5),',"backwards":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t11.headline),'}'),',' order by t11.n desc) filter (where t11.n <= 2),'],"pageInfo":{"hasNextPage":false,"hasPreviousPage":',to_json(count(t11.n) > 2),',"startCursor":',coalesce(to_json((array_agg(concat('an',(extract(epoch from t11.published_at) * 1000000)::bigint,'_',t11.id) order by t11.n desc) filter (where t11.n <= 2))[1]),'null'),'}}') from 
(select t11r.*, row_number() over () as n from 
(select distinct on (t11r.published_at, t11r.id) t11r.* from 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($5::text[])) t12 cross join lateral 
(select t11r.published_at,t11r.id,t11r.headline from articles t11r, article_topics t13 where t13.topic_id = t12.id and t11r.id = t13.article_id and t11r.is_public and (exists 
(select 1 from unnest($6::text[]) l where t11r.language = l or starts_with(t11r.language, l || '-'))) order by t13.published_at, t13.article_id limit 3) t11r order by t11r.published_at, t11r.id limit 3) t11r) t11),',"before":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t14.headline),'}'),',' order by t14.n desc) filter (where t14.n <= 1),'],"pageInfo":{"hasNextPage":',to_json(exists
(select 1 from 
(select g.id from slugs g where g.noun = 'author' and g.slug = any($9::text[])) t16 cross join lateral 
(select 1 from articles t15, article_authors t17 where t17.author_id = t16.id and t15.id = t17.article_id and t15.is_public and (t17.published_at, t17.article_id) <= ($7::text::timestamptz, $8::uuid)) t15)),',"hasPreviousPage":',to_json(count(t14.n) > 1),'}}') from 
(select t14r.*, row_number() over () as n from 
(select distinct on (t14r.published_at, t14r.id) t14r.* from 
(select g.id from slugs g where g.noun = 'author' and g.slug = any($9::text[])) t18 cross join lateral 
(select t14r.published_at,t14r.id,t14r.headline from articles t14r, article_authors t19 where t19.author_id = t18.id and t14r.id = t19.article_id and t14r.is_public and (t19.published_at, t19.article_id) > ($7::text::timestamptz, $8::uuid) order by t19.published_at, t19.article_id limit 2) t14r order by t14r.published_at, t14r.id limit 2) t14r) t14),',"oldest":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t20.headline),'}'),','),']}') from 
(select distinct on (t20r.published_at, t20r.id) t20r.* from 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($10::text[])) t21 cross join lateral 
(select t20r.published_at,t20r.id,t20r.headline from articles t20r where t20r.source_id = t21.id and t20r.is_public and (exists 
(select 1 from article_topics x where x.article_id = t20r.id and x.topic_id in 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($11::text[])) offset 0)) order by t20r.published_at, t20r.id limit 5) t20r order by t20r.published_at, t20r.id limit 5) t20),',"either":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t22.headline),'}'),','),']}') from 
(select distinct on (t22r.published_at, t22r.id) t22r.* from 
(select g.id from slugs g where g.noun = 'author' and g.slug = any($12::text[])) t23 cross join lateral 
(select t22r.published_at,t22r.id,t22r.headline from articles t22r, article_authors t24 where t24.author_id = t23.id and t22r.id = t24.article_id and t22r.is_public and ((exists 
(select 1 from article_topics x where x.article_id = t24.article_id and x.topic_id in 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($11::text[])) offset 0) or t22r.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($13::text[])))) order by t24.published_at desc, t24.article_id desc limit 5) t22r order by t22r.published_at desc, t22r.id desc limit 5) t22),',"dated":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t26 where t26.is_public and (exists 
(select 1 from article_topics x where x.article_id = t26.id and x.topic_id in 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($5::text[]))) and t26.published_at >= $14::timestamptz and t26.published_at < $15::timestamptz) limit 10001) t26) k),',"nodes":[',string_agg(concat('{"headline":',to_json(t25.headline),'}'),','),']}') from 
(select distinct on (t25r.published_at, t25r.id) t25r.* from 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($5::text[])) t27 cross join lateral 
(select t25r.published_at,t25r.id,t25r.headline from articles t25r, article_topics t28 where t28.topic_id = t27.id and t25r.id = t28.article_id and t25r.is_public and (t28.published_at >= $14::timestamptz and t28.published_at < $15::timestamptz) order by t28.published_at desc, t28.article_id desc limit 20) t25r order by t25r.published_at desc, t25r.id desc limit 20) t25),',"found":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted
 from (with t32 as materialized 
(select from articles t30 where t30.is_public and t30.search @@ $17::text::tsquery and search_periods(t30.published_at) && 
(select array[((v.last >> 2) - 1) * 16 + 1, (v.last >> 2) * 16 + 1] from 
(select search_period(
(select t33.published_at from articles t33 where t33.is_public order by t33.published_at desc limit 1)) as last offset 0) v) limit 4) 
(select t30.* from 
(select t30.id, t30.published_at, t30.ctid as at from articles t30 where t30.is_public and (exists 
(select 1 from unnest($16::text[]) l where t30.language = l or starts_with(t30.language, l || '-')) and t30.search @@ $17::text::tsquery) offset 0) t30 where 
(select count(*) from t32) < 4 limit 10001) union all 
(select t30.* from search_spans(
(select t33.published_at from articles t33 where t33.is_public order by t33.published_at desc limit 1)) with ordinality t31 (keys, n) cross join lateral 
(select t30.* from 
(select t30.id, t30.published_at, t30.ctid as at from articles t30 where t30.is_public and (exists 
(select 1 from unnest($16::text[]) l where t30.language = l or starts_with(t30.language, l || '-')) and t30.search @@ $17::text::tsquery) and search_periods(t30.published_at) && t31.keys offset 0) t30 limit 10001) t30 where 
(select count(*) from t32) >= 4 limit 10001)) t30) k),',"nodes":[',string_agg(concat('{"headline":',to_json(t29.headline),'}'),',' order by t29.n) filter (where t29.n <= 2),'],"pageInfo":{"hasNextPage":',to_json(count(t29.n) > 2),',"hasPreviousPage":',to_json(exists
(select 1
 from (with t36 as materialized 
(select from articles t34 where t34.is_public and t34.search @@ $17::text::tsquery and search_periods(t34.published_at) && 
(select array[((v.last >> 2) - 1) * 16 + 1, (v.last >> 2) * 16 + 1] from 
(select search_period(
(select t37.published_at from articles t37 where t37.is_public order by t37.published_at desc limit 1)) as last offset 0) v) limit 4) 
(select t34.* from 
(select t34.id, t34.published_at, t34.ctid as at from articles t34 where t34.is_public and (exists 
(select 1 from unnest($16::text[]) l where t34.language = l or starts_with(t34.language, l || '-')) and t34.search @@ $17::text::tsquery) and (t34.published_at, t34.id) >= ($2::text::timestamptz, $3::uuid) offset 0) t34 where 
(select count(*) from t36) < 4 limit 1) union all 
(select t34.* from search_spans(
(select t37.published_at from articles t37 where t37.is_public order by t37.published_at desc limit 1)) with ordinality t35 (keys, n) cross join lateral 
(select t34.* from 
(select t34.id, t34.published_at, t34.ctid as at from articles t34 where t34.is_public and (exists 
(select 1 from unnest($16::text[]) l where t34.language = l or starts_with(t34.language, l || '-')) and t34.search @@ $17::text::tsquery) and (t34.published_at, t34.id) >= ($2::text::timestamptz, $3::uuid) and search_periods(t34.published_at) && t35.keys offset 0) t34 limit 1) t34 where 
(select count(*) from t36) >= 4 limit 1)) t34)),'}}') from 
(select t29r.*, row_number() over () as n from 
(select t29r.headline
 from (with t39 as materialized 
(select from articles t29r where t29r.is_public and t29r.search @@ $17::text::tsquery and search_periods(t29r.published_at) && 
(select array[((v.last >> 2) - 1) * 16 + 1, (v.last >> 2) * 16 + 1] from 
(select search_period($2::text::timestamptz) as last offset 0) v) limit 4) 
(select t29r.* from 
(select t29r.id, t29r.published_at, t29r.ctid as at from articles t29r where t29r.is_public and (exists 
(select 1 from unnest($16::text[]) l where t29r.language = l or starts_with(t29r.language, l || '-')) and t29r.search @@ $17::text::tsquery) and (t29r.published_at, t29r.id) < ($2::text::timestamptz, $3::uuid) offset 0) t29r where 
(select count(*) from t39) < 4 order by t29r.published_at desc, t29r.id desc limit 3) union all 
(select t29r.* from search_spans($2::text::timestamptz) with ordinality t38 (keys, n) cross join lateral 
(select t29r.* from 
(select t29r.id, t29r.published_at, t29r.ctid as at from articles t29r where t29r.is_public and (exists 
(select 1 from unnest($16::text[]) l where t29r.language = l or starts_with(t29r.language, l || '-')) and t29r.search @@ $17::text::tsquery) and (t29r.published_at, t29r.id) < ($2::text::timestamptz, $3::uuid) and search_periods(t29r.published_at) && t38.keys offset 0) t29r order by t29r.published_at desc, t29r.id desc limit 3) t29r where 
(select count(*) from t39) >= 4 limit 3)) t41 join articles t29r on t29r.ctid = t41.at order by t41.published_at desc, t41.id desc limit 3) t29r) t29),',"foundBackwards":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t42.headline),'}'),',' order by t42.n desc) filter (where t42.n <= 2),'],"pageInfo":{"hasPreviousPage":',to_json(count(t42.n) > 2),'}}') from 
(select t42r.*, row_number() over () as n from 
(select t42r.headline
 from (with t44 as materialized 
(select from articles t42r where t42r.is_public and t42r.search @@ $17::text::tsquery and search_periods(t42r.published_at) && 
(select array[((v.last >> 2) - 1) * 16 + 1, (v.last >> 2) * 16 + 1] from 
(select search_period(
(select t45.published_at from articles t45 where t45.is_public order by t45.published_at desc limit 1)) as last offset 0) v) limit 4) 
(select t42r.* from 
(select t42r.id, t42r.published_at, t42r.ctid as at from articles t42r where t42r.is_public and t42r.search @@ $17::text::tsquery offset 0) t42r where 
(select count(*) from t44) < 4 order by t42r.published_at, t42r.id limit 3) union all 
(select t42r.id, t42r.published_at, t42r.ctid as at from articles t42r where t42r.is_public and t42r.search @@ $17::text::tsquery and 
(select count(*) from t44) >= 4 order by t42r.published_at, t42r.id limit 3)) t46 join articles t42r on t42r.ctid = t46.at order by t46.published_at, t46.id limit 3) t42r) t42),',"topic":',coalesce(
(select concat('{"articles":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t49, article_topics t50 where t50.topic_id = t47.id and t49.id = t50.article_id and t49.is_public and t49.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($18::text[])) limit 10001) t49) k),',"nodes":[',string_agg(concat('{"headline":',to_json(t48.headline),',"topics":',
(select concat('[',string_agg(concat('{"topic":{"slug":',to_json(t51_topic.slug),'}}'),',' order by t51.confidence desc, t51.topic_id),']') from article_topics t51 cross join lateral 
(select t52.slug from topics t52 where t52.id = t51.topic_id offset 0) t51_topic where t51.article_id = t48.id and t51.direct),'}'),',' order by t48.n) filter (where t48.n <= 2),'],"pageInfo":{"hasNextPage":',to_json(count(t48.n) > 2),',"hasPreviousPage":',to_json(exists
(select 1 from articles t53, article_topics t54 where t54.topic_id = t47.id and t53.id = t54.article_id and t53.is_public and t53.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($18::text[])) and (t54.published_at, t54.article_id) >= ($2::text::timestamptz, $3::uuid))),'}}') from 
(select t48r.*, row_number() over () as n from 
(select t48r.headline,t48r.id from articles t48r, article_topics t55 where t55.topic_id = t47.id and t48r.id = t55.article_id and t48r.is_public and t48r.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($18::text[])) and (t55.published_at, t55.article_id) < ($2::text::timestamptz, $3::uuid) order by t55.published_at desc, t55.article_id desc limit 3) t48r) t48),',"updated":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t56.headline),'}'),','),']}') from 
(select t56r.headline from articles t56r, article_topics t57 where t57.topic_id = t47.id and t56r.id = t57.article_id and t56r.is_public order by t56r.sort_updated_at desc, t56r.id desc limit 2) t56),'}') from topics t47 where t47.id = 
(select g.id from slugs g where g.noun = 'topic' and g.slug = $19::text) and true),'null'),',"author":',coalesce(
(select concat('{"articles":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t60, article_authors t61 where t61.author_id = t58.id and t60.id = t61.article_id and t60.is_public limit 10001) t60) k),',"nodes":[',string_agg(concat('{"headline":',to_json(t59.headline),'}'),',' order by t59.n desc) filter (where t59.n <= 1),'],"pageInfo":{"hasPreviousPage":',to_json(count(t59.n) > 1),',"hasNextPage":false}}') from 
(select t59r.*, row_number() over () as n from 
(select t59r.headline from articles t59r, article_authors t62 where t62.author_id = t58.id and t59r.id = t62.article_id and t59r.is_public order by t62.published_at, t62.article_id limit 2) t59r) t59),'}') from authors t58 where t58.id = 
(select g.id from slugs g where g.noun = 'author' and g.slug = $20::text) and t58.article_count > 0),'null'),'}}')
