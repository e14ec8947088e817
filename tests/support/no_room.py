"""Runs a program as if the disk were full beyond an offset of every file: python no_room.py BYTES PROGRAM ARGUMENT…

The kernel answers ENOSPC to whoever goes there, which is what a full disk says; a limit on the size of files
(`ulimit -f`) says EFBIG, which databases take for another fault. It needs no rights, unlike a disk that is mounted.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

# The numbers of `lseek` and `pwrite64`.
CALLS = {"x86_64": (8, 18), "aarch64": (62, 68)}
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
SECCOMP_MODE_FILTER, SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO = 2, 0x7FFF0000, 0x00050000
LOAD, JUMP_IF_EQUAL, JUMP_IF_GREATER, ANSWER = 0x20, 0x15, 0x25, 0x06


def argument(number):
    """Where the lower half of a call's argument stands."""
    return 16 + 8 * number


def filter_of(lseek, pwrite, limit):
    """The filter, as steps: what to do, steps to pass over if it is so, if it is not, and the operand."""
    return [
        (LOAD, 0, 0, 0),
        (JUMP_IF_EQUAL, 3, 0, pwrite),
        (JUMP_IF_EQUAL, 0, 6, lseek),
        (LOAD, 0, 0, argument(2)),
        (JUMP_IF_EQUAL, 2, 4, os.SEEK_SET),
        (LOAD, 0, 0, argument(3)),
        (JUMP_IF_GREATER, 3, 2, limit),
        (LOAD, 0, 0, argument(1)),
        (JUMP_IF_GREATER, 1, 0, limit),
        (ANSWER, 0, 0, SECCOMP_RET_ALLOW),
        (ANSWER, 0, 0, SECCOMP_RET_ERRNO | errno.ENOSPC),
    ]


def install(steps):
    """Puts this process, and what it becomes, under the filter."""
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", code, so, not_so, k) for code, so, not_so, k in steps))
    head = struct.pack("HP", len(steps), ctypes.addressof(program))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, head):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls, which a full disk is made with")


if __name__ == "__main__":
    if platform.machine() not in CALLS:
        sys.exit(f"no_room.py does not know the system calls of {platform.machine()}: name them in CALLS")
    install(filter_of(*CALLS[platform.machine()], int(sys.argv[1])))
    os.execv(sys.argv[2], sys.argv[2:])
