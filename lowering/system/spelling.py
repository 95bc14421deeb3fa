"""Names that a person types, such as those of targets, networks and options."""

import difflib
from collections.abc import Iterable


def meant(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: "; did you mean host?", or nothing where no known name is similar.

    Upper and lower case count as the same letter. If no name is similar, the first one that contains `name` is taken.
    """
    spelled, name = {each.lower(): each for each in known}, name.lower()
    near = difflib.get_close_matches(name, spelled, n=1) or [each for each in spelled if len(name) > 2 and name in each]
    return f"; did you mean {spelled[near[0]]}?" if near else ""
