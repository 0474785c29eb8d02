"""What a request holds: how its lengths are drawn, in BLIS's order, and where its token ids stand in the stream."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.problems import ERROR, Problem, SpecError
from blis_tui.spec.model import MAX_LENGTH, Client, Distribution, Multimodal
from blis_tui.workload.lengths import family, fixed_length, length_sampler
from blis_tui.workload.random.stream import Sampler, Stream
from blis_tui.workload.random.variates import Variates

MEDIA = ("text", "image", "audio", "video")


def checked(tokens: int) -> int:
    """Return a token count, or raise `SpecError` if a request cannot have as many."""
    if tokens > MAX_LENGTH:
        message = f"a request of {tokens:,} tokens is drawn, more than the {MAX_LENGTH:,} there can be"
        raise SpecError([Problem("too-long", ERROR, (), message)])
    return tokens


class Lengths:
    """The lengths of a client's requests: `fixed` (input, output) where both never vary, samplers and `formulas` of both."""

    __slots__ = ("fixed", "formulas", "input", "output")

    def __init__(self, input_distribution: Distribution, output_distribution: Distribution) -> None:
        families = family(input_distribution), family(output_distribution)
        self.input, self.output = (each.sampler for each in families)
        self.formulas = (families[0].formula, families[1].formula)
        fixed_input, fixed_output = fixed_length(input_distribution), fixed_length(output_distribution)
        self.fixed = None if fixed_input is None or fixed_output is None else (fixed_input, fixed_output)

    @classmethod
    def of(cls, client: Client) -> Lengths:
        """Return the lengths a client has outside of windows with distributions of their own."""
        return cls(client.input_distribution, client.output_distribution)


class Drawn(NamedTuple):
    """The content of one request: token counts, and the place in the stream of its first token id."""

    place: int
    fresh: int
    output: int
    media: tuple[int, int, int, int] | None = None


class TextContent:
    """Text in, text out: both lengths, then the ids of both."""

    def __init__(self, lengths: Lengths) -> None:
        self._input, self._output = lengths.input, lengths.output
        self.fixed, self.formulas = lengths.fixed, lengths.formulas

    def lengths(self, stream: Variates) -> tuple[int, int]:
        """Draw the lengths of one request."""
        fresh, output = self._input(stream), self._output(stream)
        if fresh > MAX_LENGTH or output > MAX_LENGTH:
            checked(max(fresh, output))
        return fresh, output

    def draw(self, stream: Stream) -> Drawn:
        """Draw one request's lengths and pass over its token ids."""
        fresh, output = self.lengths(stream)
        place = stream.at
        stream.skip_tokens(fresh + output)
        return Drawn(place, fresh, output)


class MediaContent:
    """Several kinds of token in, text out: counts and input ids first, then the output's length and ids."""

    fixed = None

    def __init__(self, multimodal: Multimodal, output: Sampler) -> None:
        self._kinds = [self._kind(multimodal, kind) for kind in MEDIA]
        self.output = output

    @staticmethod
    def _kind(multimodal: Multimodal, kind: str) -> tuple[Sampler | None, Sampler | None]:
        """Return the samplers of how many pieces there are and of the tokens of each; text is always one piece."""
        tokens: Distribution = getattr(multimodal, f"{kind}_distribution")
        pieces = None if kind == "text" else getattr(multimodal, f"{kind}_count_distribution")
        if not tokens.type or (pieces is not None and not pieces.type):
            return None, None
        return (None if pieces is None else length_sampler(pieces)), length_sampler(tokens)

    def draw(self, stream: Stream) -> Drawn:
        """Draw one request's lengths and pass over its token ids."""
        counts = []
        for pieces, tokens in self._kinds:
            times = 0 if tokens is None else 1 if pieces is None else pieces(stream)
            counts.append(sum(tokens(stream) for _ in range(times)) if tokens is not None else 0)
        text, image, audio, video = counts
        fresh = checked(sum(counts)) or 1
        place = stream.at
        stream.skip_tokens(fresh)
        output = checked(self.output(stream))
        stream.skip_tokens(output)
        return Drawn(place, fresh, output, (text, image, audio, video))


def content_of(client: Client, lengths: Lengths) -> TextContent | MediaContent:
    """Return how the single requests of a client are filled, given its lengths."""
    if client.multimodal is not None:
        return MediaContent(client.multimodal, lengths.output)
    return TextContent(lengths)
