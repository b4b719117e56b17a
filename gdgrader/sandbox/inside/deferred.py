"""torch's compiler, imported by the programs that compile.

torch's optimizers import `torch._dynamo` at their first step, only to tell it where not
to look; that takes as long as to import torch itself. In a program that compiles
nothing the two functions they call do nothing, and no more do those here. Whatever else
is asked of the module imports the real one, which then takes this one's place.
"""

import importlib
import importlib.util
import sys
import threading
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from types import ModuleType
from typing import Any

NAME = "torch._dynamo"
MARK = "__dynamo_disable"  # how torch._compile remembers what `disable` returned


class Deferred(ModuleType):
    """Stands in for `torch._dynamo` until more is asked of it than to keep away."""

    def __init__(self) -> None:
        super().__init__(NAME, "Stands in for torch's compiler until it is needed.")
        self.__spec__ = importlib.util.find_spec(NAME)
        self.__file__ = self.__spec__.origin
        self.__package__, self.__loader__ = NAME, self.__spec__.loader
        self._real: ModuleType | None = None
        self._kept_away: list[Callable] = []
        self._lock = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        # Who looks through all modules, as `inspect` does, does not mean to compile.
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        return getattr(self._whole(), name)

    def graph_break(self, *arguments: Any, **named: Any) -> None:
        """Nothing, where nothing is compiled."""
        if self._real:
            self._real.graph_break(*arguments, **named)

    def disable(self, fn: Any = None, *arguments: Any, **named: Any) -> Any:
        """`fn` itself, for torch's own functions, until something is compiled."""
        if self._real is None and fn is not None and named == {"wrapping": False}:
            self._kept_away.append(fn)
            return fn
        return self._whole().disable(fn, *arguments, **named)

    def _whole(self) -> ModuleType:
        with self._lock:
            if self._real is None:
                if sys.modules.get(NAME) is self:
                    del sys.modules[NAME]
                self._real = importlib.import_module(NAME)
                for function in self._kept_away:  # to be kept away in earnest
                    vars(function).pop(MARK, None)
            return self._real


class _Parts(MetaPathFinder, Loader):
    """Finds what the real module has imported itself, when a part is asked for first.

    The import system would else execute that part a second time.
    """

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name.startswith(f"{NAME}.") and name in sys.modules:
            return importlib.util.spec_from_loader(name, self)
        return None

    def create_module(self, spec: Any) -> ModuleType:
        module = sys.modules[spec.name]
        # The import system is about to put `spec` there. Not by getattr: a module of
        # settings has its own idea of attributes.
        self._spec = vars(module).get("__spec__")
        return module

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__spec__"] = self._spec


def defer() -> None:
    """Let `torch._dynamo` wait, unless it has been imported already."""
    import torch

    if NAME not in sys.modules:
        sys.modules[NAME] = torch._dynamo = Deferred()
        sys.meta_path.insert(0, _Parts())
