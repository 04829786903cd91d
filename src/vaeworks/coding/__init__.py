"""From a model to a bitstream: arithmetic that never rounds, tables of whole numbers, and the file.

An entropy decoder must find the very frequencies that the encoder used, on another machine, with other threads and in
another batch. So all that leads to them is computed in whole numbers.
"""
