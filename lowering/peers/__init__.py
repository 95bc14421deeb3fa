"""Other engines beside ours on the same network, timed in turns, each in a process of its own.

networks (what is written for all) -> engines (how each loads it) -> worker (the process of one) -> rounds (A B C A
B C ..., rows). Imports targets, graph and bundle.
"""
