"""Every field of BLIS's workload file (`sim/workload/spec.go` at the reference commit), versions 1 and 2."""

from __future__ import annotations

from collections.abc import Mapping

from blis_tui.spec.fields import INT64_MAX, Record, boolean, integer, mapping, number, params, record, records, text

VERSIONS = ("1", "2")
"""The two sets of expansion rules that there are."""
CATEGORIES = ("", "language", "multimodal", "reasoning")
SLO_CLASSES = ("", "critical", "standard", "sheddable", "batch", "background")
V1_SLO_CLASSES = {"realtime": "critical", "interactive": "standard"}
"""What BLIS renames on the clients of a version-1 file."""
ARRIVAL_PROCESSES = ("poisson", "gamma", "weibull", "constant")
DISTRIBUTION_TYPES = ("gaussian", "exponential", "pareto_lognormal", "lognormal", "empirical", "constant")
CONTEXT_GROWTHS = ("", "accumulate")
PREFIX_SHARINGS = ("", "shared", "per_member")
MAX_POPULATION = 100_000
MAX_CLIENTS = 1_000_000
"""Clients one compact stage may expand to (BLIS's own limit)."""
MAX_CLIENT_REQUESTS = 10_000_000
"""Requests one client of a one-stage compact spec may send (BLIS's own limit)."""
MAX_LENGTH = 2**31 - 1
"""Tokens that one prompt or answer may have; counts of tokens are kept as int32."""
MAX_ROUNDS = 10_000_000
"""Rounds of one session; BLIS has no limit but the machine's memory."""
MAX_SECONDS = INT64_MAX // 1_000_000


class Arrival(Record):
    """The process that times a client's requests."""

    process: str = text("How the gaps between requests are drawn.", choices=ARRIVAL_PROCESSES, required=True)
    cv: float | None = number(
        "Coefficient of variation of the gaps: 1 is like Poisson, more is burstier (gamma and weibull).",
        default=None, above=0,
    )  # fmt: skip
    shape: float | None = number(
        "Fitted shape: gamma's alpha or weibull's k; with scale it takes the place of cv and of the rate.",
        default=None, above=0,
    )  # fmt: skip
    scale: float | None = number("Fitted scale: gamma's theta or weibull's lambda.", default=None, above=0, unit="µs")


class Distribution(Record):
    """How a number (of tokens, images, percent …) is drawn."""

    type: str = text("The family of the distribution.", choices=DISTRIBUTION_TYPES, required=True)
    params: Mapping[str, float] = params("The family's parameters; for empirical, token count: probability.")
    file: str = text("A data file; BLIS accepts the key and does not read it.")


class Network(Record):
    """The client's network, added to the latencies that BLIS reports."""

    rtt_ms: float = number("Round-trip time.", unit="ms")
    bandwidth_mbps: float = number("Bandwidth; 0 means no limit.", unit="Mbit/s")


class Window(Record):
    """A span of time in which a client is active, start included, end excluded."""

    start_us: int = integer("When the window opens.", minimum=0, unit="µs")
    end_us: int = integer("When the window closes.", above=0, unit="µs", required=True)
    trace_rate: float | None = number(
        "The client's rate in this window: a weight if aggregate_rate is given, requests per second if it is 0.",
        default=None, unit="req/s",
    )  # fmt: skip
    arrival: Arrival | None = record(Arrival, "Arrival process in this window, in place of the client's.")
    input_distribution: Distribution | None = record(Distribution, "Input lengths in this window, in place of the client's.")
    output_distribution: Distribution | None = record(Distribution, "Output lengths in this window, in place of the client's.")


class Lifecycle(Record):
    """When a client is active; a client without one always is."""

    windows: tuple[Window, ...] = records(Window, "The windows of activity.", required=True)


class Multimodal(Record):
    """Input made of several kinds of token; it takes the place of the input distribution."""

    text_distribution: Distribution = record(Distribution, "Text tokens of a request.", optional=False)
    image_distribution: Distribution = record(Distribution, "Tokens of one image.", optional=False)
    image_count_distribution: Distribution = record(Distribution, "Images in a request.", optional=False)
    audio_distribution: Distribution = record(Distribution, "Tokens of one audio clip.", optional=False)
    audio_count_distribution: Distribution = record(Distribution, "Audio clips in a request.", optional=False)
    video_distribution: Distribution = record(Distribution, "Tokens of one video.", optional=False)
    video_count_distribution: Distribution = record(Distribution, "Videos in a request.", optional=False)


class MultiTurn(Record):
    """Conversations: sessions of several rounds."""

    max_rounds: int = integer("Rounds in a session.", minimum=1, maximum=MAX_ROUNDS, required=True)
    think_time_us: int = integer("Pause between an answer and the next round.", minimum=0, unit="µs", lenient=True)
    context_growth: str = text("Whether each round repeats the rounds before it.", choices=CONTEXT_GROWTHS, lenient=True)
    single_session: bool = boolean("One session per client instead of a new one at every arrival.")


