"""Runs what a document selects below a root field as a plan, level by level.

graphql-core walks each field of each row with Python calls and futures. A plan is made once per
document from the schema's own declarations; it builds all objects of a level in one tight loop,
and reads each relation once per level. Types and resolvers do not know of it.

It runs only where nothing goes wrong. Whatever is unusual, such as a null where none may be or a
caller who is not permitted, ends the plan, and graphql-core does that part from the beginning, so
that there is one place that decides what an error looks like and where nulls go. Reads alone are
done twice thereby; whoever changes something is a root field, which no plan runs.
"""
