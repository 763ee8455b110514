"""Whether an error says that what the program stands on is away for now: the database, the disk, the store of papers. It comes back by itself."""

from __future__ import annotations

import errno
import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

ASK_AGAIN_AFTER: Final = 10
"""How many seconds to wait before trying again (Retry-After)."""
DISK_ERRORS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})
SQLITE_AWAY: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
"""What SQLite says of a lock that was held too long and of a disk; the rest is a mistake of ours, or a broken file."""
PRIMARY: Final = 0xFF
"""An extended code of SQLite holds its primary one in the last byte."""
READ_ONLY: Final = "25006"
"""PostgreSQL as a stand-by, or set to read only."""


class StoreAway(Exception):
    """The store of papers does not take or give what it is asked for."""


def is_away(error: BaseException) -> bool:
    """Whether it is worth trying again later, with nothing changed by us."""
    if isinstance(error, DBAPIError):
        return _is_database_away(error)
    if isinstance(error, OSError):
        return error.errno in DISK_ERRORS
    return isinstance(error, NoConnectionFree | StoreAway)


def _is_database_away(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    said = getattr(error.orig, "sqlite_errorcode", None)
    if said is not None:
        return said & PRIMARY in SQLITE_AWAY
    if getattr(error.orig, "sqlstate", None) == READ_ONLY:
        return True
    # psycopg: no connection, too many of them, a server that goes down, no disk, no memory, a deadlock.
    return isinstance(error, OperationalError | InterfaceError)
