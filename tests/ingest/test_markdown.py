"""What readers write: Markdown in, safe HTML and plain text out."""

import re
import unicodedata
from datetime import UTC, datetime
from statistics import median
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.markdown import render, sanitise, tidy
from ingest.moderation.case import Article, Case
from ingest.moderation.judge import judge
from ingest.moderation.settings import rules
from tests.pace import uncollected

REL = 'rel="nofollow ugc noopener noreferrer"'


@pytest.mark.parametrize(
    ("markdown", "html", "plain"),
    [
        ("One\ntwo\n\nthree", "<p>One<br>\ntwo</p>\n<p>three</p>", "One\ntwo\n\nthree"),
        ("**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>", "a b c d"),
        ("> said\n\nno", "<blockquote>\n<p>said</p>\n</blockquote>\n<p>no</p>", "said\n\nno"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "a\nb"),
        ("```\nx < y\n```", "<pre><code>x &lt; y\n</code></pre>", "x < y"),
        ("# No heading", "<p># No heading</p>", "# No heading"),
        ("a\n---\nb", "<p>a<br>\n---<br>\nb</p>", "a\n---\nb"),
        ("<b>raw</b> &amp; 1 < 2", "<p>&lt;b&gt;raw&lt;/b&gt; &amp; 1 &lt; 2</p>", "<b>raw</b> & 1 < 2"),
        ("Hi @anna_lee and @<b>", "<p>Hi @anna_lee and @&lt;b&gt;</p>", "Hi @anna_lee and @<b>"),
        ("node.js, e.g.it, www.a.example, a@b.example", "<p>node.js, e.g.it, www.a.example, a@b.example</p>", None),
        ("こんにちは、**世界**。", "<p>こんにちは、<strong>世界</strong>。</p>", "こんにちは、世界。"),
        *(
            (
                text,
                '<p><a href="https://a.example/x" rel="nofollow ugc noopener noreferrer">https://a.example/x</a></p>',
                "https://a.example/x",
            )
            for text in ("[](https://a.example/x)", "![](https://a.example/x)", "[&#8203;](https://a.example/x)")
        ),
        ("&#8203;", "", ""),
        ("\u200b \n\t", "", ""),
        ("\u2800\ufe0f \U000e0041", "", ""),
        ("\u0301", "", ""),
        ("&#x301;", "", ""),
        ("  - a\n  - b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "a\nb"),
        ("\x85\u2028 one\u2028two\x85", "<p>one<br>\ntwo</p>", "one\ntwo"),
        ("\u2764\ufe0f \U0001f469\u200d\U0001f680", "<p>\u2764\ufe0f \U0001f469\u200d\U0001f680</p>", None),
    ],
)
def test_what_becomes_of_it(markdown: str, html: str, plain: str | None) -> None:
    text = render(markdown)
    assert text.html == html
    assert text.plain == (markdown if plain is None else plain)


def test_links_are_made_and_told() -> None:
    text = render("See https://a.example/?x=1&y=2, [here](http://b.example) and <mailto:c@d.example>")
    assert text.links == ("https://a.example/?x=1&y=2", "http://b.example", "mailto:c@d.example")
    assert text.html.count(REL) == 3
    assert f'<a href="https://a.example/?x=1&amp;y=2" {REL}>https://a.example/?x=1&amp;y=2</a>,' in text.html


def test_an_image_is_a_link_to_it() -> None:
    link = f'<a href="https://a.example/cat.png" {REL}>a cat</a>'
    image = "![a cat](https://a.example/cat.png)"
    assert render(image).html == f"<p>{link}</p>"
    assert render(f"Look!{image}").html == f"<p>Look!{link}</p>"
    assert render(f"\\{image}").html == f"<p>!{link}</p>"
    assert render("![a cat](cat.png)").html == "<p>![a cat](cat.png)</p>"


@pytest.mark.parametrize(
    "address",
    ["http:/a.example", "http:///a.example", "https:/a.example", "http:a.example", "HTTP:/\\a.example", "http://:80/a"],
)
def test_an_address_without_a_host_is_no_link(address: str) -> None:
    """Browsers take each of these for one."""
    text = render(f"[here]({address}) <{address}> ![here]({address}) {address}")
    assert (text.links, "<a" in text.html) == ((), False)


def test_an_address_is_shown_as_where_it_leads() -> None:
    for written in ("<http://xn--80ak6aa92e.com>", "http://аррӏе.com"):
        text = render(written)
        assert (text.links, text.plain) == (("http://xn--80ak6aa92e.com",), "http://xn--80ak6aa92e.com")
    assert render("<http://%D0%B0pple.com>").plain == "http://%D0%B0pple.com"
    for written in ("https://ja.example/港?q=é|x", "https://ja.example/%E6%B8%AF?q=%C3%A9%7Cx"):
        assert render(written).plain == "https://ja.example/港?q=é|x"
    assert render("https://a.example/a%20b%2Fc%25%E2%80%AEd").plain == "https://a.example/a%20b%2Fc%25d"


# Words of scripts that put several marks on a letter, decomposed as far as they can be.
MARKED = {
    "Vietnamese": "Người Việt ở thành phố nghiễm nhiên",
    "Thai": "ผู้ใหญ่บ้านที่นี่ น้ำ ก็ ปิ๊ป",
    "Hindi": "क्षत्रिय हिन्दी ज़िंदगी कर्तृत्व",
    "Hebrew": "הַנִּשָּׂ֔א בְּרֵאשִׁ֖ית יְרוּשָׁלִַ֗ם",
    "Arabic": "مُحَمَّدٌ ٱللَّهِ رَبِّ هَٰذَا",
    "Burmese": "ကြွှေ့ မြန်မာ တို့",
    "Tibetan": "བསྒྲུབས་ཧཱུྃ རྫོགས",
    "Lao": "ນໍ້າ ຜູ້ໃຫຍ່",
    "Yoruba": "ọ̀rọ̀ ẹ̀kọ́",
    "IPA": "t͡ʃ ã̠̃",
}


@pytest.mark.parametrize("script", MARKED)
def test_words_of_every_script_keep_their_marks(script: str) -> None:
    for form in ("NFC", "NFD"):
        word = unicodedata.normalize(form, MARKED[script])
        assert render(word).plain == unicodedata.normalize("NFC", MARKED[script])
        assert render(f"**{word}**").plain == unicodedata.normalize("NFC", MARKED[script])


@pytest.mark.parametrize(
    "mark", ["\u0301", "\u0489", "\u20dd", "\u0e47", "\u0e47\u200d", "\u0301\u0316\x7f", "&#x301;"]
)
def test_marks_are_not_piled_up(mark: str) -> None:
    text = render(f"Za{mark * 60}lgo.")
    assert sum(unicodedata.category(char)[0] == "M" for char in text.plain) <= 6
    assert re.sub("[^A-Za-z.]", "", unicodedata.normalize("NFD", text.plain)) == "Zalgo."


@pytest.mark.parametrize("sign", ["\u202e", "\u202d", "\u202a", "\u202b", "\u202c", "&#x202e;", "&#8238;"])
def test_nothing_turns_what_follows(sign: str) -> None:
    text = render(f"See {sign}gnp.exe")
    assert (text.html, text.plain) == ("<p>See gnp.exe</p>", "See gnp.exe")


def test_two_directions_stand_beside_each_other() -> None:
    written = "שלום \u2068Ann\u2069 \u200f!"
    assert render(written).plain == written


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java&#x0A;script:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](\x01javascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:msgbox(1))",
    "[a](file:///etc/passwd)",
    "[a](//evil.example)",
    "[a](/relative)",
    "<javascript:alert(1)>",
    "![a](javascript:alert(1))",
    '[a](https://a.example "onclick=alert(1)")',
    '[a](https://a.example"onmouseover="alert(1))',
    "[a](<https://a.example/><script>alert(1)</script>)",
    "[<img src=x onerror=alert(1)>](https://a.example)",
    "[a]: javascript:alert(1)\n\n[a]",
    "`<script>`",
    "```<script>\n</script>\n```",
    "```js onload=alert(1)\nx\n```",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;",
    "<!--><script>alert(1)</script>-->",
    "<a href='x' style='position:fixed'>",
    "<style>*{display:none}</style>",
    "<base href='//evil.example'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "https://a.example/<script>alert(1)</script>",
    "https://a.example/\"onmouseover='alert(1)'",
    "http://a.example/\u202egnp.exe",
    "</p></div><script>alert(1)</script>",
    "> <form action=//evil.example><input>",
]
PIECES = st.lists(
    st.sampled_from(
        [
            *ATTACKS,
            "**",
            "*",
            "_",
            "`",
            "~~",
            "[",
            "](",
            ")",
            "<",
            ">",
            "&",
            '"',
            "'",
            "\n",
            "\n\n",
            "    ",
            "> ",
            "- ",
            "1. ",
            "https://a.example",
            "javascript:",
            "@b",
            "text",
            "日本",
            "\x00",
            "\\",
        ]
    )
    | st.text(max_size=8),
    max_size=14,
).map("".join)
# What may stand in a comment, written out once more: every tag and every attribute.
ALLOWED = re.compile(
    r"</?(?:p|em|strong|s|code|pre|blockquote|ul|ol|li)>|<br>|</a>"
    r'|<a (?:href="(?:https?:|mailto:)[^"<>]*" )?rel="nofollow ugc noopener noreferrer">'
)


