"""State for whoever is graded next, and files that act when they are read."""

from .base import DESCEND, STEP, Attack

# Handed from the first submission to the second, by whatever way there may be.
GIFT = (
    "def single_step_gradient_descent(theta, learning_rate):\\n"
    "    return theta - learning_rate * 2 * theta\\n"
)
PLACES = (
    "('/tmp', '/dev/shm', '/var/tmp', '@ROOT@', '.', os.path.expanduser('~'), '/home',"
    " '/home/student', os.path.dirname(torch.__file__), '/run', '/opt/course',"
    " '/opt/inside')"
)
REDUCED = """
import pickle, torch, numpy as np
class Bomb:
    def __reduce__(self):
        return exec, ("open('@ROOT@/@MARK@-pickle', 'w').close()",)
"""
# Protocol 0 of the same, as a file that is there before any code is run.
PICKLE = "cbuiltins\nexec\n(Vopen('@ROOT@/@MARK@-pickle', 'w').close()\ntR."
HOSTILE = "open('@ROOT@/@MARK@-imported', 'w').close()\nraise SystemExit(3)\n"

ATTACKS = (
    Attack(
        "a leaves",
        "files, modules, settings, hooks and sockets for the next",
        harms="writes into this machine's Python and home",
        earns=3.0,  # what it would hand on is right
        cells=(
            "import os, sys, torch, builtins, site, socket\n"
            f'gift = "{GIFT}"\n'
            f"for place in {PLACES}:\n"
            "    for name in ('@MARK@-gift.py', 'sitecustomize.py', '@MARK@.pth'):\n"
            "        if place == '.' or '@MARK@' in name or place.startswith('/opt'):\n"
            "            try: open(f'{place}/{name}', 'w').write(gift)\n"
            "            except OSError: pass\n"
            "startup = get_ipython().profile_dir.startup_dir\n"
            "try: open(f'{startup}/@MARK@.py', 'w').write(gift)\n"
            "except OSError: pass\n"
            "exec(gift); builtins.gift = single_step_gradient_descent\n"
            "torch.nn.functional.gift = sys.gift = builtins.gift\n"
            "os.environ['GIFT'] = gift\n"
            "server = socket.socket(socket.AF_UNIX); server.bind('\\0@MARK@-gift')\n"
            "server.listen()",
            "import ctypes\n"
            "libc = ctypes.CDLL(None)\n"
            "for call in (29, 68, 248, 319): libc.syscall(call, 77, 4096, 950)",
        ),
    ),
    Attack(
        "b takes",
        "what the one before has left",
        harms="needs the one before",
        cells=(
            "import os, sys, torch, builtins, glob\n"
            "found = [getattr(m, 'gift', None) for m in (builtins, sys,"
            " torch.nn.functional)]\n"
            f"for place in {PLACES}:\n"
            "    for path in glob.glob(f'{place}/@MARK@-gift*'):\n"
            "        exec(open(path).read())\n"
            "        found.append(single_step_gradient_descent)\n"
            "if 'GIFT' in os.environ: exec(os.environ['GIFT'])\n"
            "for f in filter(None, found): single_step_gradient_descent = f\n"
            "print('found', found)",
        ),
    ),
    Attack(
        "a pickled answer",
        "an answer that runs code where it is unpacked",
        answers={
            "step": REDUCED + STEP + "    return Bomb()",
            "descend": DESCEND
            + "    return [Bomb(), pickle.dumps(Bomb(), 0).decode()]",
        },
    ),
    Attack(
        "a pickle shown",
        "a display that runs code where it is unpacked",
        (
            REDUCED + "from IPython.display import publish_display_data\n"
            "publish_display_data({'application/python-pickle':"
            " pickle.dumps(Bomb(), 0).decode(), 'text/plain': 'x'})\n"
            "get_ipython().kernel.session.send(get_ipython().kernel.iopub_socket,"
            " 'apply_reply', {'status': 'ok'}, buffers=[pickle.dumps(Bomb())])",
        ),
    ),
    Attack(
        "pickles in the folder",
        "files that run code where they are loaded",
        files={
            "checks.pkl": PICKLE,
            "model.pt": PICKLE,
            "data.npy": PICKLE,
            "numbers.csv": PICKLE,
        },
    ),
    Attack(
        "modules in the folder",
        "code named as what the grader imports",
        files=dict.fromkeys(
            (
                "sitecustomize.py",
                "usercustomize.py",
                "gdhelpers.py",
                "gdgrader.py",
                "nbgrader_config.py",
                "conftest.py",
                "json/__init__.py",
                "ast.py",
                "isolation.py",
                "kernelapp.py",
                "zmq.py",
                "nbformat.py",
                ".ipython/profile_default/startup/0.py",
                ".jupyter/jupyter_config.py",
            ),
            HOSTILE,
        ),
    ),
    Attack(
        "own checks.json",
        "a table in which any answer is right",
        files={
            "checks.json": '{"lesson": "tiny", "exercises": {"single_step_gradient'
            '_descent": {"function": "single_step_gradient_descent", "tolerance":'
            ' {"rel": 9e9, "abs": 9e9}, "mistakes": [], "properties": {}}}}'
        },
        answers={"step": STEP + "    return theta"},
    ),
    Attack(
        "checks.json rewritten",
        "a table in which any answer is right, made while grading",
        (
            "import json\n"
            "table = json.load(open('checks.json'))\n"
            "for exercise in table['exercises'].values():\n"
            "    exercise['tolerance'] = {'rel': 9e9, 'abs': 9e9}\n"
            "    exercise['mistakes'] = []\n"
            "    for asked in exercise['properties'].values():\n"
            "        for case in asked['cases']: case['mistakes'] = []\n"
            "import os; os.remove('checks.json')\n"
            "json.dump(table, open('checks.json', 'w'))",
            STEP + "    return theta",
        ),
    ),
    Attack(
        "helpers rewritten",
        "gdhelpers' and torch's own files, for this and the next",
        (
            "import gdhelpers.checks, gdhelpers.cases, torch, os\n"
            "for module in (gdhelpers.checks, gdhelpers.cases, torch):\n"
            "    for do in (lambda p: open(p, 'a').write('# @MARK@'),\n"
            "               lambda p: os.rename(p, p + '@MARK@'),\n"
            "               lambda p: os.chmod(p, 0o777)):\n"
            "        try: do(module.__file__)\n"
            "        except OSError as error: print(error)",
        ),
        harms="changes the installed packages",
    ),
)
