select concat('{"data":{"search":',
(select concat('{"edges":[',string_agg(concat('{"score":',to_json(floor(ts_rank(t1.search, $1::text::tsquery, 1) * 1000000)::integer / 1000000::float8),',"headlineHighlight":',to_json(replace(replace(replace(replace(replace(replace(replace(regexp_replace(t1.headline, '(' || $2::text || ')', E'\x01\\1\x02', 'g'), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;'), E'\x01', '<mark>'), E'\x02', '</mark>')),',"excerpt":',coalesce(to_json(
(select case when x.at > 0 then replace(replace(replace(replace(replace(replace(replace(regexp_replace((case when x.at > 81 then '…' || regexp_replace(substr(x.served, x.at - 80, 240), '^[^ ]{1,24} ', '') else substr(x.served, 1, 240) end || case when length(x.served) > greatest(x.at - 81, 0) + 240 then '…' else '' end), '(' || $2::text || ')', E'\x01\\1\x02', 'g'), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;'), E'\x01', '<mark>'), E'\x02', '</mark>') end from 
(select s.served, regexp_instr(s.served, $2::text) as at from 
(select regexp_replace(case t1_source.body_policy when 'FULL' then coalesce(case when t1_source.serves_pages then coalesce(t1.page_text, t1.body_text) else t1.body_text end, t1.lead) when 'EXCERPT' then t1.lead else null end, '\s+', ' ', 'g') as served offset 0) s offset 0) x)),'null'),',"node":{"headline":',to_json(t1.headline),',"lead":',coalesce(to_json(case t1_source.body_policy when 'FULL' then t1.lead when 'EXCERPT' then t1.lead else null end),'null'),',"body":',coalesce(to_json(case t1_source.body_policy when 'FULL' then case when t1_source.serves_pages then coalesce(t1.page_html, t1.body_html) else t1.body_html end when 'EXCERPT' then '<p>' || replace(replace(replace(replace(replace(t1.lead, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;') || '</p>' else null end),'null'),',"bodyAvailability":',to_json(case t1_source.body_policy when 'FULL' then case when t1_source.serves_pages and t1.page_html is not null then t1.page_extent when t1.body_extent <> 'NONE' then t1.body_extent when t1.page_html is not null then 'RESTRICTED' else 'UNAVAILABLE' end when 'EXCERPT' then case when t1.lead is not null then 'EXCERPT' when t1.body_extent = 'NONE' and t1.page_html is null then 'UNAVAILABLE' else 'RESTRICTED' end else case when t1.body_extent = 'NONE' and t1.page_html is null then 'UNAVAILABLE' else 'RESTRICTED' end end),'}}'),','),']}') from 
(select t1r.search,t1r.headline,t1r.page_text,t1r.body_text,t1r.lead,t1r.page_html,t1r.body_html,t1r.page_extent,t1r.body_extent,t1r.source_id
 from (with t3 as materialized 
(select t6.newest, search_volume(t6.oldest) as first, search_volume(t6.newest) as last, search_period(least(t6.newest, now())) >> 2 as shift from 
(select 
(select t6.published_at from articles t6 where t6.is_public order by t6.published_at desc limit 1) as newest, 
(select t6.published_at from articles t6 where t6.is_public order by t6.published_at limit 1) as oldest offset 0) t6), t4 as materialized 
(select from articles t1r where t1r.is_public and search_words(t1r.published_at, t1r.search) @@ 
(select search_in_volumes($3::text, t3.shift - 1 >> 9, t3.shift >> 9) from t3) and search_periods(t1r.published_at) && 
(select array[(t3.shift - 1) * 16 + 1, t3.shift * 16 + 1] from t3) limit 4) 
(select t1r.* from t3, search_volumes(t3.first, t3.last) t5 cross join lateral 
(select t1r.* from 
(select t1r.id, t1r.published_at, t1r.ctid as at from articles t1r where t1r.is_public and search_words(t1r.published_at, t1r.search) @@ search_in_volumes($3::text, t5.since, t5.upto) offset 0) t1r order by t1r.published_at desc, t1r.id desc limit 20) t1r where 
(select count(*) from t4) < 4 limit 20) union all 
(select t1r.* from t3, search_spans(t3.newest) t5 (keys) cross join lateral 
(select t1r.* from 
(select t1r.id, t1r.published_at, t1r.ctid as at from articles t1r where t1r.is_public and search_words(t1r.published_at, t1r.search) @@ search_in_span($3::text, t5.keys, t3.first) and search_periods(t1r.published_at) && t5.keys offset 0) t1r order by t1r.published_at desc, t1r.id desc limit 20) t1r where 
(select count(*) from t4) >= 4 limit 20)) t7 join articles t1r on t1r.ctid = t7.at order by t7.published_at desc, t7.id desc limit 20) t1 cross join lateral 
(select t2.body_policy,t2.serves_pages from sources t2 where t2.id = t1.source_id offset 0) t1_source),'}}')