def assert_safe(html: str) -> None:
    assert "<" not in ALLOWED.sub("", html)
    assert ">" not in ALLOWED.sub("", html)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_gets_through(attack: str) -> None:
    assert_safe(render(attack).html)
    assert_safe(sanitise(attack))


@given(st.text(alphabet="a\u0344\u0f73\u0958\u0301\u0327\u200d \n\U0001d15e\u05b0"))
def test_what_is_tidy_stays_so(text: str) -> None:
    """Some marks are two or more once they are taken apart, and then no more than as many as a letter may have."""
    kept = tidy(text)
    assert tidy(kept) == kept


@given(PIECES)
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_is_safe_and_stays_as_it_is(markdown: str) -> None:
    html = render(markdown).html
    assert_safe(html)
    assert sanitise(html) == html
    assert render(markdown).html == html
    kept = tidy(markdown)
    assert (tidy(kept), render(kept).html) == (kept, html)


def test_of_very_many_links_and_quotes_the_first_are_made() -> None:
    for unit in ("https://a.example/ ", "[a] https://a.example/ "):
        text = render(unit * 250)
        assert len(text.links) == 200
        assert text.plain.count("https") == 250
    # Of the last fifty the addresses alone.
    assert render("[a](https://a.example/) " * 250).html.count(">a</a>") == 200
    assert render("[" * 300 + "https://a.example/").links == ("https://a.example/",)
    assert render(f"https://a.example/{'a' * 1_900}").links
    assert render(f"https://a.example/{'a' * 2_000}").links == ()
    quotes = render("> a\n\nb\n\n" * 100).html
    assert quotes.count("<blockquote>") == 100


