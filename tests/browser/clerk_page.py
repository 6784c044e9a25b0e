"""A page of the browser in which Clerk's frontend runs, and what it has reported."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Response, Route

from tests.browser.site import Site

LOAD_TIMEOUT = 30_000
"""Milliseconds. A failing load stays pending for ever, because Clerk's frontend notices that it is tested."""

_OTHER_MACHINES = re.compile(r"^https?://(?!(localhost|127\.0\.0\.1)[:/])")
_ICON = '<svg xmlns="http://www.w3.org/2000/svg"/>'

_CALL = """async ([code, given]) => {
  const call = new (Object.getPrototypeOf(async () => {}).constructor)('Clerk', 'given', code);
  try {
    return { value: (await call(window.Clerk, given)) ?? null };
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    return { status: error.status, codes: error.errors.map(({ code }) => code), errors: error.errors.map(
      ({ code, message, longMessage, meta }) => ({ code, message, longMessage, meta })) };
  }
}"""


class ClerkRefusal(Exception):
    """A call of Clerk's frontend that the Frontend API has answered with errors."""

    def __init__(self, status: int, errors: list[dict[str, Any]]) -> None:
        super().__init__(f"{status}: {errors}")
        self.status = status
        self.errors = errors

    @property
    def codes(self) -> list[str]:
        """The codes of the errors."""
        return [error["code"] for error in self.errors]


class ClerkPage:
    """Wraps a page of Playwright. `problems` are errors of the console, exceptions and failed responses."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site
        self.problems: list[str] = []
        self.requests: list[str] = []
        page.set_default_timeout(30_000)
        page.route(_OTHER_MACHINES, self._answer_for_other_machine)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._on_problem(f"exception: {error.message}"))
        page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        print(f"console.{message.type}: {message.text}")
        # The responses themselves are recorded with more detail.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"console: {message.text}")

    def _on_problem(self, text: str) -> None:
        print(text)
        self.problems.append(text)

    def _answer_for_other_machine(self, route: Route) -> None:
        """Serve an empty icon for Clerk's images: the frontend may load nothing else from elsewhere."""
        if "://img.clerk.com/" in route.request.url:
            route.fulfill(content_type="image/svg+xml", body=_ICON)
        else:
            self._on_problem(f"request to another machine: {route.request.url}")
            route.abort()

    def _on_response(self, response: Response) -> None:
        method, (path, _, query) = response.request.method, response.url.partition("?")
        if "/npm/" in path:
            return
        form = response.request.post_data or ""
        line = f"{method} {path} {response.status}"
        self.requests.append(line)
        print(line, form[:200] if "password" not in form else "")
        if response.status >= 400:
            self.problems.append(f"response: {response.status} {method} {path}?{query}")

    def open(self, path: str = "/") -> ClerkPage:
        """Open a page of the site, and wait until Clerk's frontend is loaded."""
        self.page.goto(self.site.url(path))
        return self.loaded()

    def loaded(self) -> ClerkPage:
        """Wait until Clerk's frontend is loaded."""
        self.page.wait_for_function("() => window.Clerk?.loaded", timeout=LOAD_TIMEOUT)
        return self

    def reload(self) -> ClerkPage:
        """Reload the page, and wait until Clerk's frontend is loaded."""
        self.page.reload()
        return self.loaded()

    def signed_out(self) -> None:
        """Wait until Clerk's frontend has signed the user out and removed the session cookie."""
        self.page.wait_for_function(
            "() => window.Clerk?.loaded && Clerk.user === null && !/(^|; )__session=/.test(document.cookie)"
        )

    def run(self, code: str, given: Any = None) -> Any:
        """Return what the body of an async function returns, which has the variables `Clerk` and `given`.

        Raises ClerkRefusal if the Frontend API answers with errors.
        """
        result = self.page.evaluate(_CALL, [code, given])
        if "errors" in result:
            raise ClerkRefusal(result["status"], result["errors"])
        return result["value"]

    def refusal(self, code: str, given: Any = None) -> list[str]:
        """Return the codes of the errors with which the Frontend API answers, and forget the failed response."""
        try:
            value = self.run(code, given)
        except ClerkRefusal as error:
            self.forget(error.status)
            return error.codes
        raise AssertionError(f"the call has succeeded: {value}")

    def forget(self, status: int) -> None:
        """Forget the failed responses of a status, which a test has expected. There must be one."""
        expected = [problem for problem in self.problems if problem.startswith(f"response: {status} ")]
        assert expected, f"no response has the status {status}"
        self.problems = [problem for problem in self.problems if problem not in expected]

    @property
    def user_id(self) -> str | None:
        """The id of the signed-in user."""
        found: str | None = self.run("return Clerk.user?.id")
        return found

    def cookies(self) -> dict[str, str]:
        """Return the cookies of the page, by name."""
        return {cookie["name"]: cookie["value"] for cookie in self.page.context.cookies(self.site.origin)}
