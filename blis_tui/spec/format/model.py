"""Every field of BLIS's workload file (`sim/workload/spec.go` at the reference commit), versions 1 and 2."""

from __future__ import annotations

from collections.abc import Mapping

from blis_tui.spec.format.fields import INT64_MAX, Record, boolean, integer, mapping, number, params, record, records, text

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
DEFAULT_PREFIX = 50
"""Prefix tokens of a group whose first client gives no length, or 0 (BLIS's `defaultPrefixLength`)."""
MAX_ROUNDS = 10_000_000
"""Rounds of one session; BLIS has no limit but the machine's memory."""
MAX_SECONDS = INT64_MAX // 1_000_000

_ALSO = {
    "tenant_id": ("tenant",),
    "slo_class": ("slo", "sla_class", "service_class", "priority_class"),
    "model": ("model_name",),
    "adapter": ("lora", "lora_adapter"),
    "rate_fraction": ("weight", "share", "fraction", "traffic_share"),
    "arrival": ("arrival_process", "arrivals"),
    "input_distribution": ("input_dist", "prompt_distribution"),
    "output_distribution": ("output_dist", "completion_distribution"),
    "prefix_length": ("prefix_len", "prefix_tokens"),
    "streaming": ("stream",),
    "timeout": ("timeout_us",),
    "trace_rate": ("rate", "rps", "qps", "request_rate"),
}
"""Other names of fields that several blocks have."""
_USERS = "virtual users are given by concurrency on the client"
_EVEN = {"deterministic": "constant", "fixed": "constant"}


class Arrival(Record):
    """The process that times a client's requests."""

    process: str = text(
        "How the gaps between requests are drawn.",
        choices=ARRIVAL_PROCESSES,
        required=True,
        also=("type", "arrival_type", "distribution", "kind", "pattern"),
        words={**_EVEN, "even": "constant", "exponential": "poisson"},
        elsewhere={"concurrent": _USERS, "concurrency": _USERS, "closed_loop": _USERS},
    )
    cv: float | None = number(
        "Coefficient of variation of the gaps: 1 is like Poisson, higher is burstier (gamma and weibull).",
        default=None, above=0, also=("coefficient_of_variation", "burstiness"),
    )  # fmt: skip
    shape: float | None = number(
        "Fitted shape: gamma's alpha or weibull's k; together with scale it replaces cv and the rate.",
        default=None, above=0,
    )  # fmt: skip
    scale: float | None = number("Fitted scale: gamma's theta or weibull's lambda.", default=None, above=0, unit="µs")


class Distribution(Record):
    """How a number (of tokens, images, percent …) is drawn."""

    type: str = text(
        "The family of the distribution.",
        choices=DISTRIBUTION_TYPES,
        required=True,
        also=("distribution", "family", "kind", "name"),
        words={**_EVEN, "normal": "gaussian", "gauss": "gaussian", "histogram": "empirical"},
    )
    params: Mapping[str, float] = params(
        "The family's parameters; for empirical, token count: probability.", also=("parameters", "args")
    )
    file: str = text("A data file; BLIS accepts the key but does not read it.")


class Network(Record):
    """The client's network, added to the latencies that BLIS reports."""

    rtt_ms: float = number("Round-trip time.", unit="ms", label="Round trip")
    bandwidth_mbps: float = number("Bandwidth; 0 means no limit.", unit="Mbit/s", label="Bandwidth")


class Window(Record):
    """A span of time in which a client is active, start included, end excluded."""

    start_us: int = integer("When the window opens.", minimum=0, unit="µs", label="Start", also=("start_time_us", "begin_us"))
    end_us: int = integer(
        "When the window closes.", above=0, unit="µs", required=True, label="End", also=("end_time_us", "stop_us")
    )
    trace_rate: float | None = number(
        "The client's rate in this window: a weight if aggregate_rate is given, requests per second if it is 0.",
        default=None, unit="req/s", label="Own rate", also=_ALSO["trace_rate"],
    )  # fmt: skip
    arrival: Arrival | None = record(Arrival, "Arrival process in this window, instead of the client's.")
    input_distribution: Distribution | None = record(
        Distribution, "Input lengths in this window, instead of the client's.", label="Input"
    )
    output_distribution: Distribution | None = record(
        Distribution, "Output lengths in this window, instead of the client's.", label="Output"
    )


