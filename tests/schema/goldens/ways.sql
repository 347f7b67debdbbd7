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
 from (with t31 as materialized 
(select t34.newest, search_volume(t34.oldest) as first, search_volume(t34.newest) as last, search_period(least(t34.newest, now())) >> 2 as shift from 
(select 
(select t34.published_at from articles t34 where t34.is_public order by t34.published_at desc limit 1) as newest, 
(select t34.published_at from articles t34 where t34.is_public order by t34.published_at limit 1) as oldest offset 0) t34), t32 as materialized 
(select from articles t30 where t30.is_public and search_words(t30.published_at, t30.search) @@ 
(select search_in_volumes($17::text, t31.shift - 1 >> 9, t31.shift >> 9) from t31) and search_periods(t30.published_at) && 
(select array[(t31.shift - 1) * 16 + 1, t31.shift * 16 + 1] from t31) limit 4) 
(select t30.* from t31, search_volumes(t31.first, t31.last) t33 cross join lateral 
(select t30.* from 
(select t30.id, t30.published_at, t30.ctid as at from articles t30 where t30.is_public and (exists 
(select 1 from unnest($16::text[]) l where t30.language = l or starts_with(t30.language, l || '-'))) and search_words(t30.published_at, t30.search) @@ search_in_volumes($17::text, t33.since, t33.upto) offset 0) t30 limit 10001) t30 where 
(select count(*) from t32) < 4 limit 10001) union all 
(select t30.* from t31, search_spans(t31.newest) t33 (keys) cross join lateral 
(select t30.* from 
(select t30.id, t30.published_at, t30.ctid as at from articles t30 where t30.is_public and (exists 
(select 1 from unnest($16::text[]) l where t30.language = l or starts_with(t30.language, l || '-'))) and search_words(t30.published_at, t30.search) @@ search_in_span($17::text, t33.keys, t31.first) and search_periods(t30.published_at) && t33.keys offset 0) t30 limit 10001) t30 where 
(select count(*) from t32) >= 4 limit 10001)) t30) k),',"nodes":[',string_agg(concat('{"headline":',to_json(t29.headline),'}'),',' order by t29.n) filter (where t29.n <= 2),'],"pageInfo":{"hasNextPage":',to_json(count(t29.n) > 2),',"hasPreviousPage":',to_json(exists
(select 1
 from (with t36 as materialized 
(select t39.newest, search_volume(t39.oldest) as first, search_volume(t39.newest) as last, search_period(least(t39.newest, now())) >> 2 as shift from 
(select 
(select t39.published_at from articles t39 where t39.is_public order by t39.published_at desc limit 1) as newest, 
(select t39.published_at from articles t39 where t39.is_public order by t39.published_at limit 1) as oldest offset 0) t39), t37 as materialized 
(select from articles t35 where t35.is_public and search_words(t35.published_at, t35.search) @@ 
(select search_in_volumes($17::text, t36.shift - 1 >> 9, t36.shift >> 9) from t36) and search_periods(t35.published_at) && 
(select array[(t36.shift - 1) * 16 + 1, t36.shift * 16 + 1] from t36) limit 4) 
(select t35.* from t36, search_volumes(t36.first, t36.last) t38 cross join lateral 
(select t35.* from 
(select t35.id, t35.published_at, t35.ctid as at from articles t35 where t35.is_public and (exists 
(select 1 from unnest($16::text[]) l where t35.language = l or starts_with(t35.language, l || '-'))) and (t35.published_at, t35.id) >= ($2::text::timestamptz, $3::uuid) and search_words(t35.published_at, t35.search) @@ search_in_volumes($17::text, t38.since, t38.upto) offset 0) t35 limit 1) t35 where 
(select count(*) from t37) < 4 limit 1) union all 
(select t35.* from t36, search_spans(t36.newest) t38 (keys) cross join lateral 
(select t35.* from 
(select t35.id, t35.published_at, t35.ctid as at from articles t35 where t35.is_public and (exists 
(select 1 from unnest($16::text[]) l where t35.language = l or starts_with(t35.language, l || '-'))) and (t35.published_at, t35.id) >= ($2::text::timestamptz, $3::uuid) and search_words(t35.published_at, t35.search) @@ search_in_span($17::text, t38.keys, t36.first) and search_periods(t35.published_at) && t38.keys offset 0) t35 limit 1) t35 where 
(select count(*) from t37) >= 4 limit 1)) t35)),'}}') from 
(select t29r.*, row_number() over () as n from 
(select t29r.headline
 from (with t40 as materialized 
(select t43.newest, search_volume(t43.oldest) as first, search_volume(t43.newest) as last, search_period(least(t43.newest, now())) >> 2 as shift from 
(select least($2::text::timestamptz,
(select t43.published_at from articles t43 where t43.is_public order by t43.published_at desc limit 1)) as newest, 
(select t43.published_at from articles t43 where t43.is_public order by t43.published_at limit 1) as oldest offset 0) t43), t41 as materialized 
(select from articles t29r where t29r.is_public and search_words(t29r.published_at, t29r.search) @@ 
(select search_in_volumes($17::text, t40.shift - 1 >> 9, t40.shift >> 9) from t40) and search_periods(t29r.published_at) && 
(select array[(t40.shift - 1) * 16 + 1, t40.shift * 16 + 1] from t40) limit 4) 
(select t29r.* from t40, search_volumes(t40.first, t40.last) t42 cross join lateral 
(select t29r.* from 
(select t29r.id, t29r.published_at, t29r.ctid as at from articles t29r where t29r.is_public and (exists 
(select 1 from unnest($16::text[]) l where t29r.language = l or starts_with(t29r.language, l || '-'))) and (t29r.published_at, t29r.id) < ($2::text::timestamptz, $3::uuid) and search_words(t29r.published_at, t29r.search) @@ search_in_volumes($17::text, t42.since, t42.upto) offset 0) t29r order by t29r.published_at desc, t29r.id desc limit 3) t29r where 
(select count(*) from t41) < 4 limit 3) union all 
(select t29r.* from t40, search_spans(t40.newest) t42 (keys) cross join lateral 
(select t29r.* from 
(select t29r.id, t29r.published_at, t29r.ctid as at from articles t29r where t29r.is_public and (exists 
(select 1 from unnest($16::text[]) l where t29r.language = l or starts_with(t29r.language, l || '-'))) and (t29r.published_at, t29r.id) < ($2::text::timestamptz, $3::uuid) and search_words(t29r.published_at, t29r.search) @@ search_in_span($17::text, t42.keys, t40.first) and search_periods(t29r.published_at) && t42.keys offset 0) t29r order by t29r.published_at desc, t29r.id desc limit 3) t29r where 
(select count(*) from t41) >= 4 limit 3)) t44 join articles t29r on t29r.ctid = t44.at order by t44.published_at desc, t44.id desc limit 3) t29r) t29),',"foundBackwards":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t45.headline),'}'),',' order by t45.n desc) filter (where t45.n <= 2),'],"pageInfo":{"hasPreviousPage":',to_json(count(t45.n) > 2),'}}') from 
(select t45r.*, row_number() over () as n from 
(select t45r.headline
 from (with t46 as materialized 
(select t49.newest, search_volume(t49.oldest) as first, search_volume(t49.newest) as last, search_period(least(t49.newest, now())) >> 2 as shift from 
(select 
(select t49.published_at from articles t49 where t49.is_public order by t49.published_at desc limit 1) as newest, 
(select t49.published_at from articles t49 where t49.is_public order by t49.published_at limit 1) as oldest offset 0) t49), t47 as materialized 
(select from articles t45r where t45r.is_public and search_words(t45r.published_at, t45r.search) @@ 
(select search_in_volumes($17::text, t46.shift - 1 >> 9, t46.shift >> 9) from t46) and search_periods(t45r.published_at) && 
(select array[(t46.shift - 1) * 16 + 1, t46.shift * 16 + 1] from t46) limit 4) 
(select t45r.* from t46, search_volumes(t46.first, t46.last) t48 cross join lateral 
(select t45r.* from 
(select t45r.id, t45r.published_at, t45r.ctid as at from articles t45r where t45r.is_public and search_words(t45r.published_at, t45r.search) @@ search_in_volumes($17::text, t48.since, t48.upto) offset 0) t45r) t45r where 
(select count(*) from t47) < 4 order by t45r.published_at, t45r.id limit 3) union all 
(select t45r.id, t45r.published_at, t45r.ctid as at from articles t45r where t45r.is_public and t45r.search @@ $18::text::tsquery and 
(select count(*) from t47) >= 4 order by t45r.published_at, t45r.id limit 3)) t50 join articles t45r on t45r.ctid = t50.at order by t50.published_at, t50.id limit 3) t45r) t45),',"topic":',coalesce(
(select concat('{"articles":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t53, article_topics t54 where t54.topic_id = t51.id and t53.id = t54.article_id and t53.is_public and t53.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($19::text[])) limit 10001) t53) k),',"nodes":[',string_agg(concat('{"headline":',to_json(t52.headline),',"topics":',
(select concat('[',string_agg(concat('{"topic":{"slug":',to_json(t55_topic.slug),'}}'),',' order by t55.confidence desc, t55.topic_id),']') from article_topics t55 cross join lateral 
(select t56.slug from topics t56 where t56.id = t55.topic_id offset 0) t55_topic where t55.article_id = t52.id and t55.direct),'}'),',' order by t52.n) filter (where t52.n <= 2),'],"pageInfo":{"hasNextPage":',to_json(count(t52.n) > 2),',"hasPreviousPage":',to_json(exists
(select 1 from articles t57, article_topics t58 where t58.topic_id = t51.id and t57.id = t58.article_id and t57.is_public and t57.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($19::text[])) and (t58.published_at, t58.article_id) >= ($2::text::timestamptz, $3::uuid))),'}}') from 
(select t52r.*, row_number() over () as n from 
(select t52r.headline,t52r.id from articles t52r, article_topics t59 where t59.topic_id = t51.id and t52r.id = t59.article_id and t52r.is_public and t52r.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($19::text[])) and (t59.published_at, t59.article_id) < ($2::text::timestamptz, $3::uuid) order by t59.published_at desc, t59.article_id desc limit 3) t52r) t52),',"updated":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t60.headline),'}'),','),']}') from 
(select t60r.headline from articles t60r, article_topics t61 where t61.topic_id = t51.id and t60r.id = t61.article_id and t60r.is_public order by t60r.sort_updated_at desc, t60r.id desc limit 2) t60),'}') from topics t51 where t51.id = 
(select g.id from slugs g where g.noun = 'topic' and g.slug = $20::text) and true),'null'),',"author":',coalesce(
(select concat('{"articles":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t64, article_authors t65 where t65.author_id = t62.id and t64.id = t65.article_id and t64.is_public limit 10001) t64) k),',"nodes":[',string_agg(concat('{"headline":',to_json(t63.headline),'}'),',' order by t63.n desc) filter (where t63.n <= 1),'],"pageInfo":{"hasPreviousPage":',to_json(count(t63.n) > 1),',"hasNextPage":false}}') from 
(select t63r.*, row_number() over () as n from 
(select t63r.headline from articles t63r, article_authors t66 where t66.author_id = t62.id and t63r.id = t66.article_id and t63r.is_public order by t66.published_at, t66.article_id limit 2) t63r) t63),'}') from authors t62 where t62.id = 
(select g.id from slugs g where g.noun = 'author' and g.slug = $21::text) and t62.article_count > 0),'null'),'}}')
