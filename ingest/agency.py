"""The wires: the names under which they are credited, and the one that is served for each."""

import re

from ingest.search_text import fold

_NAMES = {
    "AAP": "aap|australian associated press",
    "AFP": "afp|agence france-presse|agence france presse|afp通信",
    "AFP-Jiji": "afp-jiji|afp-時事|afp=時事|afp時事",
    "Anadolu": "anadolu|anadolu agency|anadolu ajansi|aa",
    "ANI": "ani",
    "ANP": "anp",
    "ANSA": "ansa",
    "Antara": "antara",
    "AP": "ap|associated press|the associated press|ap通信",
    "APA": "apa",
    "Belga": "belga",
    "Bernama": "bernama",
    "Bloomberg": "bloomberg|bloomberg news|ブルームバーグ",
    "Business Wire": "business wire|businesswire",
    "CNA": "cna|central news agency|中央社",
    "CNN": "cnn|cnn business|cnn politics|cnn sport|cnn travel|cnn health|cnn underscored|cnnmoney|cnn money",
    "ČTK": "ctk",
    "dpa": "dpa|deutsche presse-agentur|dpa-infocom|dpa-afx|dpa/tmn",
    "dts": "dts|dts nachrichtenagentur",
    "EFE": "efe|agencia efe|efeusa",
    "epd": "epd",
    "Europa Press": "europa press",
    "Getty Images": "getty images|getty",
    "GlobeNewswire": "globe newswire|globenewswire",
    "IANS": "ians",
    "Interfax": "interfax|インタファクス|インタファクス通信",
    "Jiji Press": "jiji|jiji press|the jiji press|時事|時事通信|時事通信社",
    "Keystone-SDA": "ats|keystone-sda|keystone-ats|sda|awp",
    "KNA": "kna",
    "Kyodo": "kyodo|kyodo news|共同|共同通信|共同通信社",
    "Lusa": "lusa",
    "MTI": "mti",
    "NAN": "nan|news agency of nigeria",
    "News1": "뉴스1",
    "Newsis": "newsis|뉴시스",
    "NTB": "ntb",
    "ots": "ots",
    "PA Media": "pa|pa media|press association",
    "PAP": "pap",
    "PR Newswire": "prnewswire|pr newswire",
    "PTI": "pti|press trust of india",
    "Reuters": "reuters|thomson reuters|thomson reuters foundation|reuters breakingviews|ロイター|ロイター通信",
    "Ritzau": "ritzau",
    "SID": "sid",
    "STT": "stt",
    "TASS": "tass|タス通信|タス",
    "The Canadian Press": "canadian press|the canadian press|la presse canadienne",
    "TT": "tt",
    "UNI": "uni",
    "UPI": "upi",
    "Ukrinform": "ukrinform",
    "Xinhua": "xinhua|新华社|新華社|新華社通信",
    "Yonhap": "yonhap|yonhap news|yonhap news agency|연합뉴스|聯合|聯合ニュース|聯合通信",
}
AGENCIES = {alias: name for name, aliases in _NAMES.items() for alias in aliases.split("|")}
_DIVIDERS = re.compile(r"\s*(?:[/=,;+]|\s(?:and|und|et|y|&)\s)\s*")
# The desks of dpa, as its regional services are credited: 'dpa/lnw'.
_DESK = re.compile(r"[a-z]{2,3}")


def agency_of(credit: str) -> str | None:
    """The name that is served for an agency as it is credited ('共同通信' -> 'Kyodo', 'AFP/Reuters' -> 'AFP, Reuters');
    None for anything else, text that holds more than agencies included."""
    folded = fold(credit).strip(" .")
    if found := AGENCIES.get(folded):
        return found
    if len(folded) > 60:
        return None
    names: list[str] = []
    for part in _DIVIDERS.split(folded):
        name = AGENCIES.get(part)
        if name is None and not (names[-1:] == ["dpa"] and _DESK.fullmatch(part)):
            return None
        if name is not None and name not in names:
            names.append(name)
    return ", ".join(names)
