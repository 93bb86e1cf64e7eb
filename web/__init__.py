"""The desk for the whole office: pages, an API and a reconciliation service over the same functions as the commands.

Thin on purpose: a route reads its request, calls one function of another room and renders what it gives. Pages work
without any address outside; a strict content policy holds them to it. Every route names the role it is for
(`goufu.web.roles.allow`), and what a person may see is decided by the store (`goufu.store.scope`), not by routes.
"""
