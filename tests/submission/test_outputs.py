"""What a student's code displays: cut to size, and nothing in it runs in a browser."""

import base64
from html.parser import HTMLParser

import pytest
from course import PNG, Course, cell, insert
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from gdgrader.submission.outputs import PICTURE_BYTES, TEXT_BYTES, clean_outputs

EVIL = "<script>alert(1)</script>"


def cleaned(*outputs: dict) -> list:
    made = new_code_cell("")
    made.outputs = [from_dict(output) for output in outputs]
    clean_outputs(made)
    return made.outputs


def shown(data: dict, metadata: dict | None = None, kind: str = "display_data") -> dict:
    return {"output_type": kind, "data": data, "metadata": metadata or {}}


@pytest.mark.parametrize(
    "mime",
    [
        "text/html",
        "text/markdown",
        "text/latex",
        "image/svg+xml",
        "application/javascript",
        "application/vnd.jupyter.widget-view+json",
        "application/vnd.plotly.v1+json",
        'text/plain"><script>',
    ],
)
def test_only_text_and_pictures_stay(mime):
    (output,) = cleaned(shown({mime: EVIL, "text/plain": "a figure"}))
    assert dict(output.data) == {"text/plain": "a figure"}
    (output,) = cleaned(shown({mime: EVIL}))
    assert set(output.data) == {"text/plain"}
    assert EVIL not in output.data["text/plain"]


@pytest.mark.parametrize(
    "data",
    ['"><script>', PNG + '"><script>', base64.b64encode(b"<svg>").decode(), ["x"], 5],
)
def test_a_picture_is_a_picture(data):
    (output,) = cleaned(shown({"image/png": data}))
    assert "image/png" not in output.data


def test_pictures_keep_their_alternative_text():
    alt = {"image/png": {"alt": 'x" onload="alert(1)', "width": '1" onload="x'}}
    (output,) = cleaned(shown({"image/png": PNG}, alt))
    assert output.data["image/png"] == PNG
    assert set(output.metadata["image/png"]) == {"alt"}
    assert '"' not in output.metadata["image/png"]["alt"]


@pytest.mark.parametrize("text", ["", "\a", [], [None]])
def test_of_nothing_it_is_not_said_that_it_is_not_shown(text):
    (output,) = cleaned(shown({"text/plain": text}))
    assert output.data == {"text/plain": ""}
    (output,) = cleaned(shown({"text/plain": text, "image/png": PNG}))
    assert output.data == {"image/png": PNG}
    (output,) = cleaned(shown({"text/plain": text, "text/html": "<b>"}))
    assert "text/html is not shown" in output.data["text/plain"]


def test_a_result_is_never_points():
    (output,) = cleaned(shown({"text/plain": "1e9"}, kind="execute_result"))
    assert output.output_type == "display_data"


def test_text_is_cut_by_bytes_over_all_outputs_of_a_cell():
    long = {"output_type": "stream", "name": "stdout", "text": "η" * TEXT_BYTES}
    outputs = cleaned(long, long, shown({"text/plain": "x"}))
    size = sum(len(o.get("text", "").encode()) for o in outputs)
    assert TEXT_BYTES <= size < TEXT_BYTES + 100
    assert "output cut" in outputs[-1].text


