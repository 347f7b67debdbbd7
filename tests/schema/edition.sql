-- A fixed edition for goldens, invented like all sample news here. Ids and times are made up by rule.
-- Articles 1 to 6 are public, 7 is withheld, 8 under embargo; source 2 serves excerpts, source 3 headlines.

insert into sources (id, slug, name, sort_name, publisher, homepage_url, language, country, description, body_policy, article_count, latest_article_at, sort_latest_at, created_at) values
  ('00000000-0000-7000-8000-000100000001', 'harbour-times', 'The Harbour Times', 'the harbour times', 'Harbour Media', 'https://harbour-times.example/', 'en-GB', 'GB', null, 'FULL', 3, '2026-11-22 10:00:00+00', '2026-11-22 10:00:00+00', '2026-11-20 08:00:00+00'),
  ('00000000-0000-7000-8000-000100000002', 'minato-shimbun', '港新聞', '港新聞', null, 'https://minato.example/', 'ja', 'JP', '港の新聞', 'EXCERPT', 2, '2026-11-21 22:30:00+00', '2026-11-21 22:30:00+00', '2026-11-20 08:00:00+00'),
  ('00000000-0000-7000-8000-000100000003', 'küsten-bote', 'Küsten-Bote', 'kusten-bote', null, null, 'de', 'DE', null, 'HEADLINE', 1, '2026-11-20 06:00:00+00', '2026-11-20 06:00:00+00', '2026-11-20 08:00:00+00');

insert into slugs (noun, slug, id) values
  ('source', 'harbour-times', '00000000-0000-7000-8000-000100000001'),
  ('source', 'minato-shimbun', '00000000-0000-7000-8000-000100000002'),
  ('source', 'küsten-bote', '00000000-0000-7000-8000-000100000003'),
  ('source', 'harbour-post', '00000000-0000-7000-8000-000100000001'),
  ('topic', 'port-economy', '00000000-0000-7000-8000-000200000001'),
  ('topic', 'shipping', '00000000-0000-7000-8000-000200000002'),
  ('author', 'ann-lee', '00000000-0000-7000-8000-000300000001'),
  ('author', 'kim-ho', '00000000-0000-7000-8000-000300000002'),
  ('author', 'nobody', '00000000-0000-7000-8000-000300000003');

insert into topics (id, slug, code, name, sort_name, names, broader_id, article_count) values
  ('00000000-0000-7000-8000-000200000001', 'port-economy', '99000000', 'port economy', 'port economy', '{"de": "Hafenwirtschaft", "ja": "港湾経済"}', null, 4),
  ('00000000-0000-7000-8000-000200000002', 'shipping', '99000001', 'shipping', 'shipping', '{}', '00000000-0000-7000-8000-000200000001', 2);

insert into authors (id, source_id, slug, name, folded_name, url, article_count) values
  ('00000000-0000-7000-8000-000300000001', '00000000-0000-7000-8000-000100000001', 'ann-lee', 'Ann Lee', 'ann lee', 'https://harbour-times.example/ann-lee', 2),
  ('00000000-0000-7000-8000-000300000002', '00000000-0000-7000-8000-000100000001', 'kim-ho', 'Kim Ho', 'kim ho', null, 1),
  ('00000000-0000-7000-8000-000300000003', '00000000-0000-7000-8000-000100000001', 'nobody', 'No Body', 'no body', null, 0);

