select concat('{"data":{"articles":',
(select concat('{"nodes":[',string_agg(concat('{"a":"a_',t1.id,'","id":"a_',t1.id,'","source":{"slug":',to_json(t1_source.slug),'}}'),','),']}') from 
(select t1r.id,t1r.source_id from articles t1r where t1r.is_public order by t1r.published_at desc, t1r.id desc limit $1::integer) t1 cross join lateral 
(select t2.slug from sources t2 where t2.id = t1.source_id offset 0) t1_source),',"__typename":"Query"}}')
