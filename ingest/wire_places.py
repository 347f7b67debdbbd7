"""Places that datelines name, for those forms in which nothing but the place tells a dateline from prose.

Capitals, the cities that stand alone in datelines by the agencies' style books, the capitals of the Japanese
prefectures, and the regions that follow a smaller town's name.
"""

from ingest.search_text import fold

_CITIES = """
Abidjan|Abu Dhabi|Abuja|Accra|Addis Ababa|Algiers|Amman|Amsterdam|Anchorage|Ankara|Asunción|Athens|Atlanta|Auckland
Baghdad|Baku|Baltimore|Bamako|Bangkok|Bangui|Barcelona|Beijing|Beirut|Belfast|Belgrade|Bengaluru|Berlin|Bern|Bogotá
Bombay|Boston|Brasília|Bratislava|Brazzaville|Brussels|Bucharest|Budapest|Buenos Aires|Cairo|Calgary|Canberra|Cape Town
Caracas|Casablanca|Chennai|Chicago|Chisinau|Cincinnati|Cleveland|Colombo|Conakry|Copenhagen|Dakar|Dallas|Damascus|Delhi
Denver|Detroit|Dhaka|Djibouti|Doha|Dubai|Dublin|Dushanbe|Edinburgh|Edmonton|Frankfurt|Freetown|Geneva|Gibraltar|Glasgow
Guangzhou|Guatemala City|Hamburg|Hanoi|Harare|Havana|Helsinki|Hiroshima|Ho Chi Minh City|Hong Kong|Honolulu|Houston
Hyderabad|Indianapolis|Islamabad|Istanbul|Jakarta|Jerusalem|Johannesburg|Juba|Kabul|Kampala|Karachi|Kathmandu|Khartoum
Kiev|Kigali|Kingston|Kinshasa|Kolkata|Kuala Lumpur|Kuwait City|Kyiv|Kyoto|Lagos|Lahore|La Paz|Las Vegas|Libreville|Lima
Lisbon|Ljubljana|London|Los Angeles|Luanda|Lusaka|Luxembourg|Macau|Madrid|Managua|Manila|Maputo|Melbourne|Mexico City
Miami|Milan|Milwaukee|Minneapolis|Minsk|Mogadishu|Monaco|Monrovia|Montevideo|Montréal|Moscow|Mumbai|Munich|Muscat
Nairobi|Nagasaki|Nagoya|Naha|Nassau|New Delhi|New Orleans|New York|Niamey|Nicosia|Oklahoma City|Osaka|Oslo|Ottawa
Ouagadougou|Panama City|Paris|Philadelphia|Phnom Penh|Phoenix|Pittsburgh|Podgorica|Port-au-Prince|Prague|Pretoria
Pristina|Pyongyang|Quebec City|Quito|Rabat|Reykjavik|Riga|Rio de Janeiro|Riyadh|Rome|St. Louis|St. Petersburg
Salt Lake City|San Antonio|San Diego|San Francisco|San José|San Juan|San Salvador|Sana'a|Santiago|Santo Domingo
São Paulo|Sapporo|Sarajevo|Seattle|Seoul|Shanghai|Singapore|Skopje|Sofia|Stockholm|Strasbourg|Sydney|Taipei|Tallinn
Tashkent|Tbilisi|Tegucigalpa|Tehran|Tel Aviv|The Hague|Tirana|Tokyo|Toronto|Tripoli|Tunis|Ulaanbaatar|United Nations
Vancouver|Vatican City|Vienna|Vientiane|Vilnius|Warsaw|Washington|Wellington|Windhoek|Winnipeg|Yangon|Yaoundé|Yerevan
Zagreb|Zurich|Basel|Bonn|Bremen|Brüssel|Dresden|Düsseldorf|Genf|Hannover|Kairo|Karlsruhe|Kiew|Kopenhagen|Köln|Leipzig
Lissabon|London|Mailand|Moskau|München|Neu-Delhi|Nürnberg|Peking|Prag|Rom|Stuttgart|Teheran|Tokio|Warschau|Wien|Zürich
Alger|Athènes|Barcelone|Berne|Bruxelles|Genève|Jérusalem|La Haye|Le Caire|Lisbonne|Londres|Lyon|Marseille|Moscou
Nations unies|Pékin|Rome|Séoul|Téhéran|Tunis|Varsovie|Vienne|Atenas|Berlín|Bogotá|Bruselas|Ciudad de México|El Cairo
Estambul|Ginebra|Jerusalén|La Habana|Lisboa|Londres|México|Milán|Moscú|Múnich|Nueva Delhi|Nueva York|París|Pekín|Praga
Roma|Sevilla|Seúl|Teherán|Valencia|Varsovia|Viena|Zaragoza|Islamabad|Rawalpindi|Lucknow|Patna|Ahmedabad|Pune|Jaipur
Bhopal|Srinagar|Chandigarh|Thiruvananthapuram|Kochi|Guwahati|Putrajaya|Kota Kinabalu|Kuching|George Town|Johor Bahru
"""
_EAST = """
東京|大阪|京都|札幌|青森|盛岡|仙台|秋田|山形|福島|水戸|宇都宮|前橋|さいたま|千葉|横浜|新潟|富山|金沢|福井|甲府|長野|岐阜|静岡|名古屋
津|大津|神戸|奈良|和歌山|鳥取|松江|岡山|広島|山口|徳島|高松|松山|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|那覇|川崎|北九州
北京|上海|香港|台北|広州|瀋陽|重慶|平壌|国連|マカオ|ソウル|釜山|ワシントン|ニューヨーク|ロサンゼルス|サンフランシスコ|シカゴ|ボストン
シアトル|ホノルル|ヒューストン|アトランタ|マイアミ|デンバー|ラスベガス|オタワ|トロント|バンクーバー|モントリオール|メキシコ市
メキシコシティ|ハバナ|リオデジャネイロ|サンパウロ|ブラジリア|ブエノスアイレス|サンティアゴ|リマ|ボゴタ|カラカス|キト|ロンドン|パリ
ベルリン|フランクフルト|ミュンヘン|ハンブルク|ボン|ローマ|ミラノ|バチカン|マドリード|バルセロナ|リスボン|ブリュッセル|アムステルダム
ハーグ|ジュネーブ|チューリヒ|ベルン|ウィーン|プラハ|ワルシャワ|ブダペスト|ブカレスト|ソフィア|アテネ|コペンハーゲン|ストックホルム|オスロ
ヘルシンキ|ダブリン|エディンバラ|キーウ|キエフ|モスクワ|ウラジオストク|ミンスク|リガ|タリン|ビリニュス|トビリシ|バクー|エレバン
イスタンブール|アンカラ|エルサレム|テルアビブ|ガザ|ベイルート|ダマスカス|アンマン|バグダッド|テヘラン|リヤド|ドバイ|アブダビ|ドーハ
クウェート|カイロ|トリポリ|チュニス|アルジェ|ラバト|ナイロビ|アディスアベバ|ハルツーム|ヨハネスブルク|ケープタウン|プレトリア|ラゴス
アブジャ|アクラ|ダカール|キンシャサ|カブール|イスラマバード|カラチ|ニューデリー|ムンバイ|ダッカ|コロンボ|カトマンズ|ヤンゴン|ネピドー
バンコク|プノンペン|ビエンチャン|ハノイ|ホーチミン|クアラルンプール|シンガポール|ジャカルタ|バリ|マニラ|ウランバートル|シドニー
メルボルン|キャンベラ|ウェリントン|オークランド|タシケント|ダボス
서울|부산|대구|인천|광주|대전|울산|세종|수원|춘천|청주|전주|창원|제주|워싱턴|뉴욕|로스앤젤레스|도쿄|오사카|베이징|상하이|홍콩|타이베이|런던
파리|베를린|브뤼셀|제네바|모스크바|방콕|하노이|자카르타|싱가포르|시드니|평양
"""
_REGIONS = """
Ala.|Alaska|Ariz.|Ark.|Calif.|Colo.|Conn.|Del.|D.C.|Fla.|Ga.|Hawaii|Idaho|Ill.|Ind.|Iowa|Kan.|Kans.|Ky.|La.|Maine|Md.
Mass.|Mich.|Minn.|Miss.|Mo.|Mont.|Neb.|Nebr.|Nev.|N.H.|N.J.|N.M.|N.Y.|N.C.|N.D.|Ohio|Okla.|Ore.|Pa.|R.I.|S.C.|S.D.
Tenn.|Texas|Tex.|Utah|Vt.|Va.|Wash.|W.Va.|W. Va.|Wis.|Wyo.|AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME
MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|Alabama|Arizona|Arkansas
California|Colorado|Connecticut|Delaware|Florida|Georgia|Illinois|Indiana|Kansas|Kentucky|Louisiana|Maryland
Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico
New York|North Carolina|North Dakota|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee
Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|Alta.|B.C.|Man.|N.B.|N.L.|N.S.|Ont.|P.E.I.|Que.|Sask.
Alberta|British Columbia|Manitoba|New Brunswick|Newfoundland|Nova Scotia|Ontario|Quebec|Saskatchewan|Puerto Rico|Guam
Afghanistan|Albania|Algeria|Angola|Argentina|Armenia|Australia|Austria|Azerbaijan|Bahamas|Bahrain|Bangladesh|Belarus
Belgium|Bolivia|Bosnia|Bosnia-Herzegovina|Botswana|Brazil|Bulgaria|Burkina Faso|Cambodia|Cameroon|Canada|Chad|Chile
China|Colombia|Congo|Costa Rica|Croatia|Cuba|Cyprus|Czech Republic|Denmark|Ecuador|Egypt|El Salvador|England|Eritrea
Estonia|Ethiopia|Fiji|Finland|France|Gabon|Gambia|Germany|Ghana|Greece|Greenland|Guatemala|Guinea|Haiti|Honduras|Hungary
Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy|Ivory Coast|Jamaica|Japan|Jordan|Kazakhstan|Kenya|Kosovo|Kuwait
Kyrgyzstan|Laos|Latvia|Lebanon|Liberia|Libya|Lithuania|Luxembourg|Madagascar|Malawi|Malaysia|Maldives|Mali|Malta
Mauritania|Mexico|Moldova|Mongolia|Montenegro|Morocco|Mozambique|Myanmar|Namibia|Nepal|Netherlands|New Zealand|Nicaragua
Niger|Nigeria|North Korea|North Macedonia|Northern Ireland|Norway|Oman|Pakistan|Panama|Papua New Guinea|Paraguay|Peru
Philippines|Poland|Portugal|Qatar|Romania|Russia|Rwanda|Saudi Arabia|Scotland|Senegal|Serbia|Sierra Leone|Slovakia
Slovenia|Somalia|South Africa|South Korea|South Sudan|Spain|Sri Lanka|Sudan|Sweden|Switzerland|Syria|Taiwan|Tajikistan
Tanzania|Thailand|Togo|Tunisia|Turkey|Turkmenistan|Uganda|Ukraine|United Arab Emirates|Uruguay|Uzbekistan|Venezuela
Vietnam|Wales|West Bank|Gaza Strip|Yemen|Zambia|Zimbabwe
"""


def _set(text: str) -> frozenset[str]:
    return frozenset(fold(name) for line in text.strip().splitlines() for name in line.split("|"))


_KNOWN_CITIES = _set(_CITIES) | _set(_EAST)
_KNOWN_REGIONS = _set(_REGIONS)


def is_city(name: str) -> bool:
    """Whether a city, or cities divided by a stroke ('London/Paris'), is one that datelines name alone."""
    parts = fold(name).replace("・", "/").split("/")
    return all(part.strip() in _KNOWN_CITIES for part in parts)


def is_region(name: str) -> bool:
    """Whether a name is a state, province or country as datelines put it behind a town."""
    return fold(name) in _KNOWN_REGIONS
