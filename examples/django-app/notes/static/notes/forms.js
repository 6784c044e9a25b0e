// A session token is valid for a minute. Before a form is sent, GET /session lets the server replace an expired one;
// a POST cannot. If that fails, loading the page again signs the user in, or shows the sign-in page.
const RENEW_AFTER_MILLISECONDS = 30_000;

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post" || performance.now() < RENEW_AFTER_MILLISECONDS) return;
  event.preventDefault();
  const response = await fetch("/session", { cache: "no-store" }).catch(() => null);
  if (response === null || response.ok) form.submit();
  else location.reload();
});
