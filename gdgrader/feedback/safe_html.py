"""Markdown as HTML that runs nothing: feedback and formgrader show strangers' text.

nbgrader's templates print a cell's markup as it is, whatever `sanitize_html` says; they
ask this filter for the HTML instead (`HTMLExporter.filters` in `config.py`).
"""

from __future__ import annotations

from html import escape

import bleach
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import (
    InvalidNotebook,
    IPythonRenderer,
    MarkdownWithMath,
)

# Beyond them cleaning takes many seconds, as its time grows with their square.
LONGEST, MOST_TAGS = 20_000, 500

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
PLAIN = {"class", "id", "title", "align", "colspan", "rowspan", "lang", "start"}
PICTURES = tuple(f"data:image/{kind};base64," for kind in ("png", "jpeg", "gif"))
PROTOCOLS = {"http", "https", "mailto", "data"}


@pass_context
def markdown2html(context, source: str) -> str:
    """nbconvert's filter of that name, cleaned of all but harmless markup.

    What cannot be rendered, or not in tolerable time, is shown as it was written.

    >>> markdown2html({}, "*η* and ![a picture](attachment:gone.png)")
    '<p><em>η</em> and a picture</p>\\n'
    >>> markdown2html({}, "<b>" * 501)[:20]
    '<pre>&lt;b&gt;&lt;b&'
    """
    if len(source) <= LONGEST and source.count("<") <= MOST_TAGS:
        attachments = context.get("cell", {}).get("attachments", {})
        renderer = _Renderer(escape=False, attachments=attachments)
        try:
            return clean(MarkdownWithMath(renderer=renderer).render(source))
        except RecursionError:
            pass
    return f"<pre>{escape(source)}</pre>"


class _Renderer(IPythonRenderer):
    """nbconvert's, but for pictures that were not handed in."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture, or what it is called where it is not there."""
        try:
            return super().image(text, url, title)
        except (InvalidNotebook, StopIteration):
            return escape(text)


def clean(html: str) -> str:
    """Leave harmless tags; show the others as text.

    >>> clean('<p onclick="x()">η<script>x()</script></p>')
    '<p>η&lt;script&gt;x()&lt;/script&gt;</p>'
    """
    return bleach.clean(html, TAGS, _allowed, PROTOCOLS)


def _allowed(tag: str, name: str, value: str) -> bool:
    if name in PLAIN:
        return True
    data = value.strip().lower().startswith("data:")
    if tag == "img":
        # A picture from the web would tell its owner who reads, and when.
        return name in {"alt", "width", "height"} or (
            name == "src" and (value.startswith(PICTURES) or ":" not in value)
        )
    return tag == "a" and name == "href" and not data
