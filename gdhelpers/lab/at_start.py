"""What each kernel of the student's Lab runs first: help, and calm words.

Without it both begin with a lesson's first cell, which after a restart has not run; and
to IPython a bare `reset` is then a command of its own (`%reset` still is).
IPython runs the file that PYTHONSTARTUP names, among the student's own names.
"""

from gdhelpers import calm as _calm
from gdhelpers.stuck import help_me, reset, reset_lesson  # noqa: F401

_calm.at_home()
del _calm
