"""`gdgrader report`: what it says of odd classes, and that nothing in it runs."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import SCREENSHOTS, browser_page
from bs4 import BeautifulSoup
from course import (
    DESCEND,
    LESSON,
    LIMITS,
    RIGHT,
    RIGHT_STEP,
    STEP,
    Course,
    cell,
    insert,
)
from nbgrader.api import Gradebook
from report_page import harmless, table
from typer.testing import CliRunner

from gdgrader.autograde import runner
from gdgrader.cli import app
from gdgrader.report import ReportError, collect, page
from gdgrader.report.pseudonyms import pseudonyms
from gdgrader.report.similar import alike

SCRIPT = "<script>alert(1)</script>"
IMAGE = "<img src=x onerror=alert(1)>"
FLIPPED = STEP + "    return theta + learning_rate * 2 * theta"
RAISES = DESCEND + f"    raise ValueError('{SCRIPT}{IMAGE}')"


def run(course: Course, **options) -> None:
    options = {"isolated": False, "workers": 0, **options}
    runner.grade(LESSON, config=course.config, limits=LIMITS, **options)


def written(course: Course, path: Path, names: bool = False) -> BeautifulSoup:
    path.write_text(page(collect(LESSON, course.config), names), encoding="utf-8")
    return harmless(path)


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    course = Course(tmp_path_factory.mktemp("course"))
    course.submit("right", course.answered(RIGHT))
    course.submit("flipped", course.answered({**RIGHT, "step": FLIPPED}))
    course.submit("raises", course.answered({**RIGHT, "descend": RAISES}))
    course.submit(
        IMAGE, course.answered({"step": RIGHT_STEP}), name=f"{LESSON}{IMAGE}.ipynb"
    )
    course.edited("patches", lambda nb: insert(nb, "step", f"check = '{SCRIPT}'"))
    course.edited(
        "overwrites",
        lambda nb: cell(nb, "step_up").update(source=f"'{SCRIPT}'"),
        right=False,
    )
    course.submit("broken", f"{SCRIPT}{{".encode())
    run(course)
    return course


@pytest.fixture(scope="module")
def named(course, tmp_path_factory) -> BeautifulSoup:
    return written(course, tmp_path_factory.mktemp("page") / "names.html", True)


def test_nothing_of_a_submission_runs(course, named):
    text = named.get_text()
    assert f"ValueError: {SCRIPT}{IMAGE}" in text  # harmless(…) has read the page
    assert IMAGE in [row[0] for row in table(named, "everyone", 0)]


def test_a_browser_runs_nothing_either(course, tmp_path):
    path = tmp_path / "report.html"
    written(course, path, names=True)
    with browser_page() as (tab, errors):
        tab.on("dialog", lambda dialog: errors.append(dialog.message))
        asked = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(path.as_uri())
        assert tab.evaluate("getComputedStyle(document.body).maxWidth") == "1152px"
        for image in tab.locator("img").all():
            assert image.evaluate("i => i.complete && i.naturalWidth > 100")
        assert errors == []
        assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]


def test_few_submissions_are_said_to_be_few(named):
    (banner,) = named.select(".banner")
    assert "Only 6 graded submissions" in banner.get_text()


def test_who_needs_attention(named):
    text, who = {}, ""
    for row in table(named, "attention", 0):
        who = row[0] if len(row) == 3 else who
        text[who, row[-2]] = row[-1]
    assert "not JSON" in text["broken", "could not be graded"]
    assert "replaces check" in text["patches", "reached for what is not its own"]
    assert "step_up is read-only" in text["overwrites", "put right or stopped"]
    assert text["overwrites", "nothing attempted"]
    assert "Not written: gradient_descent." in text[IMAGE, "partly attempted"]
    assert "The notebook was called" in text[IMAGE, "put right or stopped"]
    assert len(text) == 6


def test_wrong_answers_in_known_and_unknown_ways(named):
    known = {row[0]: row[1] for row in table(named, "explain", 0)}
    step, descend = "single_step_gradient_descent", "gradient_descent"
    # The flipped step makes the loop that calls it climb as well.
    assert known == {f"sign flipped\n{step}": "1", f"sign flipped\n{descend}": "1"}
    assert [row[0] for row in table(named, "explain", 1)] == [descend]


def test_pseudonyms_stay_and_newcomers_get_the_next(course):
    with Gradebook(course.db_url) as book:
        first = pseudonyms(book, ["right", "flipped", "zoe"])
        later = pseudonyms(book, ["aaron", "right", "flipped", "zoe"])
    assert {k: later[k] for k in first} == first
    assert len(set(later.values())) == 4
    numbers = {name: int(text.split()[-1]) for name, text in later.items()}
    assert numbers["aaron"] == max(numbers.values())


def test_pseudonyms_follow_no_alphabet(tmp_path):
    students = [f"s{number:03}" for number in range(60)]
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        given = pseudonyms(book, students)
    numbers = [int(given[student].split()[-1]) for student in students]
    assert sorted(numbers) == list(range(1, 61))
    assert numbers != sorted(numbers)


def test_without_names_there_are_none(course, tmp_path):
    with Gradebook(course.db_url) as book:
        book.update_or_create_student("flipped", first_name="Zsuzsa", last_name="Nagy")
    text = written(course, tmp_path / "a.html").get_text()
    for word in ("flipped ", "Zsuzsa", "Nagy", "broken", f"{LESSON}<img", "raises"):
        assert word not in text.replace("sign flipped", "")
    assert "Zsuzsa Nagy (flipped)" in written(course, tmp_path / "b.html", True).text


def test_accessible_and_printable(course, tmp_path):
    path = tmp_path / "report.html"
    written(course, path)
    with browser_page() as (tab, errors):
        tab.goto(path.as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found = Axe().run(tab).response["violations"]
        told = [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found]
        assert told == []
        tab.set_viewport_size({"width": 390, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        pdf = tab.pdf(format="A4")
        assert pdf.startswith(b"%PDF")
        assert 1 <= pdf.count(b"/Type /Page\n") <= 8
        assert errors == []
        SCREENSHOTS.mkdir(exist_ok=True)
        tab.set_viewport_size({"width": 1280, "height": 1000})
        tab.screenshot(path=SCREENSHOTS / "report_small_class.png", full_page=True)


def test_where_there_is_nothing_to_report_it_says_what_to_do(tmp_path):
    course = Course(tmp_path)
    with pytest.raises(ReportError, match=rf"no lesson is called 'x'.* {LESSON}"):
        collect("x", course.config)
    with pytest.raises(ReportError, match=f"nobody has handed in {LESSON}"):
        collect(LESSON, course.config)
    course.submit("ann", course.answered(RIGHT))
    with pytest.raises(ReportError, match=f"1 handed in .* autograde {LESSON}"):
        collect(LESSON, course.config)
    (tmp_path / "source" / "new").mkdir()
    new = tmp_path / "source" / "new" / "new.ipynb"
    new.write_bytes((tmp_path / "source" / LESSON / f"{LESSON}.ipynb").read_bytes())
    with pytest.raises(ReportError, match=r"never released.*generate_assignment new"):
        collect("new", course.config)


def test_a_class_of_failures_has_a_report_and_the_ungraded_are_told(tmp_path):
    course = Course(tmp_path / "course")
    course.submit("broken", b"{")
    run(course)
    text = written(course, tmp_path / "a.html").get_text()
    assert "No known mistake was made" in text
    assert "breaks off in the middle" in text
    course.submit("ann", course.answered(RIGHT))
    soup = written(course, tmp_path / "a.html")
    assert "not graded yet: 1" in soup.select(".banner")[0].get_text()
    assert table(soup, "checks", 0)[0][2:5] == ["0", "0", "0"]


def test_graded_by_plain_nbgrader_it_says_the_same(course, named, tmp_path):
    plain = Course(tmp_path / "course")
    for student in ("flipped", "raises", "patches"):
        work = course.folder(student) / f"{LESSON}.ipynb"
        plain.submit(student, work.read_bytes())
    plain.autograde()
    soup = written(plain, tmp_path / "a.html", names=True)
    assert table(soup, "explain", 0) == table(named, "explain", 0)
    assert table(soup, "explain", 1) == table(named, "explain", 1)
    rows = {row[0]: row for row in table(named, "everyone", 0)}
    assert all(rows[row[0]] == row for row in table(soup, "everyone", 0))
    text = [row[-1] for row in table(soup, "attention", 0)]
    assert "replaces check" in text[0]


def test_the_command(course, tmp_path):
    root, path = str(course.root), tmp_path / "page.html"
    done = CliRunner().invoke(
        app, ["report", LESSON, "--root", root, "--output", str(path)]
    )
    assert done.exit_code == 0, done.output
    assert str(path) in done.output
    harmless(path)
    assert "Student" in path.read_text() and "patches" not in path.read_text()
    done = CliRunner().invoke(app, ["report", LESSON, "--root", root, "--names"])
    assert done.exit_code == 0, done.output
    assert "patches" in (course.root / "reports" / f"{LESSON}.html").read_text()
    done = CliRunner().invoke(app, ["report", "x", "--root", root])
    assert done.exit_code == 1
    assert "no lesson is called 'x'" in done.output


SKELETON = (
    "def f(x):\n"
    '    """Twice x, and a long text that everybody hands in with it.\n\n'
    '    Returns:\n        float: 2x\n    """\n'
    "    # YOUR CODE HERE\n    raise NotImplementedError()"
)
UNUSUAL = (
    "    total = 0\n    for part in (x, x):\n        total += part\n    return total"
)


