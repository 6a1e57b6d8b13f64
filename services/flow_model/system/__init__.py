"""The whole system as a network: its places from configuration, its people from a state, its demand from history."""
