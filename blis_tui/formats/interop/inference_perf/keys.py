"""The keys and defaults of a config, as the loader of inference-perf 0.7.0 has them; it forbids any other key."""

from __future__ import annotations

from typing import NamedTuple

LOADER = "inference-perf 0.7.0"


def _keys(names: str) -> frozenset[str]:
    return frozenset(names.split())


TOP = _keys("api data load metrics report storage server tokenizer circuit_breakers")
NEVER_NULL = _keys("api report")
"""Blocks that may be missing, but not be null; `load` and `data` are read anyway."""
API = _keys(
    "type streaming headers slo_unit slo_tpot_header slo_ttft_header response_format session_id_header_key "
    "session_token_header_key"
)
SERVER = _keys("type model_name base_url ignore_eos api_key cert_path key_path")
TOKENIZER = _keys("pretrained_model_name_or_path trust_remote_code token load_timeout")
LOAD = _keys(
    "type interval stages sweep num_workers worker_max_concurrency worker_max_tcp_connections trace circuit_breakers "
    "request_timeout request_retries request_retry_backoff_sec stage_teardown_grace_seconds lora_traffic_split base_seed"
)
STAGE = _keys("rate duration num_requests concurrency_level")
DATA = _keys(
    "type path corpus_file_path input_distribution output_distribution shared_prefix multimodal trace otel_trace_replay "
    "weka_trace_replay conversation_replay visionarena synthetic_agentic use_chat_template"
)
PREFIX = _keys(
    "num_unique_system_prompts num_users_per_system_prompt num_groups num_prompts_per_group system_prompt_len question_len "
    "output_len seed question_distribution output_distribution enable_multi_turn_chat multimodal"
)
DISTRIBUTION = _keys("type min max mean std_dev variance skew total_count")
CLOSED = {"api": API, "server": SERVER, "tokenizer": TOKENIZER}
"""Blocks that are kept and whose keys are all known; of the other kept ones only the loader knows them all."""
SECRETS = {"server": ("api_key",), "tokenizer": ("token",)}

LOAD_TYPES = ("constant", "poisson", "trace_replay", "concurrent", "trace_session_replay")
RATED = ("constant", "poisson")
"""The types whose stages are rates and durations, and nothing else."""
DATA_TYPES = (
    "mock", "shareGPT", "synthetic", "random", "shared_prefix", "cnn_dailymail", "infinity_instruct", "billsum_conversations",
    "otel_trace_replay", "weka_trace_replay", "conversation_replay", "visionarena", "synthetic_agentic",
)  # fmt: skip
SHARED_PREFIX = "shared_prefix"
FAMILIES = ("normal", "skew_normal", "lognormal", "uniform", "poisson", "fixed")
INTERVAL = "1.0"
"""Seconds between stages where the config says none."""


class Count(NamedTuple):
    """A number of the shared prefix: the name it has now, the one it had, and its default."""

    name: str
    old: str
    default: int


COUNTS = (
    Count("num_unique_system_prompts", "num_groups", 10),
    Count("num_users_per_system_prompt", "num_prompts_per_group", 10),
)
LENGTHS = {"system_prompt_len": 100, "question_len": 50, "output_len": 50}
LEGACY = {"question_len": "question_distribution", "output_len": "output_distribution"}
"""Lengths that may also be given by a distribution under an older name, which wins over a number."""
