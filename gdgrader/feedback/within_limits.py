"""A page for everyone: what a notebook holds takes no more than its share.

Feedback and formgrader convert a notebook in a child with limits. Who exceeds them is
shown without colours and formatting, and who exceeds them so, too, with a word on it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from gdgrader.feedback.safe_html import PLAINLY
from gdgrader.limited import MB, Allowance, Exceeded, limited
from gdgrader.shown import for_page
from gdgrader.submission.outputs import keep_small

# An ordinary page takes half a second; with all that is kept of a notebook, some three.
ALLOWED = Allowance(seconds=10, memory=400 * MB)
PLAIN = "This notebook is shown without colours and formatting: with them, {}."
SAMPLE = [
    new_markdown_cell("*text*, `code`, $x$\n\n- a list", id="text"),
    new_code_cell("x = 1  # code", id="code"),
]
NOTHING = "This notebook cannot be shown here: to show it, {}."


class WithinLimits(Preprocessor):
    """Lets its exporter convert a file within limits.

    No setting names formgrader's exporter, but it makes its preprocessors, and with
    them this one.
    """

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self._read = self.parent.from_filename
        self._show = self.parent.from_notebook_node
        self._warm = False
        self.parent.from_filename = self.page

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Cut what makes a page too large; say so if nothing is formatted."""
        keep_small(nb)
        if why := resources.get(PLAINLY):
            nb.cells.insert(0, new_markdown_cell(why, id="plainly"))
        return nb, resources

    def page(
        self, filename: str, resources: dict | None = None, **options
    ) -> tuple[str, dict]:
        """What `HTMLExporter.from_filename` gives, and gives always."""
        resources = {**(resources or {}), "output_extension": ".html"}
        if not self._warm:
            # Templates and lexers are loaded once for all, and not in each child.
            self._show(new_notebook(cells=SAMPLE), copy.deepcopy(resources))
            self._warm = True
        attempts = [
            ("", partial(self._read, filename)),
            (PLAIN, partial(self._read, filename)),
            (NOTHING, partial(self._show, new_notebook())),
        ]
        told = ""
        for words, convert in attempts:
            said = {**resources, PLAINLY: words.format(told)}
            try:
                return limited(ALLOWED, _html, convert, said, options), resources
            except Exceeded as error:
                told = str(error)
        raise Exceeded(told)


def _html(convert: Callable, resources: dict, options: dict) -> str:
    return for_page(convert(resources=resources, **options)[0])