class Lifecycle(Record):
    """When a client is active; a client without one always is."""

    windows: tuple[Window, ...] = records(Window, "The windows of activity.", required=True)


class Multimodal(Record):
    """Input made of several kinds of token; it takes the place of the input distribution."""

    text_distribution: Distribution = record(Distribution, "Text tokens of a request.", optional=False, label="Text tokens")
    image_distribution: Distribution = record(Distribution, "Tokens of one image.", optional=False, label="Image tokens")
    image_count_distribution: Distribution = record(Distribution, "Images in a request.", optional=False, label="Images")
    audio_distribution: Distribution = record(Distribution, "Tokens of one audio clip.", optional=False, label="Audio tokens")
    audio_count_distribution: Distribution = record(
        Distribution, "Audio clips in a request.", optional=False, label="Audio clips"
    )
    video_distribution: Distribution = record(Distribution, "Tokens of one video.", optional=False, label="Video tokens")
    video_count_distribution: Distribution = record(Distribution, "Videos in a request.", optional=False, label="Videos")


class MultiTurn(Record):
    """Conversations: sessions of several rounds."""

    max_rounds: int = integer(
        "Rounds in a session.",
        minimum=1,
        maximum=MAX_ROUNDS,
        required=True,
        label="Rounds",
        also=("rounds", "turns", "max_turns", "num_rounds", "num_turns"),
    )
    think_time_us: int = integer(
        "Pause between an answer and the next round.", minimum=0, unit="µs", lenient=True, label="Think time"
    )
    context_growth: str = text("Whether each round's input includes the rounds before it.", choices=CONTEXT_GROWTHS, lenient=True)
    single_session: bool = boolean("One session per client instead of a new one with every arrival.")


class Reasoning(Record):
    """Reasoning and multi-turn behaviour of a client."""

    reason_ratio_distribution: Distribution = record(
        Distribution, "Share of the output that is reasoning, drawn in percent.", optional=False, label="Reasoning %"
    )
    multi_turn: MultiTurn | None = record(MultiTurn, "Conversations of several rounds.", label="Multi-turn")


class Member(Record):
    """A client, or a cohort of like clients."""

    reasoning: Reasoning | None
    closed_loop: bool | None

    @property
    def waits(self) -> bool:
        """Whether further rounds of its sessions wait for answers (BLIS's `isClosedLoop`)."""
        return self.turns is not None and self.closed_loop is not False

    @property
    def turns(self) -> MultiTurn | None:
        """How its conversations go; ``None`` if it has none."""
        return self.reasoning.multi_turn if self.reasoning is not None else None


class Client(Member):
    """One client: who it is, how often it asks and how long its prompts and answers are."""

    id: str = text("The client's name.", label="Id", also=("client_id", "name"))
    tenant_id: str = text("The tenant the client belongs to.", label="Tenant", also=_ALSO["tenant_id"])
    slo_class: str = text(
        "Service class; on all clients and cohorts or on none.",
        choices=SLO_CLASSES,
        label="SLO class",
        also=_ALSO["slo_class"],
    )
    model: str = text("The requested model; empty means the default.", also=_ALSO["model"])
    adapter: str = text("The requested LoRA adapter; empty means the base model.", also=_ALSO["adapter"])
    rate_fraction: float = number(
        "The client's share of aggregate_rate; shares are normalised.",
        above=0,
        label="Share",
        also=_ALSO["rate_fraction"],
    )
    concurrency: int = integer(
        "Virtual users, each of whom waits for an answer before asking again; replaces rate_fraction.",
        minimum=0,
        also=("concurrent", "num_users", "virtual_users", "num_concurrent"),
    )
    think_time_us: int = integer(
        "Pause of a virtual user between an answer and the next request.", minimum=0, unit="µs", label="Think time"
    )
    arrival: Arrival = record(Arrival, "How its requests are timed.", optional=False, also=_ALSO["arrival"])
    input_distribution: Distribution = record(
        Distribution, "Input tokens after the prefix.", optional=False, label="Input", also=_ALSO["input_distribution"]
    )
    output_distribution: Distribution = record(
        Distribution, "Output tokens.", optional=False, label="Output", also=_ALSO["output_distribution"]
    )
    prefix_group: str = text("Clients in the same group share the first tokens of their prompts.")
    prefix_length: int = integer(
        "Shared prefix tokens; the group's first client decides, and 0 means 50.",
        minimum=0,
        maximum=MAX_LENGTH,
        unit="tokens",
        also=_ALSO["prefix_length"],
    )
    streaming: bool = boolean("Whether the client reads the answer as a stream.", also=_ALSO["streaming"])
    network: Network | None = record(Network, "The client's network.")
    lifecycle: Lifecycle | None = record(Lifecycle, "When the client is active.")
    multimodal: Multimodal | None = record(Multimodal, "Images, audio and video in the input.")
    reasoning: Reasoning | None = record(Reasoning, "Reasoning and multi-turn behaviour.")
    timeout: int | None = integer(
        "Time a request may take; 0 means no limit, unset means 300 s for sessions and no limit otherwise.",
        default=None, minimum=0, unit="µs", also=_ALSO["timeout"],
    )  # fmt: skip
    slo_target_us: int | None = integer(
        "Target for the time to first token.", default=None, minimum=0, unit="µs", label="TTFT target"
    )
    closed_loop: bool | None = boolean(
        "Whether BLIS waits for an answer before the next round; unset means yes for multi-turn.", default=None
    )


