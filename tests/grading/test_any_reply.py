"""Whatever a kernel answers or a widget says: a verdict, and no exception."""

import json

import pytest
from course import Course, judge_of
from fuzzed import json_values, settled
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook

from gdgrader.course.edition import instructors_version
from gdgrader.grading.judge import KEY
from gdgrader.grading.widgets import NoFrontend
from gdhelpers.verdicts import Fault, Verdict

NUMBER = st.integers() | st.floats() | st.booleans() | json_values
VALUE = json_values | st.fixed_dictionaries(
    {"shape": st.lists(NUMBER, max_size=3) | json_values},
    optional={"$tensor": st.lists(NUMBER, max_size=4), "$array": json_values},
)
ANSWER = json_values | st.fixed_dictionaries(
    {},
    optional={
        "value": VALUE,
        "changed": json_values,
        "missing": json_values,
        "error": json_values,
        "line": json_values,
    },
)


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("course"))
    source = course.root / "source" / "tiny" / "tiny.ipynb"
    return judge_of(instructors_version(source, course.config), "a seed")


def packed(text: str) -> dict:
    said = f"'{text.encode('utf-8', 'surrogatepass').hex()}'"
    return {KEY: {"status": "ok", "data": {"text/plain": said}}}


@settled
@given(st.data())
def test_a_reply_becomes_a_verdict_and_earns_nothing(judge, data):
    grade_id = data.draw(st.sampled_from(sorted(judge.edition.graded)))
    entry = judge.entries[judge.edition.graded[grade_id].exercise]
    most = max(len(cases) for cases in entry.values() if isinstance(cases, list | dict))
    answers = st.lists(ANSWER, min_size=0, max_size=min(most, 12))
    many = st.builds(lambda one, n: [one] * n, ANSWER, st.integers(0, 40))
    reply = data.draw(
        json_values
        | st.fixed_dictionaries({KEY: json_values})
        | (answers | many).map(lambda x: packed(json.dumps(x)))
        | st.text(max_size=40).map(packed)
    )
    verdict = judge.ruling(grade_id, reply)
    assert isinstance(verdict, Verdict) and not verdict.right
    assert verdict.fault != Fault.GRADER
    assert verdict.message.isprintable() or "\n" in verdict.message
    Verdict.from_stored(json.loads(json.dumps(vars(verdict))))


CONTENT = json_values | st.fixed_dictionaries(
    {},
    optional={
        "comm_id": st.sampled_from(["a", "b"]) | json_values,
        "target_name": json_values,
        "data": json_values
        | st.fixed_dictionaries(
            {
                "state": json_values
                | st.fixed_dictionaries(
                    {},
                    optional={
                        "msg_id": st.sampled_from(["x", "", None]) | json_values,
                        "outputs": json_values
                        | st.lists(
                            json_values
                            | st.fixed_dictionaries({"output_type": json_values})
                        ),
                    },
                )
            }
        ),
    },
)
SHOWN = {"output_type": "stream", "name": "stdout", "text": "x"}
TELLS = st.sampled_from(["comm_open", "comm_msg", "comm_close", "comm_more", "stream"])


@settled
@given(st.lists(st.tuples(TELLS, CONTENT), max_size=12))
def test_what_widgets_say_upsets_nobody(said):
    cell = new_code_cell()
    client = NoFrontend(new_notebook(cells=[cell]))
    told = 0
    for kind, content in said:
        if kind == "stream":
            content, told = {"name": "stdout", "text": "x"}, told + 1
        header = {"msg_id": "1", "msg_type": kind}
        message = header | {"header": header, "parent_header": header}
        message["content"] = content
        if kind == "stream":
            client.output(cell.outputs, message, None, 0)
        else:
            client.handle_comm_msg(cell.outputs, message, 0)
    # Nothing that was printed is lost: only what a widget showed can be cleared.
    assert cell.outputs.count(SHOWN) >= told
