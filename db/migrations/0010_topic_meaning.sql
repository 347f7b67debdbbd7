-- How often what publishers' categories mean has changed: articles are given their topics anew for each version.
create table topic_meaning (version bigint not null);
insert into topic_meaning (version) values (0);
