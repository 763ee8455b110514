"""What is typed that no person would type, as strategies of hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.fuzz.forms import Field, Form

MARKER: Final = "<x1\"'>"
"""It comes back escaped, or not at all."""
TEXTS: Final = (
    *(
        MARKER,
        f"{MARKER}<script>alert(1)</script>",
        "javascript:alert(1)",
        "\"onfocus=alert(1) x='",
        "</textarea><x1\"'>",
        "</title><x1\"'>",
    ),
    *(
        "' OR 1=1 --",
        '"; DROP TABLE user; --',
        "%",
        "_",
        "\\",
        "{{ 7*7 }}",
        "${7*7}",
        "{% include 'base.html' %}",
        "%s%n%(x)s",
        "{0}{number}",
    ),
    *(
        "\x00",
        "a\x00b",
        "\x1b[31m",
        "\r\nSet-Cookie: x=1",
        "\u202eabc",
        "\u2028",
        "\ufeff",
        "\U0001f600" * 3,
        "e\u0301" * 50,
        "A" * 20_000,
    ),
    *(
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "../../etc/passwd",
        "null",
        "undefined",
        "[]",
        '{"a": [1]}',
        "[" * 300,
    ),
)
NUMBERS: Final = (
    *(
        "0",
        "-1",
        "1",
        "9" * 30,
        "-" + "9" * 30,
        "2147483648",
        "9223372036854775808",
        "1e400",
        "NaN",
        "Infinity",
        "٣",
        "½",
        "²",
        "0x1",
        "1_0",
    ),
    *("1,5", "1.000.000,00", "0,001", "-0", "+1", " 1 ", "1 000 000 000 000 000,00"),
)
DATES: Final = (
    *("0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2024-02-30", "2023-02-29", "1899-12-31", "-2024-01-01"),
    *("24.12.2024", "2024-W01-1", "20240101", "2024-01-01T00:00", "99:99", "24:00", "2024-13-01"),
)
NOT_TEXT: Final = (b"\xed\xa0\x80", b"\xff\xfe", b"\xc0\xaf", b"%", b"a=b&c=d;e", b"\xf4\x90\x80\x80")
"""Halves of characters and other bytes that are no text."""
ODD: Final = st.one_of(
    st.sampled_from([each.encode() for each in (*TEXTS, *NUMBERS, *DATES)]),
    st.sampled_from(NOT_TEXT),
    st.text(max_size=40).map(lambda text: text.encode()),
)
Sent = list[tuple[str, bytes]]


def filled_in(form: Form) -> st.SearchStrategy[Sent]:
    """The form as it might be sent: most fields odd, some as they stood, some missing, some twice; and one that nobody asked for."""
    parts = [_sent(each) for each in form.fields if each.name not in {"csrf_token", "_key"} and each.kind != "file"]
    stranger = st.sampled_from([[], [("unasked", MARKER.encode())], [("a[b][]", b"1"), ("__class__", b"x")]])
    return st.tuples(*parts, stranger).map(lambda given: [pair for part in given for pair in part])


def _sent(field: Field) -> st.SearchStrategy[Sent]:
    stood = [field.value, *field.choices[:5]]
    one = (
        st.one_of(ODD, st.sampled_from([each.encode() for each in stood]))
        if field.kind != "hidden"
        else st.one_of(st.just(field.value.encode()), ODD)
    )
    return st.one_of(
        one.map(lambda value: [(field.name, value)]),
        one.map(lambda value: [(field.name, value)]),
        st.just([]),
        st.tuples(one, one).map(lambda pair: [(field.name, value) for value in pair]),
    )
