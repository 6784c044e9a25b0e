"""Webhooks: endpoints, signatures, deliveries and their faults."""
