"""Days and sums in a text, in the ways people write them, are told more broadly; what only looks like one stays (rule 46)."""

from __future__ import annotations

import pytest

from tvist.publication.blurring import blurred_text
from tvist.publication.day_forms import day_forms
from tvist.publication.models import BlurKind


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("10. mars 2024", "2024"),
        ("10/3-2024", "2024"),
        ("10.03.2024-12.04.2024", "2024-2024"),
        ("10.03.2024–12.04.2024", "2024–2024"),
        ("10.3.-12.3.2024", "2024"),
        ("01.01.-31.12.2023", "2023"),
        ("1.1-31.12.2023", "2023"),
        ("10.3. til 12.3.2024", "2024"),
        ("2024-03-10/2024-06-30", "2024/2024"),
        ("HR-10.3.2024", "HR-10.3.2024"),
        ("§ 4-10.3.2024", "§ 4-10.3.2024"),
        ("LB-2019-12-13", "LB-2019-12-13"),
    ],
)
def test_days_one_by_one_and_joined_are_told_as_years(written: str, told: str) -> None:
    assert blurred_text(f"Oppholdet {written} er omtvistet.", "nb", [BlurKind.DAYS]) == f"Oppholdet {told} er omtvistet."


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("735 250 kr", "ca. 740 000 kr"),
        ("-735 250 kr", "-ca. 740 000 kr"),
        ("kr -735 250", "ca. -740 000 kr"),
        ("kr 100 000-735 250", "ca. 100 000 kr-ca. 740 000"),
        ("735250\nkroner", "ca. 740 000 kr"),
        ("kr\u202f735250", "ca. 740 000 kr"),
        ("735250,5 kr", "ca. 740 000 kr"),
        ("BTN-2026-12 kr", "BTN-2026-12 kr"),
        ("HR-2020-1234 kr", "HR-2020-1234 kr"),
    ],
)
def test_sums_with_signs_and_ranges_and_over_a_line_end_are_rounded(written: str, told: str) -> None:
    found = blurred_text(f"Kravet er {written} i alt.", "nb", [BlurKind.AMOUNTS])
    assert found.replace("\N{NO-BREAK SPACE}", " ") == f"Kravet er {told} i alt."


@pytest.mark.parametrize("written", ["3. mai 2019", "03.05.2019", "May 3, 2019"])
def test_a_hidden_day_is_looked_for_with_and_without_each_nought(written: str) -> None:
    assert {"3.5.2019", "03.05.2019", "3.05.2019", "03.5.2019", "3/05/2019", "2019-05-03", "3. mai 2019"} <= day_forms(written)
