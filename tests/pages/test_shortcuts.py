"""The keyboard shortcuts: no two collide on a page, and the page that lists them says the same keys as the menu."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

    from tests.people import Cast


@pytest.mark.parametrize("who", ["asta", "siri", "cato", "eva", "adam"])
def test_no_two_keys_collide_and_the_page_lists_them_all(ask: Callable[..., TestResponse], cast: Cast, who: str) -> None:
    reader = getattr(cast, who)
    listed = ask("GET", "/shortcuts", as_=reader).text
    keys = re.findall(r'accesskey="(.)"', ask("GET", "/cases", as_=reader).text if "<kbd>S</kbd>" in listed else listed)
    assert len(keys) == len(set(keys))
    assert [key.lower() for key in re.findall(r"<kbd>(.)</kbd>", listed)] == keys


def test_the_keys_are_told_from_the_foot_of_each_page_to_who_is_signed_in(ask: Callable[..., TestResponse], cast: Cast) -> None:
    assert 'href="/shortcuts"' in ask("GET", "/account", as_=cast.asta).text
    assert 'href="/shortcuts"' not in ask("GET", "/sign-in").text
    assert ask("GET", "/shortcuts").status_code == 302
