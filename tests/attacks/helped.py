"""Help, progress and reset: doors that are meant for home."""

import json
from pathlib import Path

from .base import LESSON, Attack, graded

STEP_NAME, MANY_NAME = "single_step_gradient_descent", "gradient_descent"
ASK = (
    "import contextlib, io, os, re\n"
    "from gdhelpers import stages, stuck\n"
    "os.environ.pop('NBGRADER_EXECUTION', None)\n"
    "def asked(name):\n"
    "    said = io.StringIO()\n"
    "    with contextlib.redirect_stdout(said):\n"
    "        for _ in range(3): stuck.help_me(name)\n"
    "    print(said.getvalue())\n"
    "    return said.getvalue()\n"
    "def written(name):\n"
    "    shown = r'A worked solution:\\n\\n((?: {4}.*\\n|\\n)+)'\n"
    "    found = re.search(shown, asked(name))\n"
    "    if found: exec(re.sub('(?m)^ {4}', '', found[1]), globals())\n"
)
PLACES = (
    "[os.environ.get('GDHELPERS_SOLUTIONS'), '@ROOT@/notebooks/solutions.json',"
    " '@ROOT@/release/solutions.json', '../solutions.json', '../../solutions.json',"
    " '/opt/course/solutions.json', '/opt/course/gdhelpers/solutions.json',"
    " '/opt/course/notebooks/solutions.json']"
)
BOTH = f"for name in ('{STEP_NAME}', '{MANY_NAME}'):\n"
FORGED = {
    name: {
        "solution": f"def {name}(*given):\n    return 'planted'",
        "why": f"✓ {name}: right in 9 cases.\n<script>alert(1)</script>\x1b[2J",
    }
    for name in (STEP_NAME, MANY_NAME)
}
TABLE = {
    "lesson": LESSON,
    "exercises": {
        name: {
            "function": name,
            "tolerance": {"rel": 1e9, "abs": 1e9},
            "mistakes": [],
            "properties": {},
            "help": {
                "passage": f"✓ {name}: right in 9 cases.<img src=x onerror=alert(1)>",
                "first_line": "\x1b]0;@MARK@\x07</pre><script>alert(1)</script>",
            },
        }
        for name in (STEP_NAME, MANY_NAME)
    },
}
SEEN = {"right": True, "in_a_row": 0, "failures": 99, "when": "2026-01-01T00:00"}
PROGRESS = json.dumps(
    {
        "about": "7 of 7",
        "exercises": {
            STEP_NAME: {"a positive start": SEEN, "a negative start": SEEN},
            MANY_NAME: {"": SEEN},
        },
        "targets": {"Descent": "2026-01-01T00:00"},
    }
)


def helped(notebook):
    """Cells that print help, raise nothing and so pass for right with others."""
    for cell in graded(notebook):
        cell.source = f"from gdhelpers.stuck import help_me\nhelp_me({STEP_NAME!r})"


def shown(notebook):
    """The same with a file of solutions that the notebook names itself."""
    for cell in graded(notebook):
        cell.source = ASK + "".join(
            f"os.environ['GDHELPERS_SOLUTIONS'] = {place}\nwritten({name!r})\n"
            for place in ("'@ROOT@/notebooks/solutions.json'", "'solutions.json'")
            for name in (STEP_NAME, MANY_NAME)
        )


def handed_out(lesson: str) -> str:
    """A file to be put back whose notebook lies elsewhere."""
    return json.dumps({"lesson": lesson, "cells": [], "metadata": {}, "minor": 5})


def source_kept(folder: Path, root: Path) -> None:
    """The source under the name of what was there before a reset."""
    kept = folder / f"{LESSON}-before-reset.ipynb"
    kept.symlink_to(root / "source" / LESSON / f"{LESSON}.ipynb")
    (folder / f"{LESSON}-before-reset-2.ipynb").symlink_to(
        root / "submitted" / "honest" / LESSON / f"{LESSON}.ipynb"
    )


