"""The flow model: demand, the simulation of the whole system, its forecasts and their skill.

Everything but `service.py` is pure and imports only `services.domain` and `services.errors`.
"""
