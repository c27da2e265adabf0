"""The arithmetic of how far it scales, and workers on simulated time with the real script and statements."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.scale import capacity, simulation
from benchmarks.scale.capacity import Cost, Costs, Growth, Library, Servers
from benchmarks.scale.simulation import Simulation, Wish
from ingestion import pace

LIBRARY = Library(chapters=100_000, novels=1_000, hosts=100)
FREE = Growth(once=Cost(), each=Cost())
COSTS = Costs(
    page=Cost(python=0.01, postgres=0.004, redis=0.0002),
    indexing=Cost(postgres=0.001),
    job=Cost(python=0.1),
    renewal=Cost(postgres=0.001),
    claim=FREE,
    ring=Growth(once=Cost(), each=Cost(postgres=0.0001)),
    recovery=FREE,
)
SERVERS = Servers(postgres=4)


def test_politeness_is_the_limit_where_the_servers_bear_a_worker_for_each_host():
    found = capacity.most(LIBRARY, COSTS, SERVERS)
    jobs = 100 / 101

    assert (found.workers, found.pages, found.limit) == (100, 100.0, "politeness")
    assert found.busy.python == pytest.approx(100 * 0.01 + jobs * 0.1)
    assert found.busy.postgres == pytest.approx(100 * (0.004 + 0.001 + 0.001) + jobs * 1_000 * 0.0001)
    assert found.busy.redis == pytest.approx(100 * 0.0002)


def test_beyond_what_a_server_bears_more_workers_are_of_no_use():
    many = replace(LIBRARY, hosts=1_000)
    slow = replace(COSTS, page=replace(COSTS.page, redis=0.0101))
    found, other = capacity.most(many, COSTS, SERVERS), capacity.most(many, slow, SERVERS)

    assert found.limit == "PostgreSQL"
    assert found.busy.postgres <= capacity.FULL * 4 < found.busy.postgres * (found.workers + 1) / found.workers
    assert (other.limit, other.workers) == ("Redis", 69)


def test_too_few_workers_are_the_limit_themselves():
    assert capacity.load(LIBRARY, COSTS, SERVERS, 10).limit == "workers"
    assert capacity.load(LIBRARY, COSTS, SERVERS, 10).pages == 10


def test_a_host_with_much_of_the_library_decides_when_it_is_whole():
    assert capacity.days_of_largest(LIBRARY, 0.5) == pytest.approx(50_000 / 86_400)
    assert capacity.days_of_largest(LIBRARY, 0.001) == pytest.approx(1_000 / 86_400)


def test_a_cost_that_grows_is_a_line_through_the_fewest_and_the_most_rows():
    line = Growth.through({100: Cost(postgres=0.002), 1_000: Cost(postgres=9.0), 1_100: Cost(postgres=0.012)})

    assert line.at(2_100).postgres == pytest.approx(0.022)


@pytest.mark.usefixtures("environment")
def test_on_simulated_time_each_host_gets_its_pace_and_the_rate_is_as_reckoned():
    wish = Wish(hosts=3, novels=6, chapters=3, workers=5)
    found = Simulation(wish).run()

    assert found.pages == 24
    assert found.busiest == 3
    assert found.least_gap >= wish.interval
    assert found.pages_a_second == pytest.approx(simulation.expected(wish), rel=0.2)


def test_a_script_that_reads_the_clock_otherwise_is_not_simulated():
    with pytest.raises(ValueError, match="2 times"):
        simulation.told_the_time(pace.ADJUST + pace.ADJUST)