class Reasoning(Record):
    """Reasoning and multi-turn behaviour of a client."""

    reason_ratio_distribution: Distribution = record(
        Distribution, "Share of the output that is reasoning, drawn in percent.", optional=False
    )
    multi_turn: MultiTurn | None = record(MultiTurn, "Conversations of several rounds.")


class Client(Record):
    """One client: who it is, how often it asks and how long its prompts and answers are."""

    id: str = text("The client's name.")
    tenant_id: str = text("The tenant the client belongs to.")
    slo_class: str = text("Service class; on all clients or on none.", choices=SLO_CLASSES)
    model: str = text("The model asked for; empty is the default one.")
    adapter: str = text("The LoRA adapter asked for; empty is the base model.")
    rate_fraction: float = number("The client's share of aggregate_rate; shares are normalised.", above=0)
    concurrency: int = integer("Virtual users that each wait for their answer; in place of rate_fraction.", minimum=0)
    think_time_us: int = integer("Pause of a virtual user between answer and next request.", minimum=0, unit="µs")
    arrival: Arrival = record(Arrival, "How its requests are timed.", optional=False)
    input_distribution: Distribution = record(Distribution, "Input tokens after the prefix.", optional=False)
    output_distribution: Distribution = record(Distribution, "Output tokens.", optional=False)
    prefix_group: str = text("Clients of one group share the first tokens of their prompts.")
    prefix_length: int = integer(
        "Shared prefix tokens; the group's first client decides, 0 gives 50.",
        minimum=0,
        maximum=MAX_LENGTH,
        unit="tokens",
    )
    streaming: bool = boolean("Whether the client reads the answer as a stream.")
    network: Network | None = record(Network, "The client's network.")
    lifecycle: Lifecycle | None = record(Lifecycle, "When the client is active.")
    multimodal: Multimodal | None = record(Multimodal, "Images, audio and video in the input.")
    reasoning: Reasoning | None = record(Reasoning, "Reasoning and multi-turn behaviour.")
    timeout: int | None = integer(
        "Time a request may take; 0 is no limit, not given is 300 s for sessions and no limit otherwise.",
        default=None, minimum=0, unit="µs",
    )  # fmt: skip
    slo_target_us: int | None = integer("Target for the time to first token.", default=None, minimum=0, unit="µs")
    closed_loop: bool | None = boolean(
        "Whether BLIS waits for an answer before the next round; not given is yes for multi-turn.", default=None
    )


class Diurnal(Record):
    """A day's rise and fall: 24 hourly windows, the fuller the nearer to the peak."""

    peak_hour: int = integer("Hour of the peak.", minimum=0, maximum=23, unit="h")
    peak_to_trough_ratio: float = number("Peak rate over trough rate.", minimum=1, required=True)


class Spike(Record):
    """One burst of activity."""

    start_time_us: int = integer("When it starts.", minimum=0, unit="µs")
    duration_us: int = integer("How long it lasts.", above=0, unit="µs", required=True)
    trace_rate: float | None = number("Rate of the whole cohort, for aggregate_rate 0.", default=None, unit="req/s")


class Drain(Record):
    """Full activity up to a time, then a ramp down to nothing in ten steps."""

    start_time_us: int = integer("When the ramp begins.", minimum=0, unit="µs")
    ramp_duration_us: int = integer("How long the ramp takes.", above=0, unit="µs", required=True)


class Cohort(Record):
    """A population of like clients."""

    id: str = text("The cohort's name; its members are called ID-0, ID-1, …")
    population: int = integer("How many clients it has.", above=0, maximum=MAX_POPULATION, unit="clients", required=True)
    tenant_id: str = text("The tenant its clients belong to.")
    slo_class: str = text("Service class; on all clients and cohorts or on none.", choices=SLO_CLASSES)
    model: str = text("The model asked for; empty is the default one.")
    adapter: str = text("The LoRA adapter asked for; empty is the base model.")
    arrival: Arrival = record(Arrival, "How the requests of each member are timed.", optional=False)
    input_distribution: Distribution = record(Distribution, "Input tokens after the prefix.", optional=False)
    output_distribution: Distribution = record(Distribution, "Output tokens.", optional=False)
    prefix_group: str = text("The prefix its members share, or the stem of their own ones.")
    prefix_sharing: str = text("One prefix for all members (shared, the default) or one each.", choices=PREFIX_SHARINGS)
    streaming: bool = boolean("Whether the clients read answers as streams.")
    rate_fraction: float = number("The cohort's share of aggregate_rate, dealt evenly to its members.", above=0, required=True)
    diurnal: Diurnal | None = record(Diurnal, "A day's rise and fall.")
    spike: Spike | None = record(Spike, "One burst of activity.")
    drain: Drain | None = record(Drain, "A ramp down to nothing.")
    prefix_length: int = integer("Shared prefix tokens; 0 gives 50.", minimum=0, maximum=MAX_LENGTH, unit="tokens")
    reasoning: Reasoning | None = record(Reasoning, "Reasoning and multi-turn behaviour.")
    closed_loop: bool | None = boolean("Whether BLIS waits for an answer before the next round.", default=None)
    timeout: int | None = integer("Time a request may take; 0 is no limit.", default=None, minimum=0, unit="µs")
    slo_target_us: int | None = integer("Target for the time to first token.", default=None, minimum=0, unit="µs")
    network: Network | None = record(Network, "The clients' network.")
    multimodal: Multimodal | None = record(Multimodal, "Images, audio and video in the input.")


