// Load Clerk as an application does. window.Clerk was created by the script of clerk-js, from its attributes.
const { components } = JSON.parse(document.body.dataset.configuration);
window.loading = window.Clerk.load({
  telemetry: false,
  signInUrl: '/sign-in',
  signUpUrl: '/sign-up',
  ...(components && { ui: { ClerkUI: window.__internal_ClerkUICtor } }),
});
