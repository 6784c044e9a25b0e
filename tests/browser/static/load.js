// Load Clerk as an application does. window.Clerk was created by the script of clerk-js, from its attributes.
// With ?mount=UserButton, mount a component. An option that is "here" stands for the URL of the page.
const asked = new URLSearchParams(location.search);
const component = asked.get('mount');
const here = (name, value) => (value === 'here' ? location.href : value);
window.loading = window.Clerk.load({
  telemetry: false,
  signInUrl: '/sign-in',
  signUpUrl: '/sign-up',
  ...(component && { ui: { ClerkUI: window.__internal_ClerkUICtor } }),
}).then(() => {
  if (component) {
    const options = JSON.parse(asked.get('options') ?? '{}', here);
    window.Clerk[`mount${component}`](document.querySelector('#component'), options);
  }
});
