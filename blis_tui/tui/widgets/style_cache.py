"""A cache of Textual's that keeps removed widgets, and all lines they have ever shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual._styles_cache import StylesCache
    from textual.color import Color
    from textual.style import Style


def let_removed_widgets_go() -> None:
    """Have two colours alone remembered by their cache, where Textual also remembers the widget that asked."""
    from textual import _styles_cache

    remembering = getattr(_styles_cache.StylesCache, "get_inner_outer", None)
    compute = getattr(remembering, "__wrapped__", None)
    if compute is None:
        return  # another Textual
    from functools import lru_cache

    @lru_cache(1024)
    def remembered(base_background: Color, background: Color) -> tuple[Style, Style]:
        styles: tuple[Style, Style] = compute(None, base_background, background)
        return styles

    def get_inner_outer(_: StylesCache, base_background: Color, background: Color) -> tuple[Style, Style]:
        return remembered(base_background, background)

    _styles_cache.StylesCache.get_inner_outer = get_inner_outer  # type: ignore[method-assign,assignment]
