-- concurrently
-- Where what a comment said is gone, notes that may quote it go too: those of readers' reports and of rules.
update flags f set note = null from comments c
where c.id = f.comment_id and c.placeholder in ('DELETED', 'ERASED') and f.note is not null;
update decisions d set note = null from comments c
where c.id = d.comment_id and c.placeholder in ('DELETED', 'ERASED') and d.rule is not null and d.note is not null;
