select concat('{"data":{"articles":',
(select concat('{"edges":[',string_agg(concat('{"cursor":"',concat('an',(extract(epoch from t1.published_at) * 1000000)::bigint,'_',t1.id),'","node":{"id":"a_',t1.id,'","url":',to_json(t1.url),',"headline":',to_json(t1.headline),',"lead":',coalesce(to_json(
(select case p.body_policy when 'FULL' then t1.lead when 'EXCERPT' then t1.lead else null end from sources p where p.id = t1.source_id))::text,'null'),',"kind":',to_json(t1.kind),',"publishedAt":',to_json(t1.published_text),',"publishedAtEstimated":',to_json(t1.published_estimated),',"updatedAt":',coalesce(to_json(t1.updated_text)::text,'null'),',"language":',to_json(t1.language),',"byline":',coalesce(to_json(t1.byline)::text,'null'),',"commentCount":',t1.comment_count,',"source":',
(select concat('{"name":',to_json(t2.name),',"slug":',to_json(t2.slug),'}') from sources t2 where t2.id = t1.source_id),',"image":',coalesce(
(select concat('{"url":',to_json(t3.url),',"alt":',coalesce(to_json(t3.alt)::text,'null'),',"caption":',coalesce(to_json(t3.caption)::text,'null'),',"credit":',coalesce(to_json(t3.credit)::text,'null'),',"width":',coalesce(to_json(t3.width)::text,'null'),',"height":',coalesce(to_json(t3.height)::text,'null'),'}') from images t3 where t3.article_id = t1.id and t3.position = 0),'null'),',"topics":',
(select concat('[',string_agg(concat('{"topic":',
(select concat('{"slug":',to_json(t5.slug),',"name":',to_json(t5.name),',"inGerman":',to_json(coalesce(t5.names ->> lower($1::text), t5.names ->> split_part(lower($1::text), '-', 1), t5.name)),'}') from topics t5 where t5.id = t4.topic_id),',"confidence":',to_json(t4.confidence),',"assignedBy":',to_json(t4.assigned_by),'}'),',' order by t4.confidence desc, t4.topic_id),']') from article_topics t4 where t4.article_id = t1.id and t4.direct),'}}'),',' order by t1.n) filter (where t1.n <= $2::integer),'],"pageInfo":{"hasNextPage":',to_json(count(t1.n) > $2::integer),',"hasPreviousPage":false,"startCursor":',coalesce(to_json((array_agg(concat('an',(extract(epoch from t1.published_at) * 1000000)::bigint,'_',t1.id)) filter (where t1.n = 1))[1])::text,'null'),',"endCursor":',coalesce(to_json((array_agg(concat('an',(extract(epoch from t1.published_at) * 1000000)::bigint,'_',t1.id) order by t1.n desc) filter (where t1.n <= $2::integer))[1])::text,'null'),'},"totalCount":',
(select least(k.counted, 10000) from 
(select count(*) as counted from 
(select 1 from articles t6 where t6.is_public limit 10001) t6) k),',"totalCountIsExact":',
(select to_json(k.counted <= 10000) from 
(select count(*) as counted from 
(select 1 from articles t7 where t7.is_public limit 10001) t7) k),'}') from 
(select t1r.*, row_number() over () as n from 
(select t1r.* from articles t1r where t1r.is_public order by t1r.published_at desc, t1r.id desc limit $2::integer + 1) t1r) t1),'}}')
