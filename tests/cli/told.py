"""What the help of a verb says of the file that its option --json writes."""

import re
from collections.abc import Callable


def keys(verb: Callable[..., object]) -> set[str]:
    """The keys that it names."""
    about = re.search(
        r"^        json_file: (.*?)^(?:        \w|    \w|$)", verb.__doc__ or "", re.MULTILINE | re.DOTALL
    )
    assert about is not None
    return set(re.findall(r'"(\w+)"', about[1]))
