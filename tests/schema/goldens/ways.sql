select concat('{"data":{"topics":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t2 where t2.is_public and exists 
(select 1 from article_topics x where x.article_id = t2.id and x.topic_id in 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($1::text[]))) limit 10001) t2) k),',"nodes":[',string_agg(concat('{"headline":',to_json(t1.headline),'}'),',' order by t1.n) filter (where t1.n <= 3),'],"pageInfo":{"hasNextPage":',to_json(count(t1.n) > 3),',"hasPreviousPage":false,"endCursor":',coalesce(to_json((array_agg(concat('an',(extract(epoch from t1.published_at) * 1000000)::bigint,'_',t1.id) order by t1.n desc) filter (where t1.n <= 3))[1])::text,'null'),'}}') from 
(select t1r.*, row_number() over () as n from 
(select distinct on (t1r.published_at, t1r.id) t1r.* from 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($1::text[])) t3 cross join lateral 
(select t1r.* from articles t1r, article_topics t4 where t4.topic_id = t3.id and t1r.id = t4.article_id and t1r.is_public order by t4.published_at desc, t4.article_id desc limit 4) t1r order by t1r.published_at desc, t1r.id desc limit 4) t1r) t1),',"onwards":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t5.headline),'}'),',' order by t5.n) filter (where t5.n <= 2),'],"pageInfo":{"hasNextPage":',to_json(count(t5.n) > 2),',"hasPreviousPage":',to_json(exists
(select 1 from 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($4::text[])) t7 cross join lateral 
(select 1 from articles t6, article_topics t8 where t8.topic_id = t7.id and t6.id = t8.article_id and t6.is_public and (t8.published_at, t8.article_id) >= ($2::text::timestamptz, $3::uuid)) t6)),'}}') from 
(select t5r.*, row_number() over () as n from 
(select distinct on (t5r.published_at, t5r.id) t5r.* from 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($4::text[])) t9 cross join lateral 
(select t5r.* from articles t5r, article_topics t10 where t10.topic_id = t9.id and t5r.id = t10.article_id and t5r.is_public and (t10.published_at, t10.article_id) < ($2::text::timestamptz, $3::uuid) order by t10.published_at desc, t10.article_id desc limit 3) t5r order by t5r.published_at desc, t5r.id desc limit 3) t5r) t5),',"backwards":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t11.headline),'}'),',' order by t11.n desc) filter (where t11.n <= 2),'],"pageInfo":{"hasNextPage":false,"hasPreviousPage":',to_json(count(t11.n) > 2),',"startCursor":',coalesce(to_json((array_agg(concat('an',(extract(epoch from t11.published_at) * 1000000)::bigint,'_',t11.id) order by t11.n desc) filter (where t11.n <= 2))[1])::text,'null'),'}}') from 
(select t11r.*, row_number() over () as n from 
(select distinct on (t11r.published_at, t11r.id) t11r.* from 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($5::text[])) t12 cross join lateral 
(select t11r.* from articles t11r, article_topics t13 where t13.topic_id = t12.id and t11r.id = t13.article_id and t11r.is_public and (exists 
(select 1 from unnest($6::text[]) l where t11r.language = l or starts_with(t11r.language, l || '-'))) order by t13.published_at, t13.article_id limit 3) t11r order by t11r.published_at, t11r.id limit 3) t11r) t11),',"before":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t14.headline),'}'),',' order by t14.n desc) filter (where t14.n <= 1),'],"pageInfo":{"hasNextPage":',to_json(exists
(select 1 from 
(select g.id from slugs g where g.noun = 'author' and g.slug = any($9::text[])) t16 cross join lateral 
(select 1 from articles t15, article_authors t17 where t17.author_id = t16.id and t15.id = t17.article_id and t15.is_public and (t17.published_at, t17.article_id) <= ($7::text::timestamptz, $8::uuid)) t15)),',"hasPreviousPage":',to_json(count(t14.n) > 1),'}}') from 
(select t14r.*, row_number() over () as n from 
(select distinct on (t14r.published_at, t14r.id) t14r.* from 
(select g.id from slugs g where g.noun = 'author' and g.slug = any($9::text[])) t18 cross join lateral 
(select t14r.* from articles t14r, article_authors t19 where t19.author_id = t18.id and t14r.id = t19.article_id and t14r.is_public and (t19.published_at, t19.article_id) > ($7::text::timestamptz, $8::uuid) order by t19.published_at, t19.article_id limit 2) t14r order by t14r.published_at, t14r.id limit 2) t14r) t14),',"oldest":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t20.headline),'}'),','),']}') from 
(select distinct on (t20r.published_at, t20r.id) t20r.* from 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($10::text[])) t21 cross join lateral 
(select t20r.* from articles t20r where t20r.source_id = t21.id and t20r.is_public and (exists 
(select 1 from article_topics x where x.article_id = t20r.id and x.topic_id in 
(select g.id from slugs g where g.noun = 'topic' and g.slug = any($11::text[])) offset 0)) order by t20r.published_at, t20r.id limit 5) t20r order by t20r.published_at, t20r.id limit 5) t20),',"either":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t22.headline),'}'),','),']}') from 
(select distinct on (t22r.published_at, t22r.id) t22r.* from 
(select g.id from slugs g where g.noun = 'author' and g.slug = any($12::text[])) t23 cross join lateral 
(select t22r.* from articles t22r, article_authors t24 where t24.author_id = t23.id and t22r.id = t24.article_id and t22r.is_public and ((exists 
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
(select t25r.* from articles t25r, article_topics t28 where t28.topic_id = t27.id and t25r.id = t28.article_id and t25r.is_public and (t28.published_at >= $14::timestamptz and t28.published_at < $15::timestamptz) order by t28.published_at desc, t28.article_id desc limit 20) t25r order by t25r.published_at desc, t25r.id desc limit 20) t25),',"found":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select t30.* from search_spans(
(select t32.published_at from articles t32 where t32.is_public order by t32.published_at desc limit 1)) t31 (keys) cross join lateral 
(select t30.* from 
(select t30.id, t30.published_at from articles t30 where t30.is_public and (exists 
(select 1 from unnest($16::text[]) l where t30.language = l or starts_with(t30.language, l || '-')) and t30.search @@ $17::text::tsquery) and search_periods(t30.published_at) && t31.keys offset 0) t30 order by t30.published_at desc, t30.id desc limit 10001) t30 limit 10001) t30) k),',"nodes":[',string_agg(concat('{"headline":',to_json(t29.headline),'}'),',' order by t29.n) filter (where t29.n <= 2),'],"pageInfo":{"hasNextPage":',to_json(count(t29.n) > 2),',"hasPreviousPage":',to_json(exists
(select 1 from 
(select t33.* from search_spans(
(select t35.published_at from articles t35 where t35.is_public order by t35.published_at desc limit 1)) t34 (keys) cross join lateral 
(select t33.* from 
(select t33.id, t33.published_at from articles t33 where t33.is_public and (exists 
(select 1 from unnest($16::text[]) l where t33.language = l or starts_with(t33.language, l || '-')) and t33.search @@ $17::text::tsquery) and (t33.published_at, t33.id) >= ($2::text::timestamptz, $3::uuid) and search_periods(t33.published_at) && t34.keys offset 0) t33 order by t33.published_at desc, t33.id desc limit 1) t33 limit 1) t33)),'}}') from 
(select t29r.*, row_number() over () as n from 
(select t29r.* from 
(select t29r.* from search_spans($2::text::timestamptz) t36 (keys) cross join lateral 
(select t29r.* from 
(select t29r.id, t29r.published_at from articles t29r where t29r.is_public and (exists 
(select 1 from unnest($16::text[]) l where t29r.language = l or starts_with(t29r.language, l || '-')) and t29r.search @@ $17::text::tsquery) and (t29r.published_at, t29r.id) < ($2::text::timestamptz, $3::uuid) and search_periods(t29r.published_at) && t36.keys offset 0) t29r order by t29r.published_at desc, t29r.id desc limit 3) t29r limit 3) t38 join articles t29r on t29r.id = t38.id order by t38.published_at desc, t38.id desc limit 3) t29r) t29),',"foundBackwards":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t39.headline),'}'),',' order by t39.n desc) filter (where t39.n <= 2),'],"pageInfo":{"hasPreviousPage":',to_json(count(t39.n) > 2),'}}') from 
(select t39r.*, row_number() over () as n from 
(select t39r.* from articles t39r where t39r.is_public and t39r.search @@ $17::text::tsquery order by t39r.published_at, t39r.id limit 3) t39r) t39),',"topic":',coalesce(
(select concat('{"articles":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t42, article_topics t43 where t43.topic_id = t40.id and t42.id = t43.article_id and t42.is_public and t42.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($18::text[])) limit 10001) t42) k),',"nodes":[',string_agg(concat('{"headline":',to_json(t41.headline),',"topics":',
(select concat('[',string_agg(concat('{"topic":',
(select concat('{"slug":',to_json(t45.slug),'}') from topics t45 where t45.id = t44.topic_id),'}'),',' order by t44.confidence desc, t44.topic_id),']') from article_topics t44 where t44.article_id = t41.id and t44.direct),'}'),',' order by t41.n) filter (where t41.n <= 2),'],"pageInfo":{"hasNextPage":',to_json(count(t41.n) > 2),',"hasPreviousPage":',to_json(exists
(select 1 from articles t46, article_topics t47 where t47.topic_id = t40.id and t46.id = t47.article_id and t46.is_public and t46.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($18::text[])) and (t47.published_at, t47.article_id) >= ($2::text::timestamptz, $3::uuid))),'}}') from 
(select t41r.*, row_number() over () as n from 
(select t41r.* from articles t41r, article_topics t48 where t48.topic_id = t40.id and t41r.id = t48.article_id and t41r.is_public and t41r.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($18::text[])) and (t48.published_at, t48.article_id) < ($2::text::timestamptz, $3::uuid) order by t48.published_at desc, t48.article_id desc limit 3) t41r) t41),',"updated":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t49.headline),'}'),','),']}') from 
(select t49r.* from articles t49r, article_topics t50 where t50.topic_id = t40.id and t49r.id = t50.article_id and t49r.is_public order by t49r.sort_updated_at desc, t49r.id desc limit 2) t49),'}') from topics t40 where t40.id = 
(select g.id from slugs g where g.noun = 'topic' and g.slug = $19::text) and true),'null'),',"author":',coalesce(
(select concat('{"articles":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t53, article_authors t54 where t54.author_id = t51.id and t53.id = t54.article_id and t53.is_public limit 10001) t53) k),',"nodes":[',string_agg(concat('{"headline":',to_json(t52.headline),'}'),',' order by t52.n desc) filter (where t52.n <= 1),'],"pageInfo":{"hasPreviousPage":',to_json(count(t52.n) > 1),',"hasNextPage":false}}') from 
(select t52r.*, row_number() over () as n from 
(select t52r.* from articles t52r, article_authors t55 where t55.author_id = t51.id and t52r.id = t55.article_id and t52r.is_public order by t55.published_at, t55.article_id limit 2) t52r) t52),'}') from authors t51 where t51.id = 
(select g.id from slugs g where g.noun = 'author' and g.slug = $20::text) and t51.article_count > 0),'null'),'}}')
