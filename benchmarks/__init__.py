"""How fast Slipway is, side by side with what people use today: `make bench`. Nothing here is a test.

Each module measures one subject and answers rows of one table. Peers run on the same private broker, in turns with
ours, so that a noisy machine is noisy for everybody: the ratios count.
"""
