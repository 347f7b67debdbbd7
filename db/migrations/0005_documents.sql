-- Every document of an import is asked for by its hash before it is parsed.
create index feeds_by_document on feeds (document_hash);
