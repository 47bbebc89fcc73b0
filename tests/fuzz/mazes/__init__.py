"""Readers with a fault that lies behind several doors: whether the fuzzer is led to it."""
