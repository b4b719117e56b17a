"""Read what a student handed in, however odd, or say in words why it cannot be read."""

from __future__ import annotations

import json
import re

import nbformat
from nbformat import NotebookNode

from gdhelpers.verdicts import Fault

MB = 1 << 20
LARGEST = 50 * MB
# The lines by which git parts two versions.
CONFLICT = [re.compile(f"^{x}{{7}}(?= |$)", re.MULTILINE) for x in "<=>"]
CELL_TYPES = ("code", "markdown", "raw")


class Unreadable(ValueError):
    """The file is no notebook; the message is for a teacher."""

    fault = Fault.UNREADABLE


def read_submission(content: bytes, largest: int = LARGEST) -> NotebookNode:
    """The notebook in `content`: any version, with or without BOM, any line ends.

    Cells keep what identifies them (id, nbgrader's marks) and their source; whatever
    is malformed beyond that is dropped.

    Errors: Unreadable, with the reason.
    """
    if not content.strip():
        raise Unreadable("the file is empty")
    if len(content) > largest:
        raise Unreadable(
            f"the file has {len(content) / MB:.0f} MB, more than the {largest / MB:.0f}"
            " MB allowed; ask for it with its outputs cleared"
        )
    data = _parsed(_text(content))
    if isinstance(data, dict) and data.get("nbformat") in (1, 2, 3):
        data = _upgraded(data)
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        raise Unreadable("the file is JSON, but not a Jupyter notebook")
    cells = [_cell(cell) for cell in data["cells"] if isinstance(cell, dict)]
    return nbformat.from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": [cell for cell in cells if cell],
        }
    )


def _text(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("the file is not text in UTF-8, so not a notebook") from None
    return text.replace("\r\n", "\n")


def _parsed(text: str):
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        start = text.lstrip()[:15].lower()
        conflict = [mark.search(text) for mark in CONFLICT]
        if all(conflict):
            line = text.count("\n", 0, conflict[0].start()) + 1
            raise Unreadable(
                "git left a conflict in it, two versions one below the other (<<<<<<< "
                f"in line {line}): choose one with `git checkout --ours` or `--theirs`,"
                " and hand in again"
            ) from None
        if start.startswith(("<!doctype", "<html")):
            raise Unreadable("the file is a web page, not a notebook") from None
        if not start.startswith("{"):
            raise Unreadable("the file is not JSON, so not a notebook") from None
        if error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg:
            raise Unreadable(
                "the file breaks off in the middle: an upload that was cut short?"
            ) from None
        raise Unreadable(
            f"the file is not valid JSON: {error.msg} in line {error.lineno}"
        ) from None
    except (RecursionError, ValueError):
        raise Unreadable("the file is nested or numbered beyond reason") from None


def _upgraded(data: dict) -> dict:
    try:
        return nbformat.convert(
            nbformat.reads(json.dumps(data), as_version=data["nbformat"]), 4
        )
    except Exception as error:
        raise Unreadable(
            f"the file says it is a notebook of format {data['nbformat']}, but cannot "
            f"be converted ({type(error).__name__})"
        ) from None


def _cell(cell: dict) -> dict | None:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if cell.get("cell_type") not in CELL_TYPES or not isinstance(source, str):
        return None
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    made = {
        "cell_type": cell["cell_type"],
        "id": cell.get("id") if isinstance(cell.get("id"), str) else "",
        # A lone surrogate is valid in JSON and cannot be written again.
        "source": _newlines(source).encode("utf-8", "replace").decode(),
        "metadata": {"nbgrader": marks} if isinstance(marks, dict) else {},
    }
    if cell["cell_type"] == "code":
        made |= {"outputs": [], "execution_count": None}
    elif isinstance(cell.get("attachments"), dict):
        made["attachments"] = cell["attachments"]
    return made


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
