"""Answers that are remembered by the text they were asked of. A report says few names and dates, each many times; a
file made to do harm says a thousand of a megabyte each, so long texts are asked anew."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def remembered(most: int, longest: int = 200) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Decorates a function whose last argument is a text: up to `most` answers are kept, of texts up to `longest`
    letters."""

    def decorated(ask: Callable[..., Answer]) -> Callable[..., Answer]:
        kept = lru_cache(maxsize=most)(ask)

        @wraps(ask)
        def answer(*given: Any) -> Answer:
            return kept(*given) if len(given[-1]) <= longest else ask(*given)

        return answer

    return decorated
