-- What search ranks by and what a card shows stand in the article's own row, and its bodies beside it: a search looks at
-- the words of all that it ranks, and looking each up elsewhere took a third of its time. Articles that are there are
-- laid out so when their text is written next.
alter table articles
  alter column search set storage main,
  alter column headline set storage main,
  alter column lead set storage main,
  alter column url set storage main;
alter table articles set (toast_tuple_target = 4096);
