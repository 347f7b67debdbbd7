select concat('{"data":{"articles":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t1.headline),'}'),',' order by t1.n desc) filter (where t1.n <= 2),'],"pageInfo":{"hasNextPage":false,"hasPreviousPage":',to_json(count(t1.n) > 2),',"startCursor":',coalesce(to_json((array_agg(concat('an',(extract(epoch from t1.published_at) * 1000000)::bigint,'_',t1.id) order by t1.n desc) filter (where t1.n <= 2))[1]),'null'),',"endCursor":',coalesce(to_json((array_agg(concat('an',(extract(epoch from t1.published_at) * 1000000)::bigint,'_',t1.id)) filter (where t1.n = 1))[1]),'null'),'}}') from 
(select t1r.*, row_number() over () as n from 
(select t1r.headline,t1r.published_at,t1r.id from articles t1r where t1r.is_public order by t1r.published_at, t1r.id limit 3) t1r) t1),',"before":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t2.headline),'}'),',' order by t2.n desc) filter (where t2.n <= 2),'],"pageInfo":{"hasNextPage":',to_json(exists
(select 1 from articles t3 where t3.is_public and (t3.published_at, t3.id) <= ($1::text::timestamptz, $2::uuid))),',"hasPreviousPage":',to_json(count(t2.n) > 2),'}}') from 
(select t2r.*, row_number() over () as n from 
(select t2r.headline from articles t2r where t2r.is_public and (t2r.published_at, t2r.id) > ($1::text::timestamptz, $2::uuid) order by t2r.published_at, t2r.id limit 3) t2r) t2),',"between":',
(select concat('{"nodes":[',string_agg(concat('{"headline":',to_json(t4.headline),'}'),',' order by t4.n) filter (where t4.n <= 5),'],"pageInfo":{"hasNextPage":',to_json(exists
(select 1 from articles t5 where t5.is_public and (t5.published_at, t5.id) <= ($1::text::timestamptz, $2::uuid)) or count(t4.n) > 5),',"hasPreviousPage":',to_json(exists
(select 1 from articles t6 where t6.is_public and (t6.published_at, t6.id) >= ($3::text::timestamptz, $4::uuid))),'}}') from 
(select t4r.*, row_number() over () as n from 
(select t4r.headline from articles t4r where t4r.is_public and (t4r.published_at, t4r.id) < ($3::text::timestamptz, $4::uuid) and (t4r.published_at, t4r.id) > ($1::text::timestamptz, $2::uuid) order by t4r.published_at desc, t4r.id desc limit 6) t4r) t4),'}}')
