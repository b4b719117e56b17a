"""A lesson tells nothing before it asks, and keeps nothing of a mistake once mended."""

import ast
import contextlib
import io
import re

import nbformat
import pytest
import torch
from prose import ROOT

from gdgrader.exercises.reference import source_notebook

LESSONS = sorted(path.name for path in (ROOT / "source").iterdir() if path.is_dir())
FOLDED = "<details><summary>Open"


def cells_of(lesson):
    return nbformat.read(source_notebook(lesson, ROOT), as_version=4).cells


def until_answered(cells, asked):
    """The cells between a question and the first answer that is folded away."""
    between = []
    for cell in cells[asked + 1 :]:
        if cell.cell_type == "markdown" and cell.source.startswith(FOLDED):
            return between
        between.append(cell)
    return None


def questions(lesson):
    cells = cells_of(lesson)
    for i, cell in enumerate(cells):
        if cell.cell_type == "markdown" and "**Predict" in cell.source:
            _, _, asked = cell.source.rpartition("**Predict")
            if FOLDED not in asked:
                yield " ".join(asked.split())[:40], until_answered(cells, i)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_prediction_is_answered_in_a_fold(lesson):
    found = list(questions(lesson))
    assert len(found) >= 4
    for asked, between in found:
        assert between is not None and len(between) <= 8, asked
        for cell in between:
            assert "alt=" not in cell.source, asked  # it would tell what will be seen
            if cell.cell_type == "markdown":
                assert not re.search(r"[Hh]olds|Does not hold|orrected", cell.source)


NAMELESS = re.compile(r"^(\|.*\|\s*\|.*|\|\s*\|.*)\n\|[\s:|-]+\|$", re.MULTILINE)


def test_every_column_of_a_table_has_a_name():
    """Who hears a table is told the column's name with each cell."""
    assert NAMELESS.search("| | rate |\n|---|---|\n| a | 1 |")
    assert NAMELESS.search("| rate | |\n|---|---|\n| a | 1 |")
    tables = 0
    for path in (ROOT / "source").rglob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                tables += cell.source.count("|---|")
                assert not NAMELESS.search(cell.source), f"{path.name}: {cell.source}"
    assert tables > 10


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_first_cell_says_what_it_takes(lesson):
    first = cells_of(lesson)[0].source
    for part in ("**You will be able to**", "**What you need", "**Notation:**"):
        assert part in first, part
    assert re.search(r"\*\*Time:\*\* \d+ minutes", first)
    # Each source by its title, with its address or a word that there is none.
    sources = first[first.index("**Source") :]
    assert re.search(r"\]\(https://|We know no address", sources)
    assert sources.count('"') >= 2


# Words of the sources and of every training: none may stay unsaid.
WORDS = (
    "Nesterov", "cross-entropy", "`DataLoader`", "`torch.no_grad()`", "`nn.Parameter",
    "*Adam*", "*weight decay*", "*batch\nsize*", "*momentum*", "*minibatch*",
    "*Hessian*", "*condition\nnumber*", "*noise floor*", "*epoch*", "*seed*", "*MNIST*",
    "*tensor*", "*optimizer*", "*stochastic gradient descent*", "*test set*",
    "*correlation*", "*standard error*", "*eigenvalue*", "*accuracy*", "*perceptron*",
)  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_field_is_said_where_it_is_new(word):
    texts = " ".join(
        cell.source
        for lesson in LESSONS
        for cell in cells_of(lesson)
        if cell.cell_type == "markdown"
    )
    plain = " ".join(texts.replace("**", "*").split()).casefold()
    assert " ".join(word.split()).casefold() in plain


PLAIN = {"max", "abs", "sqrt", "std"}  # what these do, their names say
OF_TENSORS = set(dir(torch.Tensor)) - set(dir(list)) - set(dir(dict)) - set(dir(str))
OF_TENSORS |= {"zero_grad", "step", "param_groups"}  # of optimizers, that is


def torch_names(code):
    """What a cell uses of torch, and signs that not everybody has met."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Lambda):
            yield "lambda"
        elif isinstance(node, ast.Invert | ast.BitAnd):
            yield "~" if isinstance(node, ast.Invert) else "&"
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
            yield "[:,"
        elif isinstance(node, ast.ImportFrom) and node.module.startswith("torch"):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.Attribute):
            of_torch = ast.unparse(node.value).startswith("torch")
            if of_torch or node.attr in OF_TENSORS:
                yield node.attr


def as_a_word(name):
    """A pattern that finds a name as a word, a sign anywhere."""
    word = re.escape(name)
    return rf"(?<![A-Za-z_]){word}(?![A-Za-z])" if name.isidentifier() else word


def not_yet_named(cells):
    """Names of torch in a cell that no text before it has."""
    told = ""
    for cell in cells:
        if cell.cell_type == "markdown":
            told += cell.source
        elif "### BEGIN SOLUTION" not in cell.source:
            for name in {*torch_names(cell.source)} - PLAIN:
                if not re.search(as_a_word(name), told):
                    yield cell.id, name


def test_nothing_of_torch_is_used_before_a_text_has_named_it():
    course = [cell for lesson in LESSONS for cell in cells_of(lesson)]
    assert sum(len({*torch_names(c.source)}) for c in course if c.cell_type == "code")
    assert list(not_yet_named(course)) == []


@pytest.mark.parametrize("name", ["item", "norm", "lambda", "LinearLR", "&", "[:,"])
def test_a_name_that_no_text_explains_is_found(name):
    course = [cell.copy() for lesson in LESSONS for cell in cells_of(lesson)]
    for cell in course:
        if cell.cell_type == "markdown":
            cell.source = re.sub(as_a_word(name), "it", cell.source)
    assert name in {found for _, found in not_yet_named(course)}


def test_an_answer_in_the_open_is_found():
    def text(source):
        return nbformat.v4.new_markdown_cell(source)

    code = nbformat.v4.new_code_cell("1 + 1")
    assert until_answered([text("**Predict**"), code, text("It is 2.")], 0) is None
    told = [text("**Predict**"), code, text(f"{FOLDED} …</summary>It is 2.</details>")]
    assert until_answered(told, 0) == [code]


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_docstring_says_what_is_wanted_and_not_how_it_is_found(lesson):
    formulas = re.compile(r"1 [−-] ηλ|2 ?/ ?λ|1 ?/ ?λ|\(2/n\)|Xᵀ|2θ|2 \* theta")
    docstrings = [
        cell.source.split('"""')[1]
        for cell in cells_of(lesson)
        if cell.metadata.get("nbgrader", {}).get("solution")
        and cell.cell_type == "code"
    ]
    assert len(docstrings) >= 3
    assert not [text for text in docstrings if formulas.search(text)]


