"""Cut a student's outputs to size and take out whatever a browser might run."""

from __future__ import annotations

import base64
import binascii
import re

from nbformat import NotebookNode, from_dict

KB = 1 << 10
TEXT_BYTES = 40 * KB  # of one cell
PICTURE_BYTES = 4096 * KB
# Of a whole notebook, where it becomes a page: sources, outputs' text; pictures.
PAGE_TEXT_BYTES = 400 * KB
PAGE_PICTURE_BYTES = 8192 * KB
MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
# All but colours, newline and tab: others move a terminal's cursor.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]")
NOT_SHOWN = "[{} is not shown here: it might run in your browser]"


def clean_outputs(cell: NotebookNode) -> None:
    """Leave text, pictures and errors in a cell's outputs; cut what is too long.

    Markup, scripts, vector graphics and widgets are replaced by their plain text, so
    that feedback and formgrader show nothing that a student's code made executable.
    """
    text_left, pictures_left = TEXT_BYTES, PICTURE_BYTES
    cleaned = []
    for output in cell.get("outputs", []):
        made = _cleaned(output)
        # `gdhelpers.plots.show` says a figure's text again, unseen, in HTML.
        if made is None or (
            _only_html(output) and cleaned and _is_picture(cleaned[-1])
        ):
            continue
        size = _picture_size(made)
        pictures_left -= size
        if size and pictures_left < 0:
            made = _said("[further pictures left out: more than 4 MB in one cell]")
        text_left = _cut(made, text_left)
        cleaned.append(made)
        if text_left <= 0:
            said = f"[output cut: more than {TEXT_BYTES // KB} kB in one cell]\n"
            cleaned.append(_said(said))
            break
    cell.outputs = cleaned


def keep_small(notebook: NotebookNode) -> None:
    """Cut a notebook of clean outputs to what makes a page of tolerable size."""
    text_left, pictures_left = PAGE_TEXT_BYTES, PAGE_PICTURE_BYTES
    for cell in notebook.cells:
        if len(cell.source.encode()) > max(text_left, 0):
            cell.source = cell.source[: max(text_left, 0) // 4] + "\n[cut here]"
        text_left -= len(cell.source)
        size = sum(len(str(a)) for a in cell.get("attachments", {}).values())
        if size > pictures_left:
            cell.attachments, size = {}, 0
        pictures_left -= size
        kept = []
        for output in cell.get("outputs", []):
            size = _picture_size(output)
            if size > pictures_left:
                output = _said("[picture left out: the page would be too large]")
            else:
                pictures_left -= size
            if text_left > 0:
                text_left = _cut(output, text_left)
                kept.append(output)
        if "outputs" in cell:
            cell.outputs = kept


def _cleaned(output: dict) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return stream_output(name=name, text=_plain(output.get("text")))
    if kind == "error":
        lines = output.get("traceback")
        return error_output(
            ename=_plain(output.get("ename")),
            evalue=_plain(output.get("evalue")),
            traceback=[_plain(x) for x in lines] if isinstance(lines, list) else [],
        )
    if kind in ("display_data", "execute_result") and isinstance(
        output.get("data"), dict
    ):
        return _displayed(output)
    return None


def _displayed(output: dict) -> NotebookNode:
    data, found = output["data"], {}
    for mime, magic in MAGIC.items():
        if picture := _picture(data.get(mime), magic):
            found[mime] = picture
    other = [m for m in data if m not in ("text/plain", *found)]
    text = _plain(data.get("text/plain"))
    if other and not (text or found):
        text = NOT_SHOWN.format(_plain(" ".join(other)))
    if text or not found:
        found["text/plain"] = text
    # Not as execute_result: nbgrader would take its number for points.
    return _output("display_data", data=found, metadata=_described(output))


def _only_html(output: dict) -> bool:
    data = output.get("data")
    return isinstance(data, dict) and set(data) == {"text/html"}


def _is_picture(output: NotebookNode) -> bool:
    return _picture_size(output) > 0


def _described(output: dict) -> dict:
    """The alternative text of a figure, which the templates print unescaped."""
    metadata = output.get("metadata")
    alt = metadata.get("alt") if isinstance(metadata, dict) else None
    if not isinstance(alt, str):
        picture = metadata.get("image/png") if isinstance(metadata, dict) else None
        alt = picture.get("alt") if isinstance(picture, dict) else None
    if not isinstance(alt, str):
        return {}
    alt = re.sub(r"[<>\"'&`=]", " ", _plain(alt))[:2000]
    return {"image/png": {"alt": alt}}


def _picture(data: object, magic: bytes) -> str | None:
    if not isinstance(data, str) or len(data) > PICTURE_BYTES:
        return None
    try:
        content = base64.b64decode(re.sub(r"\s", "", data), validate=True)
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(content).decode() if content.startswith(magic) else None


def _picture_size(output: NotebookNode) -> int:
    return sum(len(output.get("data", {}).get(mime, "")) for mime in MAGIC)


def _cut(output: NotebookNode, left: int) -> int:
    """Shorten an output's text to `left` bytes; return how many remain."""

    def cut(text: str) -> str:
        nonlocal left
        content = text.encode("utf-8", "replace")
        kept = content[: max(left, 0)].decode("utf-8", "ignore")
        left -= len(content)
        return kept

    if output.output_type == "stream":
        output.text = cut(output.text)
    elif output.output_type == "error":
        output.ename, output.evalue = output.ename[:200], output.evalue[:2000]
        output.traceback = [cut(x) for x in output.traceback if left > 0]
    elif "text/plain" in output.data:
        output.data["text/plain"] = cut(output.data["text/plain"])
    return left


def _plain(text: object) -> str:
    if isinstance(text, list):
        text = "".join(x for x in text if isinstance(x, str))
    return CONTROL.sub("", text.replace("\r", "\n") if isinstance(text, str) else "")


def _said(text: str) -> NotebookNode:
    return stream_output("stdout", text)


# nbformat's own `new_output` validates each at once, which takes fifty times as
# long as to make it; they are validated with the notebook when it is written.


def stream_output(name: str, text: str) -> NotebookNode:
    """What was printed on "stdout" or "stderr"."""
    return _output("stream", name=name, text=text)


def error_output(ename: str, evalue: str, traceback: list[str]) -> NotebookNode:
    """What was raised."""
    return _output("error", ename=ename, evalue=evalue, traceback=traceback)


def _output(kind: str, **parts: object) -> NotebookNode:
    return from_dict({"output_type": kind, **parts})
