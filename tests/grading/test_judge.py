"""The judge: only numbers that match are right, whatever a kernel sends."""

import json
import math
from dataclasses import replace

import pytest
from course import LESSON, RIGHT_DESCEND, RIGHT_STEP, STEP, Course, insert, judge_of

from gdgrader.course.edition import instructors_version
from gdgrader.grading.judge import KEY, LARGEST_ANSWER, Judge
from gdgrader.grading.references import check_known
from gdgrader.sandbox.limits import Limits
from gdhelpers.verdicts import KEPT, Fault, cases_of


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("course"))
    return instructors_version(course.root / "source" / LESSON / f"{LESSON}.ipynb")


@pytest.fixture(scope="module")
def judge(edition):
    return judge_of(edition, "a seed")


def evaluated(judge: Judge, grade_id: str, *sources: str) -> dict:
    """A kernel's reply to the judge's request, after these cells."""
    space: dict = {}
    for text in sources:
        exec(text, space)
    return {
        KEY: {
            "status": "ok",
            "data": {"text/plain": repr(eval(judge.request(grade_id), space))},
            "metadata": {},
        }
    }


def said(answers) -> dict:
    """A reply with these answers in it."""
    text = answers if isinstance(answers, str) else json.dumps(answers)
    return {KEY: {"status": "ok", "data": {"text/plain": repr(text.encode().hex())}}}


def right_answers(judge: Judge, grade_id: str) -> list:
    reply = evaluated(judge, grade_id, RIGHT_STEP, RIGHT_DESCEND)
    return json.loads(bytes.fromhex(reply[KEY]["data"]["text/plain"].strip("'")))


@pytest.mark.parametrize("seed", range(10))
def test_right_is_right_and_wrong_is_wrong_under_any_seed(edition, seed):
    judge = judge_of(edition, str(seed))
    wrong = STEP + "    return theta - learning_rate * theta"
    for grade_id in edition.graded:
        reply = evaluated(judge, grade_id, RIGHT_STEP, RIGHT_DESCEND)
        assert judge.ruling(grade_id, reply).right
        reply = evaluated(judge, grade_id, wrong, RIGHT_DESCEND)
        assert not judge.ruling(grade_id, reply).right


def test_a_seed_decides_the_inputs(edition):
    ask = [judge_of(edition, seed).request("step_up") for seed in ("a", "a", "b")]
    assert ask[0] == ask[1] != ask[2]


def test_the_known_mistake_is_named(judge):
    wrong = STEP + "    return theta + learning_rate * 2 * theta"
    verdict = judge.ruling("step_up", evaluated(judge, "step_up", wrong))
    assert verdict.mistake == "sign flipped"


def test_what_is_unwritten_is_named(judge):
    calls = "def slope(theta):\n    raise NotImplementedError()\n" + STEP
    leaning = calls + "    return theta - learning_rate * slope(theta)"
    verdict = judge.ruling("step_up", evaluated(judge, "step_up", leaning))
    assert verdict.hint == "It calls `slope`, which is not written yet."
    assert verdict.fault is Fault.RAISED
    stub = STEP + "    raise NotImplementedError()"
    verdict = judge.ruling("step_up", evaluated(judge, "step_up", stub))
    assert verdict.fault is Fault.UNWRITTEN


@pytest.mark.parametrize(
    "kept",
    [
        "seen = []\n" + STEP + "    seen.append(theta - learning_rate * 2 * theta)\n"
        "    return sum(seen)",
        STEP.replace("learning_rate", "learning_rate, n=[0]", 1) + "    n[0] += 1\n"
        "    return theta - learning_rate * 2 * theta * (1 if n[0] < 3 else 2)",
        "rates = iter([1] * 3)\n" + STEP + "    return theta - next(rates) * "
        "learning_rate * 2 * theta",
        STEP + "    global calls\n    calls = globals().get('calls', 0) + 1\n"
        "    return theta - learning_rate * 2 * theta if calls == 1 else calls",
    ],
)
def test_what_outlives_a_call_is_named(judge, kept):
    verdict = judge.ruling("step_up", evaluated(judge, "step_up", kept))
    assert (verdict.mistake, verdict.hint) == (KEPT["name"], KEPT["hint"])
    assert verdict.called.endswith("again after other calls")


def test_no_kernel_is_told_which_case_is_asked_again(judge):
    asked = judge.request("step_up")
    assert "again" not in asked and "expected" not in asked and "mistakes" not in asked
    cases = cases_of(judge.entries["single_step_gradient_descent"], "a positive start")
    assert cases[-1]["args"] == cases[0]["args"] and "again" not in cases[0]


