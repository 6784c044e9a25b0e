"""Adapt the requests of web frameworks and of AWS Lambda to one form."""
