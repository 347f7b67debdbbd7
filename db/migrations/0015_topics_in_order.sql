-- concurrently
-- What an article is about, in the order in which it is served.
drop index concurrently if exists article_topics_direct;
create index concurrently article_topics_direct on article_topics (article_id, confidence desc, topic_id) where direct;
