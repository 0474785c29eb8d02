"""The footer with the keys of where one is."""

from __future__ import annotations

from textual.widgets import Footer


class KeyFooter(Footer):
    """Textual's footer, which would remember every key it has ever shown."""

    async def recompose(self) -> None:
        """Show the keys that hold now, and forget those that did before."""
        await super().recompose()
        for watchers in getattr(self, "__watchers", {}).values():
            watchers[:] = [(key, callback) for key, callback in watchers if key.is_attached]
