"""What a network is for: the contract of a task, and the tasks of this package. Classification of clips is the first.

A task knows its data, its loss and its score; training, reports, export and lowering know a task by its contract only.
Imports models, data and evaluation; neither prune nor training.
"""
