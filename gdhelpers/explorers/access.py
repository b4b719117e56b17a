"""What ipywidgets leaves out for people who listen: the names of its sliders.

A slider's handle has no name, and one over a list of choices speaks of the choice's
index. No trait reaches either, so a style sheet that every explorer carries does it on
arrival, and again whenever the box changes: the handle takes the name on its label and
speaks of the value in its readout.
"""

import ipywidgets as widgets

_NAME_THE_SLIDERS = """
const box = this.closest('.gd-explorer');
const set = (e, name, value) => {
  if (e.getAttribute(name) !== value) e.setAttribute(name, value);
};
const speak = () => box.querySelectorAll('.widget-slider').forEach(slider => {
  const handle = slider.querySelector('[role=slider]');
  const readout = slider.querySelector('.widget-readout');
  const label = slider.querySelector('label');
  if (!handle || !label) return;
  set(handle, 'aria-label', label.textContent);
  if (readout) {
    set(handle, 'aria-valuetext', readout.textContent);
    set(readout, 'aria-hidden', 'true');
    set(readout, 'contenteditable', 'false');
  }
});
if (box) {
  new MutationObserver(speak).observe(box, {
    subtree: true, childList: true, characterData: true,
    attributes: true, attributeFilter: ['aria-valuetext', 'contenteditable'],
  });
  speak();
}
"""

_LOOK = """
.gd-explorer .widget-label { height: auto; white-space: normal; }
.gd-explorer .widget-inline-hbox > label {
  min-width: 9.6em; margin-right: 10px; text-align: left;
}
.gd-explorer .widget-readout { min-width: 3.5em; }
.gd-explorer .widget-html-content { height: auto; line-height: 1.5; }
/* The still picture's text holds where the explorer is not alive; the live picture has
its own, which follows the controls. */
.jp-OutputArea:has(.gd-explorer) .gd-figure { display: none; }
.gd-explorer [role=slider]:focus { outline: 3px solid #0072B2; outline-offset: 2px; }
"""


def manners() -> widgets.HTML:
    """Give an invisible part of an explorer that names its sliders."""
    script = " ".join(_NAME_THE_SLIDERS.split())
    # Out of the layout, yet in the page: an element that is not shown has no onload.
    hidden = widgets.Layout(height="0", margin="0")
    return widgets.HTML(f'<style onload="{script}">{_LOOK}</style>', layout=hidden)