# What a first try may do to what it is given. Each is mended afterwards, and the cells
# that follow it must then say what they always said.
POISONS = {
    "marks the weights for autograd": (
        "mse_gradient",
        "a.requires_grad_()\n    mse(x @ a, y).backward()\n    return a.grad",
    ),
    "steps in place": (
        "fit",
        "for _ in range(num_steps):\n"
        "        initial_a -= learning_rate * mse_gradient(x, y, initial_a)\n"
        "    return initial_a, [mse(x @ initial_a, y).item()] * (num_steps + 1)",
    ),
    "errors in place": ("mse", "y -= y_hat\n    return (y**2).mean()"),
    "scales the data": ("mse_gradient", "x *= 2\n    return x.T @ (x @ a - y)"),
    "clears the weights": ("mse_gradient", "a.zero_()\n    return x.T @ (x @ a - y)"),
    "shuffles the points": (
        "fit",
        "x[:] = x.flip(0)\n    return initial_a, [1.0] * (num_steps + 1)",
    ),
    "scales what the bound is asked for": (
        "max_stable_lr_for",
        "x.mul_(3)\n    return 1.0",
    ),
}


def said_by(cells, names):
    """What the cells print, one after the other; errors are a cell's own affair."""
    texts = []
    for cell in cells:
        out = io.StringIO()
        names["show"] = names["display"] = lambda *_: None  # figures take long to draw
        with contextlib.redirect_stdout(out), contextlib.suppress(Exception):
            exec(cell.source, names)
        texts.append(out.getvalue())
    return texts


def played(cells):
    """The code cells that a student runs by hand, not checks and explorers."""
    return [
        cell
        for cell in cells
        if cell.cell_type == "code"
        and not cell.source.startswith("check(")
        and "explore_" not in cell.source
    ]


@pytest.fixture(scope="module")
def unpoisoned():
    texts = said_by(played(cells_of("03_linear_regression")), {})
    assert sum(map(bool, texts)) >= 8 and "did not work out" not in "".join(texts)
    return texts


@pytest.mark.parametrize("kind", POISONS)
def test_a_mended_mistake_leaves_nothing_behind(kind, unpoisoned):
    name, body = POISONS[kind]
    cells = played(cells_of("03_linear_regression"))
    at = next(i for i, c in enumerate(cells) if f"def {name}(" in c.source)
    names = {}
    poisoned = [cell.copy() for cell in cells]
    head, _, rest = cells[at].source.partition("### BEGIN SOLUTION")
    poisoned[at].source = head + body + rest.partition("### END SOLUTION")[2]
    wrong = said_by(poisoned, names)
    assert wrong[at + 1 :] != unpoisoned[at + 1 :]  # it is a mistake
    assert said_by(cells[at:], names) == unpoisoned[at:]


# What Markdown makes of a text, which it does not read within a block of HTML.
MARKED = re.compile(r"\*\w|\w\*|`|\]\(|\$")
BLOCK = re.compile(r" {0,3}</?(details|summary|div|p|table)\b")


def unread(text: str) -> list[str]:
    """Lines in a block of HTML, which ends at a blank line, that hold Markdown."""
    found, inside = [], False
    for line in text.split("\n"):
        inside = bool(line.strip()) and (inside or bool(BLOCK.match(line)))
        if inside and MARKED.search(re.sub("<[^>]*>", "", line)):
            found.append(line)
    return found


def test_no_asterisk_is_left_to_be_seen():
    assert unread("<details><summary>x</summary>\na *b* c\n</details>") == ["a *b* c"]
    assert unread("<details><summary>x</summary>\n\na *b* c\n\n</details>") == []
    for path in sorted((ROOT / "source").rglob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                assert unread(cell.source) == [], (path.name, cell.id)


def broken_lists(text: str) -> list[str]:
    """Lines in the middle of a paragraph that Markdown would take for a new item."""
    found = []
    for block in re.split(r"\n\s*\n", text):
        lines = block.removeprefix("\n").split("\n")
        item = re.compile(r"(\d+)[.)] |[-+*] ")
        if not item.match(lines[0]):
            found += [line for line in lines[1:] if item.match(line)]
        numbers = [int(m[1]) for line in lines if (m := item.match(line)) and m[1]]
        if numbers != [*range(1, len(numbers) + 1)]:
            found.append(block)
    return found


def test_no_line_of_a_text_is_taken_for_an_item_of_a_list():
    assert broken_lists("(1) load; (2) cut;\n(6) make; (7) run") == []
    assert broken_lists("1. load; 2. cut\n6. make; 7. run")
    assert broken_lists("Seven steps:\n6. make")[0] == "6. make"
    for path in sorted((ROOT / "source").rglob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                assert broken_lists(cell.source) == [], (path.name, cell.id)
