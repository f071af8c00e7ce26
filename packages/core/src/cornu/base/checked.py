"""Calls of classes: one that cannot be taken names the argument, and what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu.configuration.annotated import are_meant
from cornu_data.annotations import refuse_text
from cornu_data.constructors import check_call, sign_by_init


class Checked:
    """Base of what is made by a call with many arguments.

    Examples
    --------
    >>> from cornu.regularizers import L1L2
    >>> L1L2(l3=0.1)
    Traceback (most recent call last):
    TypeError: L1L2 does not take the argument(s) 'l3'. It takes l1, l2.
    >>> L1L2(l2="0.1")
    Traceback (most recent call last):
    cornu_data.annotations.NoNumber: L1L2: l2 must be a number; it is '0.1': write l2=0.1.
    """

    if not TYPE_CHECKING:  # editors read `__init__`

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            """Check the arguments."""
            check_call(cls, args, kwargs)
            refuse_text(cls, args, kwargs, are_meant)
            return super().__new__(cls)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        sign_by_init(cls)
