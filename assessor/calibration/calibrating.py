"""Answers in, parameters out, on one core or on many. It brings scipy, so it is imported when a calibration starts."""

import os
import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from assessor.calibration.answers import Answers, stored
from assessor.errors import Invalid
from assessor.psychometrics.calibration.calibrating import calibrate
from assessor.psychometrics.calibration.checks import CalibrationNotPossible
from assessor.psychometrics.calibration.em import OnStep
from assessor.psychometrics.calibration.expected_counts import Map
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.priors import Priors
from assessor.psychometrics.calibration.result import Calibration
from assessor.psychometrics.measuring.response_models import ItemParameters, ParametersOutOfRange
from assessor.psychometrics.measuring.responses import ResponsesNotUsable

# What the libraries of linear algebra read when a process starts.
_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class NotCalibrated(Invalid):
    """Answers from which these parameters cannot be learnt; the message names the items and what to do."""


def calibrate_answers(
    answers: Answers,
    model: Model,
    priors: Priors,
    anchors: Mapping[str, ItemParameters],
    *,
    workers: int,
    folder: Path,
    on_step: OnStep,
) -> Calibration:
    """Calibrate the items of a file.

    workers  processes among which pieces of 20,000 people are shared; fewer people are calibrated in this one
    folder   where answers are stored for workers

    Raises `NotCalibrated`.
    """
    try:
        if len(answers.shards) == 1:
            return calibrate(answers.shards, model, priors=priors, anchors=anchors, on_step=on_step)
        with _pool(min(workers, len(answers.shards))) as map:
            shards = stored(answers, folder).shards
            return calibrate(shards, model, priors=priors, anchors=anchors, map=map, on_step=on_step)
    except (CalibrationNotPossible, ResponsesNotUsable, ParametersOutOfRange) as error:
        raise NotCalibrated("%(why)s", why=str(error)) from error
    except BrokenExecutor as error:
        raise NotCalibrated(
            "A worker was ended from outside, probably for want of memory. Try again with fewer --workers."
        ) from error


@contextmanager
def _pool(workers: int) -> Iterator[Map]:
    """Give the `map` of new processes with one thread each.

    They start afresh, because a copy of a process with threads may hang. A matrix product that is shared by several
    threads is rounded differently than by one; with one thread everywhere the last bit depends neither on the number
    of workers nor on the machine's cores.
    """
    with (
        _environment(dict.fromkeys(_THREADS, "1")),
        ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_leave_interrupts_alone) as pool,
    ):
        try:
            yield pool.map
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment that new processes start with."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _leave_interrupts_alone() -> None:
    """Let the process that was started by a person end the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
