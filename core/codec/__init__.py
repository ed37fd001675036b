"""Records to and from plain JSON values: one form for the store, files, Kafka and the page.

Times are RFC 3339 UTC strings with nanoseconds (`core.times`); classes are labels.
"""
