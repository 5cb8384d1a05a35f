"""A RabbitMQ node of our own: loopback only, its own data, nothing shared with a system-wide broker."""

from launch.broker.node import BrokerFailed, PrivateBroker

__all__ = ["BrokerFailed", "PrivateBroker"]
