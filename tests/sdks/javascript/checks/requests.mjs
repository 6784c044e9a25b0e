import { apiKey, application, control, m2mToken, patch, post, session, user } from '../api.mjs';
import { ORIGIN, handshakeNonce, oauthToken, signIn } from '../control.mjs';
import { clerk } from '../sdk.mjs';

const URL_OF_PAGE = `${ORIGIN}/`;

async function authenticate(headers, options, url = URL_OF_PAGE) {
  const state = await clerk.authenticateRequest(new Request(url, { headers }), options);
  return { state, status: state.status, reason: state.reason, auth: state.toAuth() };
}

const bearer = token => ({ Authorization: `Bearer ${token}` });
const cookie = cookies => ({ Cookie: Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; ') });
const found = ({ status, reason }) => `${status} ${reason}`;

// Signs in on a client whose time is an hour behind, so that the session token has expired.
async function expiredSession() {
  const userId = (await user()).id;
  await control('POST', '/clock/set', { at: Date.now() - 3_600_000 });
  const signedIn = await signIn(userId);
  await control('POST', '/clock/reset');
  return signedIn;
}

export default {
  'authenticateRequest accepts a session token in the header': async () => {
    const { session_token, session_id } = await signIn((await user()).id);
    const it = await authenticate(bearer(session_token), { authorizedParties: [ORIGIN] });
    return it.auth?.sessionId === session_id || found(it);
  },
  'authenticateRequest accepts the cookies of a browser': async () => {
    const { cookies, session_id, user_id } = await signIn((await user()).id);
    const it = await authenticate(cookie(cookies), { authorizedParties: [ORIGIN] });
    return (it.auth?.sessionId === session_id && it.auth.userId === user_id) || found(it);
  },
  'the auth object gets a new token, and checks a role': async () => {
    const one = await user();
    const organization = await post('/organizations', { name: 'Roles', created_by: one.id });
    const { cookies } = await signIn(one.id, { organization_id: organization.id });
    const { auth } = await authenticate(cookie(cookies));
    return Boolean(await auth.getToken()) && auth.has({ role: 'org:admin' }) && !auth.has({ role: 'org:member' });
  },
  'authenticateRequest redirects a browser without cookies to the handshake': async () => {
    const it = await authenticate({ 'Sec-Fetch-Dest': 'document' });
    return (it.status === 'handshake' && it.state.headers.get('location').includes('/v1/client/handshake')) || found(it);
  },
  'authenticateRequest accepts the nonce of a handshake': async () => {
    const { id } = await session();
    const url = `${URL_OF_PAGE}?__clerk_handshake_nonce=${await handshakeNonce(id)}`;
    const it = await authenticate({ 'Sec-Fetch-Dest': 'document' }, {}, url);
    return (it.auth?.sessionId === id && it.state.headers.getSetCookie().length > 0) || found(it);
  },
  'the cookies of a handshake are accepted by the next request': async () => {
    const { session_id, cookies: browser } = await signIn((await user()).id);
    const url = `${URL_OF_PAGE}?__clerk_handshake_nonce=${await handshakeNonce(session_id)}`;
    const first = await authenticate({ 'Sec-Fetch-Dest': 'document' }, {}, url);
    const set = first.state.headers.getSetCookie().map(one => one.split(';')[0]);
    const development = Object.entries(browser).filter(([name]) => name.startsWith('__clerk_db_jwt'));
    const second = await authenticate({ Cookie: [...set, ...development.map(one => one.join('='))].join('; ') });
    return second.auth?.sessionId === session_id || found(second);
  },
  'authenticateRequest refreshes an expired session token in cookies': async () => {
    const { cookies, session_id, session_token } = await expiredSession();
    const it = await authenticate(cookie(cookies));
    const token = it.auth && (await it.auth.getToken());
    return (it.auth?.sessionId === session_id && it.state.headers.getSetCookie().length > 0 && token !== session_token) || found(it);
  },
  'authenticateRequest does not refresh the session of a revoked session': async () => {
    const { cookies, session_id } = await expiredSession();
    await post(`/sessions/${session_id}/revoke`);
    const it = await authenticate(cookie(cookies));
    return it.status !== 'signed-in' || found(it);
  },
  'authenticateRequest accepts an API key': async () => {
    const { secret, subject } = await apiKey();
    const it = await authenticate(bearer(secret), { acceptsToken: 'api_key' });
    return it.auth.userId === subject || found(it);
  },
  'authenticateRequest refuses a revoked API key': async () => {
    const { id, secret } = await apiKey();
    await post(`/api_keys/${id}/revoke`);
    const it = await authenticate(bearer(secret), { acceptsToken: 'api_key' });
    return it.status === 'signed-out' || found(it);
  },
  'authenticateRequest accepts an opaque M2M token': async () => {
    const { token, machineId } = await m2mToken();
    const it = await authenticate(bearer(token), { acceptsToken: 'm2m_token' });
    return it.auth.machineId === machineId || found(it);
  },
  'authenticateRequest accepts an M2M token that is a JWT': async () => {
    const { token, machineId } = await m2mToken({ token_format: 'jwt' });
    const it = await authenticate(bearer(token), { acceptsToken: 'm2m_token' });
    return it.auth.machineId === machineId || found(it);
  },
  'authenticateRequest accepts an opaque OAuth token': async () => {
    const userId = (await user()).id;
    const { id, client_id: clientId } = await application();
    const it = await authenticate(bearer(await oauthToken(id, userId)), { acceptsToken: 'oauth_token' });
    return (it.auth.userId === userId && it.auth.clientId === clientId) || found(it);
  },
  'authenticateRequest accepts an OAuth token that is a JWT': async () => {
    await patch('/instance/oauth_application_settings', { oauth_jwt_access_tokens: true });
    const userId = (await user()).id;
    const token = await oauthToken((await application()).id, userId);
    await patch('/instance/oauth_application_settings', { oauth_jwt_access_tokens: false });
    const it = await authenticate(bearer(token), { acceptsToken: 'oauth_token' });
    return (token.split('.').length === 3 && it.auth.userId === userId) || found(it);
  },
  'authenticateRequest accepts any kind of token': async () => {
    const { secret } = await apiKey();
    const { token } = await m2mToken();
    const { session_token } = await signIn((await user()).id);
    const kinds = [];
    for (const one of [secret, token, session_token])
      kinds.push((await authenticate(bearer(one), { acceptsToken: 'any' })).auth.tokenType);
    return kinds.join() === 'api_key,m2m_token,session_token' || kinds;
  },
};
