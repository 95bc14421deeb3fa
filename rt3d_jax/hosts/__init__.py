"""The machines that compute: devices and how arrays lie on them, processes of one training, what machine this is.

Imports no other room.
"""
