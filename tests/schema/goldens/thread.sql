select concat('{"data":{"article":',coalesce(
(select concat('{"thread":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from comments t3 where t3.article_id = t1.id and t3.is_public limit 10001) t3) k),',"nodes":[',string_agg(concat('{"id":"c_',t2.id,'","depth":',t2.depth,',"body":',coalesce(to_json(case when t2.placeholder is null then t2.body_html end),'null'),',"placeholder":',coalesce(to_json(t2.placeholder),'null'),'}'),',' order by t2.n desc) filter (where t2.n <= 3),'],"pageInfo":{"hasPreviousPage":',to_json(count(t2.n) > 3),',"hasNextPage":false,"startCursor":',coalesce(to_json((array_agg(concat('ct',encode(t2.thread_key, 'hex'),'_',t2.id) order by t2.n desc) filter (where t2.n <= 3))[1]),'null'),'}}') from 
(select t2r.*, row_number() over () as n from 
(select t2r.id,t2r.depth,t2r.placeholder,t2r.body_html,t2r.thread_key from comments t2r where t2r.article_id = t1.id and t2r.is_public order by t2r.thread_key desc, t2r.id desc limit 4) t2r) t2),'}') from articles t1 where t1.id = 
(select v.id from article_keys k join articles v on v.id = k.article_id where k.kind = 'url' and k.scope = '' and k.value = any($1::text[]) and v.is_public order by array_position($1::text[], k.value) limit 1) and t1.is_public),'null'),'}}')
