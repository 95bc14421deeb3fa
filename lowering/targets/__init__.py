"""What is known of the machines that a bundle can be compiled for, as data.

Targets and their precisions, the cores of phones, the limits of GPUs, schedules of convolutions (and the tuned ones on
disk), register tiles. Imports the room system only.
"""
