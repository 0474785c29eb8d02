"""Configs in the shape of real ones."""

from __future__ import annotations

from blis_tui.formats.interop.imported import Imported
from blis_tui.formats.interop.opening import open_other
from blis_tui.spec.check import Checked, check

GUIDE = """\
load:
  type: poisson
  interval: 30.0
  stages:
    # seat residents
    - rate: 15
      duration: 50            # 15*50  = 750
    - rate: 0.5
      duration: 20
  request_timeout: 300.0
api:
  type: completion
  streaming: true
server:
  type: vllm
  model_name: REPLACE_ENV_MODEL
  base_url: REPLACE_ENV_ENDPOINT_URL
  ignore_eos: true
tokenizer:
  pretrained_model_name_or_path: REPLACE_ENV_MODEL
data:
  type: shared_prefix
  shared_prefix:
    num_groups: 15
    num_prompts_per_group: 5
    system_prompt_len: 6000
    question_len: 1200
    output_len: 1000
    enable_multi_turn_chat: false
report:
  request_lifecycle:
    summary: true
    percentiles: [1, 50, 99.9]
storage:
  local_storage:
    path: /workspace
"""
"""Several stages, older names, placeholders, much to keep."""
SHORT = """\
load: {stages: [{rate: 1, duration: 60}]}
data:
  type: shared_prefix
  shared_prefix: {num_unique_system_prompts: 3, num_users_per_system_prompt: 2, system_prompt_len: 20, question_len: 10, output_len: 5, seed: 7}
"""
"""One stage and no more than must be there."""


def imported(text: str, *, use_means: bool = False) -> Imported:
    found = open_other(check(text), use_means=use_means)
    assert found is not None
    return found


def opened(text: str, *, use_means: bool = False) -> Checked:
    """Return the check of what a config becomes, which must be without errors."""
    found = imported(text, use_means=use_means)
    assert found.text is not None, found.notes
    checked = check(found.text)
    assert checked.ok, checked.problems
    return checked


def with_prefix(**values: object) -> str:
    """Return `SHORT` with other values in its shared prefix, in flow style; ``None`` takes a key away."""
    given: dict[str, object] = {
        "num_unique_system_prompts": 3, "num_users_per_system_prompt": 2, "system_prompt_len": 20, "question_len": 10,
        "output_len": 5, "seed": 7,
    } | values  # fmt: skip
    inner = ", ".join(f"{name}: {value}" for name, value in given.items() if value is not None)
    return f"load: {{stages: [{{rate: 1, duration: 60}}]}}\ndata: {{type: shared_prefix, shared_prefix: {{{inner}}}}}\n"