def test_no_such_function(judge):
    reply = {
        KEY: {"status": "error", "ename": "NameError", "evalue": "", "traceback": []}
    }
    assert "no function named" in judge.ruling("step_up", reply).message


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [],
        {},
        {KEY: None},
        {KEY: {"status": "ok"}},
        {KEY: {"status": "ok", "data": {"text/plain": 5}}},
        {KEY: {"status": "ok", "data": {"text/plain": "'zz'"}}},
        {KEY: {"status": "ok", "data": {"text/plain": "0" * LARGEST_ANSWER + "00"}}},
        {KEY: {"status": "error", "ename": ["NameError"]}},
        said("["),
        said("[" * 100_000),
        said("9" * 5000),
        said({"value": 1.0}),
        said([]),
        said([{"value": 1.0}]),
        said([{"value": 1.0}] * 50),
    ],
)
def test_no_answers_are_no_points(judge, reply):
    verdict = judge.ruling("step_up", reply)
    assert not verdict.right
    assert "not an answer the grader can read" in verdict.message


@pytest.mark.parametrize(
    "answer",
    [
        None,
        5,
        {},
        {"right": True},
        {"value": 1.0, "right": True},
        {"value": 1.0, "changed": True},
        {"changed": "theta"},
        {"missing": False},
        {"missing": 1},
        {"missing": ""},
        {"missing": "f is written.\x1b[2J"},
        {"missing": ["step"]},
        {"missing": "step", "value": 1.0},
        {"error": 3},
        {"value": {"expected": 1}},
        {"value": {"$tensor": [1.0], "shape": [2]}},
        {"value": {"$tensor": "1", "shape": []}},
        {"value": {"$tensor": [["a"]], "shape": [1, 1]}},
        {"value": {"$tensor": 1.0, "shape": "x"}},
        {"value": {"$array": [1.0], "shape": [-1]}},
        {"value": 10**30},
        {"value": [[[[[[[[[[1.0]]]]]]]]]]},
    ],
)
def test_one_malformed_answer_spoils_all(judge, answer):
    answers = right_answers(judge, "step_up")
    assert judge.ruling("step_up", said(answers)).right
    verdict = judge.ruling("step_up", said([*answers[:-1], answer]))
    assert not verdict.right
    assert "not an answer the grader can read" in verdict.message


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        True,
        None,
        "1.0",
        [1.0],
        {"$other": "EqualsEverything"},
        {"$tensor": 1.0, "shape": []},
        {"$tensor": [math.nan], "shape": [1]},
    ],
)
def test_what_is_no_matching_number_is_wrong(judge, value):
    answers = right_answers(judge, "step_up")
    assert not judge.ruling("step_up", said([{"value": value}, *answers[1:]])).right


def test_what_was_changed_is_named_and_moves_no_terminal(judge):
    answers = right_answers(judge, "step_up")
    answers[0]["changed"] = "\x1b[2Jtheta"
    message = judge.ruling("step_up", said(answers)).message
    assert "changes `" in message and "\x1b" not in message


def test_messages_hold_nothing_that_moves_a_terminal(judge):
    count = len(right_answers(judge, "step_up"))
    error = {"error": "E: \x1b[2J\x07 right", "line": "\x1b]0;x\x07"}
    verdict = judge.ruling("step_up", said([error] * count))
    assert not any(ord(c) < 32 for c in verdict.message.replace("\n", ""))


def test_a_cell_for_an_unknown_exercise_stops_the_grading(edition):
    known = edition.graded["step_up"]
    graded = {"x": type(known)(known.function, "no_such", None)}
    wrong = replace(edition, graded=graded)
    with pytest.raises(ValueError, match="no_such"):
        check_known(wrong)


# In the student's process everything may be forged; none of it earns a point.
FORGERIES = {
    "the checks": "import gdhelpers.checks\ngdhelpers.checks.check = lambda *_: None\n"
    "check = lambda *_: print('✓ right in 6 cases')",
    "the caller": "import gdhelpers.cases\n"
    "gdhelpers.cases.run_case = lambda f, case: {'value': case['args'][0]}",
    "the rule": "import gdhelpers.verdicts as v\n"
    "v.rule = lambda *_: v.Verdict(True, '✓')\nv.close = lambda *_: True",
    "json": "import json\njson.dumps = lambda *_: '[' + '{\"value\": 1.0},' * 6 + ']'",
    "equality": "class E(float):\n    __eq__ = __ge__ = __le__ = lambda *_: True\n"
    "def single_step_gradient_descent(*_): return E()\n"
    "def gradient_descent(*_): return E()",
    "numbers shown": "from IPython.display import display\ndisplay(7.0)\n7.0",
    "hooks": "def hook(*_):\n    raise SystemExit\n"
    "get_ipython().events.register('pre_run_cell', hook)\n"
    "get_ipython().user_expressions = lambda e: {k: {'status': 'ok', 'right': 1}"
    " for k in e}",
}


@pytest.fixture(scope="module")
def forgers(tmp_path_factory) -> Course:
    # One of them hangs until its limit.
    limits = Limits(cell_seconds=10, submission_seconds=60, wall_factor=1000)
    course = Course(tmp_path_factory.mktemp("forgers"), limits)
    for name, code in FORGERIES.items():
        course.edited(name, lambda nb, code=code: insert(nb, "step", code), right=False)
    course.edited("honest", lambda nb: None)
    course.autograde()
    return course


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_earns_nothing(forgers, name):
    assert forgers.state(name).status == "graded"
    assert forgers.points(name) == 0
    assert forgers.points("honest") == forgers.most == sum((1, 2, 4))
