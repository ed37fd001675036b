"""Fetches the broker's jars before tests begin, so that no test waits for a download: `python -m` this."""

from __future__ import annotations

from tests.support.kafka import KafkaUnavailable, jars

if __name__ == "__main__":
    try:
        print(jars())
    except KafkaUnavailable as error:
        print(error)  # the tests say the same, and skip or fail
