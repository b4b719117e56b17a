"""What reaches whoever reads: a page, a report, a terminal; and who waits for it."""

from nbformat.v4 import new_markdown_cell

from .base import DESCEND, STEP, Attack, find

HOST = "pictures.example"  # without a port, which has a colon
# What a browser takes for an address elsewhere, though no protocol stands before it.
ELSEWHERE = (
    f"//{HOST}/x.png",
    f"/\\{HOST}/x.png",
    f"\\\\{HOST}\\x.png",
    f"/&#47;{HOST}/x.png",
    f"&sol;&sol;{HOST}/x.png",
    f"/&#9;/{HOST}/x.png",
    f" //{HOST}/x.png",
    f"ht&#10;tp://{HOST}/x.png",
    f"HTTP:{HOST}/x.png",
    f"data:image/svg+xml,<svg><image href='http://{HOST}/x.png'/></svg>",
)
PICTURES = "".join(f'<img alt="x" src="{place}">' for place in ELSEWHERE)
SHEETS = (
    f"<style>@import url(//{HOST}/x.css); p {{background: url(//{HOST}/y)}}</style>"
    f"<link rel=stylesheet href=http://{HOST}/x.css>"
    f"<link rel=prefetch href=//{HOST}/x><link rel=dns-prefetch href=//{HOST}>"
    f'<p style="background:url(//{HOST}/x.png)">x</p>'
    f'<table background="//{HOST}/x.png"><tr><td background="//{HOST}/y.png">x</table>'
)
OTHERS = (
    f'<img alt="x" srcset="//{HOST}/x.png 1x, http://{HOST}/y.png 2x">'
    f'<picture><source srcset="//{HOST}/x.png"><img alt="x"></picture>'
    f'<video poster="//{HOST}/x.png"><source src="//{HOST}/x.mp4"></video>'
    f'<audio src="//{HOST}/x.mp3" autoplay></audio><embed src="//{HOST}/x">'
    f'<object data="//{HOST}/x"></object><image xlink:href="//{HOST}/x.png"/>'
    f'<svg><use href="//{HOST}/x.svg#x"/></svg><a href="x" ping="//{HOST}/">x</a>'
    f'<input type="image" src="//{HOST}/x.png"><bgsound src="//{HOST}/x">'
)
OVERLAY = (
    '<a class="modal show @MARK@" style="position:fixed;inset:0;/*@MARK@*/" '
    'href="https://example.org"></a><div class="modal-backdrop in @MARK@"></div>'
    '<div class="help navbar-fixed-top @MARK@" data-toggle="modal">x</div>'
)
CARD = (
    '</div></section><section class="card right @MARK@" id="@MARK@"><p class="title">'
    '✓ step up<span class="points @MARK@">1 / 1</span></p><p class="hint @MARK@">right '
    'in 3 cases</p></section><nav id="@MARK@"><a name="@MARK@">✓</a></nav>'
)
FORMS = (
    '<input class="score tabbable" id="step_up" value="1"><button class="full-credit">'
    'Full credit</button><textarea id="words-comment" name="x">well done</textarea>'
    '<label for="words">x</label><select><option>1</option></select>'
    '<form id="f" action="/"><input form="f"></form><dialog open>x</dialog>'
)
ESCAPES = "\x1b[2J\x1b]0;@MARK@\x07\x1b[1;32m✓ graded\x9b31m\r\x08"
TURNED = "\u202e\u2066gnp.x\u2069\u202c\u200f\u061c"


def written(*texts):
    """The same in the written answer and in a cell of the student's own."""

    def edit(notebook):
        find(notebook, "words").source = "\n\n".join(texts)
        notebook.cells += [new_markdown_cell(text) for text in texts]

    return edit


def cards(notebook):
    find(notebook, "words").source = CARD
    find(notebook, "words")["attachments"] = {
        "x.png": {"image/png": 'AA" class="card right" style="position:fixed'}
    }
    notebook.cells.append(new_markdown_cell(f"# ✓ step up {{#@MARK@}}\n\n{CARD}"))


def named(text):
    """Files, a folder and the notebook's own name with these letters in them."""

    def fill(folder, _root):
        for name in (f"a{text}.csv", f"{text}b.txt"):
            (folder / name).write_bytes(b"x" * (21 << 20))  # too much, so it is named
        (folder / f"c{text}").mkdir()

    return fill