class Diurnal(Record):
    """A day's rise and fall: 24 hourly windows, busier the nearer they are to the peak."""

    peak_hour: int = integer("Hour of the peak.", minimum=0, maximum=23, unit="h")
    peak_to_trough_ratio: float = number("Peak rate over trough rate.", minimum=1, required=True, label="Peak / trough")


class Spike(Record):
    """One burst of activity."""

    start_time_us: int = integer("When it starts.", minimum=0, unit="µs", label="Start", also=("start_us",))
    duration_us: int = integer("How long it lasts.", above=0, unit="µs", required=True, label="Duration", also=("length_us",))
    trace_rate: float | None = number(
        "Rate of the whole cohort, used if aggregate_rate is 0.",
        default=None,
        unit="req/s",
        label="Own rate",
        also=_ALSO["trace_rate"],
    )


class Drain(Record):
    """Full activity up to a time, then a ramp down to nothing in ten steps."""

    start_time_us: int = integer("When the ramp begins.", minimum=0, unit="µs", label="Start", also=("start_us",))
    ramp_duration_us: int = integer(
        "How long the ramp takes.", above=0, unit="µs", required=True, label="Ramp", also=("duration_us",)
    )


class Cohort(Member):
    """A population of identical clients."""

    id: str = text("The cohort's name; its members are called ID-0, ID-1, …", label="Id", also=("cohort_id", "name"))
    population: int = integer(
        "How many clients it has.",
        above=0,
        maximum=MAX_POPULATION,
        unit="clients",
        required=True,
        also=("size", "count", "num_clients", "members"),
    )
    tenant_id: str = Client.tenant_id
    slo_class: str = Client.slo_class
    model: str = Client.model
    adapter: str = Client.adapter
    arrival: Arrival = Client.arrival
    input_distribution: Distribution = Client.input_distribution
    output_distribution: Distribution = Client.output_distribution
    prefix_group: str = text("The prefix its members share, or the stem of the names of their own.")
    prefix_sharing: str = text("One prefix for all members (shared, the default) or one per member.", choices=PREFIX_SHARINGS)
    streaming: bool = Client.streaming
    rate_fraction: float = number(
        "The cohort's share of aggregate_rate, split evenly among its members.",
        above=0,
        label="Share",
        required=True,
        also=_ALSO["rate_fraction"],
    )
    diurnal: Diurnal | None = record(Diurnal, "A day's rise and fall.")
    spike: Spike | None = record(Spike, "One burst of activity.")
    drain: Drain | None = record(Drain, "A ramp down to nothing.")
    prefix_length: int = Client.prefix_length
    reasoning: Reasoning | None = Client.reasoning
    closed_loop: bool | None = Client.closed_loop
    timeout: int | None = Client.timeout
    slo_target_us: int | None = Client.slo_target_us
    network: Network | None = Client.network
    multimodal: Multimodal | None = Client.multimodal


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

    rate: float = number(
        "Requests per second, over all clients.",
        above=0,
        unit="req/s",
        required=True,
        also=("rps", "qps", "request_rate", "requests_per_second"),
    )
    duration: int = integer(
        "How long the stage lasts.",
        above=0,
        maximum=MAX_SECONDS,
        unit="s",
        required=True,
        also=("seconds", "duration_s", "duration_seconds"),
    )


