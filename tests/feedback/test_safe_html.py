"""Whatever a student writes, its HTML fetches, runs, covers and forges nothing."""

import re

import pytest
from browser import browser_page
from bs4 import BeautifulSoup
from fuzzed import tried
from hypothesis import given
from hypothesis import strategies as st

from gdgrader.feedback.safe_html import TAGS, highlight_code, markdown2html

PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[\w+/=\s]*")
LINK = re.compile(r"(https?://|mailto:|#).*", re.DOTALL)
KNOWN = {
    "img": {"alt", "src", "width", "height"},
    "a": {"href"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "ol": {"start"},
}
PNG = "data:image/png;base64,iVBORw0KGgo="


def harmless(html: str) -> BeautifulSoup:
    """The page, in which a browser finds nothing to do."""
    page = BeautifulSoup(html, "html.parser")
    for tag in page.find_all(True):
        assert tag.name in TAGS, tag
        assert set(tag.attrs) <= {"title", "lang", *KNOWN.get(tag.name, ())}, tag
        assert PICTURE.fullmatch(tag.get("src", PNG)), tag
        assert LINK.fullmatch(tag.get("href", "#")), tag
    return page


@pytest.mark.parametrize(
    "place",
    [
        *("//host/x.png", "/\\host/x.png", "\\\\host\\x.png", "\\/host/x.png"),
        *("/\t/host/x.png", "/\n/host/x.png", "\t//host/x.png", "/&#47;host/x.png"),
        *("&sol;&sol;host/x.png", "&bsol;&bsol;host/x.png", "%2f%2fhost/x.png"),
        *("http:host/x.png", "https:/host/x.png", "HTTPS://host/x.png", "x.png"),
        *("../x.png", "/x.png", "?x", "#x", "", "ftp://host/x", "blob:x", "file:///x"),
        *("data:image/svg+xml;base64,PHN2Zz4=", "data:text/html;base64,PHN2Zz4="),
        *("data:,x", 'data:image/png;base64,x y";//', "data:image/png,//host/x"),
        *("attachment:none.png", "cid:x", "//user@host/x", "///host/x", "/./\\host"),
    ],
)
def test_no_picture_is_fetched(place):
    for source in (
        f'<img alt="x" src="{place}">',
        f"<img alt='x' src='{place}'>",
        f"<IMG SRC={place} ALT=x>",
        f"![x](<{place}>)",
        f"![x]({place})",
        f"![x][r]\n\n[r]: {place}",
    ):
        page = harmless(markdown2html({}, source))
        assert not [i for i in page.find_all("img") if i.get("src", PNG) != PNG]


@pytest.mark.parametrize(
    "markup",
    [
        "<img alt=x srcset='//host/x 1x'>",
        "<p style='background:url(//host/x)'>x</p>",
        "<table background=//host/x><tr><td background=//host/y>x</table>",
        "<a class='modal show' href='https://example.org'>x</a>",
        "<div id=step_up class='card right' name=x data-toggle=modal>x</div>",
        "<a name=step_up>x</a>",
        "<p onclick=alert(1) onpointerenter=alert(1) autofocus tabindex=1>x</p>",
        "<a href='java\nscript:alert(1)'>x</a>",
        "<a href='&#x6a;avascript:alert(1)'>x</a>",
        "<a href='//host' target=_top ping=//host download>x</a>",
        "<a href='data:text/html,x'>x</a>",
        "<q cite=//host>x</q><blockquote cite=//host>x</blockquote>",
        "<td rowspan=65534 colspan=9999>x</td>",
        "<img alt=x width=99999999 height=100%>",
        "<li value=9>x</li><ol type=a reversed start=-99999999><li>x</ol>",
        "<div dir=rtl hidden contenteditable popover inert slot=x is=x>x</div>",
        "[x](javascript:alert(1)) [y](//host) [z](<java script:x>)",
        "```mermaid\n<img src=//host/x>\n```",
        "```html\n<p class=card>\n```",
        "# <b class=card>x</b> {#step_up}",
        "$\\href{//host}{x}$ <i class=card>x</i>",
    ],
)
def test_nothing_else_is_left(markup):
    harmless(markdown2html({}, markup))


def test_what_is_harmless_stays():
    page = harmless(
        markdown2html(
            {"cell": {"attachments": {"a.png": {"image/png": "iVBORw0KGgo="}}}},
            "# Title\n\n*a* **b** `c` [d](https://example.org/?a=1&b=2) [e](#f)\n\n"
            "![g](attachment:a.png) <img alt=h src='" + PNG + "' width=40>\n\n"
            "```python\nx < 1\n```\n\n| i | j |\n|---|---|\n| k | l |\n\n"
            "<details><summary>m</summary>n</details>\n\n$o<p$",
        )
    )
    for tag in ("h1", "em", "strong", "code", "pre", "table", "details"):
        assert page.find(tag), tag
    assert [i["src"] for i in page.find_all("img")] == [PNG, PNG]
    links = [a["href"] for a in page.find_all("a")]
    assert links == ["https://example.org/?a=1&b=2", "#f"]
    assert "x < 1" in page.get_text() and "$o<p$" in page.get_text()


PARTS = [
    *("<img ", "src=", "//host", "/\\host", "\\", "'", '"', ">", "<", "/", "&", ";"),
    *("<a ", "href=", "class=", "card", "style=", "id=", "on", "click=", "=", " "),
    *("![", "](", "](<", ")", "[", "]", "`", "```", "$", "$$", "*", "_", "\n", "\t"),
    *("data:image/png;base64,", "javascript:", "&#47;", "&#x6a;", "\x00", "\x0c", "#"),
    *("<svg ", "<math>", "<style>", "</p>", "<!--", "-->", "<![CDATA[", "]]>", "<?"),
    *("<table>", "<td ", "|", "---", "> ", "- ", "1. ", "\\begin{a}", "\\end{a}", "é"),
    *("srcset=", "background=", "<template>", "<noscript>", "<textarea>", "</title>"),
]


@tried(600)
@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=40))
def test_no_text_becomes_more(parts):
    harmless(markdown2html({}, "".join(parts)))


@tried(300)
@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=40))
def test_no_code_becomes_more(parts):
    source = "".join(parts)
    for context in ({}, {"resources": {"gdgrader_plainly": "so"}}):
        page = BeautifulSoup(highlight_code(context, source), "html.parser")
        assert {tag.name for tag in page.find_all(True)} <= {"div", "pre", "span"}
        for tag in page.find_all(True):
            assert re.fullmatch(
                r"( highlight )?[\w -]{0,30}", " ".join(tag.get("class", []))
            )


def test_a_browser_asks_for_nothing():
    """Chromium, at a page of a server's, as formgrader's is."""
    places = ["//host/x.png", "/\\host/x.png", "\\\\host\\x.png", "/&#47;host/x.png"]
    marks = [f"<img alt='x' src='{p}'>\n\n![x](<{p}>)" for p in places]
    marks += ["<img alt=x srcset='//host/x 1x'>", "<p style='background:url(//host)'>x"]
    body = "".join(markdown2html({}, mark) for mark in marks)
    asked = []
    with browser_page() as (page, _):

        def answer(route):
            asked.append(route.request.url)
            html = f"<!DOCTYPE html><link rel=icon href='data:,'><body>{body}"
            route.fulfill(body=html, content_type="text/html")

        page.route("**/*", answer)
        page.goto("http://course.example/formgrader/")
        page.wait_for_load_state("networkidle")
    assert asked == ["http://course.example/formgrader/"]
