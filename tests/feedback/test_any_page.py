"""Whatever a student writes and prints, the page runs, loads and commands nothing."""

import re
import sys
from pathlib import Path

import pytest
from course import course_config
from fuzzed import damaged, settled
from hypothesis import example, given
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.server_extensions.formgrader import handlers

from gdgrader.feedback.safe_html import clean, markdown2html
from gdgrader.shown import for_page
from gdgrader.submission.outputs import clean_outputs

sys.path.insert(0, str(Path(__file__).parents[1]))
from attacks.planted import active

MARKUP = [
    *("<img src=//h/x onerror=x()>", "<a href='java\tscript:x'>", "<svg/onload=x>"),
    *("![a](//h/x)", "[a](javascript:x)", "<!--", "-->", "<![CDATA[", "&lt;script&gt;"),
    *("<script>x</script>", "<b", "`", "```html\n", "$", "$$", "\\(", "\\]", "|a|b|\n"),
    *("> ", "- ", "1. ", "# ", "[a]: //h\n", "<p style=position:fixed>", "</p>", "'"),
    *("\x1b[31m", "\x1b]0;x\x07", "\u202e", "\x9b2J", "<math><mi>", "&#x202e;", "\\"),
    *("<style>", "<title>", "<textarea>", "<xmp>", "<noscript><p title='</noscript>"),
    *("<base href=//h>", "<meta http-equiv=refresh>", "<form action=x>", "\0", "\r"),
]
TEXT = st.lists(st.sampled_from(MARKUP) | st.text(max_size=6), max_size=12).map("".join)
CUT = TEXT.flatmap(lambda text: damaged(text.encode())).map(
    lambda cut: cut.decode("latin-1")
)
COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@settled
@given(TEXT | CUT)
@example("<noscript><p title='</noscript>[a](javascript:x)<a href='java\tscript:x'>")
def test_the_cleaner_changes_what_is_clean_no_more(text):
    once = clean(text)
    assert clean(once) == once
    assert not active(once)
    page = markdown2html({}, text)
    assert clean(page) == page
    assert not active(page)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A function from a notebook to formgrader's page of it."""
    config = course_config(tmp_path_factory.mktemp("course"))
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    exporter = HTMLExporter(config=config)
    names = ("base_url", "notebook_id", "assignment_id", "submission_id")
    told = {"index": 0, "total": 1} | dict.fromkeys(names, "x")

    def made(*cells):
        return for_page(
            exporter.from_notebook_node(new_notebook(cells=[*cells]), told)[0]
        )

    return made


@pytest.fixture(scope="module")
def usual(page):
    """What is active in any page: the template's own."""
    return active(page(new_markdown_cell("x"), new_code_cell("x")))


@settled
@given(TEXT, TEXT, TEXT)
def test_a_whole_page_runs_nothing(page, usual, written, code, printed):
    cell = new_code_cell(code)
    cell.outputs = [
        new_output("stream", text=printed),
        new_output("error", ename=printed, evalue=code, traceback=[written]),
        new_output("display_data", data={"text/plain": code, "text/html": printed}),
        new_output("display_data", data={"image/png": printed, "text/markdown": code}),
    ]
    clean_outputs(cell)
    shown = page(new_markdown_cell(written), cell)
    assert active(shown) <= usual
    assert not COMMANDS.search(shown)
