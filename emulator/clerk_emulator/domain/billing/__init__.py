"""Billing: plans, prices, subscriptions with their items, payments, statements, credits and discounts."""
