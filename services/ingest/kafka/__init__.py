"""Events by way of Kafka: doors publish facts on `flow.*`, workers take them into the store (design 4 and 5.1)."""
