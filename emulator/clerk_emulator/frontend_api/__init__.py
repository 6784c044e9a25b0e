"""Clerk's Frontend API: what browsers call to sign up, to sign in, and to manage users and organizations.

To add a group of operations, write a module in `operations/` with a handler for each, registered by its `operationId`
in Clerk's document (`spec/frontend_api.json`):

```python
@frontend_operation("getSession")
def get_session(call: BrowserCall) -> Json:
    session = ...
    return serialize_session(call, session)
```

- A handler runs in a transaction, and returns the resource. Where the document says so, the transport sends it as
  `{"response": ..., "client": ...}`, with the client as it is after the handler. `BrowserResponse` sets status,
  headers, cookies, a redirect, or a response without the client.
- `call.require_client()`, `call.require_session()` and `call.require_user()` raise Clerk's 401. `call.ensure_client()`
  creates the browser's client if it has none. A request without a development browser does not reach the handler,
  unless it is registered with `anonymous=True`. `public=True` lets pages of every origin call it, and `plain=True`
  leaves the checks of its parameters to the handler.
- `call.body` has the values of the form with the types of the document, and only those that were sent. Parameters that
  the document does not have are kept as texts.
- `ClerkAPIError` rolls back what the handler wrote; `raise keep_writes(error)` commits it, such as a failed attempt.
- `views/` has functions that return resources as the Frontend API shows them. Rules belong in `domain/`, because both
  APIs follow them; tables are declared there too.
- Tests call `Browser` of `tests/emulator/frontend_api/browser.py`; every response is checked against the document.
- What a request records as events must be in `spec/event_causes.yaml`, as `frontend/<operationId>`.
"""
