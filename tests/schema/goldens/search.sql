select concat('{"data":{"search":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t2 where t2.is_public and ((t2.search @@ $1::text::tsquery and t2.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($2::text[]))) and exists 
(select 1 from unnest($3::text[]) l where t2.language = l or starts_with(t2.language, l || '-'))) limit 10001) t2) k),',"edges":[',string_agg(concat('{"cursor":"',concat('sr',t1.score,'_',t1.id,'_',
(select w.id from articles w order by w.id desc limit 1)),'","score":',to_json(t1.score / 1000000::float8),',"headlineHighlight":',to_json(replace(replace(replace(replace(replace(replace(replace(regexp_replace(t1.headline, '(' || $4::text || ')', E'\x01\\1\x02', 'g'), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;'), E'\x01', '<mark>'), E'\x02', '</mark>')),',"excerpt":',coalesce(to_json(
(select case when x.at > 0 then replace(replace(replace(replace(replace(replace(replace(regexp_replace((case when x.at > 81 then '…' || regexp_replace(substr(x.served, x.at - 80, 240), '^[^ ]{1,24} ', '') else substr(x.served, 1, 240) end || case when length(x.served) > greatest(x.at - 81, 0) + 240 then '…' else '' end), '(' || $4::text || ')', E'\x01\\1\x02', 'g'), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;'), E'\x01', '<mark>'), E'\x02', '</mark>') end from 
(select s.served, regexp_instr(s.served, $4::text) as at from 
(select regexp_replace(
(select case p.body_policy when 'FULL' then coalesce(case when p.serves_pages then coalesce(t1.page_text, t1.body_text) else t1.body_text end, t1.lead) when 'EXCERPT' then t1.lead else null end from sources p where p.id = t1.source_id), '\s+', ' ', 'g') as served offset 0) s offset 0) x))::text,'null'),',"node":{"headline":',to_json(t1.headline),',"source":',
(select concat('{"name":',to_json(t3.name),'}') from sources t3 where t3.id = t1.source_id),'}}'),',' order by t1.n) filter (where t1.n <= 10),'],"pageInfo":{"hasNextPage":',to_json(count(t1.n) > 10),',"endCursor":',coalesce(to_json((array_agg(concat('sr',t1.score,'_',t1.id,'_',
(select w.id from articles w order by w.id desc limit 1)) order by t1.n desc) filter (where t1.n <= 10))[1])::text,'null'),'}}') from 
(select t1r.*, row_number() over () as n from 
(select t1r.*, t4.score from 
(select t1r.id, t1r.score from 
(select t1r.id, floor(ts_rank(t1r.search, $5::text::tsquery, 1) * 1000000)::integer as score from 
(select t1r.id, t1r.search from articles t1r where t1r.is_public and ((t1r.search @@ $1::text::tsquery and t1r.source_id in 
(select g.id from slugs g where g.noun = 'source' and g.slug = any($2::text[]))) and exists 
(select 1 from unnest($3::text[]) l where t1r.language = l or starts_with(t1r.language, l || '-'))) order by t1r.published_at desc, t1r.id desc limit 2000) t1r) t1r where true order by t1r.score desc, t1r.id desc limit 11) t4 join articles t1r on t1r.id = t4.id order by t4.score desc, t4.id desc limit 11) t1r) t1),'}}')