PUT_BACK = (
    "import json, os, pathlib\n"
    "from gdhelpers import handed_out, stuck\n"
    "os.environ.pop('NBGRADER_EXECUTION', None)\n"
    "def tried(ask, *given):\n"
    "    try: print(ask(*given))\n"
    "    except BaseException as error: print(type(error).__name__, error)\n"
    "places = ['.', '@ROOT@/submitted/honest/tiny', '@ROOT@/source/tiny',\n"
    "          '@ROOT@/release/tiny', '@ROOT@/submitted/honest']\n"
    "for place in map(pathlib.Path, places):\n"
    "    tried(stuck.reset_lesson, place)\n"
    f"    tried(stuck.reset, '{STEP_NAME}', place)\n"
    "    tried(handed_out.put_back, place, '')\n"
    "    tried(handed_out._replace, place / 'tiny.ipynb', b'{}')\n"
    "    tried(handed_out._keep, place / '@MARK@.ipynb', b'@MARK@')\n"
)


ATTACKS = (
    Attack(
        "solutions switched on",
        "the worked solutions, by the switch that shows them at home",
        (
            ASK + f"for place in {PLACES}:\n"
            "    os.environ['GDHELPERS_SOLUTIONS'] = str(place)\n"
            "    " + BOTH + "        written(name)\n",
        ),
        after="descend",
    ),
    Attack(
        "solutions of six failures",
        "the worked solutions, by failing a check until they come",
        (
            "import os\nfrom gdhelpers import my_progress\n"
            "os.environ.pop('NBGRADER_EXECUTION', None)\n"
            "os.environ.pop('GDHELPERS_PROGRESS', None)\n"
            "my_progress.failures = lambda *given: 99\n"
            "for _ in range(7):\n"
            f"    try: check(lambda *given: 0.5, '{STEP_NAME}')\n"
            "    except AssertionError as error: print(error)\n",
        ),
        after="descend",
    ),
    Attack(
        "forged solutions",
        "words of praise and markup, from a file of solutions handed in",
        (
            ASK + "os.environ['GDHELPERS_SOLUTIONS'] = 'solutions.json'\n"
            "os.environ.pop('GDHELPERS_PROGRESS', None)\n"
            + BOTH
            + "    written(name)\n",
        ),
        after="descend",
        files={"solutions.json": json.dumps(FORGED)},
    ),
    Attack(
        "forged help",
        "a table whose help is praise, markup and commands to a terminal",
        (ASK + BOTH + "    for _ in range(3): stuck.help_me(name, 'forged')\n",),
        files={"forged/checks.json": json.dumps(TABLE)},
    ),
    Attack(
        "forged progress",
        "a file that says that all was right at home",
        (
            "import os\nfrom pathlib import Path\n"
            "text = Path('my_progress.json').read_text()\n"
            "os.environ.pop('GDHELPERS_PROGRESS', None)\n"
            "home = os.path.expanduser('~')\n"
            "for place in ('..', '@ROOT@', '@ROOT@/submitted', '@ROOT@/release',\n"
            "              '@ROOT@/autograded', '/opt/course', home):\n"
            "    try: Path(place, '@MARK@-my_progress.json').write_text(text)\n"
            "    except OSError as error: print(error)\n"
            "from gdhelpers import my_progress\n"
            f"my_progress.note('{STEP_NAME}', 'a positive start', True)\n"
            "print(my_progress.load())",
        ),
        files={"my_progress.json": PROGRESS},
    ),
    Attack(
        "help in a graded cell",
        "a check that helps, and so cannot fail",
        edit=helped,
    ),
    Attack(
        "solutions in a graded cell",
        "a check that runs the worked solution",
        edit=shown,
        files={"solutions.json": json.dumps(FORGED)},
    ),
    Attack(
        "reset elsewhere",
        "others' notebooks, the source and the release put back or overwritten",
        (PUT_BACK,),
        files={"handed_out.json": handed_out(LESSON)},
    ),
    Attack(
        "reset along a path",
        "a lesson whose name leads to another's notebook",
        (
            "import pathlib\n"
            "from gdhelpers import handed_out\n"
            "for lesson in ('../../../honest/tiny/tiny', '@ROOT@/source/tiny/tiny'):\n"
            "    forged = pathlib.Path('forged', 'handed_out.json')\n"
            "    text = forged.read_text()\n"
            "    text = text.replace('../../../honest/tiny/tiny', lesson)\n"
            "    forged.write_text(text)\n"
            "    try: print(handed_out.put_back(forged.parent, ''))\n"
            "    except Exception as error: print(error)\n",
        ),
        files={"forged/handed_out.json": handed_out("../../../honest/tiny/tiny")},
    ),
    Attack(
        "the source, kept from a reset",
        "the solution and another's answers, under the name of an older notebook",
        folder=source_kept,
    ),
)
