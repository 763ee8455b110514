"""`tvist check`: proves the journal, the sums, the deadlines, the panels, the votes and the files of every case. Start with `everything.py`."""

from tvist.check.everything import check_all
from tvist.check.finding import Finding

__all__ = ["Finding", "check_all"]
