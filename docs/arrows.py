"""Print which folder imports which, as the picture of `docs/architecture.md`.

    python docs/arrows.py

An arrow that follows from others is left out.
"""

import sys
from pathlib import Path

import grimp

sys.path.insert(0, str(Path(__file__).parents[1]))


def arrows() -> dict[str, set[str]]:
    """Each folder (or module) of the first floor, and which others it imports."""
    graph = grimp.build_graph("gdgrader", "gdhelpers", cache_dir=None)
    rooms = sorted(graph.find_children("gdgrader"))
    rooms = [room for room in [*rooms, "gdhelpers"] if room != "gdgrader.config"]
    for room in rooms:
        graph.squash_module(room)
    return {
        room: graph.find_modules_directly_imported_by(room) & {*rooms} - {room}
        for room in rooms
    }


def reduced(found: dict[str, set[str]]) -> dict[str, set[str]]:
    """The same without arrows that a longer way replaces."""

    def below(room: str) -> set[str]:
        return found[room].union(*(below(other) for other in found[room]))

    return {
        room: others - set().union(*(below(other) for other in others))
        for room, others in found.items()
    }


def main() -> None:
    """Print the picture, in mermaid's words."""
    print("flowchart TD")
    for room, others in reduced(arrows()).items():
        for other in sorted(others):
            names = (name.removeprefix("gdgrader.") for name in (room, other))
            print("    " + " --> ".join(names))


if __name__ == "__main__":
    main()
