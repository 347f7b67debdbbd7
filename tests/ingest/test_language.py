import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.language import identify, normalised


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("EN_us", "en-US"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("de-DE-1996", "de-DE"),
        ("en_US.UTF-8", "en-US"),
        ("English", "en"),
        ("日本語", "ja"),
        ("iw", "he"),
        ("jp", "ja"),
        ("fr, en", "fr"),
        ("und", None),
        ("klingon language", None),
        ("", None),
        (None, None),
    ],
)
def test_tags_are_normalised(tag: str | None, expected: str | None) -> None:
    assert normalised(tag) == expected


@given(st.text(max_size=20))
def test_normalising_again_changes_nothing(tag: str) -> None:
    made = normalised(tag)
    assert made is None or normalised(made) == made


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The harbour master said on Monday that the quay stays closed until the divers return.", "en"),
        ("Der Hafenmeister sagte am Montag, der Kai bleibe geschlossen, bis die Taucher zurück sind.", "de"),
        ("Le capitaine du port a déclaré lundi que le quai restait fermé jusqu'au retour des plongeurs.", "fr"),
        ("El capitán del puerto dijo el lunes que el muelle seguirá cerrado hasta que vuelvan los buzos.", "es"),
        ("Il comandante del porto ha detto lunedì che il molo resterà chiuso fino al ritorno dei sub.", "it"),
        ("O capitão do porto disse na segunda-feira que o cais continua fechado até os mergulhadores voltarem.", "pt"),
        ("De havenmeester zei maandag dat de kade gesloten blijft tot de duikers terugkomen.", "nl"),
        ("Hamnkaptenen sade på måndagen att kajen förblir stängd tills dykarna kommer tillbaka.", "sv"),
        ("Kapitan portu powiedział w poniedziałek, że nabrzeże pozostanie zamknięte do powrotu nurków.", "pl"),
        ("Капитан порта сообщил в понедельник, что причал закрыт до возвращения водолазов.", "ru"),
        ("Капітан порту повідомив у понеділок, що причал зачинено до повернення водолазів.", "uk"),
        ("Liman başkanı pazartesi günü rıhtımın dalgıçlar dönene kadar kapalı kalacağını söyledi.", "tr"),
        ("港長は月曜日、潜水士が戻るまで岸壁を閉鎖すると述べた。", "ja"),
        ("항만장은 월요일 잠수부들이 돌아올 때까지 부두를 폐쇄한다고 밝혔다.", "ko"),
        ("港务长星期一表示，码头将关闭至潜水员返回为止。", "zh"),
        ("قال قبطان الميناء يوم الاثنين إن الرصيف سيبقى مغلقا حتى يعود الغواصون.", "ar"),
        ("קברניט הנמל אמר ביום שני שהרציף יישאר סגור עד שיחזרו הצוללנים.", "he"),
        ("เจ้าท่ากล่าวเมื่อวันจันทร์ว่าท่าเรือจะปิดจนกว่านักประดาน้ำจะกลับมา", "th"),
    ],
)
def test_languages_are_told_apart(text: str, language: str) -> None:
    assert identify(text) == language


def test_the_feeds_word_keeps_its_region_where_the_text_agrees() -> None:
    text = "O capitão do porto disse que o cais continua fechado até os mergulhadores voltarem."
    assert identify(text, "pt_br") == "pt-BR"


def test_clear_text_overrules_the_feed_and_unclear_text_does_not() -> None:
    assert identify("Der Hafenmeister sagte, der Kai bleibe geschlossen, bis die Taucher zurück sind.", "en-us") == "de"
    assert identify("Kai zu", "en-us") == "en-US"
    assert identify("12:30 – https://x.example/abc", "sv") == "sv"


def test_a_language_that_is_not_looked_for_is_believed() -> None:
    assert identify("Hafnarstjórinn sagði á mánudag að bryggjan yrði lokuð.", "is") == "is"
    assert identify("Havnefogden sa mandag at kaien holdes stengt til dykkerne er tilbake.", "nb-no") == "nb-NO"


def test_no_words_no_language() -> None:
    assert identify("") == identify("12 + 30 = 42") == "und"
