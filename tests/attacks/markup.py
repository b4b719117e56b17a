"""Markup and scripts that would run where feedback or the report is read."""

from nbformat.v4 import new_markdown_cell, new_output

from .base import DESCEND, STEP, Attack, find

SCRIPT = "<script>alert('@MARK@')</script>"
IMAGE = "<img src=x onerror=alert('@MARK@')>"
FRAME = "<iframe src='javascript:alert(1)'></iframe><svg onload=alert('@MARK@')>"
ALL = SCRIPT + IMAGE + FRAME


def in_markdown(notebook):
    find(notebook, "words").source = (
        f"{ALL} [link](javascript:alert('@MARK@')) $x{SCRIPT}$ `{SCRIPT}`\n"
        "<form action=http://127.0.0.1:@PORT@><button>Log in</button></form>"
        "<meta http-equiv=refresh content='0;url=http://127.0.0.1:@PORT@/'>"
        "![x](http://127.0.0.1:@PORT@/seen.png)"
    )
    notebook.cells.append(new_markdown_cell(ALL))


def in_metadata(notebook):
    notebook.metadata.update(
        title=ALL,
        authors=[{"name": ALL}],
        widgets={
            "application/vnd.jupyter.widget-state+json": {
                "state": {"x": {"model_name": "HTMLModel", "state": {"value": ALL}}}
            }
        },
    )
    cell = find(notebook, "words")
    cell["attachments"] = {
        f"{ALL}.svg": {"image/svg+xml": f"<svg>{ALL}</svg>"},
        "x.png": {"image/png": f"'>{ALL}"},
    }
    cell.source = f"![{ALL}](attachment:x.png) ![y](attachment:{ALL}.svg)"


def nested(notebook):
    """Takes whoever cleans it many seconds, or all their stack."""
    find(notebook, "words").source = "<div>" * 20_000 + ALL
    notebook.cells.append(new_markdown_cell("> * " * 5_000 + "[" * 20_000))


def in_outputs(notebook):
    find(notebook, "step").outputs = [
        new_output("display_data", {"text/html": ALL, "image/svg+xml": ALL})
    ]


ATTACKS = (
    Attack(
        "HTML shown",
        "scripts in displays of all kinds",
        (
            "from IPython.display import *\n"
            f'code = "{ALL}"\n'
            "display(HTML(code), Javascript(\"alert('@MARK@')\"), Markdown(code),\n"
            "        SVG(f'<svg>{code}</svg>'), Latex(code),\n"
            "        IFrame('javascript:alert(1)', 9, 9))\n"
            "publish_display_data({'text/html': code, 'image/svg+xml': code,\n"
            "    'application/javascript': 'alert(1)', 'text/markdown': code,\n"
            "    'image/png': f'\">{code}', 'text/latex': code},\n"
            "    metadata={'image/png': {'alt': f'\">{code}', 'width': f'\">{code}'}})",
            f'import ipywidgets\nipywidgets.HTML("{ALL}")',
        ),
    ),
    Attack(
        "HTML printed",
        "scripts in text, errors and colours",
        (
            f'import sys\nprint("{ALL}"); print("\\x1b[31m{ALL}", file=sys.stderr)',
            f'class Bad(Exception): pass\nBad.__name__ = "{ALL}"\nraise Bad("{ALL}")',
            f'# {ALL}\n"</script>{SCRIPT}"',
        ),
    ),
    Attack(
        "HTML in answers",
        "scripts in what the judge says again",
        answers={
            "step": STEP + f'    raise ValueError("{ALL}")  # {ALL}',
            "descend": DESCEND + f'    return type("{ALL}", (), {{}})()',
        },
    ),
    Attack("HTML written", "scripts in written answers", edit=in_markdown),
    Attack(
        "HTML in metadata",
        "scripts in titles, widgets and attachments",
        edit=in_metadata,
    ),
    Attack("HTML nested", "making feedback takes for ever", edit=nested),
    Attack("HTML in old outputs", "scripts in outputs handed in", edit=in_outputs),
)
