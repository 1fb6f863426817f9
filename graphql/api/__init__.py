"""What clients see: types, queries, mutations and subscriptions."""
