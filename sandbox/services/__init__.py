"""The operations that the sandbox answers itself, by service; moto answers all others.

A service knows neither the gateway nor the faults, nor the client.
"""
