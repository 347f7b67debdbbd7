-- name: known
-- The commenter whom an identity provider calls so. $1 issuer, $2 subject.
select m.id, m.display_name, m.role, m.state, m.state_until
from identities i join commenters m on m.id = i.commenter_id
where i.issuer = $1 and i.subject = $2;

-- name: add
-- What an identity provider calls a commenter. $1 issuer, $2 subject, $3 commenter, $4 now.
insert into identities (issuer, subject, commenter_id, created_at) values ($1, $2, $3, $4);

-- name: rename
-- A commenter as the identity provider tells of them now; one who was erased stays without a name. $1 id, $2 name, null
-- where it tells none, $3 role.
update commenters set display_name = coalesce($2, display_name), role = $3
where id = $1 and display_name <> '' and (display_name, role) is distinct from (coalesce($2, display_name), $3)
returning comment_count;
