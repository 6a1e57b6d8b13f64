"""Demand: how many people will come, as full predictive distributions, beside naive rules that they must beat."""
