select concat('{"data":{"articles":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t1.headline),',"lead":',coalesce(to_json(
(select case p.body_policy when 'FULL' then t1.lead when 'EXCERPT' then t1.lead else null end from sources p where p.id = t1.source_id))::text,'null'),',"body":',coalesce(to_json(
(select case p.body_policy when 'FULL' then case when p.serves_pages then coalesce(t1.page_html, t1.body_html) else t1.body_html end when 'EXCERPT' then '<p>' || replace(replace(replace(replace(replace(t1.lead, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;') || '</p>' else null end from sources p where p.id = t1.source_id))::text,'null'),',"text":',coalesce(to_json(
(select case p.body_policy when 'FULL' then case when p.serves_pages then coalesce(t1.page_text, t1.body_text) else t1.body_text end when 'EXCERPT' then t1.lead else null end from sources p where p.id = t1.source_id))::text,'null'),',"bodyAvailability":',to_json(
(select case p.body_policy when 'FULL' then case when p.serves_pages and t1.page_html is not null then t1.page_extent when t1.body_extent <> 'NONE' then t1.body_extent when t1.page_html is not null then 'RESTRICTED' else 'UNAVAILABLE' end when 'EXCERPT' then case when t1.lead is not null then 'EXCERPT' when t1.body_extent = 'NONE' and t1.page_html is null then 'UNAVAILABLE' else 'RESTRICTED' end else case when t1.body_extent = 'NONE' and t1.page_html is null then 'UNAVAILABLE' else 'RESTRICTED' end end from sources p where p.id = t1.source_id)),',"revisions":',
(select concat('{"nodes":[',string_agg(concat('{"lead":',coalesce(to_json(
(select case p.body_policy when 'FULL' then t2.lead when 'EXCERPT' then t2.lead else null end from sources p where p.id = 
(select w.source_id from articles w where w.id = t2.article_id)))::text,'null'),',"body":',coalesce(to_json(
(select case p.body_policy when 'FULL' then case when p.serves_pages or not t2.from_page then t2.body_html end when 'EXCERPT' then '<p>' || replace(replace(replace(replace(replace(t2.lead, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;') || '</p>' else null end from sources p where p.id = 
(select w.source_id from articles w where w.id = t2.article_id)))::text,'null'),'}'),','),']}') from 
(select t2r.* from revisions t2r where t2r.article_id = t1.id order by t2r.seen_at desc, t2r.id desc limit 20) t2),'}'),','),']}') from 
(select t1r.* from articles t1r where t1r.is_public order by t1r.published_at, t1r.id limit 50) t1),'}}')
