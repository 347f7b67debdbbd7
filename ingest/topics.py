"""The 17 top-level subjects of IPTC Media Topics (https://cv.iptc.org/newscodes/mediatopic/, CC BY 4.0), and which
of a publisher's categories mean one of them.

The truth about them stands here: `db/migrations/0004_topics.sql` is printed by `python -m ingest.topics`, and a test
holds the two together. Names are ours where IPTC has none in a language.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from ingest.search_text import fold


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject. `names`: by language, English apart; `synonyms`: publishers' categories, parted by '|'."""

    number: int
    code: str
    slug: str
    name: str
    names: dict[str, str]
    synonyms: str

    @property
    def id(self) -> UUID:
        """The same in every database: a UUIDv7 of 2026-01-01 with the topic's number."""
        return UUID(f"019b7600-0000-7000-8000-{self.number:012x}")


def _names(texts: str) -> dict[str, str]:
    names = (text[:1].upper() + text[1:] for text in texts.split("|"))
    return dict(zip("de es fr it pt nl ja ko zh".split(), names, strict=True))


TOPICS = (
    Topic(
        1, "medtop:01000000", "arts", "Arts, culture, entertainment and media",
        _names("Kultur, Unterhaltung und Medien|arte, cultura, entretenimiento y medios|arts, culture, divertissement et"
               " médias|arte, cultura, intrattenimento e media|artes, cultura, entretenimento e mídia|kunst, cultuur,"
               " entertainment en media|文化・芸能・メディア|문화·연예·미디어|艺术、文化、娱乐和媒体"),
        "art|arts|culture|entertainment|media|film|films|movies|music|books|television|tv|tv and radio|theatre|theater"
        "|arts and culture|arts and entertainment|celebrities|celebrity|stage|dance|literature|museums|art and design"
        "|kultur|feuilleton|medien|musik|kino|unterhaltung|literatur|cultura|entretenimiento|cine|música|musica|libros"
        "|medios|culture et loisirs|cinéma|cinema|musique|livres|médias|spectacles|spettacoli|libri|entretenimento"
        "|cultuur|kunst|muziek|文化|芸能|エンタメ|音楽|映画|문화|연예|문화·연예|娱乐|文娱",
    ),
    Topic(
        2, "medtop:16000000", "conflict", "Conflict, war and peace",
        _names("Konflikte, Krieg und Frieden|conflicto, guerra y paz|conflit, guerre et paix|conflitto, guerra e pace"
               "|conflito, guerra e paz|conflict, oorlog en vrede|紛争・戦争・平和|분쟁·전쟁·평화|冲突、战争与和平"),
        "conflict|war|conflicts|war and conflict|military|defence|defense|peace|terrorism|armed conflict|insurgency|coup"
        "|krieg|konflikte|militär|verteidigung|guerra|conflicto|defensa|guerre|conflit|défense|difesa|oorlog|defensie"
        "|戦争|紛争|軍事|防衛|전쟁|분쟁|국방|战争|军事",
    ),
    Topic(
        3, "medtop:02000000", "crime", "Crime, law and justice",
        _names("Kriminalität, Recht und Justiz|policía, ley y justicia|criminalité, droit et justice|criminalità, legge e"
               " giustizia|crime, direito e justiça|misdaad, recht en justitie|事件・司法|범죄·법·사법|犯罪、法律与司法"),
        "crime|law|justice|courts|police|legal|law and order|crime and justice|crime and courts|public safety|prisons"
        "|kriminalität|justiz|polizei|recht|gericht|sucesos|justicia|policía|tribunales|faits divers|droit|police-justice"
        "|cronaca nera|giustizia|polícia|policia|justiça|misdaad|justitie|事件|司法|社会・事件|裁判|범죄|법조|사건사고|法治",
    ),
    Topic(
        4, "medtop:03000000", "disaster", "Disaster, accident and emergency incident",
        _names("Katastrophen und Unglücke|catástrofe y accidente|désastre et accident|disastri, incidenti ed emergenze"
               "|desastres, acidentes e emergências|rampen, ongevallen en noodsituaties|災害・事故|재난·사고|灾难、事故与紧急事件"),
        "disaster|disasters|accident|accidents|emergency|emergencies|natural disasters|earthquake|earthquakes|floods"
        "|wildfires|fire|fires|katastrophen|unfälle|unglück|unglücke|desastres|catástrofes|accidentes|catastrophes"
        "|accidents de la route|disastri|incidenti|acidentes|rampen|ongevallen|災害|事故|地震|防災|재난|재해|사고|灾害",
    ),
    Topic(
        5, "medtop:04000000", "economy", "Economy, business and finance",
        _names("Wirtschaft und Finanzen|economía, negocios y finanzas|économie, affaires et finances|economia, affari e"
               " finanza|economia, negócios e finanças|economie, bedrijfsleven en financiën|経済・ビジネス|경제·산업·금융"
               "|经济、商业与金融"),
        "economy|business|finance|markets|money|economics|economy and business|business and finance|companies|industry"
        "|banking|investing|stocks|personal finance|trade|energy|real estate|property|retail|startups|entrepreneurship"
        "|wirtschaft|finanzen|unternehmen|börse|geld|märkte|economía|economia|negocios|finanzas|empresas|mercados|dinero"
        "|économie|entreprises|finances|bourse|affari|finanza|negócios|finanças|economie|ekonomi|näringsliv|økonomi"
        "|経済|ビジネス|マネー|金融|企業|産業|市場|경제|금융|산업|증권|부동산|财经|经济|金融|商业|экономика|бизнес",
    ),
    Topic(
        6, "medtop:05000000", "education", "Education",
        _names("Bildung|educación|éducation|istruzione|educação|onderwijs|教育|교육|教育"),
        "education|schools|school|universities|university|higher education|students|teaching|learning|bildung|schule"
        "|hochschule|uni|educación|éducation|école|istruzione|scuola|università|educação|onderwijs|utbildning|教育|大学"
        "|교육|образование",
    ),
    Topic(
        7, "medtop:06000000", "environment", "Environment",
        _names("Umwelt|medio ambiente|environnement|ambiente|meio ambiente|milieu|環境|환경|环境"),
        "environment|climate|climate change|climate crisis|nature|wildlife|conservation|pollution|sustainability|green"
        "|animals|umwelt|klima|natur|klimawandel|medio ambiente|medioambiente|clima y medio ambiente|environnement"
        "|climat|planète|planete|ambiente|meio ambiente|milieu|klimaat|miljö|環境|気候変動|自然|환경|기후|环保|环境|экология",
    ),
    Topic(
        8, "medtop:07000000", "health", "Health",
        _names("Gesundheit|salud|santé|salute|saúde|gezondheid|健康・医療|건강·의료|健康"),
        "health|medicine|healthcare|health care|wellness|wellbeing|well-being|mental health|covid-19|coronavirus|covid"
        "|fitness|nutrition|diseases|public health|gesundheit|medizin|salud|bienestar|santé|médecine|salute|saúde"
        "|gezondheid|hälsa|健康|医療|医療・健康|건강|의료|보건|健康|医疗|здоровье",
    ),
    Topic(
        9, "medtop:08000000", "human-interest", "Human interest",
        _names("Vermischtes|interés humano|gens, animaux, insolite|curiosità|interesse humano|human interest|話題"
               "|화제|趣闻轶事"),
        "human interest|people|oddities|odd news|odd|weird|weird news|offbeat|royals|royalty|panorama|vermischtes|leute"
        "|gente|curiosidades|insolite|people et insolite|curiosità|bizzarro|curioso|話題|びっくり|화제|奇闻",
    ),
    Topic(
        10, "medtop:09000000", "labour", "Labour",
        _names("Arbeit|mano de obra|travail|lavoro|trabalho|arbeid|労働・雇用|노동|劳动"),
        "labour|labor|jobs|employment|work|workplace|unions|careers|strikes|arbeit|arbeitsmarkt|beruf|karriere|empleo"
        "|trabajo|laboral|emploi|travail|social et emploi|lavoro|trabalho|emprego|werk|arbeid|労働|雇用|仕事|노동|고용|就业",
    ),
    Topic(
        11, "medtop:10000000", "lifestyle", "Lifestyle and leisure",
        _names("Lebensart und Freizeit|estilo de vida y ocio|gastronomie, loisirs et style de vie|stile di vita e tempo"
               " libero|estilo de vida e lazer|lifestyle en vrije tijd|暮らし・レジャー|생활·여가|生活与休闲"),
        "lifestyle|life and style|life|travel|food|fashion|style|leisure|food and drink|recipes|home and garden|garden"
        "|gardening|beauty|cars|motoring|autos|restaurants|wine|hobbies|games|gaming|leben|reise|reisen|essen|mode"
        "|auto|freizeit|estilo de vida|estilo|viajes|gastronomía|moda|ocio|voyage|voyages|cuisine|loisirs|art de vivre"
        "|viaggi|cucina|tempo libero|viagem|gastronomia|estilo de vida|reizen|eten|暮らし|くらし|ライフ|旅行|グルメ|생활"
        "|여행|라이프|旅游|美食|生活|时尚",
    ),
    Topic(
        12, "medtop:11000000", "politics", "Politics and government",
        _names("Politik|política y gobierno|politique|politica|política e governo|politiek en overheid|政治|정치|政治"),
        "politics|government|election|elections|parliament|policy|diplomacy|foreign policy|international relations"
        "|us politics|uk politics|national politics|white house|congress|politics and government|politik|innenpolitik"
        "|außenpolitik|wahlen|bundestag|política|politica|gobierno|elecciones|politique|gouvernement|élections|governo"
        "|elezioni|eleições|politiek|verkiezingen|politikk|polityka|政治|選挙|外交|정치|국회|선거|外交|时政|политика",
    ),
    Topic(
        13, "medtop:12000000", "religion", "Religion",
        _names("Religion|religión|religion|religione|religião|religie|宗教|종교|宗教"),
        "religion|faith|belief|church|churches|religion and belief|christianity|islam|judaism|hinduism|buddhism|catholic"
        "|religión|religione|chiesa|religião|religie|kirche|glaube|iglesia|vatican|vaticano|宗教|종교|религия",
    ),
    Topic(
        14, "medtop:13000000", "science", "Science and technology",
        _names("Wissenschaft und Technik|ciencia y tecnología|science et technologie|scienza e tecnologia|ciência e"
               " tecnologia|wetenschap en technologie|科学・テクノロジー|과학·기술|科学与技术"),
        "science|technology|tech|science and technology|sci-tech|space|astronomy|physics|biology|research|internet"
        "|computing|computers|software|hardware|programming|gadgets|artificial intelligence|ai|cybersecurity|security"
        "|mobile|robotics|web|wissenschaft|technik|netzwelt|digital|forschung|technologie|ciencia|tecnología|tecnologia"
        "|sciences|high-tech|numérique|espace|scienza|ciência|wetenschap|tech en wetenschap|teknik|vetenskap|科学"
        "|テクノロジー|科学・技術|宇宙|IT|과학|기술|IT·과학|it/과학|科技|наука|технологии",
    ),
    Topic(
        15, "medtop:14000000", "society", "Society",
        _names("Gesellschaft|sociedad|société|società|sociedade|maatschappij|社会|사회|社会"),
        "society|community|social issues|immigration|migration|family|families|welfare|demographics|inequality|race"
        "|gender|women|lgbt|human rights|gesellschaft|familie|migration und integration|soziales|sociedad|inmigración"
        "|société|immigration et intégration|famille|società|sociedade|maatschappij|samenleving|samhälle|社会|くらし・社会"
        "|사회|인권|社会|общество",
    ),
    Topic(
        16, "medtop:15000000", "sport", "Sport",
        _names("Sport|deporte|sport|sport|esporte|sport|スポーツ|스포츠|体育"),
        "sport|sports|football|soccer|basketball|baseball|tennis|golf|cricket|rugby|hockey|ice hockey|cycling|boxing"
        "|athletics|olympics|formula 1|f1|motorsport|nfl|nba|mlb|nhl|swimming|skiing|fußball|fussball|deporte|deportes"
        "|fútbol|futbol|baloncesto|calcio|esporte|esportes|desporto|futebol|voetbal|sporten|スポーツ|野球|サッカー"
        "|스포츠|축구|야구|体育|спорт|футбол",
    ),
    Topic(
        17, "medtop:17000000", "weather", "Weather",
        _names("Wetter|meteorología|météo|meteo|meteorologia|weer|天気|날씨|天气"),
        "weather|forecast|weather forecast|storms|hurricanes|wetter|tiempo|el tiempo|meteorología|météo|meteo|previsioni"
        "|tempo e clima|clima|previsão do tempo|weer|väder|天気|気象|날씨|기상|天气|погода",
    ),
)  # fmt: skip

