// A server-rendered page and the Frontend API of the emulator: each redirect is followed, as a browser does.
import { control, post, user } from '../api.mjs';
import { ORIGIN, signIn } from '../control.mjs';
import { clerk, options } from '../sdk.mjs';

const PAGE = `${ORIGIN}/page?a=1`;

// A browser with cookies for the page. It loads a URL until the server does not redirect any more.
class Browser {
  constructor(cookies = {}) {
    this.cookies = cookies;
    this.redirects = [];
  }

  store(lines) {
    for (const line of lines) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/Max-Age=0/.test(line)) delete this.cookies[name];
      else this.cookies[name] = value;
    }
  }

  async load(url, more = {}, format = 'nonce') {
    for (let round = 0; round < 6; round += 1) {
      const Cookie = Object.entries(this.cookies).map(pair => pair.join('=')).join('; ');
      const headers = { Cookie, 'Sec-Fetch-Dest': 'document', Accept: 'text/html' };
      const state = await clerk.authenticateRequest(new Request(url, { headers }), { proxyUrl: options.apiUrl, ...more });
      this.store(state.headers.getSetCookie());
      let location = state.headers.get('location');
      if (!location) return { state, url, auth: state.toAuth() };
      this.redirects.push(`${state.status} ${state.reason}`);
      if (new URL(location).origin !== ORIGIN) {
        const handshake = new URL(location);
        handshake.searchParams.set('format', format);
        const answer = await fetch(handshake, { redirect: 'manual' });
        if (answer.status !== 307) throw new Error(`${answer.status} ${await answer.text()}`);
        location = answer.headers.get('location');
      }
      url = location;
    }
    throw new Error(`too many redirects: ${this.redirects}`);
  }
}

const pick = (cookies, ...names) =>
  Object.fromEntries(Object.entries(cookies).filter(([name]) => names.some(one => name.startsWith(one))));

async function expired(keepRefresh) {
  const userId = (await user()).id;
  await control('POST', '/clock/set', { at: Date.now() - 3_600_000 });
  const made = await signIn(userId);
  await control('POST', '/clock/reset');
  const browser = new Browser(pick(made.cookies, '__session', '__client_uat', '__clerk_db_jwt', ...keepRefresh));
  return { made, browser };
}

const checks = {};
for (const format of ['nonce', 'token']) {
  checks[`a handshake with a ${format} signs a browser in`] = async () => {
    const { session_id, cookies } = await signIn((await user()).id);
    const browser = new Browser(pick(cookies, '__clerk_db_jwt', '__client_uat'));
    const { auth, url, state } = await browser.load(PAGE, { authorizedParties: [ORIGIN] }, format);
    return (auth?.sessionId === session_id && url === PAGE) || [state.status, state.reason, url, ...browser.redirects];
  };
  checks[`a handshake with a ${format} gives a new browser what it needs, once`] = async () => {
    const browser = new Browser();
    const { state } = await browser.load(PAGE, {}, format);
    const again = await browser.load(PAGE, {}, format);
    const rounds = browser.redirects.length;
    return (state.status === 'signed-out' && again.state.status === 'signed-out' && rounds === 2) || browser.redirects;
  };
}

export default {
  ...checks,
  'a handshake replaces an expired session token': async () => {
    const { made, browser } = await expired([]);
    const { auth, state } = await browser.load(PAGE);
    return (auth?.sessionId === made.session_id && browser.redirects.length === 2) || [state.reason, ...browser.redirects];
  },
  'with a refresh token there is no redirect': async () => {
    const { made, browser } = await expired(['__refresh']);
    const before = browser.cookies.__session;
    const { auth, state } = await browser.load(PAGE);
    const renewed = browser.cookies.__session !== before;
    return (auth?.sessionId === made.session_id && renewed && !browser.redirects.length) || [state.reason, ...browser.redirects];
  },
  'the refresh token of a handshake is accepted': async () => {
    const userId = (await user()).id;
    await control('POST', '/clock/set', { at: Date.now() - 3_600_000 });
    const made = await signIn(userId);
    const handshake = new URL('/v1/client/handshake', options.apiUrl);
    handshake.search = new URLSearchParams({ redirect_url: PAGE, ...pick(made.cookies, '__clerk_db_jwt') });
    const answer = await fetch(handshake, { redirect: 'manual' });
    await control('POST', '/clock/reset');
    const token = new URL(answer.headers.get('location')).searchParams.get('__clerk_handshake');
    const browser = new Browser();
    browser.store(JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).handshake);
    const { auth } = await browser.load(PAGE);
    return (auth?.sessionId === made.session_id && !browser.redirects.length) || browser.redirects;
  },
  'a handshake signs out a browser whose session was revoked': async () => {
    const { made, browser } = await expired([]);
    await post(`/sessions/${made.session_id}/revoke`);
    const { state } = await browser.load(PAGE);
    return (state.status === 'signed-out' && !browser.cookies.__session) || [state.status, ...browser.redirects];
  },
  'a handshake activates the organization in the URL': async () => {
    const one = await user();
    const slug = `org-${Math.random().toString(36).slice(2)}`;
    const organization = await post('/organizations', { name: 'Acme', slug, created_by: one.id });
    const { cookies } = await signIn(one.id);
    const browser = new Browser(cookies);
    const patterns = { organizationPatterns: ['/orgs/:slug'], personalAccountPatterns: ['/me'] };
    const sync = { organizationSyncOptions: patterns };
    const inside = await browser.load(`${ORIGIN}/orgs/${slug}`, sync);
    const outside = await browser.load(`${ORIGIN}/me`, sync);
    return (inside.auth.orgId === organization.id && !outside.auth.orgId) || [inside.auth.orgId, outside.auth.orgId, ...browser.redirects];
  },
};
