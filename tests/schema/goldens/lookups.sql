select concat('{"data":{"source":',coalesce(
(select concat('{"slug":',to_json(t1.slug),',"name":',to_json(t1.name),'}') from sources t1 where t1.id = 
(select g.id from slugs g where g.noun = 'source' and g.slug = $1::text) and true),'null'),',"unknown":',coalesce(
(select concat('{"slug":',to_json(t2.slug),'}') from sources t2 where t2.id = 
(select g.id from slugs g where g.noun = 'source' and g.slug = $2::text) and true),'null'),',"topic":',coalesce(
(select concat('{"slug":',to_json(t3.slug),',"narrower":',
(select concat('[',string_agg(concat('{"slug":',to_json(t4.slug),',"broader":',coalesce(
(select concat('{"slug":',to_json(t5.slug),'}') from topics t5 where t5.id = t4.broader_id),'null'),'}'),',' order by t4.sort_name, t4.id),']') from topics t4 where t4.broader_id = t3.id),'}') from topics t3 where t3.code = $3::text and true),'null'),',"author":',coalesce(
(select concat('{"name":',to_json(t6.name),',"articles":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t7.headline),'}'),',' order by t7.n) filter (where t7.n <= $4::integer),']}') from 
(select t7r.*, row_number() over () as n from 
(select t7r.* from articles t7r where exists 
(select 1 from article_authors x where x.article_id = t7r.id and x.author_id = t6.id) and t7r.is_public order by t7r.published_at desc, t7r.id desc limit $4::integer + 1) t7r) t7),'}') from authors t6 where t6.id = 
(select g.id from slugs g where g.noun = 'author' and g.slug = $5::text) and t6.article_count > 0),'null'),',"gone":',coalesce(
(select concat('{"name":',to_json(t8.name),'}') from authors t8 where t8.id = 
(select g.id from slugs g where g.noun = 'author' and g.slug = $6::text) and t8.article_count > 0),'null'),',"comment":',coalesce(
(select concat('{"body":',coalesce(to_json(case when t9.placeholder is null then t9.body_html end)::text,'null'),',"author":',coalesce(
(select concat('{"id":"m_',t10.id,'"}') from commenters t10 where t10.id = t9.author_id and t9.placeholder is null and t10.comment_count > 0),'null'),',"placeholder":',coalesce(to_json(t9.placeholder)::text,'null'),',"replies":',
(select concat('{"nodes":[',string_agg(concat('{"body":',coalesce(to_json(case when t11.placeholder is null then t11.body_html end)::text,'null'),',"author":',coalesce(
(select concat('{"displayName":',to_json(t12.display_name),'}') from commenters t12 where t12.id = t11.author_id and t11.placeholder is null and t12.comment_count > 0),'null'),'}'),',' order by t11.n) filter (where t11.n <= 20),']}') from 
(select t11r.*, row_number() over () as n from 
(select t11r.* from comments t11r where t11r.parent_id = t9.id and t11r.is_public order by t11r.created_at, t11r.id limit 21) t11r) t11),'}') from comments t9 where t9.id = $7::uuid and t9.is_public and exists 
(select 1 from articles t13 where t13.id = t9.article_id and t13.is_public)),'null'),',"sources":',
(select concat('{"nodes":[',string_agg(concat('{"name":',to_json(t14.name),'}'),',' order by t14.n) filter (where t14.n <= 20),'],"pageInfo":{"endCursor":',coalesce(to_json((array_agg(concat('om',(extract(epoch from t14.sort_latest_at) * 1000000)::bigint,'_',t14.id) order by t14.n desc) filter (where t14.n <= 20))[1])::text,'null'),'}}') from 
(select t14r.*, row_number() over () as n from 
(select t14r.* from sources t14r where true and t14r.country = any($8::text[]) order by t14r.sort_latest_at desc, t14r.id desc limit 21) t14r) t14),',"topics":',
(select concat('{"nodes":[',string_agg(concat('{"name":',to_json(coalesce(t15.names ->> lower($9::text), t15.names ->> split_part(lower($9::text), '-', 1), t15.name)),'}'),',' order by t15.n) filter (where t15.n <= 20),'],"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from topics t16 where true and position($10::text in t16.sort_name) > 0 limit 10001) t16) k),'}') from 
(select t15r.*, row_number() over () as n from 
(select t15r.* from topics t15r where true and position($10::text in t15r.sort_name) > 0 order by t15r.sort_name, t15r.id limit 21) t15r) t15),',"narrower":',
(select concat('{"nodes":[',string_agg(concat('{"name":',to_json(coalesce(t17.names ->> lower($9::text), t17.names ->> split_part(lower($9::text), '-', 1), t17.name)),'}'),',' order by t17.n) filter (where t17.n <= 20),'],"pageInfo":{"endCursor":',coalesce(to_json((array_agg(concat('ta',t17.article_count,'_',t17.id) order by t17.n desc) filter (where t17.n <= 20))[1])::text,'null'),'}}') from 
(select t17r.*, row_number() over () as n from 
(select t17r.* from topics t17r where true and t17r.broader_id = 
(select g.id from slugs g where g.noun = 'topic' and g.slug = $11::text) order by t17r.article_count desc, t17r.id desc limit 21) t17r) t17),'}}')
