"""A right notebook that shows widgets keeps all points, and what they showed."""

import pytest
from course import FULL, RIGHT, Course
from nbformat.v4 import new_code_cell

from gdgrader.sandbox.limits import Limits

MAKE = "import ipywidgets\nfrom IPython.display import display\n"
OUT = MAKE + "out = ipywidgets.Output()\n"
# Cells after the exercise's, and what has to stand in the outputs of the last of them,
# in this order, and what no longer.
SHOWN = {
    "with": ([OUT + "display(out)\nwith out:\n    print('seen')"], ["seen"], []),
    "with, in another cell": (
        [OUT + "out", "with out:\n    print('seen')\n    display(3)\nprint('after')"],
        ["seen", "3", "after"],
        [],
    ),
    "capture": (
        [OUT + "@out.capture()\ndef say():\n    print('seen')", "say()\nsay()"],
        ["seen", "seen"],
        [],
    ),
    "capture, cleared": (
        [
            OUT + "@out.capture(clear_output=True)\ndef say(x):\n    print(x)",
            "print('before')\nsay('gone')\nsay('seen')",
        ],
        ["before", "seen"],
        ["gone"],
    ),
    "nested": (
        [
            OUT + "inner = ipywidgets.Output()\nwith out:\n    print('one')\n"
            "    with inner:\n        print('two')\n    print('three')\nprint('four')"
        ],
        ["one", "two", "three", "four"],
        [],
    ),
    "cleared": (
        [
            OUT + "from IPython.display import clear_output\nprint('before')\n"
            "for step in range(3):\n    with out:\n        clear_output(wait=True)\n"
            "        print(f'step {step}')\nprint('after')"
        ],
        ["before", "step 2", "after"],
        ["step 0", "step 1"],
    ),
    "cleared for good": (
        [OUT + "print('before')\nwith out: print('gone')\nout.clear_output()"],
        ["before"],
        ["gone"],
    ),
    "an error": ([OUT + "with out:\n    1 / 0"], ["ZeroDivisionError"], []),
    "a picture in it": (
        [
            OUT + "import matplotlib.pyplot as plt\nwith out:\n"
            "    plt.plot([1, 2])\n    plt.show()"
        ],
        ["image/png"],
        [],
    ),
    "given": (
        [OUT + "out.append_stdout('one ')\nout.append_stdout('two')\nprint('three')"],
        ["one ", "two", "three"],
        [],
    ),
    "interact": (
        [
            MAKE + "@ipywidgets.interact(rate=(0.0, 1.0))\n"
            "def say(rate=0.25):\n    print('rate', rate)"
        ],
        ["rate 0.25"],
        [],
    ),
    "interactive_output": (
        [
            MAKE + "rate = ipywidgets.FloatSlider(value=0.5)\n"
            "show = lambda rate: print('rate', rate)\n"
            "display(ipywidgets.interactive_output(show, {'rate': rate}))"
        ],
        ["rate 0.5"],
        [],
    ),
    "a shown one updated": (
        [
            OUT
            + "with out:\n    print('gone')\n    shown = display(1, display_id=True)",
            "out.clear_output()\nshown.update(2)\nprint('seen')",
        ],
        ["seen"],
        [],
    ),
    "dropped": (
        [
            OUT
            + "display(out)\nout.close()\ndel out\nimport gc; gc.collect()\nprint('x')"
        ],
        ["x"],
        [],
    ),
    "closed while open": (
        [
            OUT + "with out:\n    print('seen')\n    out.close()\nprint('after')",
            "1 + 1",
        ],
        ["2"],
        [],
    ),
    "a comm of its own": (
        [
            "from comm import create_comm\none = create_comm(target_name='mine')\n"
            "one.send({'x': 1}); one.send('text'); one.close()\nprint('seen')"
        ],
        ["seen"],
        [],
    ),
    "a custom message": (
        [MAKE + "b = ipywidgets.Button()\nb.send({'x': 1}, buffers=[b'x'])\nb"],
        ["Button"],
        [],
    ),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """All of them graded in one run, and what hostile comms say."""
    made = Course(
        tmp_path_factory.mktemp("widgets"),
        limits=Limits(cell_seconds=60, submission_seconds=120),
    )
    cells = {name: sources for name, (sources, _, _) in SHOWN.items()}
    for name, sources in (cells | MALFORMED).items():
        work = made.answered(RIGHT)
        place = [c.metadata.get("nbgrader", {}).get("grade_id") for c in work.cells]
        at = place.index("step") + 1
        work.cells[at:at] = [new_code_cell(text) for text in sources]
        made.submit(name, work)
    made.autograde()
    return made


# What no widget says: each field missing, or of another type.
SEND = """
kernel = get_ipython().kernel
def say(kind, content, **more):
    kernel.session.send(
        kernel.iopub_socket, kind, content, parent=kernel.get_parent(),
        ident=b"x", **more)
"""
ODD = ("None", "3", "'x'", "[]", "[1]", "{}", "{'state': []}", "{'state': {}}")
MALFORMED = {
    "odd data": [
        SEND + f"for data in ({', '.join(ODD)}):\n"
        "    for kind in ('comm_open', 'comm_msg', 'comm_close', 'comm_x', 'comm'):\n"
        "        for about in ('x', None, 3, [], {}):\n"
        "            say(kind, {'data': data, 'comm_id': about,"
        " 'target_name': 'jupyter.widget'})\n"
        "        say(kind, {'data': data})\n        say(kind, {})"
    ],
    "odd states": [
        SEND + "for msg in (None, 0, 1, 'x', [], [1], {}, '', ''):\n"
        "    for outputs in (None, 3, 'x', [3], [[]], {}, [{}], [{'output_type': 3}],\n"
        "            [{'output_type': 'stream'}], [{'output_type': 'display_data',\n"
        "            'data': 3}], [{'output_type': 'error', 'traceback': 3}]):\n"
        "        say('comm_msg', {'comm_id': 'x', 'data': {'state':\n"
        "            {'msg_id': msg, 'outputs': outputs, '_model_name': msg}}})"
    ],
    "never closed": [
        SEND + "for _ in range(3000): say('comm_msg', {'comm_id': 'x', 'data':"
        " {'state': {'msg_id': 'y', 'outputs': []}}})\nprint('seen')",
        "print('and here')",
    ],
    "buffers that are none": [
        SEND + "say('comm_open', {'comm_id': 'x', 'target_name': 'jupyter.widget',"
        " 'data': {'state': {}, 'buffer_paths': [[3], 'x']}}, buffers=[b'x'])"
    ],
}


def _outputs(course, student, source):
    (cell,) = [c for c in course.autograded(student).cells if c.source == source]
    return "\n".join(map(str, cell.outputs)).replace("\\n", "\n")


@pytest.mark.parametrize("name", SHOWN)
def test_the_honest_keep_all_points_and_what_they_showed(course, name):
    sources, seen, gone = SHOWN[name]
    assert course.scores(name) == FULL | {"words": 0.0}
    said, at = _outputs(course, name, sources[-1]), 0
    for word in seen:
        at = said.index(word, at) + len(word)
    assert not any(word in said for word in gone)


@pytest.mark.parametrize("name", MALFORMED)
def test_odd_comm_messages_upset_nobody(course, name):
    # They harm nobody, so they cost nothing: the answers are right.
    assert course.scores(name) == FULL | {"words": 0.0}
