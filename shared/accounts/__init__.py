"""Accounts of people who work with a service: who they are, what they may do, and how they sign in."""
