"""What ipywidgets leaves out for people who listen: the names of its sliders.

A slider's handle has no name, and one over a list of choices speaks of the choice's
index. No trait reaches either, so a style sheet that every explorer carries does it on
arrival, and again whenever the box changes: the handle takes the name on its label and
speaks of the value in its readout. The same script tells an explorer of a narrow page.
"""

from pathlib import Path

import ipywidgets as widgets

_HERE = Path(__file__)
_NAME_THE_SLIDERS = _HERE.with_suffix(".js").read_text(encoding="utf-8")
_LOOK = _HERE.with_suffix(".css").read_text(encoding="utf-8")


def manners() -> widgets.HTML:
    """Give an invisible part that names an explorer's sliders and sees its width."""
    script = " ".join(_NAME_THE_SLIDERS.split())
    # Out of the layout, yet in the page: an element that is not shown has no onload.
    hidden = widgets.Layout(height="0", margin="0")
    return widgets.HTML(f'<style onload="{script}">\n{_LOOK}</style>', layout=hidden)