_SEPARATORS = re.compile(r"[\s_]+")
_MEDTOP = re.compile(r"(?:medtop:|mediatopic/|subj:|iptc:)?(\d{2})\d{6}$")


def _key(text: str) -> str:
    return _SEPARATORS.sub(" ", fold(text).replace("&amp;", "and").replace("&", " and ")).strip(" .#/>-")


_BY_NAME: dict[str, Topic] = {}
for _topic in TOPICS:
    for _name in (*_topic.synonyms.split("|"), _topic.slug, _topic.name, *_topic.names.values()):
        _BY_NAME.setdefault(_key(_name), _topic)
_BY_CODE = {topic.code.removeprefix("medtop:")[:2]: topic for topic in TOPICS}
# What IPTC's Subject Codes of before 2010 have under other numbers is the same at the top, 16 (unrest) included.


def topic_of(category: str) -> Topic | None:
    """The topic that a publisher's category means: by IPTC code, by name, or by the most general part of a path
    ('News/Sport/Tennis')."""
    if match := _MEDTOP.search(category.strip()):
        return _BY_CODE.get(match[1])
    if found := _BY_NAME.get(_key(category)):
        return found
    for part in re.split(r"\s*(?:[/>|:›»]|\s[-–—]\s)\s*", category):
        if found := _BY_NAME.get(_key(part)):
            return found
    return None


def topics_of(categories: Iterable[str]) -> tuple[Topic, ...]:
    """The topics of a publisher's categories, each once, in their order."""
    return tuple({topic.slug: topic for category in categories if (topic := topic_of(category))}.values())


def migration() -> str:
    """The SQL that puts the topics into a database."""

    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    rows = []
    for topic in TOPICS:
        names = ", ".join(f'"{language}": "{name}"' for language, name in {"en": topic.name, **topic.names}.items())
        fields = (topic.code, topic.slug, topic.name, fold(topic.name))
        rows.append(f"  ('{topic.id}', {', '.join(quoted(field) for field in fields)}, {quoted('{' + names + '}')})")
    slugs = [f"  ('topic', '{topic.slug}', '{topic.id}')" for topic in TOPICS]
    return (
        "-- The top level of IPTC Media Topics. Printed by `python -m ingest.topics`, where they are written down.\n\n"
        "insert into topics (id, code, slug, name, sort_name, names) values\n" + ",\n".join(rows) + ";\n\n"
        "insert into slugs (noun, slug, id) values\n" + ",\n".join(slugs) + ";\n"
    )


if __name__ == "__main__":
    print(migration(), end="")