class SharedPrefix(Record):
    """Who asks and how long the texts are, in inference-perf's terms."""

    num_unique_system_prompts: int = integer(
        "Distinct system prompts; each is a prefix group.",
        above=0,
        unit="prompts",
        required=True,
        label="System prompts",
        also=("num_groups", "num_system_prompts"),
    )
    num_users_per_system_prompt: int = integer(
        "Clients that share each system prompt.",
        above=0,
        unit="users",
        required=True,
        label="Users each",
        also=("num_prompts_per_group", "num_users_per_group"),
    )
    system_prompt_len: int = integer(
        "Tokens in the system prompt, shared by a group's requests; 0 means 50.",
        minimum=0,
        maximum=MAX_LENGTH,
        unit="tokens",
        label="Prompt length",
        also=("system_prompt_length", "prefix_len", "prefix_length"),
    )
    question_len: int = integer(
        "Input tokens after the system prompt.",
        minimum=0,
        maximum=MAX_LENGTH,
        unit="tokens",
        label="Question",
        also=("question_length", "input_len"),
    )
    output_len: int = integer(
        "Output tokens.", minimum=0, maximum=MAX_LENGTH, unit="tokens", label="Output", also=("output_length", "max_tokens")
    )
    enable_multi_turn_chat: bool = boolean(
        "Sessions of several rounds instead of single requests.",
        label="Multi-turn chat",
        also=("multi_turn", "enable_multi_turn"),
    )


class InferencePerf(Record):
    """The compact block: a load described as inference-perf does."""

    stages: tuple[Stage, ...] = records(Stage, "Rates and durations, one stage after another.", required=True)
    shared_prefix: SharedPrefix | None = record(SharedPrefix, "Prompts, users and lengths.", required=True)

    @property
    def chat(self) -> bool:
        """Whether users hold conversations of several rounds."""
        return self.shared_prefix is not None and self.shared_prefix.enable_multi_turn_chat


class GoodputTargets(Record):
    """Latency targets of one SLO class, for BLIS's goodput; 0 is no target."""

    ttft_ms: float = number("Time to first token.", minimum=0, unit="ms", lenient=True)
    itl_ms: float = number("Time between tokens.", minimum=0, unit="ms", lenient=True)
    e2e_ms: float = number("Time to the last token.", minimum=0, unit="ms", lenient=True)


class WorkloadSpec(Record):
    """A workload file."""

    version: str = text('Expansion rules: "1" for the old rules, "2" for what BLIS does today.')
    seed: int = integer("Seed of all random draws.", also=("random_seed", "base_seed"))
    category: str = text("Kind of workload.", choices=CATEGORIES)
    clients: tuple[Client, ...] = records(Client, "Clients, each written out in full.")
    cohorts: tuple[Cohort, ...] = records(Cohort, "Populations of identical clients.")
    aggregate_rate: float = number(
        "Requests per second of all clients together; 0, with a trace_rate on every window, means absolute rates.",
        unit="req/s",
        also=("rps", "qps", "request_rate", "requests_per_second"),
    )
    horizon: int = integer("End of the workload; 0 or none means no end.", minimum=0, unit="µs", also=("horizon_us",))
    num_requests: int = integer(
        "Limit on the planned requests; 0 or none means no limit. Sessions that wait for answers go on past it.",
        minimum=0,
        unit="requests",
        label="Request limit",
        also=("max_requests", "total_requests", "num_prompts"),
    )
    servegen_data: ServeGenData | None = record(ServeGenData, "A ServeGen data set to derive cohorts from.")
    inference_perf: InferencePerf | None = record(InferencePerf, "The compact description: stages and a shared prefix.")
    goodput_slo_targets: Mapping[str, GoodputTargets] = mapping(GoodputTargets, "Latency targets per SLO class.")

    @property
    def rules(self) -> int:
        """Which expansion rules apply: 1 or 2."""
        return 1 if self.version in ("", "1") else 2
