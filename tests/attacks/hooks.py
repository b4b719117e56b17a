"""IPython's own extension points, turned against the cell that is graded."""

from .base import STEP, Attack


def attack(name: str, attempts: str, *cells: str) -> Attack:
    return Attack(name, attempts, ("shell = get_ipython()", *cells))


ATTACKS = (
    attack(
        "pre-run hook",
        "check is replaced just before each cell",
        "def hook(*_): shell.user_ns['check'] = lambda *_: print('✓')\n"
        "for event in ('pre_run_cell', 'pre_execute'):\n"
        "    shell.events.register(event, hook)",
    ),
    attack(
        "post-run hook",
        "the result is made a success after each cell",
        "def hook(result=None):\n"
        "    if result: result.error_in_exec = result.error_before_exec = None\n"
        "for event in ('post_run_cell', 'post_execute'):\n"
        "    shell.events.register(event, hook)",
    ),
    attack(
        "displayhook",
        "whatever is shown is the number 1000",
        "import sys\n"
        "from IPython.display import display\n"
        "shell.displayhook.__class__.__call__ = lambda *_: display(1000)\n"
        "sys.displayhook = lambda *_: display(1000)",
    ),
    attack(
        "quiet traceback",
        "no error is ever shown",
        "shell.showtraceback = shell._showtraceback = lambda *_, **__: None\n"
        "shell.set_custom_exc((BaseException,), lambda *_, **__: None)",
    ),
    attack(
        "input transformer",
        "source of a check becomes a number",
        "def seven(lines): return ['7.0\\n'] if 'check(' in ''.join(lines) else lines\n"
        "shell.input_transformers_cleanup.append(seven)\n"
        "shell.input_transformers_post.append(seven)",
    ),
    attack(
        "run_cell replaced",
        "cells succeed without being run",
        "from IPython.core.interactiveshell import ExecutionResult\n"
        "def run_cell(*_, **__):\n"
        "    result = ExecutionResult(None); result.result = 1; return result\n"
        "async def run_cell_async(*_, **__): return run_cell()\n"
        "shell.run_cell, shell.run_cell_async = run_cell, run_cell_async",
    ),
    attack(
        "expressions replaced",
        "the judge's question is answered with praise",
        "shell.user_expressions = lambda asked: {\n"
        "    name: {'status': 'ok', 'right': True, 'data': {'text/plain': \"'✓'\"},\n"
        "           'metadata': {}} for name in asked}",
    ),
    attack(
        "user_expressions copied",
        "the judge's question is kept and printed",
        "real = shell.user_expressions\n"
        "def asked(questions):\n"
        "    print('asked', questions)\n"
        "    return real({k: '[{\"expected\": True}]' for k in questions})\n"
        "shell.user_expressions = asked",
    ),
    attack(
        "replies replaced",
        "every reply of the kernel says ok",
        "session = shell.kernel.session\n"
        "real = session.send\n"
        "def send(stream, kind, content=None, *rest, **more):\n"
        "    if isinstance(content, dict) and 'status' in content:\n"
        "        content.update(status='ok', right=True, score=7)\n"
        "    return real(stream, kind, content, *rest, **more)\n"
        "session.send = send",
    ),
    attack(
        "unreadable replies",
        "messages that upset whoever reads them",
        "kernel = shell.kernel\n"
        "for content in ({'name': 3}, {'data': None}, [], None, {'text': {}}):\n"
        "    for kind in ('stream', 'display_data', 'update_display_data', 'error'):\n"
        "        kernel.session.send(kernel.iopub_socket, kind, content,\n"
        "                            parent=kernel.get_parent())\n"
        "kernel.iopub_socket.send_multipart([b'junk', b'<IDS|MSG>', b'x'])",
    ),
    Attack(
        "comm to the frontend",
        "a widget answers in the grader's process",
        (
            STEP + "    return 0",
            "from comm import create_comm\n"
            "create_comm(target_name='jupyter.widget', data={'state': {\n"
            "    'msg_id': 'x', '_model_module': '@jupyter-widgets/output',\n"
            "    '_model_name': 'OutputModel'}})",
        ),
    ),
)
