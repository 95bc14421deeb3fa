"""Other engines beside ours: one network in the form that each of them reads, timed in turns, each in a process of its
own.

networks (what is written for all) -> engines (how each loads it) -> worker (the process of one) -> rounds (A B C A B C
..., rows). Imports targets, graph, bundle and tune.
"""
