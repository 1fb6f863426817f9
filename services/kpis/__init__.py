"""Key figures: a journal of what every order adds to them, and cells that are its sums.

The same idea as stock, where levels are the sums of movements. For each batch of events
(`reader.py`) the orders they are about are told as stories (`stories.py`), what each adds to every
figure is measured (`measures.py`), and what differs from what the journal says of it is added to
the journal and to the cells (`journal.py`). So it is all the same how often an event is read, or
how late: a report that comes late, a claim after the end or a return that is decided anew make
differences, and nothing else does.

To add a figure, write a measure, a function of one story, and put it into `MEASURES`:

    def gifts(story: Story) -> Iterator[Share]:
        if story.is_placed:
            yield Share(
                kpi="gifts",
                day=story.day(story.placed_at),
                numerator=int(bool(story.order.note)),
                denominator=1,
            )

It counts in all, and at each location, supplier and picker of the order. A share that names a
`dimension` and a `key` counts just there, such as one per reason. Durations are given as
`seconds`. What a measure looks at has to be in the story, by columns in `stories.py`, and has to
change with an event of the order. Name the figure in `models.KpiName` and say what it means in
`definitions.py` where it is to be asked for by `kpis`. All orders there are already are then read
once more, some at a time.
"""
