"""The seal of the body on a PDF (PAdES, rule 38): `seal` puts it on, `inspect` says what it is worth. Nobody else knows pyHanko.

pyHanko is loaded when a file is sealed or looked into, and not before: a web worker, and a command that does neither, never pay for it.
"""

from tvist.sealing.certificates import certificate_of
from tvist.sealing.inspecting import Inspection, begins_with, inspect
from tvist.sealing.refusals import NoSeal
from tvist.sealing.seals import Sealed, seal

__all__ = ["Inspection", "NoSeal", "Sealed", "begins_with", "certificate_of", "inspect", "seal"]
