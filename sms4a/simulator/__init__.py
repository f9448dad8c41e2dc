"""A stand-in for the SMS4A API on this machine; it shares no code with the client."""

from sms4a.simulator.oracle import accepted_jobs, accepted_numbers, accepted_sms, duplicates
from sms4a.simulator.server import Simulator

__all__ = ["Simulator", "accepted_jobs", "accepted_numbers", "accepted_sms", "duplicates"]
