import socket

from launch.ports import LOOPBACK, POOL, free_port, free_ports, is_free


def test_ports_are_distinct_and_from_the_pool():
    found = free_ports(20)
    assert len(set(found)) == 20
    assert all(port in POOL for port in found)


def test_a_port_that_somebody_listens_on_is_not_free():
    with socket.create_server((LOOPBACK, 0)) as taken:
        assert not is_free(taken.getsockname()[1])


def test_a_preferred_port_is_kept_when_it_is_free_and_replaced_when_not():
    [port] = free_ports(1)
    assert free_port(port) == port
    with socket.create_server((LOOPBACK, port)):
        assert free_port(port) != port
