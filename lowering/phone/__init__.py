"""Bundles on Android phones over adb: pack, state, the protocol of a benchmark, rows.

Imports targets and bundle.
"""
