-- name: have
-- Which of these documents some feed was last read as. $1 hashes of documents.
select document_hash from feeds where document_hash = any ($1::bytea[]);

-- name: by_url
-- A feed and its outlet. $1 address.
select id, source_id, document_hash from feeds where url = $1;

-- name: insert
-- A feed. $1 id, $2 address, $3 source, $4 title, $5 site, $6 language, $7 hash of the document, $8 now.
insert into feeds (id, url, source_id, title, site_url, language, document_hash, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: update
-- A feed as its newest document gives it. $1 id, $2 title, $3 site, $4 language, $5 hash of the document.
update feeds set title = $2, site_url = $3, language = $4, document_hash = $5 where id = $1;
