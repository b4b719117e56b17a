"""What an attack did to this grader before it was mended, where it was seen to.

Each was run against the grader as it was before user ids, the relay, the exchange's own
step and limited children; an attack that is not here held then already, or was not
tried. `python -m tests.attacks` prints it.
"""

LINUX = "got it"
POINTS = "7 of 7, reads {}"
COMMANDS = "a command in the page"
ENDED = "no report: RecursionError"
FETCHED = "the page asks another host for it"
OWN = "the page's own classes and ids"

BEFORE = {
    **dict.fromkeys(
        (
            *("a socket to the host", "Linux's own news", "further protocols"),
            *("other families of sockets", "semaphores of nobody", "queues of nobody"),
            *("a descriptor taken", "memory read", "memory written"),
            *("processes compared", "a tracer of children", "an own init"),
            *("a sibling for a child", "news of folders", "all reading ahead"),
            *("all watchers", "all watches", "all timers", "all signals"),
            *("the last to go", "what jupyter is told", "pages only read"),
            *("bytes unread", "bytes unread on a network"),
        ),
        LINUX,
    ),
    "student linked to another": POINTS.format("another submission"),
    "student linked to the source": POINTS.format("the source"),
    "pictures from elsewhere": FETCHED,
    "pictures by reference": FETCHED,
    "an overlay": OWN,
    "a forged verdict": OWN,
    "names of headings": OWN,
    **dict.fromkeys(
        (
            *("commands to a terminal", "commands in words", "commands in code"),
            *("letters turned around", "words turned around", "code turned around"),
        ),
        COMMANDS,
    ),
    **dict.fromkeys(
        (
            *("a long chain of calls", "a long chain of subscripts"),
            *("a long chain of operators", "functions in functions"),
            *("a long chain handed on", "a long chain of nots"),
        ),
        ENDED,
    ),
    "a long name": "a phrase of 300 kB in the report",
    "a long name replaced": "a phrase of 300 kB in the report",
    "two thousand phrases": "2000 phrases in the report",
    "blank lines": "1.8 s of colours for 4 kB, growing with the square",
    "blank lines of tabs": "1.1 s of colours for 3 kB, growing with the square",
    "updates of displays": "1.9 s for 1000 of each, growing with the square",
}