class ServeGenData(Record):
    """A ServeGen data set to derive cohorts from; validated and shown, not generated here."""

    path: str = text("Folder of the data set.")
    time_window: str = text("Period of the day (deprecated).")
    span_start: int = integer("First second of the span.", unit="s")
    span_end: int = integer("Last second of the span.", unit="s")
    window_duration_secs: int = integer("Length of each period.", unit="s")
    drain_timeout_secs: int = integer("Gap between periods.", unit="s")


class Stage(Record):
    """A stretch of time with one request rate."""

    rate: float = number("Requests per second, over all clients.", above=0, unit="req/s", required=True)
    duration: int = integer("How long the stage lasts.", above=0, maximum=MAX_SECONDS, unit="s", required=True)


class SharedPrefix(Record):
    """Who asks and how long the texts are, in inference-perf's terms."""

    num_unique_system_prompts: int = integer(
        "Distinct system prompts; each is a prefix group.",
        above=0,
        unit="prompts",
        required=True,
        label="System prompts",
    )
    num_users_per_system_prompt: int = integer(
        "Clients that share each system prompt.", above=0, unit="users", required=True, label="Users each"
    )
    system_prompt_len: int = integer(
        "Tokens of the system prompt, shared by a group's requests; 0 gives 50.",
        minimum=0,
        maximum=MAX_LENGTH,
        unit="tokens",
        label="Prompt length",
    )
    question_len: int = integer(
        "Input tokens after the system prompt.", minimum=0, maximum=MAX_LENGTH, unit="tokens", label="Question"
    )
    output_len: int = integer("Output tokens.", minimum=0, maximum=MAX_LENGTH, unit="tokens", label="Output")
    enable_multi_turn_chat: bool = boolean("Sessions of several rounds instead of single requests.", label="Multi-turn chat")


class InferencePerf(Record):
    """The compact block: a load described as inference-perf does."""

    stages: tuple[Stage, ...] = records(Stage, "Rates and durations, one after the other.", required=True)
    shared_prefix: SharedPrefix | None = record(SharedPrefix, "Prompts, users and lengths.", required=True)


class GoodputTargets(Record):
    """Latency targets of one SLO class, for BLIS's goodput; 0 is no target."""

    ttft_ms: float = number("Time to first token.", minimum=0, unit="ms", lenient=True)
    itl_ms: float = number("Time between tokens.", minimum=0, unit="ms", lenient=True)
    e2e_ms: float = number("Time to the last token.", minimum=0, unit="ms", lenient=True)


class WorkloadSpec(Record):
    """A workload file."""

    version: str = text('Expansion rules: "1" for the older contract, "2" for what BLIS does today.')
    seed: int = integer("Seed of all random draws.")
    category: str = text("Kind of workload.", choices=CATEGORIES)
    clients: tuple[Client, ...] = records(Client, "Clients, each written out.")
    cohorts: tuple[Cohort, ...] = records(Cohort, "Populations of like clients.")
    aggregate_rate: float = number(
        "Requests per second of all clients together; 0 with a trace_rate on every window means absolute rates.",
        unit="req/s",
    )
    horizon: int = integer("End of the workload; 0 or none leaves it open.", minimum=0, unit="µs")
    num_requests: int = integer(
        "Limit on the planned requests; 0 or none is no limit. Sessions that wait for answers go on past it.",
        minimum=0,
        unit="requests",
    )
    servegen_data: ServeGenData | None = record(ServeGenData, "A ServeGen data set to derive cohorts from.")
    inference_perf: InferencePerf | None = record(InferencePerf, "The compact description: stages and a shared prefix.")
    goodput_slo_targets: Mapping[str, GoodputTargets] = mapping(GoodputTargets, "Latency targets per SLO class.")

    @property
    def rules(self) -> int:
        """Which expansion rules apply: 1 or 2."""
        return 1 if self.version in ("", "1") else 2
