"""Which system calls a student's code may not make, as a filter for seccomp."""

from collections.abc import Iterable

# Calls that keep data where no namespace or memory count reaches (keyrings outlive the
# process, memfd, segments and semaphores of SysV are in no one's resident set), that
# make namespaces, that reach into another process, or that only serve to attack Linux:
REFUSED = {
    "x86_64": {
        "shmget": 29,
        "semget": 64,
        "msgget": 68,
        "ptrace": 101,
        "mount": 165,
        "io_setup": 206,  # its events are counted for the whole machine
        "add_key": 248,
        "request_key": 249,
        "keyctl": 250,
        "unshare": 272,
        "perf_event_open": 298,
        "fanotify_init": 300,
        "setns": 308,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "kcmp": 312,
        "memfd_create": 319,
        "bpf": 321,
        "userfaultfd": 323,
        "io_uring_setup": 425,
        "clone3": 435,  # hides its flags; libc then falls back on clone
        "pidfd_getfd": 438,
        "memfd_secret": 447,
    },
    "aarch64": {
        "io_setup": 0,
        "unshare": 97,
        "ptrace": 117,
        "msgget": 186,
        "semget": 190,
        "shmget": 194,
        "add_key": 217,
        "request_key": 218,
        "keyctl": 219,
        "mount": 40,
        "perf_event_open": 241,
        "fanotify_init": 262,
        "setns": 268,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "kcmp": 272,
        "memfd_create": 279,
        "bpf": 280,
        "userfaultfd": 282,
        "io_uring_setup": 425,
        "clone3": 435,
        "pidfd_getfd": 438,
        "memfd_secret": 447,
    },
}
# Calls of which it depends on what they are asked.
LOOKED_AT = {
    "x86_64": {
        "mmap": 9,
        "socket": 41,
        "socketpair": 53,
        "setsockopt": 54,
        "clone": 56,
        "fcntl": 72,
        "prctl": 157,
    },
    "aarch64": {
        "fcntl": 25,
        "prctl": 167,
        "socket": 198,
        "socketpair": 199,
        "setsockopt": 208,
        "clone": 220,
        "mmap": 222,
    },
}
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
UNIX, INET, INET6, NETLINK = 1, 2, 10, 16
PROTOCOLS = (0, 6, 17)  # whatever is usual, TCP, UDP; netlink's 0 tells of routes
SOCKET_ITSELF = 1
# More room for what is unread, of sockets: that is in no one's resident set either.
MORE_ROOM = (7, 8, 32, 33)  # SO_SNDBUF, SO_RCVBUF, and by force
SET_SUBREAPER, SETLEASE, NOTIFY = 36, 1024, 1026
# clone's flags for namespaces, and for a child that would be its parent's sibling.
NOT_CLONED = 0x7E028000
SHARED, ANONYMOUS = 0x1, 0x20  # of mmap; such memory may be in no one's resident set


def filter_program(machine: str) -> list[tuple[int, int, int, int]]:
    """The filter's steps: operation, how many to skip if so and if not, operand."""
    load, equal, at_least, any_bit, ret = 0x20, 0x15, 0x35, 0x45, 0x06
    refuse, allow = (ret, 0, 0, 0x50000 | 38), (ret, 0, 0, 0x7FFF0000)
    number = LOOKED_AT[machine]

    def argument(place: int) -> tuple[int, int, int, int]:
        return load, 0, 0, 16 + 8 * place

    def among(values: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
        """Goes on where it is one of `values`, and else refuses."""
        tests = [(equal, len(values) - i, 0, v) for i, v in enumerate(values)]
        return [*tests, refuse]

    def none_of(values: Iterable[int]) -> list[tuple[int, int, int, int]]:
        """Goes on where it is none of `values`, and else refuses."""
        return [step for v in values for step in ((equal, 0, 1, v), refuse)]

    families = (UNIX, INET, INET6, NETLINK)
    sockets = [
        argument(0),
        *among(families),
        *((equal, 0, 4, NETLINK), argument(2), (equal, 1, 0, 0), refuse, allow),
        argument(2),
        *among(PROTOCOLS),
    ]
    looked_at = {
        "clone": [argument(0), (any_bit, 0, 1, NOT_CLONED), refuse],
        "mmap": [
            argument(3),
            (any_bit, 0, 2, SHARED),
            (any_bit, 0, 1, ANONYMOUS),
            refuse,
        ],
        "socket": sockets,
        "socketpair": sockets,
        "setsockopt": [
            *(argument(1), (equal, 1, 0, SOCKET_ITSELF), allow, argument(2)),
            *none_of(MORE_ROOM),
        ],
        "fcntl": [argument(1), *none_of((SETLEASE, NOTIFY))],
        "prctl": [argument(0), *none_of((SET_SUBREAPER,))],
    }
    code = [
        (load, 0, 0, 4),
        (equal, 1, 0, ARCHITECTURE[machine]),
        refuse,  # a 32-bit call: they have other numbers
        (load, 0, 0, 0),
        (at_least, 0, 1, 0x40000000),
        refuse,  # an x32 one
    ]
    code += none_of(REFUSED[machine].values())
    for name, steps in looked_at.items():
        code += [(equal, 0, len(steps) + 1, number[name]), *steps, allow]
    return [*code, allow]
