"""Apache Kafka itself on this machine, for benchmarks and tests."""