@pytest.mark.parametrize("before", ["", "(", "...", "見て", "-", "_", "a "])
def test_an_address_may_stand_anywhere_but_within_a_word(before: str) -> None:
    assert render(f"{before}https://a.example/x").links == ("https://a.example/x",)
    assert render(f"{before}nohttps://a.example/x").links == ()
    assert render(f"{before}https://a.example/x*").links == ("https://a.example/x",)


# What made a reader of Markdown look again and again through what follows, or what scorers and spam's signs have most
# to do with.
NASTY = (
    *("[", "![", "[a](", "[[](", "(http://a.b/(", "http://", "http://a@", "http://[", "//:", "http://a.b/?x=(", "[]("),
    *("<http://a.b>", "mailto:a@b.c", "http://a.b ", "*a_", "**a ", "~~a", "`a", "&#x", "&amp;", "<a ", "((", "\\"),
    *("> ", "- ", "\n\n", "a\n", "* \n\n-", "a\n>```\n", "i ", "aa", "i.d.", "you idiot ", "ﷺ", "あ", "ß"),
    *(
        "\x85",
        "\u2003",
        "\t",
        " \n",
        "a\u0301\u0316",
        "\u0301\u0316",
        "\u0f73",
        "\U0001d16d\U0001d165",
        "㌖",
        "ﷲ",
        "ﬃ",
        "\u0344",
    ),
    *("a-", "a_", "a/", "iiddii", "cу", "!", "@a "),
)


@pytest.mark.parametrize("unit", NASTY)
def test_twice_the_text_is_judged_in_about_twice_the_time(unit: str) -> None:
    """At the largest length that a newsroom may allow."""
    longest = rules({"length": {"max": 20_000}})

    def spent(length: int) -> float:
        case = Case((unit * length)[:length], datetime(2026, 11, 1, tzinfo=UTC), Article(language="de"))
        began = process_time()
        judge(case, longest, by_all=True)
        return process_time() - began

    with uncollected():
        # One after the other, so that neighbours slow both; what takes a few milliseconds is as much noise.
        ratios = [spent(20_000) / (spent(10_000) + 0.002) for _ in range(5)]
    assert median(ratios) < 3
