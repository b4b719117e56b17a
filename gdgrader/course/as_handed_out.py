"""Beside each released notebook, what `reset` and `reset_lesson` put back."""

from __future__ import annotations

import json

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from gdhelpers.handed_out import FILE, as_handed_out


class AsHandedOut(NbGraderPreprocessor):
    """Put `handed_out.json` beside the student's notebook: the last of all steps."""

    def preprocess(
        self, nb: NotebookNode, resources: dict
    ) -> tuple[NotebookNode, dict]:
        """Add the file to those that nbconvert writes with the notebook."""
        name = resources["nbgrader"]["notebook"]
        written = json.loads(nbformat.writes(nb))
        text = json.dumps(as_handed_out(name, written), ensure_ascii=False, indent=1)
        resources.setdefault("outputs", {})[FILE] = f"{text}\n".encode()
        return nb, resources
