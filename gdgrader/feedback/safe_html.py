"""Strangers' Markdown and code as HTML that runs, fetches and covers nothing.

nbgrader's templates print a cell's markup as it is, whatever `sanitize_html` says; they
ask these filters for the HTML instead (`HTMLExporter.filters` in `config.py`).
"""

from __future__ import annotations

import re
from html import escape

import bleach
from jinja2 import pass_context
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import (
    InvalidNotebook,
    IPythonRenderer,
    MarkdownWithMath,
)

# Beyond them cleaning takes many seconds, as its time grows with their square.
LONGEST, MOST_TAGS = 20_000, 500
PLAINLY = "gdgrader_plainly"  # in an exporter's resources: why nothing is formatted

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details"),
    *("div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img"),
    *("kbd", "li", "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub"),
    *(
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ),
}
ANY = re.compile(r".*", re.DOTALL)
FEW, SIZE = re.compile(r"\d{1,2}"), re.compile(r"\d{1,4}")
# What an attribute may say. No class, id, name or style: they are the page's. No
# picture that is fetched: that would tell its owner who reads, and when.
ALLOWED = {
    "*": {"title": ANY, "lang": re.compile(r"[\w-]{1,20}")},
    "a": {"href": re.compile(r"(https?://|mailto:|#).*", re.DOTALL)},
    "img": {
        "alt": ANY,
        "width": SIZE,
        "height": SIZE,
        "src": re.compile(r"data:image/(png|jpeg|gif);base64,[\w+/=\s]*", re.ASCII),
    },
    "td": {"colspan": FEW, "rowspan": FEW, "align": re.compile(r"left|right|center")},
    "ol": {"start": SIZE},
}
ALLOWED["th"] = ALLOWED["td"]

_coloured = Highlight2HTML()


@pass_context
def markdown2html(context, source: str) -> str:
    """nbconvert's filter of that name, cleaned of all but harmless markup.

    What cannot be rendered, or not in tolerable time, is shown as it was written.

    >>> markdown2html({}, "*η* and ![a picture](attachment:gone.png)")
    '<p><em>η</em> and a picture</p>\\n'
    >>> markdown2html({}, "<b>" * 501)[:20]
    '<pre>&lt;b&gt;&lt;b&'
    """
    if _short(context, source) and source.count("<") <= MOST_TAGS:
        attachments = context.get("cell", {}).get("attachments", {})
        renderer = _Renderer(
            escape=False, attachments=attachments, exclude_anchor_links=True
        )
        try:
            return clean(MarkdownWithMath(renderer=renderer).render(source))
        except RecursionError:
            pass
    return f"<pre>{escape(source)}</pre>"


@pass_context
def highlight_code(
    context, source: str, language: str | None = None, metadata: dict | None = None
) -> str:
    """nbconvert's filter of that name; long code is shown without colours."""
    if _short(context, source):
        return _coloured(source, language, metadata)
    return f'<div class="highlight"><pre>{escape(source)}</pre></div>'


def _short(context, source: str) -> bool:
    return len(source) <= LONGEST and not context.get("resources", {}).get(PLAINLY)


class _Renderer(IPythonRenderer):
    """nbconvert's, but for pictures that were not handed in, and colours in code."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture, or what it is called where it is not there."""
        try:
            return super().image(text, url, title)
        except (InvalidNotebook, StopIteration):
            return escape(text)

    def block_code(self, code: str, info: str | None = None) -> str:
        """Code as it is: a student would choose who colours it."""
        return f"<pre><code>{escape(code)}</code></pre>\n"


def clean(html: str) -> str:
    """Leave harmless tags and attributes; show other tags as text.

    >>> clean('<p onclick="x()" class="card">η<script>x()</script></p>')
    '<p>η&lt;script&gt;x()&lt;/script&gt;</p>'
    >>> clean('<img alt="η" src="//host/x.png">')
    '<img alt="η">'
    """
    return bleach.clean(html, TAGS, _allowed, {"http", "https", "mailto", "data"})


def _allowed(tag: str, name: str, value: str) -> bool:
    rule = ALLOWED.get(tag, {}).get(name) or ALLOWED["*"].get(name)
    return bool(rule and rule.fullmatch(value))
