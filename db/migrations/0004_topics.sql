-- The top level of IPTC Media Topics, as ingest/topics.toml has it; a test holds the two together.

insert into topics (id, code, slug, name, sort_name, names) values
  ('019b7600-0000-7000-8000-000000000001', 'medtop:01000000', 'arts', 'Arts, culture, entertainment and media', 'arts, culture, entertainment and media', '{"en": "Arts, culture, entertainment and media", "de": "Kultur, Unterhaltung und Medien", "es": "Arte, cultura, entretenimiento y medios", "fr": "Arts, culture, divertissement et médias", "it": "Arte, cultura, intrattenimento e media", "pt": "Artes, cultura, entretenimento e mídia", "nl": "Kunst, cultuur, entertainment en media", "ja": "文化・芸能・メディア", "ko": "문화·연예·미디어", "zh": "艺术、文化、娱乐和媒体"}'),
  ('019b7600-0000-7000-8000-000000000002', 'medtop:16000000', 'conflict', 'Conflict, war and peace', 'conflict, war and peace', '{"en": "Conflict, war and peace", "de": "Konflikte, Krieg und Frieden", "es": "Conflicto, guerra y paz", "fr": "Conflit, guerre et paix", "it": "Conflitto, guerra e pace", "pt": "Conflito, guerra e paz", "nl": "Conflict, oorlog en vrede", "ja": "紛争・戦争・平和", "ko": "분쟁·전쟁·평화", "zh": "冲突、战争与和平"}'),
  ('019b7600-0000-7000-8000-000000000003', 'medtop:02000000', 'crime', 'Crime, law and justice', 'crime, law and justice', '{"en": "Crime, law and justice", "de": "Kriminalität, Recht und Justiz", "es": "Policía, ley y justicia", "fr": "Criminalité, droit et justice", "it": "Criminalità, legge e giustizia", "pt": "Crime, direito e justiça", "nl": "Misdaad, recht en justitie", "ja": "事件・司法", "ko": "범죄·법·사법", "zh": "犯罪、法律与司法"}'),
  ('019b7600-0000-7000-8000-000000000004', 'medtop:03000000', 'disaster', 'Disaster, accident and emergency incident', 'disaster, accident and emergency incident', '{"en": "Disaster, accident and emergency incident", "de": "Katastrophen und Unglücke", "es": "Catástrofe y accidente", "fr": "Désastre et accident", "it": "Disastri, incidenti ed emergenze", "pt": "Desastres, acidentes e emergências", "nl": "Rampen, ongevallen en noodsituaties", "ja": "災害・事故", "ko": "재난·사고", "zh": "灾难、事故与紧急事件"}'),
  ('019b7600-0000-7000-8000-000000000005', 'medtop:04000000', 'economy', 'Economy, business and finance', 'economy, business and finance', '{"en": "Economy, business and finance", "de": "Wirtschaft und Finanzen", "es": "Economía, negocios y finanzas", "fr": "Économie, affaires et finances", "it": "Economia, affari e finanza", "pt": "Economia, negócios e finanças", "nl": "Economie, bedrijfsleven en financiën", "ja": "経済・ビジネス", "ko": "경제·산업·금융", "zh": "经济、商业与金融"}'),
  ('019b7600-0000-7000-8000-000000000006', 'medtop:05000000', 'education', 'Education', 'education', '{"en": "Education", "de": "Bildung", "es": "Educación", "fr": "Éducation", "it": "Istruzione", "pt": "Educação", "nl": "Onderwijs", "ja": "教育", "ko": "교육", "zh": "教育"}'),
  ('019b7600-0000-7000-8000-000000000007', 'medtop:06000000', 'environment', 'Environment', 'environment', '{"en": "Environment", "de": "Umwelt", "es": "Medio ambiente", "fr": "Environnement", "it": "Ambiente", "pt": "Meio ambiente", "nl": "Milieu", "ja": "環境", "ko": "환경", "zh": "环境"}'),
  ('019b7600-0000-7000-8000-000000000008', 'medtop:07000000', 'health', 'Health', 'health', '{"en": "Health", "de": "Gesundheit", "es": "Salud", "fr": "Santé", "it": "Salute", "pt": "Saúde", "nl": "Gezondheid", "ja": "健康・医療", "ko": "건강·의료", "zh": "健康"}'),
  ('019b7600-0000-7000-8000-000000000009', 'medtop:08000000', 'human-interest', 'Human interest', 'human interest', '{"en": "Human interest", "de": "Vermischtes", "es": "Interés humano", "fr": "Gens, animaux, insolite", "it": "Curiosità", "pt": "Interesse humano", "nl": "Human interest", "ja": "話題", "ko": "화제", "zh": "趣闻轶事"}'),
  ('019b7600-0000-7000-8000-00000000000a', 'medtop:09000000', 'labour', 'Labour', 'labour', '{"en": "Labour", "de": "Arbeit", "es": "Mano de obra", "fr": "Travail", "it": "Lavoro", "pt": "Trabalho", "nl": "Arbeid", "ja": "労働・雇用", "ko": "노동", "zh": "劳动"}'),
  ('019b7600-0000-7000-8000-00000000000b', 'medtop:10000000', 'lifestyle', 'Lifestyle and leisure', 'lifestyle and leisure', '{"en": "Lifestyle and leisure", "de": "Lebensart und Freizeit", "es": "Estilo de vida y ocio", "fr": "Gastronomie, loisirs et style de vie", "it": "Stile di vita e tempo libero", "pt": "Estilo de vida e lazer", "nl": "Lifestyle en vrije tijd", "ja": "暮らし・レジャー", "ko": "생활·여가", "zh": "生活与休闲"}'),
  ('019b7600-0000-7000-8000-00000000000c', 'medtop:11000000', 'politics', 'Politics and government', 'politics and government', '{"en": "Politics and government", "de": "Politik", "es": "Política y gobierno", "fr": "Politique", "it": "Politica", "pt": "Política e governo", "nl": "Politiek en overheid", "ja": "政治", "ko": "정치", "zh": "政治"}'),
  ('019b7600-0000-7000-8000-00000000000d', 'medtop:12000000', 'religion', 'Religion', 'religion', '{"en": "Religion", "de": "Religion", "es": "Religión", "fr": "Religion", "it": "Religione", "pt": "Religião", "nl": "Religie", "ja": "宗教", "ko": "종교", "zh": "宗教"}'),
  ('019b7600-0000-7000-8000-00000000000e', 'medtop:13000000', 'science', 'Science and technology', 'science and technology', '{"en": "Science and technology", "de": "Wissenschaft und Technik", "es": "Ciencia y tecnología", "fr": "Science et technologie", "it": "Scienza e tecnologia", "pt": "Ciência e tecnologia", "nl": "Wetenschap en technologie", "ja": "科学・テクノロジー", "ko": "과학·기술", "zh": "科学与技术"}'),
  ('019b7600-0000-7000-8000-00000000000f', 'medtop:14000000', 'society', 'Society', 'society', '{"en": "Society", "de": "Gesellschaft", "es": "Sociedad", "fr": "Société", "it": "Società", "pt": "Sociedade", "nl": "Maatschappij", "ja": "社会", "ko": "사회", "zh": "社会"}'),
  ('019b7600-0000-7000-8000-000000000010', 'medtop:15000000', 'sport', 'Sport', 'sport', '{"en": "Sport", "de": "Sport", "es": "Deporte", "fr": "Sport", "it": "Sport", "pt": "Esporte", "nl": "Sport", "ja": "スポーツ", "ko": "스포츠", "zh": "体育"}'),
  ('019b7600-0000-7000-8000-000000000011', 'medtop:17000000', 'weather', 'Weather', 'weather', '{"en": "Weather", "de": "Wetter", "es": "Meteorología", "fr": "Météo", "it": "Meteo", "pt": "Meteorologia", "nl": "Weer", "ja": "天気", "ko": "날씨", "zh": "天气"}');

