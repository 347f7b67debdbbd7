select concat('{"data":{"source":',coalesce(
(select concat('{"slug":',to_json(t1.slug),',"name":',to_json(t1.name),'}') from sources t1 where t1.id = 
(select g.id from slugs g where g.noun = 'source' and g.slug = $1::text) and true),'null'),',"unknown":',coalesce(
(select concat('{"slug":',to_json(t2.slug),'}') from sources t2 where t2.id = 
(select g.id from slugs g where g.noun = 'source' and g.slug = $2::text) and true),'null'),',"topic":',coalesce(
(select concat('{"slug":',to_json(t3.slug),',"narrower":',
(select concat('[',string_agg(concat('{"slug":',to_json(t4.slug),',"broader":',coalesce(
(select concat('{"slug":',to_json(t5.slug),'}') from topics t5 where t5.id = t4.broader_id),'null'),'}'),',' order by t4.sort_name, t4.id),']') from topics t4 where t4.broader_id = t3.id),'}') from topics t3 where t3.code = $3::text and true),'null'),',"author":',coalesce(
(select concat('{"name":',to_json(t6.name),',"articles":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t7.headline),'}'),','),']}') from 
(select t7r.headline from articles t7r, article_authors t8 where t8.author_id = t6.id and t7r.id = t8.article_id and t7r.is_public order by t8.published_at desc, t8.article_id desc limit 1) t7),'}') from authors t6 where t6.id = 
(select g.id from slugs g where g.noun = 'author' and g.slug = $4::text) and t6.article_count > 0),'null'),',"gone":',coalesce(
(select concat('{"name":',to_json(t9.name),'}') from authors t9 where t9.id = 
(select g.id from slugs g where g.noun = 'author' and g.slug = $5::text) and t9.article_count > 0),'null'),',"comment":',coalesce(
(select concat('{"body":',coalesce(to_json(case when t10.placeholder is null then t10.body_html end),'null'),',"author":',coalesce(
(select concat('{"id":"m_',t11.id,'"}') from commenters t11 where t11.id = t10.author_id and t10.placeholder is null and t11.comment_count > 0),'null'),',"placeholder":',coalesce(to_json(t10.placeholder),'null'),',"replies":',
(select concat('{"nodes":[',string_agg(concat('{"body":',coalesce(to_json(case when t12.placeholder is null then t12.body_html end),'null'),',"author":',coalesce(
(select concat('{"displayName":',to_json(t13.display_name),'}') from commenters t13 where t13.id = t12.author_id and t12.placeholder is null and t13.comment_count > 0),'null'),'}'),','),']}') from 
(select t12r.placeholder,t12r.body_html,t12r.author_id from comments t12r where t12r.parent_id = t10.id and t10.reply_count > 0 and t12r.is_public order by t12r.created_at, t12r.id limit 20) t12),'}') from comments t10 where t10.id = $6::uuid and t10.is_public and exists 
(select 1 from articles t14 where t14.id = t10.article_id and t14.is_public)),'null'),',"sources":',
(select concat('{"nodes":[',string_agg(concat('{"name":',to_json(t15.name),'}'),',' order by t15.n) filter (where t15.n <= 20),'],"pageInfo":{"endCursor":',coalesce(to_json((array_agg(concat('om',(extract(epoch from t15.sort_latest_at) * 1000000)::bigint,'_',t15.id) order by t15.n desc) filter (where t15.n <= 20))[1]),'null'),'}}') from 
(select t15r.*, row_number() over () as n from 
(select t15r.name,t15r.sort_latest_at,t15r.id from sources t15r where true and t15r.country = any($7::text[]) order by t15r.sort_latest_at desc, t15r.id desc limit 21) t15r) t15),',"topics":',
(select concat('{"nodes":[',string_agg(concat('{"name":',to_json(t16.name),'}'),','),'],"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from topics t17 where true and position($8::text in t17.sort_name) > 0 limit 10001) t17) k),'}') from 
(select t16r.name from topics t16r where true and position($8::text in t16r.sort_name) > 0 order by t16r.sort_name, t16r.id limit 20) t16),',"narrower":',
(select concat('{"nodes":[',string_agg(concat('{"name":',to_json(t18.name),'}'),',' order by t18.n) filter (where t18.n <= 20),'],"pageInfo":{"endCursor":',coalesce(to_json((array_agg(concat('ta',t18.article_count,'_',t18.id) order by t18.n desc) filter (where t18.n <= 20))[1]),'null'),'}}') from 
(select t18r.*, row_number() over () as n from 
(select t18r.name,t18r.article_count,t18r.id from topics t18r where true and t18r.broader_id = 
(select g.id from slugs g where g.noun = 'topic' and g.slug = $9::text) order by t18r.article_count desc, t18r.id desc limit 21) t18r) t18),'}}')