insert into articles (id, source_id, url, headline, lead, body_html, body_text, body_extent, language, published_at, published_text, sort_updated_at, first_seen_at, changed_at, word_count, content_hash, search, kind, status, is_public, byline, dateline, section, credit, rights_holder, rights_notice, rights_terms, embargoed_until, expires_at, published_estimated, updated_at, updated_text, has_image, comment_count, comments_open) values
  ('00000000-0000-7000-8000-000400000001', '00000000-0000-7000-8000-000100000001', 'https://harbour-times.example/strike', 'Harbour strike enters third day', 'Dockers at the <old> quay & their union talk again.', '<p>Dockers at the &lt;old&gt; quay &amp; their union talk again.</p><p>The strike at the harbour has stopped the café ferry.</p>', 'Dockers at the <old> quay & their union talk again.

The strike at the harbour has stopped the café ferry.', 'FULL', 'en-GB', '2026-11-22 10:00:00+00', '2026-11-22T10:00:00+00:00', '2026-11-22 11:00:00+00', '2026-11-20 08:00:00+00', '2026-11-22 11:00:00+00', 20, '\x01', '''harbour'':1A,226 ''strike'':2A,223 ''enters'':3A ''third'':4A ''day'':5A ''dockers'':70B,213 ''at'':71B,214,224 ''the'':72B,215,222,225,229 ''old'':73B,216 ''quay'':74B,217 ''their'':75B,218 ''union'':76B,219 ''talk'':77B,220 ''again'':78B,221 ''by'':143C ''ann'':144C ''lee'':145C ''and'':146C ''kim'':147C ''ho'':148C ''has'':227 ''stopped'':228 ''cafe'':230 ''ferry'':231', 'TEXT', 'USABLE', true, 'By Ann Lee and Kim Ho', 'Port Sable, Nov. 22', 'Business', 'Meridian Wire', 'Harbour Media', '© Harbour Media', null, null, null, false, '2026-11-22 11:00:00+00', '2026-11-22T11:00:00+00:00', true, 4, true),
  ('00000000-0000-7000-8000-000400000002', '00000000-0000-7000-8000-000100000001', 'https://harbour-times.example/cafe', 'The café by the harbour', 'A small place reopens.', '<p>A small place reopens.</p><p>&quot;Quotes&quot; and \slashes\ survive.</p>', 'A small place reopens.

"Quotes" and \slashes\ survive.', 'FULL', 'en-GB', '2026-11-22 09:00:00+00', '2026-11-22T10:00:00+01:00', '2026-11-22 09:00:00+00', '2026-11-20 08:00:00+00', '2026-11-20 08:00:00+00', 8, '\x02', '''the'':1A,4A ''cafe'':2A ''by'':3A,138C ''harbour'':5A ''a'':70B,205 ''small'':71B,206 ''place'':72B,207 ''reopens'':73B,208 ''ann'':139C ''lee'':140C ''quotes'':209 ''and'':210 ''slashes'':211 ''survive'':212', 'TEXT', 'USABLE', true, 'By Ann Lee', null, null, null, null, null, null, null, null, false, null, null, false, 0, false),
  ('00000000-0000-7000-8000-000400000003', '00000000-0000-7000-8000-000100000001', 'https://harbour-times.example/talk', 'Harbour talk: the podcast', null, null, null, 'NONE', 'en', '2026-11-22 09:00:00+00', '2026-11-22T09:00:00Z', '2026-11-22 09:00:00+00', '2026-11-20 08:00:00+00', '2026-11-20 08:00:00+00', 0, '\x03', '''harbour'':1A ''talk'':2A ''the'':3A ''podcast'':4A', 'AUDIO', 'USABLE', true, null, null, null, null, null, null, null, null, null, false, null, null, false, 0, true),
  ('00000000-0000-7000-8000-000400000004', '00000000-0000-7000-8000-000100000002', 'https://minato.example/1', '港のストライキ、三日目に', '港の労働者が再び交渉した。', '<p>港の労働者が再び交渉した。</p><p>東京都の港は静かだ。</p>', '港の労働者が再び交渉した。

東京都の港は静かだ。', 'FULL', 'ja', '2026-11-21 22:30:00+00', '2026-11-22T07:30:00+09:00', '2026-11-21 22:30:00+00', '2026-11-20 08:00:00+00', '2026-11-20 08:00:00+00', 2, '\x04', '''港の'':1A,76B,216 ''のス'':2A ''スト'':3A ''トラ'':4A ''ライ'':5A ''イキ'':6A ''キ'':7A ''三日'':8A ''日目'':9A ''目に'':10A ''に'':11A ''の労'':77B,217 ''労働'':78B,218 ''働者'':79B,219 ''者が'':80B,220 ''が再'':81B,221 ''再び'':82B,222 ''び交'':83B,223 ''交渉'':84B,224 ''渉し'':85B,225 ''した'':86B,226 ''た'':87B,227 ''東京'':228 ''京都'':229 ''都の'':230 ''の港'':231 ''港は'':232 ''は静'':233 ''静か'':234 ''かだ'':235 ''だ'':236', 'TEXT', 'USABLE', true, null, null, null, null, null, null, null, null, null, false, null, null, false, 1, true),
  ('00000000-0000-7000-8000-000400000005', '00000000-0000-7000-8000-000100000002', 'https://minato.example/2', '東京の新しい橋', '短い要約。', '<p>短い要約。</p>', '短い要約。', 'EXCERPT', 'ja', '2026-11-21 22:30:00+00', '2026-11-22T07:30:00+09:00', '2026-11-21 22:30:00+00', '2026-11-20 08:00:00+00', '2026-11-20 08:00:00+00', 1, '\x05', '''東京'':1A ''京の'':2A ''の新'':3A ''新し'':4A ''しい'':5A ''い橋'':6A ''橋'':7A ''短い'':72B,204 ''い要'':73B,205 ''要約'':74B,206 ''約'':75B,207', 'TEXT', 'USABLE', true, null, null, null, null, null, null, null, null, null, true, null, null, false, 0, true),
  ('00000000-0000-7000-8000-000400000006', '00000000-0000-7000-8000-000100000003', 'https://kuesten-bote.example/streik', 'Streik im Hafen', 'Der Streik dauert an.', '<p>Der Streik dauert an.</p><p>Niemand lädt die Schiffe.</p>', 'Der Streik dauert an.

Niemand lädt die Schiffe.', 'FULL', 'de', '2026-11-20 06:00:00+00', '2026-11-20T07:00:00+01:00', '2026-11-20 06:00:00+00', '2026-11-20 08:00:00+00', '2026-11-20 08:00:00+00', 8, '\x06', '''streik'':1A,69B,201 ''im'':2A ''hafen'':3A ''der'':68B,200 ''dauert'':70B,202 ''an'':71B,203 ''niemand'':204 ''ladt'':205 ''die'':206 ''schiffe'':207', 'TEXT', 'USABLE', true, null, null, null, null, null, null, null, null, null, false, null, null, false, 0, true),
  ('00000000-0000-7000-8000-000400000007', '00000000-0000-7000-8000-000100000001', 'https://harbour-times.example/gone', 'Withheld harbour story', 'Not to be seen.', '<p>Not to be seen.</p>', 'Not to be seen.', 'FULL', 'en', '2026-11-22 12:00:00+00', '2026-11-22T12:00:00+00:00', '2026-11-22 12:00:00+00', '2026-11-20 08:00:00+00', '2026-11-20 08:00:00+00', 4, '\x07', '''withheld'':1A ''harbour'':2A ''story'':3A ''not'':68B,200 ''to'':69B,201 ''be'':70B,202 ''seen'':71B,203', 'TEXT', 'WITHHELD', false, null, null, null, null, null, null, null, null, null, false, null, null, false, 0, true),
  ('00000000-0000-7000-8000-000400000008', '00000000-0000-7000-8000-000100000001', 'https://harbour-times.example/soon', 'Embargoed harbour story', 'Not yet to be seen.', '<p>Not yet to be seen.</p>', 'Not yet to be seen.', 'FULL', 'en', '2026-11-22 12:00:00+00', '2026-11-22T12:00:00+00:00', '2026-11-22 12:00:00+00', '2026-11-20 08:00:00+00', '2026-11-20 08:00:00+00', 5, '\x08', '''embargoed'':1A ''harbour'':2A ''story'':3A ''not'':68B,201 ''yet'':69B,202 ''to'':70B,203 ''be'':71B,204 ''seen'':72B,205', 'TEXT', 'USABLE', false, null, null, null, null, null, null, null, '2027-01-01 00:00:00+00', null, false, null, null, false, 0, true);

insert into article_keys (kind, scope, value, article_id) values
  ('url', '', 'https://harbour-times.example/strike', '00000000-0000-7000-8000-000400000001'),
  ('url', '', 'https://harbour-times.example/cafe', '00000000-0000-7000-8000-000400000002'),
  ('url', '', 'https://harbour-times.example/talk', '00000000-0000-7000-8000-000400000003'),
  ('url', '', 'https://minato.example/1', '00000000-0000-7000-8000-000400000004'),
  ('url', '', 'https://minato.example/2', '00000000-0000-7000-8000-000400000005'),
  ('url', '', 'https://kuesten-bote.example/streik', '00000000-0000-7000-8000-000400000006'),
  ('url', '', 'https://harbour-times.example/gone', '00000000-0000-7000-8000-000400000007'),
  ('url', '', 'https://harbour-times.example/soon', '00000000-0000-7000-8000-000400000008'),
  ('url', '', 'https://harbour-times.example/strike?utm_source=x', '00000000-0000-7000-8000-000400000001'),
  ('url', '', 'https://old.harbour-times.example/1', '00000000-0000-7000-8000-000400000001'),
  ('guid', '00000000-0000-7000-8000-000100000001', 'guid-1', '00000000-0000-7000-8000-000400000001');

insert into revisions (id, article_id, seen_at, content_hash, headline, lead, body_html, body_text) values
  ('00000000-0000-7000-8000-000500000001', '00000000-0000-7000-8000-000400000001', '2026-11-22 10:05:00+00', '\x01', 'Harbour strike enters second day', 'Dockers talk.', '<p>Dockers talk.</p>', 'Dockers talk.'),
  ('00000000-0000-7000-8000-000500000002', '00000000-0000-7000-8000-000400000001', '2026-11-22 11:05:00+00', '\x02', 'Harbour strike enters third day', 'Dockers at the quay.', '<p>Dockers at the quay.</p>', 'Dockers at the quay.'),
  ('00000000-0000-7000-8000-000500000003', '00000000-0000-7000-8000-000400000004', '2026-11-20 08:00:00+00', '\x03', '港のストライキ', '港の労働者。', '<p>港の労働者が交渉。</p>', '港の労働者が交渉。'),
  ('00000000-0000-7000-8000-000500000004', '00000000-0000-7000-8000-000400000007', '2026-11-20 08:00:00+00', '\x04', 'Withheld harbour story', 'Not to be seen.', '<p>Not to be seen.</p>', 'Not to be seen.');

insert into images (article_id, position, url, alt, caption, credit, width, height) values
  ('00000000-0000-7000-8000-000400000001', 0, 'https://harbour-times.example/quay.jpg', 'The quay', 'Dockers at the quay', 'Photo: Ann Lee', 1200, 800),
  ('00000000-0000-7000-8000-000400000001', 1, 'https://harbour-times.example/ferry.jpg', null, null, null, null, null);

insert into enclosures (article_id, position, url, mime_type, byte_length, duration_seconds) values
  ('00000000-0000-7000-8000-000400000003', 0, 'https://harbour-times.example/talk.mp3', 'audio/mpeg', 1234567, 1800);

insert into article_authors (article_id, position, author_id, published_at) values
  ('00000000-0000-7000-8000-000400000001', 0, '00000000-0000-7000-8000-000300000002', '2026-11-22 10:00:00+00'),
  ('00000000-0000-7000-8000-000400000001', 1, '00000000-0000-7000-8000-000300000001', '2026-11-22 10:00:00+00'),
  ('00000000-0000-7000-8000-000400000002', 0, '00000000-0000-7000-8000-000300000001', '2026-11-22 09:00:00+00'),
  ('00000000-0000-7000-8000-000400000007', 0, '00000000-0000-7000-8000-000300000003', '2026-11-22 12:00:00+00');

insert into article_topics (article_id, topic_id, direct, confidence, assigned_by, published_at) values
  ('00000000-0000-7000-8000-000400000001', '00000000-0000-7000-8000-000200000002', true, 1, 'PUBLISHER', '2026-11-22 10:00:00+00'),
  ('00000000-0000-7000-8000-000400000001', '00000000-0000-7000-8000-000200000001', false, 1, 'PUBLISHER', '2026-11-22 10:00:00+00'),
  ('00000000-0000-7000-8000-000400000002', '00000000-0000-7000-8000-000200000001', true, 0.75, 'CLASSIFIER', '2026-11-22 09:00:00+00'),
  ('00000000-0000-7000-8000-000400000004', '00000000-0000-7000-8000-000200000002', true, 0.9, 'EDITOR', '2026-11-21 22:30:00+00'),
  ('00000000-0000-7000-8000-000400000004', '00000000-0000-7000-8000-000200000001', false, 0.9, 'EDITOR', '2026-11-21 22:30:00+00'),
  ('00000000-0000-7000-8000-000400000006', '00000000-0000-7000-8000-000200000001', true, 0.5, 'CLASSIFIER', '2026-11-20 06:00:00+00'),
  ('00000000-0000-7000-8000-000400000007', '00000000-0000-7000-8000-000200000001', true, 1, 'PUBLISHER', '2026-11-22 12:00:00+00');

insert into commenters (id, display_name, role, comment_count, created_at) values
  ('00000000-0000-7000-8000-000600000001', 'Ondine', 'COMMENTER', 2, '2026-11-20 08:00:00+00'),
  ('00000000-0000-7000-8000-000600000002', 'Staff <b>desk</b>', 'STAFF', 1, '2026-11-20 08:00:00+00'),
  ('00000000-0000-7000-8000-000600000003', 'みなと', 'MEMBER', 1, '2026-11-20 08:00:00+00'),
  ('00000000-0000-7000-8000-000600000004', 'Held only', 'COMMENTER', 0, '2026-11-20 08:00:00+00');

insert into comments (id, article_id, parent_id, author_id, depth, thread_key, body_html, body_text, status, placeholder, is_public, created_at, edited_at, reply_count, reaction_count) values
  ('00000000-0000-7000-8000-000700000001', '00000000-0000-7000-8000-000400000001', null, '00000000-0000-7000-8000-000600000001', 0, '\x000000000000000000000001', '<p>First &amp; foremost</p>', 'First & foremost', 'PUBLISHED', null, true, '2026-11-22 10:10:00+00', null, 2, 3),
  ('00000000-0000-7000-8000-000700000002', '00000000-0000-7000-8000-000400000001', '00000000-0000-7000-8000-000700000001', '00000000-0000-7000-8000-000600000002', 1, '\x000000000000000000000001000000000000000000000002', '<p>We agree.</p>', 'We agree.', 'APPROVED', null, true, '2026-11-22 10:20:00+00', '2026-11-22 10:21:00+00', 0, 0),
  ('00000000-0000-7000-8000-000700000003', '00000000-0000-7000-8000-000400000001', '00000000-0000-7000-8000-000700000001', '00000000-0000-7000-8000-000600000003', 1, '\x000000000000000000000001000000000000000000000003', '<p>そうですか</p>', 'そうですか', 'PUBLISHED', null, true, '2026-11-22 10:30:00+00', null, 0, 1),
  ('00000000-0000-7000-8000-000700000004', '00000000-0000-7000-8000-000400000001', null, '00000000-0000-7000-8000-000600000001', 0, '\x000000000000000000000004', '<p>erased text</p>', 'erased text', 'PUBLISHED', 'DELETED', true, '2026-11-22 10:40:00+00', null, 1, 0),
  ('00000000-0000-7000-8000-000700000005', '00000000-0000-7000-8000-000400000001', '00000000-0000-7000-8000-000700000004', '00000000-0000-7000-8000-000600000001', 1, '\x000000000000000000000004000000000000000000000005', '<p>Reply below a placeholder</p>', 'Reply below a placeholder', 'PUBLISHED', null, true, '2026-11-22 10:50:00+00', null, 0, 0),
  ('00000000-0000-7000-8000-000700000006', '00000000-0000-7000-8000-000400000001', null, '00000000-0000-7000-8000-000600000004', 0, '\x000000000000000000000006', '<p>held</p>', 'held', 'PENDING', null, false, '2026-11-22 10:55:00+00', null, 0, 0),
  ('00000000-0000-7000-8000-000700000007', '00000000-0000-7000-8000-000400000004', null, '00000000-0000-7000-8000-000600000003', 0, '\x000000000000000000000007', '<p>港</p>', '港', 'PUBLISHED', null, true, '2026-11-22 10:10:00+00', null, 0, 0),
  ('00000000-0000-7000-8000-000700000008', '00000000-0000-7000-8000-000400000007', null, '00000000-0000-7000-8000-000600000001', 0, '\x000000000000000000000008', '<p>on a withheld article</p>', 'on a withheld article', 'PUBLISHED', null, true, '2026-11-22 12:10:00+00', null, 0, 0);
