"""Explorers: play with a lesson's idea, each with a target to reach.

Every `explore_*()` gives a widget of standard, keyboard-operable controls that drive a
picture and say the result in words. They are loaded when first asked for.
"""

from importlib import import_module

from gdhelpers import calm

calm.at_home()

_HOMES = {
    "explore_descent": "descent",
    "explore_constant_rate": "constant_rate",
    "explore_regression": "regression",
    "explore_minibatches": "minibatches",
    "explore_step_decay": "step_decay",
    "explore_plateau": "plateau",
    "explore_schedules": "sketcher",
    "explore_edge": "edge",
    "explore_cooldown": "cooldown",
}
__all__ = list(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"gdhelpers.explorers has no {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