def test_pictures_are_cut_too():
    large = base64.b64encode(
        b"\x89PNG\r\n\x1a\n" + b"\0" * (PICTURE_BYTES // 3)
    ).decode()
    outputs = cleaned(*[shown({"image/png": large})] * 5)
    kept = [o for o in outputs if "image/png" in o.get("data", {})]
    assert sum(len(o.data["image/png"]) for o in kept) <= PICTURE_BYTES
    assert len(kept) >= 1


def test_nothing_moves_a_terminal():
    stream = {"output_type": "stream", "name": "stdout", "text": "a\x07\x08b\rc\x1b[1m"}
    (output,) = cleaned(stream)
    assert output.text == "ab\nc\x1b[1m"


@pytest.mark.parametrize(
    "output",
    [
        {},
        {"output_type": "stream"},
        {"output_type": "error"},
        {"output_type": "error", "ename": 3, "evalue": [], "traceback": "no"},
        {"output_type": "display_data"},
        {"output_type": "display_data", "data": None},
        {"output_type": "display_data", "data": {}, "metadata": 3},
        {"output_type": "evil", "data": {}},
    ],
)
def test_malformed_outputs_do_no_harm(output):
    assert len(cleaned(output)) <= 1


ATTACKS = (
    "from IPython.display import *\n"
    "display(HTML('<script>alert(7001)</script><img src=x onerror=alert(7001)>'))",
    "display(Javascript('alert(7001)')); display(SVG('<svg onload=\"alert(7001)\"/>'))",
    "display(Markdown('<script>alert(7001)</script>'))",
    "display(Latex('<b onclick=alert(7001)>'))",
    "display({'image/png': 'x\" onerror=\"alert(7001)', 'text/plain': ''}, raw=True)",
    f"display({{'image/png': {PNG!r}}}, raw=True, metadata={{'image/png':"
    " {'alt': '\" onload=\"alert(7001)', 'width': '1 onload=alert(7001)'}})",
    "print('<script>alert(7001)</script>')",
    "raise ValueError('<script>alert(7001)</script>')",
    "import ipywidgets; ipywidgets.HTML('<script>alert(7001)</script>')",
)
EVIL_TEXT = (
    "<script>alert(7001)</script> <img src=x onerror=alert(7001)>\n\n"
    "[x](javascript:alert(7001)) <a href='data:text/html,alert(7001)'>x</a>\n\n"
    "<iframe srcdoc='alert(7001)'></iframe> $x<img src=x onerror=alert(7001)>$"
)


class Executable(HTMLParser):
    """Collects what a browser would run of what the student wrote."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.script = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.script = tag == "script"
        for name, value in attrs:
            runs = name.startswith("on") or name == "srcdoc"
            address = name in {"href", "src", "data"} and ":" in (value or "")[:20]
            if "7001" in (value or "") and (runs or address):
                self.found.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag):
        self.script = False

    def handle_data(self, data):
        if self.script and "7001" in data:
            self.found.append(data)


def test_the_search_finds_what_runs():
    assert len(Executable(EVIL_TEXT).found) >= 4


def test_feedback_and_formgrader_hold_nothing_executable(tmp_path):
    course = Course(tmp_path, isolated=False)

    def attack(notebook):
        insert(notebook, "given_imports", *ATTACKS)
        cell(notebook, "words").source = EVIL_TEXT
        raw = new_raw_cell(EVIL_TEXT)
        notebook.cells[1:1] = [new_markdown_cell(EVIL_TEXT), raw]
        notebook.metadata.widgets = {
            "application/vnd.jupyter.widget-state+json": {"state": {"a": EVIL}}
        }
        notebook.metadata.title = "</title><script>alert(7001)</script>"
        cell(notebook, "step").metadata.tags = ['"><script>alert(7001)</script>']

    course.edited("mallory", attack)
    assert course.autograde()["success"]
    assert course.points("mallory") == course.most
    for page in (course.feedback("mallory"), course.formgrader("mallory")):
        assert page.count("7001") > 3  # as text it may be read
        assert Executable(page).found == []


def test_written_answers_keep_their_markup_and_pictures(tmp_path):
    course = Course(tmp_path, isolated=False)

    def answer(notebook):
        words = cell(notebook, "words")
        words.source = (
            "**Fast**, $a<b$\n\n| a | b |\n|---|---|\n| 1 | ![it](attachment:it.png) |"
        )
        words.attachments = {"it.png": {"image/png": PNG}}

    course.edited("ann", answer)
    assert course.autograde()["success"]
    page = course.feedback("ann")
    assert "<strong>Fast</strong>" in page and "<td>1</td>" in page
    assert f"data:image/png;base64,{PNG}" in page
