"""The name that was meant by a misspelt one."""

import pytest

from lowering.system import spelling

KNOWN = ("host", "android:cortex-a76", "C3D", "c3d_ucf101")


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("hots", "; did you mean host?"),
        ("android:cortex-a67", "; did you mean android:cortex-a76?"),
        ("cortex", "; did you mean android:cortex-a76?"),
        ("c3d", "; did you mean C3D?"),
        ("UCF101", "; did you mean c3d_ucf101?"),
        ("windows", ""),
        ("ex", ""),
        ("", ""),
    ],
)
def test_a_similar_name_or_one_that_contains_the_word_is_suggested(name: str, end: str) -> None:
    assert spelling.meant(name, KNOWN) == end
