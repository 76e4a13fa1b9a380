"""Work given to other processes: answers come back, and the end of a process is never waited for in vain."""

import multiprocessing
import os
import signal
import struct
import time
from multiprocessing.connection import Connection

import pytest

from tvec_pv.actions.processes import Processes
from tvec_pv.domain.errors import UnreadableFile, WorkerLost

SECONDS = 60


def nothing():
    """There is nothing to begin with."""


@pytest.fixture(params=multiprocessing.get_all_start_methods())
def two(request):
    with Processes(multiprocessing.get_context(request.param), 2, nothing) as processes:
        yield processes


def doubled(number):
    return 2 * number


def slowly(number):
    time.sleep(0.2)
    return os.getpid(), number


def fail():
    raise UnreadableFile("it does not read")


def end():
    os.kill(os.getpid(), signal.SIGKILL)


def begin_an_answer_and_end():
    """What is left in the pipe when a process is ended while it writes a long answer."""

    def begin(connection, answer):
        os.write(connection.fileno(), struct.pack("!i", 10_000) + b"the first bytes of it")
        os.kill(os.getpid(), signal.SIGKILL)

    Connection.send = begin


def test_answers_come_to_who_asked(two):
    assert [answer.result(SECONDS) for answer in [two.submit(doubled, number) for number in range(50)]] == [
        2 * number for number in range(50)
    ]


def test_work_is_shared_and_no_process_is_started_before_there_is_work_for_it(two):
    [only] = {two.submit(slowly, number).result(SECONDS)[0] for number in range(1)}

    answers = [two.submit(slowly, number) for number in range(6)]
    processes = {answer.result(SECONDS)[0] for answer in answers}

    assert only in processes
    assert len(processes) == 2


def test_what_fails_there_is_raised_here_and_the_process_goes_on(two):
    failed = [two.submit(fail) for _ in range(4)]

    for one in failed:
        with pytest.raises(UnreadableFile, match="it does not read"):
            one.result(SECONDS)
    assert two.submit(doubled, 21).result(SECONDS) == 42


@pytest.mark.parametrize("ends", [end, begin_an_answer_and_end])
def test_whoever_waits_for_a_process_that_ended_is_told(two, ends):
    other = two.submit(slowly, 1)
    lost = two.submit(ends)

    with pytest.raises(WorkerLost, match="TVEC_PV_WORKERS"):
        lost.result(SECONDS)
    assert other.result(SECONDS)[1] == 1


def test_much_work_for_processes_that_all_ended_is_not_waited_for(two):
    lost = [two.submit(end) for _ in range(2)]
    more = [two.submit(doubled, number) for number in range(20)]

    for one in [*lost, *more]:
        with pytest.raises(WorkerLost):
            one.result(SECONDS)


def test_an_answer_larger_than_a_pipe_holds_while_much_is_asked(two):
    long = b"x" * 5_000_000

    answers = [two.submit(bytes.upper, long) for _ in range(8)]

    assert all(answer.result(SECONDS) == b"X" * 5_000_000 for answer in answers)
