"""The pages beside the lessons: made from the lessons, true, and never graded."""

import ast
import os
import re
import subprocess
import warnings
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from typer.testing import CliRunner

from gdgrader.cli import app
from gdgrader.config import apply
from gdgrader.course import build, pages
from gdhelpers import my_progress

ROOT = Path(__file__).parents[2]
LESSONS = build.lessons(ROOT)
PAGES = pages.pages(ROOT)
LINK = re.compile(r"\]\(([^)#:]+\.ipynb)\)")
HEAD = """# {title}

**You will be able to**

- do {one};
- say
  {two}.

**What you need to know before:** nothing, or the box below.

**Time:** {minutes} minutes. **Source:** none."""


def text(notebook) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells)


def course(root: Path, lessons: dict[str, str], **others: str) -> Path:
    """A course of lessons by name with their first cells, and of pages."""
    firsts = {f"{n}/{n}": first for n, first in lessons.items()} | others
    for name, first in firsts.items():
        path = root / "source" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(new_notebook(cells=[new_markdown_cell(first)]), path)
    return root


def test_the_course_has_the_pages_that_students_are_told_of():
    assert set(PAGES) == {"start", "glossary", "cheat_sheet", "closing"}


def test_a_start_page_follows_the_lessons(tmp_path):
    """Whatever they are called, however many they are."""
    lessons = {
        "10_b": HEAD.format(title="2 · B?", one="one", two="two", minutes=95),
        "02_a": HEAD.format(title="1 · A | a?", one="x", two="y", minutes=30),
        "11_c": HEAD.format(title="3 · C?", one="p", two="q", minutes=70),
    }
    marks = "# Start\n\n{} / {}\n\n{}\n\n{}".format(*sorted(pages.MARKS))
    made = build.make_pages(course(tmp_path, lessons, start=marks))
    told = text(made["start"])
    rows = [line for line in told.splitlines() if line.startswith("| [")]
    assert [LINK.search(row)[1] for row in rows] == [
        "02_a/02_a.ipynb",
        "10_b/10_b.ipynb",
        "11_c/11_c.ipynb",
    ]
    assert "| 95 | nothing, or its box. |" in rows[1]
    assert "3" in told.split() and "- say two." in told and "<!--" not in told


@pytest.mark.parametrize("lesson", LESSONS)
def test_our_lessons_say_all_that_the_pages_tell(lesson):
    head = pages.Head.of(lesson, build._read(ROOT, lesson))
    assert re.fullmatch(rf"{int(lesson[:2])} · .*\?", head.title)
    assert 20 <= head.minutes <= 120 and len(head.before) > 20
    assert len(head.able) >= 3 and all(one[-1] in ";." for one in head.able)


def test_the_readme_lists_the_lessons():
    heads = [pages.Head.of(lesson, build._read(ROOT, lesson)) for lesson in LESSONS]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[\d.*", readme, re.MULTILINE) == [
        f"| [{head.lesson[:2]}](notebooks/{head.lesson}.ipynb) "
        f"| {head.title.partition(' · ')[2]} | {head.minutes} |"
        for head in heads
    ]


@pytest.mark.parametrize(
    "document", ["README.md", "docs/first-class.md", "docs/term.md"]
)
def test_documents_name_the_lessons_that_a_person_grades(document):
    by_hand = [
        lesson[:2]
        for lesson in LESSONS
        if any(
            cell.cell_type == "markdown"
            and cell.metadata.get("nbgrader", {}).get("grade")
            for cell in build._read(ROOT, lesson).cells
        )
    ]
    words = f"essons {', '.join(by_hand[:-1])} and {by_hand[-1]}"
    assert words in (ROOT / document).read_text(encoding="utf-8")


def test_a_lesson_may_say_less(tmp_path):
    made = build.make_pages(
        course(
            tmp_path,
            {"01_a": "# A?\n\nTry.", "02_b": "No title"},
            start="# Start\n\n<!-- lessons -->\n\n<!-- abilities -->",
        )
    )
    told = text(made["start"])
    assert "| [A?](01_a/01_a.ipynb) |  |  |" in told
    assert "| [02_b](02_b/02_b.ipynb) |  |  |" in told


def test_a_page_has_no_graded_cell(tmp_path):
    first = HEAD.format(title="1 · A?", one="x", two="y", minutes=30)
    made = course(tmp_path, {"01_a": first}, start="# Start")
    cell = new_code_cell("check(f, 'f')", metadata={"nbgrader": {"grade": True}})
    nbformat.write(new_notebook(cells=[cell]), made / "source" / "start.ipynb")
    with pytest.raises(build.BuildError, match=r"start\.ipynb: a page has no cells"):
        build.make_pages(made)


