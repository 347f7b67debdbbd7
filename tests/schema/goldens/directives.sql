select concat('{"data":{"articles":',
(select concat('{"nodes":[',string_agg(concat('{"a":"a_',t1.id,'","id":"a_',t1.id,'","source":',
(select concat('{"slug":',to_json(t2.slug),'}') from sources t2 where t2.id = t1.source_id),'}'),','),']}') from 
(select t1r.* from articles t1r where t1r.is_public order by t1r.published_at desc, t1r.id desc limit $1::integer) t1),',"__typename":"Query"}}')
