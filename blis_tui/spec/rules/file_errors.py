"""The rules of a workload file: everything that makes it impossible to generate, all at once.

They are those of BLIS's `Validate`, of its checks while expanding and drawing, and of its command line. What BLIS takes
and runs is not refused, but for these deliberate cases:

- a negative `horizon`, which BLIS takes for none, is an error (and having neither `horizon` nor `num_requests`, which
  BLIS refuses, is none in a file that ends by itself);
- a distribution must be complete, with min ≤ max (gaussian too) and no bin given twice with two probabilities, even
  where nothing happens to be drawn from it; those of tokens must not draw negative numbers, which crash BLIS;
- times, sums and products that leave int64 are errors where BLIS would go on with what is left of them;
- so are sizes no machine can hold: see `MAX_TOTAL_CLIENTS`, `MAX_REQUESTS`, `MAX_LENGTH` and `MAX_ROUNDS`;
- so is a gamma process with a cv whose square vanishes: BLIS then sends a request a microsecond;
- version 1 and windows with rates: see `validate_rates`.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.problems import ERROR, Path, Problem
from blis_tui.spec.format.facts import client_count, expected_requests, windows_end_us
from blis_tui.spec.format.generation import STEPPED, VARYING, generation_path, has_rate_windows
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.format.windows import windows_of
from blis_tui.spec.rules.client_errors import validate_client, validate_cohort
from blis_tui.spec.rules.compact_errors import PROMPTS, USERS, validate_compact
from blis_tui.spec.rules.problem_collector import Report
from blis_tui.spec.rules.rate_errors import validate_aggregate_rate, validate_stepped
from blis_tui.spec.rules.soundness import sound

if TYPE_CHECKING:
    from blis_tui.spec.yaml.nodes import Tree

MAX_TOTAL_CLIENTS = 10_000_000
"""Clients of a file, of all stages and cohorts together."""
MAX_REQUESTS = 1_000_000_000
"""Requests that a file may be expected to generate."""


class Faultless(NamedTuple):
    """The clients of a spec that have no error of their own, in the circumstances that their rules depend on."""

    old_names: bool
    varying: bool
    clients: frozenset[int]
    """Their identities: good as long as the spec is there."""


def validate(spec: WorkloadSpec, tree: Tree | None = None, broken: Collection[Path] = ()) -> list[Problem]:
    """Return every error of a spec, in the order of its declared fields; empty if it can be generated.

    `tree` is that of the text the spec was decoded from, and `broken` what decoding could not read; without a tree the
    problems have neither line nor column, and the types of all values are checked too.
    """
    report = Report(tree, broken)
    if tree is None:
        spec = sound(report, spec)
    validate_into(report, spec)
    return report.problems


def validate_into(report: Report, spec: WorkloadSpec, known: Faultless | None = None) -> Faultless:
    """Add every error of a spec whose values have the right types.

    Returns which clients have none, which helps with a spec that shares clients with this one.
    """
    report.fields(spec, ())
    generated, old_names = generation_path(spec), spec.rules == 1
    varying = generated == VARYING
    passed = known.clients if known is not None and (known.old_names, known.varying) == (old_names, varying) else frozenset()
    _validate_sources(report, spec)
    if spec.inference_perf is not None:
        validate_compact(report, spec, spec.inference_perf)
    for index, client in enumerate(spec.clients):
        if id(client) not in passed:
            validate_client(report, client, ("clients", index), old_names=old_names, varying=varying)
    for index, cohort in enumerate(spec.cohorts):
        validate_cohort(report, cohort, ("cohorts", index), varying=varying)
    _validate_slo_classes(report, spec)
    _validate_concurrency(report, spec)
    if spec.inference_perf is None and report.is_clean(("aggregate_rate",)):
        validate_aggregate_rate(report, spec, has_rate_windows(spec))
    if generated == STEPPED and report.is_clean(("version",)):
        validate_stepped(report, spec)
    _validate_end(report, spec, varying)
    _validate_size(report, spec)
    return Faultless(old_names, varying, _faultless(report, spec))


def _faultless(report: Report, spec: WorkloadSpec) -> frozenset[int]:
    if not report.is_clean(("clients",)):
        return frozenset()
    paths = (*report.bad, *(problem.path for problem in report.problems))
    bad = {path[1] for path in paths if len(path) > 1 and path[0] == "clients" and isinstance(path[1], int)}
    return frozenset(map(id, spec.clients)) - {id(spec.clients[index]) for index in bad}


def _validate_sources(report: Report, spec: WorkloadSpec) -> None:
    given = {
        "clients": bool(spec.clients),
        "inference_perf": spec.inference_perf is not None,
        "servegen_data": spec.servegen_data is not None,
    }
    names = [name for name, is_given in given.items() if is_given]
    if len(names) > 1:
        last = names[-1] if report.tree is None else max(names, key=lambda name: report.place((name,)) or (0, 0))
        text = f"cannot be combined with {', '.join(name for name in names if name != last)}: a file has one source of clients"
        report.error("several-sources", (last,), text)
    elif not names and not spec.cohorts and report.is_clean(*((name,) for name in (*given, "cohorts"))):
        text = "the file describes no clients: it needs inference_perf, clients, cohorts or servegen_data"
        report.error("no-source", (), text)


def _validate_slo_classes(report: Report, spec: WorkloadSpec) -> None:
    """Either all clients and cohorts have an SLO class or none has."""
    named, unnamed = 0, []
    if spec.inference_perf is None and spec.servegen_data is None:
        unnamed = [("clients", index) for index, client in enumerate(spec.clients) if not client.slo_class]
        named = len(spec.clients) - len(unnamed)
    unnamed += [("cohorts", index) for index, cohort in enumerate(spec.cohorts) if not cohort.slo_class]
    named += sum(1 for cohort in spec.cohorts if cohort.slo_class)
    if named and unnamed:
        text = f"is missing: {named:,} others have one and {len(unnamed):,} have none; give it to all or to none"
        report.error("mixed-slo-classes", (*unnamed[0], "slo_class"), text)


def _validate_concurrency(report: Report, spec: WorkloadSpec) -> None:
    users = next((index for index, client in enumerate(spec.clients) if client.concurrency > 0), None)
    sessions = any(member.turns is not None for member in (*spec.clients, *spec.cohorts))
    if users is not None and sessions:
        text = "cannot be combined with reasoning.multi_turn on any client: BLIS cannot mix virtual users and sessions"
        report.error("concurrency-and-sessions", ("clients", users, "concurrency"), text)


def windows_are_clean(report: Report) -> bool:
    """Return whether nothing bad is known of when clients and cohorts are active."""
    about = ("lifecycle", "diurnal", "spike", "drain", "population", "concurrency")
    return not any(path[:1] in (("clients",), ("cohorts",)) and (len(path) < 3 or path[2] in about) for path in report.bad)


def _validate_end(report: Report, spec: WorkloadSpec, varying: bool) -> None:
    """Without a horizon and a count, only compact files end, and those of clients that all have windows."""
    if spec.horizon != 0 or spec.num_requests != 0 or not report.is_clean(("horizon",), ("num_requests",)):
        return
    if not windows_are_clean(report):
        return
    endless = ""
    if spec.inference_perf is None:
        if (spec.clients or spec.cohorts or spec.servegen_data is not None) and windows_end_us(spec) is None:
            endless = "the file"
    elif spec.rules == 2 and not varying:
        endless = next((f"cohorts[{index}]" for index, cohort in enumerate(spec.cohorts) if not windows_of(cohort)), "")
    if endless:
        text = f"is missing: {endless} never ends; set a horizon or num_requests, or give --horizon for this run"
        report.error("endless", ("horizon",), text, allowed="a horizon > 0 or num_requests > 0")


def _validate_size(report: Report, spec: WorkloadSpec) -> None:
    """Refuse what cannot be held in any machine's memory."""
    if not report.is_clean(PROMPTS, USERS, *(("cohorts", index, "population") for index in range(len(spec.cohorts)))):
        return
    clients = client_count(spec)
    if clients > MAX_TOTAL_CLIENTS:
        place: Path = PROMPTS if spec.inference_perf is not None else ("cohorts",)
        text = f"makes {clients:,} clients in all, must be at most {MAX_TOTAL_CLIENTS:,}"
        report.error("too-many-clients", place, text, found=clients, allowed=f"≤ {MAX_TOTAL_CLIENTS:,} clients")
    elif (users := _beginning_users(spec)) > MAX_TOTAL_CLIENTS:
        place = next(("clients", index, "concurrency") for index, client in enumerate(spec.clients) if client.concurrency > 0)
        text = f"makes {users:,} virtual users in all send a request, must be at most {MAX_TOTAL_CLIENTS:,}"
        report.error("too-many-users", place, text, found=users, allowed=f"≤ {MAX_TOTAL_CLIENTS:,} users")
    elif not report.bad:
        requests = expected_requests(spec)
        if requests > MAX_REQUESTS:
            place = ("inference_perf",) if spec.inference_perf is not None else ("horizon",)
            place = ("num_requests",) if requests == spec.num_requests else place
            many = f"about {requests:,.6g}" if requests < math.inf else "infinitely many"
            text = f"makes the file generate {many} requests, must be at most {MAX_REQUESTS:,}"
            report.error("too-many-requests", place, text, found=requests, allowed=f"≤ {MAX_REQUESTS:,} requests")


def _beginning_users(spec: WorkloadSpec) -> int:
    """Return how many virtual users begin: no more than num_requests, if there is that."""
    users = sum(client.concurrency for client in spec.clients if client.concurrency > 0)
    return min(users, spec.num_requests) if spec.num_requests > 0 else users


def generation_problems(spec: WorkloadSpec, answered: bool = False) -> list[Problem]:
    """Return why a valid spec cannot be generated: virtual users need to be `answered`, and ServeGen data are only shown."""
    problems = []
    users = next((index for index, client in enumerate(spec.clients) if client.concurrency > 0), None)
    if users is not None and not answered:
        path: Path = ("clients", users, "concurrency")
        text = "virtual users wait for answers: say how long answers take, for example --assume ttft=200ms,itl=20ms"
        text = f"clients[{users}].concurrency: {text}"
        problems.append(Problem("not-generated", ERROR, path, text))
    if spec.servegen_data is not None:
        text = "servegen_data: ServeGen data sets cannot be generated here yet; convert the data with BLIS first"
        problems.append(Problem("not-generated", ERROR, ("servegen_data",), text))
    return problems