def filled(body: str) -> str:
    return SKELETON.replace(
        "    # YOUR CODE HERE\n    raise NotImplementedError()", body
    )


def test_renamed_copies_are_alike_and_common_answers_are_not():
    answers = {f"s{n}": {"f": filled("    return 2 * x")} for n in range(20)}
    answers |= {f"t{n}": {"f": filled("    return x + x")} for n in range(8)}
    renamed = UNUSUAL.replace("total", "summe").replace("part", "teil")
    answers["one"] = {"f": filled(UNUSUAL), "g": "y = [v for v in range(x)]"}
    answers["other"] = {
        "f": filled("    # all mine\n" + renamed),
        "g": "y = [w  for w in range(x)]",
    }
    for n in range(20):
        answers[f"s{n}"]["g"] = f"y = {n} + x * x"
    pairs = alike(answers, {"f": SKELETON, "g": ""})
    assert [pair.students for pair in pairs] == [("one", "other")]
    (pair,) = pairs
    assert pair.alike == 1
    assert pair.same == ("f", "g")
    assert not pair.same_names


def test_the_skeleton_alone_makes_nobody_alike():
    different = ("    return 2 * x", UNUSUAL, "    import math\n    math.fsum([x, x])")
    answers = {str(n): {"f": filled(body)} for n, body in enumerate(different)}
    answers |= {str(n): {"f": SKELETON} for n in range(3, 9)}
    assert alike(answers, {"f": SKELETON}) == []
    assert alike({}, {"f": SKELETON}) == []