insert into slugs (noun, slug, id) values
  ('topic', 'arts', '019b7600-0000-7000-8000-000000000001'),
  ('topic', 'conflict', '019b7600-0000-7000-8000-000000000002'),
  ('topic', 'crime', '019b7600-0000-7000-8000-000000000003'),
  ('topic', 'disaster', '019b7600-0000-7000-8000-000000000004'),
  ('topic', 'economy', '019b7600-0000-7000-8000-000000000005'),
  ('topic', 'education', '019b7600-0000-7000-8000-000000000006'),
  ('topic', 'environment', '019b7600-0000-7000-8000-000000000007'),
  ('topic', 'health', '019b7600-0000-7000-8000-000000000008'),
  ('topic', 'human-interest', '019b7600-0000-7000-8000-000000000009'),
  ('topic', 'labour', '019b7600-0000-7000-8000-00000000000a'),
  ('topic', 'lifestyle', '019b7600-0000-7000-8000-00000000000b'),
  ('topic', 'politics', '019b7600-0000-7000-8000-00000000000c'),
  ('topic', 'religion', '019b7600-0000-7000-8000-00000000000d'),
  ('topic', 'science', '019b7600-0000-7000-8000-00000000000e'),
  ('topic', 'society', '019b7600-0000-7000-8000-00000000000f'),
  ('topic', 'sport', '019b7600-0000-7000-8000-000000000010'),
  ('topic', 'weather', '019b7600-0000-7000-8000-000000000011');
