select concat('{"data":{"search":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted
 from (with t3 as materialized 
(select t6.newest, search_volume(t6.oldest) as first, search_volume(t6.newest) as last, search_period(least(t6.newest, now())) >> 2 as shift from 
(select 
(select t6.published_at from articles t6 where t6.is_public order by t6.published_at desc limit 1) as newest, 
(select t6.published_at from articles t6 where t6.is_public order by t6.published_at limit 1) as oldest offset 0) t6), t4 as materialized 
(select from articles t2 where t2.is_public and search_words(t2.published_at, t2.search) @@ 
(select search_in_volumes($4::text, t3.shift - 1 >> 9, t3.shift >> 9) from t3) and search_periods(t2.published_at) && 
(select array[(t3.shift - 1) * 16 + 1, t3.shift * 16 + 1] from t3) and t2.search @@ $1::text::tsquery limit 4) 
(select t2.* from t3, search_volumes(t3.first, t3.last) t5 cross join lateral 
(select t2.* from 
(select t2.id, t2.published_at, t2.ctid as at from articles t2 where t2.is_public and (t2.search @@ $1::text::tsquery and t2.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($2::text[])) and exists 
(select 1 from unnest($3::text[]) l where t2.language = l or starts_with(t2.language, l || '-'))) and search_words(t2.published_at, t2.search) @@ search_in_volumes($4::text, t5.since, t5.upto) offset 0) t2) t2 where 
(select count(*) from t4) < 4 limit 10001) union all 
(select distinct on (t2.published_at, t2.id) t2.* from 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($2::text[])) t7 cross join lateral 
(select t2.* from articles t8 cross join lateral 
(select t2.id, t2.published_at, t2.ctid as at from articles t2 where t2.id = t8.id and t2.is_public and (t2.search @@ $1::text::tsquery and exists 
(select 1 from unnest($3::text[]) l where t2.language = l or starts_with(t2.language, l || '-'))) and 
(select count(*) from t4) >= 4 offset 0) t2 where t8.source_id = t7.id order by t8.published_at desc, t8.id desc limit 10001) t2 order by t2.published_at desc, t2.id desc limit 10001)) t2) k),',"edges":[',string_agg(concat('{"cursor":"',concat('sr',t1.score,'_',t1.id,'_',
(select w.id from articles w order by w.id desc limit 1)),'","score":',to_json(t1.score / 1000000::float8),',"headlineHighlight":',to_json(replace(replace(replace(replace(replace(replace(replace(regexp_replace(t1.headline, '(' || $5::text || ')', E'\x01\\1\x02', 'g'), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;'), E'\x01', '<mark>'), E'\x02', '</mark>')),',"excerpt":',coalesce(to_json(
(select case when x.at > 0 then replace(replace(replace(replace(replace(replace(replace(regexp_replace((case when x.at > 81 then '…' || regexp_replace(substr(x.served, x.at - 80, 240), '^[^ ]{1,24} ', '') else substr(x.served, 1, 240) end || case when length(x.served) > greatest(x.at - 81, 0) + 240 then '…' else '' end), '(' || $5::text || ')', E'\x01\\1\x02', 'g'), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;'), E'\x01', '<mark>'), E'\x02', '</mark>') end from 
(select s.served, regexp_instr(s.served, $5::text) as at from 
(select regexp_replace(case t1_source.body_policy when 'FULL' then coalesce(case when t1_source.serves_pages then coalesce(t1.page_text, t1.body_text) else t1.body_text end, t1.lead) when 'EXCERPT' then t1.lead else null end, '\s+', ' ', 'g') as served offset 0) s offset 0) x)),'null'),',"node":{"headline":',to_json(t1.headline),',"source":{"name":',to_json(t1_source.name),'}}}'),',' order by t1.n) filter (where t1.n <= 10),'],"pageInfo":{"hasNextPage":',to_json(count(t1.n) > 10),',"endCursor":',coalesce(to_json((array_agg(concat('sr',t1.score,'_',t1.id,'_',
(select w.id from articles w order by w.id desc limit 1)) order by t1.n desc) filter (where t1.n <= 10))[1]),'null'),'}}') from 
(select t1r.*, row_number() over () as n from 
(select t1r.id,t1r.headline,t1r.page_text,t1r.body_text,t1r.lead,t1r.source_id,t17.score from 
(select t1r.id, t1r.score, t1r.at from 
(select t1r.id, t1r.ctid as at, floor(ts_rank(t1r.search, $6::text::tsquery, 1) * 1000000)::integer as score from articles t1r where t1r.ctid = any(array
(select t16.at
 from (with t10 as materialized 
(select t13.newest, search_volume(t13.oldest) as first, search_volume(t13.newest) as last, search_period(least(t13.newest, now())) >> 2 as shift from 
(select 
(select t13.published_at from articles t13 where t13.is_public order by t13.published_at desc limit 1) as newest, 
(select t13.published_at from articles t13 where t13.is_public order by t13.published_at limit 1) as oldest offset 0) t13), t11 as materialized 
(select from articles t1r where t1r.is_public and search_words(t1r.published_at, t1r.search) @@ 
(select search_in_volumes($4::text, t10.shift - 1 >> 9, t10.shift >> 9) from t10) and search_periods(t1r.published_at) && 
(select array[(t10.shift - 1) * 16 + 1, t10.shift * 16 + 1] from t10) and t1r.search @@ $1::text::tsquery limit 4) 
(select t1r.* from t10, search_volumes(t10.first, t10.last) t12 cross join lateral 
(select t1r.* from 
(select t1r.id, t1r.published_at, t1r.ctid as at from articles t1r where t1r.is_public and (t1r.search @@ $1::text::tsquery and t1r.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($2::text[])) and exists 
(select 1 from unnest($3::text[]) l where t1r.language = l or starts_with(t1r.language, l || '-'))) and search_words(t1r.published_at, t1r.search) @@ search_in_volumes($4::text, t12.since, t12.upto) offset 0) t1r) t1r where 
(select count(*) from t11) < 4 order by t1r.published_at desc, t1r.id desc limit 250) union all 
(select distinct on (t1r.published_at, t1r.id) t1r.* from 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($2::text[])) t14 cross join lateral 
(select t1r.* from articles t15 cross join lateral 
(select t1r.id, t1r.published_at, t1r.ctid as at from articles t1r where t1r.id = t15.id and t1r.is_public and (t1r.search @@ $1::text::tsquery and exists 
(select 1 from unnest($3::text[]) l where t1r.language = l or starts_with(t1r.language, l || '-'))) and 
(select count(*) from t11) >= 4 offset 0) t1r where t15.source_id = t14.id order by t15.published_at desc, t15.id desc limit 250) t1r order by t1r.published_at desc, t1r.id desc limit 250)) t16))) t1r where true order by t1r.score desc, t1r.id desc limit 11) t17 join articles t1r on t1r.ctid = t17.at order by t17.score desc, t17.id desc limit 11) t1r) t1 cross join lateral 
(select t9.body_policy,t9.serves_pages,t9.name from sources t9 where t9.id = t1.source_id offset 0) t1_source),'}}')
