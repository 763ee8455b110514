"""Alembic's way in. The work is done by `tvist.migration.run_with`."""

from alembic import context

from tvist.migration import run_with

run_with(context.config.attributes["database"], context._proxy)  # type: ignore[attr-defined]  # noqa: SLF001
