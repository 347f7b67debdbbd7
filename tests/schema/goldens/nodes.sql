select concat('{"data":{"nodes":',
(select concat('[',string_agg(coalesce(case i.letter when 'u' then 
(select concat('{"__typename":"Author","id":"u_',t1.id,'","name":',to_json(t1.name),',"articles":',
(select concat('{"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t3 where exists 
(select 1 from article_authors x where x.article_id = t3.id and x.author_id = t1.id) and t3.is_public limit 10001) t3) k),'}')),'}') from authors t1 where t1.id = i.id and t1.article_count > 0) when 'a' then 
(select concat('{"__typename":"Article","id":"a_',t4.id,'","headline":',to_json(t4.headline),'}') from articles t4 where t4.id = i.id and t4.is_public) when 't' then 
(select concat('{"__typename":"Topic","id":"t_',t5.id,'","name":',to_json(coalesce(t5.names ->> lower($1::text), t5.names ->> split_part(lower($1::text), '-', 1), t5.name)),',"articles":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t6.headline),'}'),',' order by t6.n desc) filter (where t6.n <= $2::integer),']}') from 
(select t6r.*, row_number() over () as n from 
(select t6r.* from articles t6r where exists 
(select 1 from article_topics x where x.article_id = t6r.id and x.topic_id = t5.id) and t6r.is_public order by t6r.published_at, t6r.id limit $2::integer + 1) t6r) t6),'}') from topics t5 where t5.id = i.id and true) when 'c' then 
(select concat('{"__typename":"Comment","id":"c_',t7.id,'","body":',coalesce(to_json(case when t7.placeholder is null then t7.body_html end)::text,'null'),',"article":',
(select concat('{"headline":',to_json(t8.headline),'}') from articles t8 where t8.id = t7.article_id and t8.is_public),'}') from comments t7 where t7.id = i.id and t7.is_public and exists 
(select 1 from articles t9 where t9.id = t7.article_id and t9.is_public)) when 'm' then 
(select concat('{"__typename":"Commenter","id":"m_',t10.id,'","displayName":',to_json(t10.display_name),'}') from commenters t10 where t10.id = i.id and t10.comment_count > 0) when 'r' then 
(select concat('{"__typename":"Revision","id":"r_',t11.id,'","headline":',to_json(t11.headline),',"body":',coalesce(to_json(
(select case p.body_policy when 'FULL' then case when p.serves_pages or not t11.from_page then t11.body_html end when 'EXCERPT' then '<p>' || replace(replace(replace(replace(replace(t11.lead, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;') || '</p>' else null end from sources p where p.id = 
(select w.source_id from articles w where w.id = t11.article_id)))::text,'null'),'}') from revisions t11 where t11.id = i.id and true and exists 
(select 1 from articles t12 where t12.id = t11.article_id and t12.is_public)) when 's' then 
(select concat('{"__typename":"Source","id":"s_',t13.id,'","name":',to_json(t13.name),',"articles":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t14.headline),'}'),',' order by t14.n) filter (where t14.n <= $2::integer),'],"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t15 where t15.source_id = t13.id and t15.is_public limit 10001) t15) k),'}') from 
(select t14r.*, row_number() over () as n from 
(select t14r.* from articles t14r where t14r.source_id = t13.id and t14r.is_public order by t14r.sort_updated_at desc, t14r.id desc limit $2::integer + 1) t14r) t14),'}') from sources t13 where t13.id = i.id and true) end,'null'),',' order by i.n),']') from unnest($3::text[],$4::text[]::uuid[]) with ordinality as i (letter, id, n)),',"node":',coalesce(case $5::text when 'u' then 
(select concat('{"id":"u_',t16.id,'"}') from authors t16 where t16.id = $6::uuid and t16.article_count > 0) when 'a' then 
(select concat('{"id":"a_',t17.id,'"}') from articles t17 where t17.id = $6::uuid and t17.is_public) when 't' then 
(select concat('{"id":"t_',t18.id,'"}') from topics t18 where t18.id = $6::uuid and true) when 'c' then 
(select concat('{"id":"c_',t19.id,'"}') from comments t19 where t19.id = $6::uuid and t19.is_public and exists 
(select 1 from articles t20 where t20.id = t19.article_id and t20.is_public)) when 'm' then 
(select concat('{"id":"m_',t21.id,'"}') from commenters t21 where t21.id = $6::uuid and t21.comment_count > 0) when 'r' then 
(select concat('{"id":"r_',t22.id,'"}') from revisions t22 where t22.id = $6::uuid and true and exists 
(select 1 from articles t23 where t23.id = t22.article_id and t23.is_public)) when 's' then 
(select concat('{"id":"s_',t24.id,'"}') from sources t24 where t24.id = $6::uuid and true) end,'null'),'}}')
