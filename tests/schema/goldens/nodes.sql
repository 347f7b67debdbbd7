select concat('{"data":{"nodes":',
(select concat('[',string_agg(coalesce(case i.letter when 'u' then 
(select concat('{"__typename":"Author","id":"u_',t1.id,'","name":',to_json(t1.name),',"articles":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t3, article_authors t4 where t4.author_id = t1.id and t3.id = t4.article_id and t3.is_public limit 10001) t3) k),'}')),'}') from authors t1 where t1.id = i.id and t1.article_count > 0) when 'a' then 
(select concat('{"__typename":"Article","id":"a_',t5.id,'","headline":',to_json(t5.headline),'}') from articles t5 where t5.id = i.id and t5.is_public) when 't' then 
(select concat('{"__typename":"Topic","id":"t_',t6.id,'","name":',to_json(t6.name),',"articles":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t7.headline),'}'),',' order by t7.n desc) filter (where t7.n <= 1),']}') from 
(select t7r.*, row_number() over () as n from 
(select t7r.headline from articles t7r, article_topics t8 where t8.topic_id = t6.id and t7r.id = t8.article_id and t7r.is_public order by t8.published_at, t8.article_id limit 2) t7r) t7),'}') from topics t6 where t6.id = i.id and true) when 'c' then 
(select concat('{"__typename":"Comment","id":"c_',t9.id,'","body":',coalesce(to_json(case when t9.placeholder is null then t9.body_html end),'null'),',"article":',
(select concat('{"headline":',to_json(t10.headline),'}') from articles t10 where t10.id = t9.article_id and t10.is_public),'}') from comments t9 where t9.id = i.id and t9.is_public and exists 
(select 1 from articles t11 where t11.id = t9.article_id and t11.is_public)) when 'm' then 
(select concat('{"__typename":"Commenter","id":"m_',t12.id,'","displayName":',to_json(t12.display_name),'}') from commenters t12 where t12.id = i.id and t12.comment_count > 0) when 'r' then 
(select concat('{"__typename":"Revision","id":"r_',t13.id,'","headline":',to_json(t13.headline),',"body":',coalesce(to_json(case t13_source.body_policy when 'FULL' then case when t13_source.serves_pages or not t13.from_page then t13.body_html end when 'EXCERPT' then '<p>' || replace(replace(replace(replace(replace(t13.lead, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;') || '</p>' else null end),'null'),'}') from revisions t13 cross join lateral 
(select t14.body_policy,t14.serves_pages from sources t14 where t14.id = 
(select w.source_id from articles w where w.id = t13.article_id) offset 0) t13_source where t13.id = i.id and true and exists 
(select 1 from articles t15 where t15.id = t13.article_id and t15.is_public)) when 's' then 
(select concat('{"__typename":"Source","id":"s_',t16.id,'","name":',to_json(t16.name),',"articles":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t17.headline),'}'),','),'],"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t18 where t18.source_id = t16.id and t18.is_public limit 10001) t18) k),'}') from 
(select t17r.headline from articles t17r where t17r.source_id = t16.id and t17r.is_public order by t17r.sort_updated_at desc, t17r.id desc limit 1) t17),'}') from sources t16 where t16.id = i.id and true) end,'null'),',' order by i.n),']') from unnest($1::text[],$2::text[]::uuid[]) with ordinality as i (letter, id, n)),',"node":',coalesce(case $3::text when 'u' then 
(select concat('{"id":"u_',t19.id,'"}') from authors t19 where t19.id = $4::uuid and t19.article_count > 0) when 'a' then 
(select concat('{"id":"a_',t20.id,'"}') from articles t20 where t20.id = $4::uuid and t20.is_public) when 't' then 
(select concat('{"id":"t_',t21.id,'"}') from topics t21 where t21.id = $4::uuid and true) when 'c' then 
(select concat('{"id":"c_',t22.id,'"}') from comments t22 where t22.id = $4::uuid and t22.is_public and exists 
(select 1 from articles t23 where t23.id = t22.article_id and t23.is_public)) when 'm' then 
(select concat('{"id":"m_',t24.id,'"}') from commenters t24 where t24.id = $4::uuid and t24.comment_count > 0) when 'r' then 
(select concat('{"id":"r_',t25.id,'"}') from revisions t25 where t25.id = $4::uuid and true and exists 
(select 1 from articles t26 where t26.id = t25.article_id and t26.is_public)) when 's' then 
(select concat('{"id":"s_',t27.id,'"}') from sources t27 where t27.id = $4::uuid and true) end,'null'),'}}')
