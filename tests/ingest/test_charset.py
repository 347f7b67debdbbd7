"""In which encoding documents are read. All outlets are invented."""

import pytest

from ingest.charset import text_of, xml_of

ENGLISH = "Ferry strike ends: “no more delays”, says the café’s owner"
JAPANESE = "港の再開、来週から"
CHINESE = "港口重新开放,渡轮恢复通航"
KOREAN = "항구가 다시 문을 열었다"
RUSSIAN = "Порт снова открыт"
POLISH = "Port znów otwarty, żegluga wznowiona"


@pytest.mark.parametrize("label", ["windows-1252", "iso-8859-2", "iso-8859-15", "windows-1251", "koi8-r", "shift_jis"])
@pytest.mark.parametrize("text", [ENGLISH, JAPANESE, KOREAN, RUSSIAN, POLISH])
def test_utf8_is_utf8_whatever_is_said(text: str, label: str) -> None:
    assert text_of(text.encode(), [label]) == text
    # As it is where a few places broke, when somebody cut a text by its bytes.
    assert text_of(text.encode() * 3 + b"\xe3\x81<", [label, None]) == text * 3 + "\ufffd<"


@pytest.mark.parametrize(
    ("text", "encoding", "label"),
    [
        (ENGLISH, "cp1252", "ISO-8859-1"),
        (ENGLISH, "cp1252", "us-ascii"),
        (ENGLISH, "utf-16", "utf-16"),
        (JAPANESE, "utf-16-be", "utf-16"),
        ("<" + ENGLISH, "utf-32-le", "utf-32"),
        (JAPANESE, "cp932", "Shift_JIS"),
        (JAPANESE, "euc_jp", "euc-jp"),
        (JAPANESE, "iso2022_jp", "iso-2022-jp"),
        (CHINESE, "gb18030", "gb2312"),
        (KOREAN, "cp949", "euc-kr"),
        (RUSSIAN, "koi8_r", "koi8-r"),
        (POLISH, "iso8859_2", " 'ISO-8859-2'"),
    ],
)
def test_else_it_is_what_is_said(text: str, encoding: str, label: str) -> None:
    if encoding == "utf-16-be":
        text = "<p>harbour</p> " + text
    assert text_of(text.encode(encoding), [label]) == text
    # What is unknown, no encoding of text, or can't be, is passed over.
    assert text_of(text.encode(encoding), [None, "nonsense", "hex", label, "cp437"]) == text


def test_what_nobody_says_is_guessed() -> None:
    assert text_of((ENGLISH * 3).encode("cp1252"), []) == ENGLISH * 3
    assert text_of((ENGLISH * 3).encode("cp1252"), ["utf-8"]) == ENGLISH * 3
    assert text_of(b"", []) == ""


def test_a_documents_own_word_goes_before_the_servers() -> None:
    for head in ('<?xml version="1.0" encoding="Shift_JIS"?>', "\n<?xml version='1.1' encoding = 'x-sjis' ?>"):
        document = f"{head}<rss>{JAPANESE}</rss>"
        assert xml_of(document.encode("cp932"), "euc-jp") == f"<rss>{JAPANESE}</rss>".encode()
        # UTF-8 goes before both.
        assert xml_of(document.encode(), "euc-jp") == f"<rss>{JAPANESE}</rss>".encode()
    assert xml_of(f"<rss>{JAPANESE}</rss>".encode("euc_jp"), "euc-jp") == f"<rss>{JAPANESE}</rss>".encode()
