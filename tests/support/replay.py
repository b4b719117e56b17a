"""A stand-in for `gdgrader.grading.worker.grade_submission`: what grading gave before.

Light to import, as each worker of `test_killed.py` does so anew.
"""

import hashlib
import os
import pickle
import time
from dataclasses import replace
from pathlib import Path

from gdgrader.grading.task import Result, Task

RECORD = "KILLED_TEST_RECORD"  # where a worker finds the results to replay


def replay(task: Task) -> Result:
    """What grading a submission like this gave the first time, after a short while."""
    path = Path(os.environ[RECORD], hashlib.sha256(task.content).hexdigest())
    if not path.exists():
        from gdgrader.grading.worker import grade_submission  # takes seconds to import

        path.write_bytes(pickle.dumps((task.fingerprint, grade_submission(task))))
    time.sleep(0.02)
    first, result = pickle.loads(path.read_bytes())
    own = result.notebook.replace(first.encode(), task.fingerprint.encode())
    return replace(result, notebook=own)