def test_no_door_takes_a_page_for_a_lesson(tmp_path):
    assert not set(LESSONS) & set(PAGES)
    for name in PAGES:
        assert not (ROOT / "source" / name).exists()
    config = Config()
    apply(config)
    config.CourseDirectory.root = str(ROOT)
    config.CourseDirectory.db_url = f"sqlite:///{tmp_path}/gradebook.db"
    assert NbGraderAPI(config=config).get_source_assignments() == set(LESSONS)
    for door in ("autograde", "report", "mistakes"):
        done = CliRunner().invoke(app, [door, "start"])
        assert done.exit_code != 0 and not isinstance(done.exception, KeyError)


def test_progress_is_left_out_of_what_is_copied():
    config = Config()
    apply(config)
    ignored = CourseDirectory(config=config).ignore
    assert {*my_progress.FILES, ".ipynb_checkpoints", "__pycache__"} <= set(ignored)


def test_git_leaves_progress_alone():
    names = [my_progress.NAME, "my_progress-unreadable-2.json", ".my_progress.lock"]
    names += [f".{my_progress.NAME}.new"]
    paths = [f"release/{name}" for name in names]
    done = subprocess.run(
        ["git", "check-ignore", "--no-index", *paths],
        cwd=ROOT,
        text=True,
        capture_output=True,
    )
    assert done.stdout.split() == paths


def test_a_build_leaves_progress_alone(tmp_path):
    made, release = tmp_path / "made", tmp_path / "release"
    for folder in (made, release):
        (folder / "01_a").mkdir(parents=True)
        (folder / "01_a" / "checks.json").write_text('{"exercises": {}}')
    left = [my_progress.NAME, "my_progress-unreadable.json"]
    for name in left:
        (release / name).write_text("{}")
    assert build._replace(made, release) == []
    assert build._differences(made, release, tmp_path, outputs=False) == []
    assert sorted(p.name for p in release.glob("*.json")) == sorted(left)


@pytest.mark.parametrize("edition", ["release", "notebooks"])
def test_every_link_leads_to_a_notebook_of_its_edition(edition):
    flat = edition == "notebooks"
    but = [pages.START] if flat else []
    made = build.make_pages(ROOT, but)
    for lesson in LESSONS:
        made[f"{lesson}/{lesson}"] = build._read(ROOT, lesson)
        end = pages.ending(ROOT, lesson, but)
        pages.add_footer(made[f"{lesson}/{lesson}"], end)
    there = {Path(name).name if flat else name for name in made}
    links: dict[str, set[str]] = {}
    for name, notebook in made.items():
        told = text(build._worked(notebook) if flat else notebook)
        folder = Path() if flat else Path(name).parent
        links[name] = {
            os.path.normpath(folder / link).removesuffix(".ipynb")
            for link in LINK.findall(told)
        }
        assert links[name] <= there, name
    assert set().union(*links.values()) >= there - {pages.START}
    for lesson in LESSONS:
        assert links[f"{lesson}/{lesson}"] >= set(PAGES) - {pages.CLOSING, *but}
    last = LESSONS[-1]
    assert [n for n in LESSONS if pages.CLOSING in links[f"{n}/{n}"]] == [last]


def test_each_lesson_leads_to_the_next(tmp_path):
    """By the list of lessons, so that one more needs no edit of its neighbours."""
    lessons = {"02_a": "# 1 · A?", "10_b": "# 2 · B?", "11_c": "no title"}
    made = course(tmp_path, lessons, closing="# The end", start="# Start")
    ends = [pages.ending(made, lesson) for lesson in lessons]
    assert [end.splitlines() for end in ends] == [
        ["Next: [2 · B?](../10_b/10_b.ipynb)", "", "[Start](../start.ipynb)"],
        ["Next: [11_c](../11_c/11_c.ipynb)", "", "[Start](../start.ipynb)"],
        ["Next: [The end](../closing.ipynb)", "", "[Start](../start.ipynb)"],
    ]
    (made / "source" / "11_c" / "11_c.ipynb").write_text("this is no notebook")
    assert pages.ending(made, "10_b") == ends[1]  # nor does its neighbour suffer
    for page in ("start", "closing"):
        (made / "source" / f"{page}.ipynb").unlink()
    assert pages.ending(made, "11_c") == ""


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_build_alone_says_what_comes_next(lesson):
    assert "Next: [" not in text(build._read(ROOT, lesson)), "the build adds the link"
    path = ROOT / "release" / lesson / f"{lesson}.ipynb"
    last = pages.ending(ROOT, lesson)
    assert text(nbformat.read(path, as_version=4)).count(f"\n\n{last}") == 1