def stamp_folder(folder, _root):
    (folder / "timestamp.txt").mkdir()


def stamp_bytes(folder, _root):
    (folder / "timestamp.txt").write_bytes(b"\xff\x00\x1b[2J\n" * 9)


def many(folder, _root):
    for number in range(2_000):
        (folder / f"{number:04}.txt").touch()


ATTACKS = (
    Attack(
        "pictures from elsewhere",
        "who reads it, and when: addresses without a protocol",
        edit=written(PICTURES, *(f"![x](<{place}>)" for place in ELSEWHERE)),
    ),
    Attack(
        "style sheets from elsewhere",
        "who reads it, and when: CSS",
        edit=written(SHEETS),
    ),
    Attack(
        "media from elsewhere",
        "who reads it, and when: sets of pictures, films, pings",
        edit=written(OTHERS),
    ),
    Attack(
        "pictures by reference",
        "who reads it, and when: addresses that stand below",
        edit=written(f"![x][r]\n\n[r]: //{HOST}/x.png", f"![r]\n\n[r]: /\\{HOST}/y"),
    ),
    Attack(
        "names of headings",
        "places of the page's own, by ids",
        edit=written("# @MARK@", "@MARK@\n======", "<h2 id=@MARK@>x</h2>"),
    ),
    Attack(
        "commands in words",
        "the screen cleared by a written answer",
        edit=written(ESCAPES),
    ),
    Attack(
        "commands in code",
        "the screen cleared by a cell's source",
        (f"# {ESCAPES}",),
    ),
    Attack(
        "commands in an error",
        "the screen cleared by what a cell raised",
        (f"raise type({ESCAPES!r}, (Exception,), {{}})({ESCAPES!r})",),
    ),
    Attack(
        "commands in a verdict",
        "the screen cleared by what the judge says again",
        answers={"step": STEP + f"    raise ValueError({ESCAPES!r})"},
    ),
    Attack(
        "words turned around",
        "a written answer that reads backwards",
        edit=written(TURNED),
    ),
    Attack(
        "code turned around",
        "code that reads otherwise than it runs",
        (f"x = 1  # {TURNED}",),
    ),
    Attack("an overlay", "a link that covers the page", edit=written(OVERLAY)),
    Attack("a forged verdict", "a card as the page's own", edit=cards),
    Attack("fields to fill in", "scores of one's own", edit=written(FORMS)),
    Attack(
        "commands to a terminal",
        "the screen cleared, and other words on it",
        (f"import socket\nopen('../{ESCAPES}')", f"print('{ESCAPES!r}')"),
        edit=written(f"{ESCAPES} `{ESCAPES}` $x{ESCAPES}$ &#27;[2J &#x9b;31m"),
        answers={"step": STEP + f"    raise ValueError('{ESCAPES}')"},
        folder=named("\x1b[2J\x07\n"),
    ),
    Attack(
        "letters turned around",
        "names and code that read backwards",
        (f"open('../{TURNED}')  # {TURNED}",),
        edit=written(f"{TURNED} `{TURNED}` $x{TURNED}$ &#8238;x&#x2066;"),
        answers={"descend": DESCEND + f"    raise ValueError('{TURNED}')"},
        folder=named(TURNED),
    ),
    Attack(
        "blank lines",
        "making feedback takes for ever, at the colours",
        ("x = 1" + " \n" * 8_000 + "x",),
    ),
    Attack(
        "formulas",
        "making feedback takes for ever, at the formulas",
        edit=written(*["\\\\(" * 6_000] * 24),
    ),
    Attack(
        "a long chain of calls",
        "the report ends in a RecursionError",
        ("f" + "()" * 400, "f" + ".x()" * 200, "f" + ".x" * 900 + "()"),
    ),
    Attack(
        "a long name",
        "a report nobody can read",
        ("import socket." + "x" * 300_000, "open('../" + "y" * 180 + "')\n" * 900),
    ),
    Attack(
        "a long answer",
        "the report compares for ever",
        answers={
            "descend": DESCEND + "\n".join(f"    x{n} = theta" for n in range(50_000))
        },
    ),
    Attack("a timestamp of bytes", "an end to feedback", folder=stamp_bytes),
    Attack("a timestamp that is a folder", "an end to feedback", folder=stamp_folder),
    Attack("two thousand files", "remarks without an end", folder=many),
)
