-- Withheld articles are recognised by their addresses loosely, too.
alter table article_keys drop constraint article_keys_kind_check;
alter table article_keys add constraint article_keys_kind_check check (kind in ('guid', 'url', 'withheld')) not valid;