def run_cells(name: str) -> list:
    """The values of a page's cells, each line of which is run; no warning is given."""
    names: dict = {}
    values = []
    for cell in nbformat.read(ROOT / "source" / f"{name}.ipynb", as_version=4).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), names)
        if last:
            values.append(
                eval(compile(ast.Expression(last.value), name, "eval"), names)
            )
    return values


def test_the_cheat_sheet_runs_and_does_what_it_says():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loop, step, multi, exponential, cosine, one, own, warm, plateau = run_cells(
            "cheat_sheet"
        )
    rates, loss = loop
    assert rates == [0.2, 0.1, 0.05] and float(loss) < 0.01
    assert step == [0.1, 0.1, 0.01, 0.01, 0.001, 0.001]
    assert multi == [0.1, 0.01, 0.01, 0.01, 0.001, 0.001]  # drops at 1 and at 4
    assert exponential == [round(0.1 * 0.5**t, 4) for t in range(6)]
    assert cosine[4] == 0 and cosine[4:] == cosine[4::-1]  # and climbs back
    assert one[0] == round(0.1 / 25, 4) and max(one) == one[1] and one[-1] < one[0]
    assert own == [0.1, 0.05, 0.0333, 0.025]
    assert warm[:4] == [0.025, 0.05, 0.075, 0.1] and warm[-1] == 0
    bad = 2  # patience 1: the second bad epoch, which is the fourth of all
    assert plateau == [0.1] * (bad + 1) + [0.01] * 3


def test_what_the_cheat_sheet_says_of_one_cycle():
    import torch
    from torch.optim import SGD, lr_scheduler

    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=0.1, momentum=0.5)
    make = lr_scheduler.OneCycleLR
    scheduler = make(optimizer, max_lr=0.1, total_steps=3)
    assert optimizer.param_groups[0]["momentum"] != 0.5  # it moves the momentum, too
    with pytest.raises(ValueError, match="total"):
        for _ in range(4):
            optimizer.step()
            scheduler.step()


@pytest.mark.parametrize("curvature", [0.5, 2.0, 7.0])
def test_what_the_cheat_sheet_says_of_rates(curvature):
    def after_a_step(share: float) -> float:
        return 4.0 - share / curvature * (curvature * 4.0)  # from 4, on λθ²/2

    assert 0 < after_a_step(0.9) < 4 and after_a_step(1) == 0
    assert -4 < after_a_step(1.1) < 0 and -4 < after_a_step(1.9) < 0
    assert after_a_step(2.1) < -4
    steep = 3 * curvature
    best = 2 / (curvature + steep)
    worst = {
        rate: max(abs(1 - rate * curvature), abs(1 - rate * steep))
        for rate in (best, *(best * share for share in (0.8, 0.99, 1.01, 1.2)))
    }
    assert min(worst, key=worst.get) == best


def test_the_five_texts_are_named_as_the_lessons_name_them():
    start = text(build.make_pages(ROOT)["start"])
    told = "\n".join(text(build._read(ROOT, lesson)) for lesson in LESSONS)
    begin = start.index("five texts")
    listed = [line for line in start[begin:].splitlines() if line.startswith("- ")]
    assert len(listed) == 5
    addresses = re.findall(r"\]\((https://[^)]+)\)", "\n".join(listed))
    assert len(addresses) == 3 and all(address in told for address in addresses)


def test_how_to_work_is_ten_lines_and_names_what_there_is():
    start = text(build.make_pages(ROOT)["start"])
    part = start.partition("## How to work")[2].partition("\n## ")[0]
    numbered = re.findall(r"^(\d+)\. \*\*(\w+)", part, re.MULTILINE)
    assert [int(number) for number, _ in numbered] == list(range(1, 11))
    imports = re.findall(r"`(from gdhelpers[^`]+)`", part)
    names: dict = {}
    for line in imports:
        exec(line, names)
    called = set(re.findall(r"`(\w+)\([^`]*\)`", part)) - {"check"}
    assert called == {"help_me", "reset", "reset_lesson"} and called <= set(names)


def test_the_readme_tells_the_same_of_the_lessons():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for lesson in LESSONS:
        head = pages.Head.of(lesson, build._read(ROOT, lesson))
        question = head.title.partition(" · ")[2]
        assert f"(notebooks/{lesson}.ipynb) | {question} | {head.minutes} |" in readme
