// What users do in a browser, through the emulator's control API.
import { control, unique } from './api.mjs';

export const ORIGIN = 'http://localhost:3000';

export const signIn = (user_id, values) => control('POST', '/sessions', { user_id, origin: ORIGIN, ...values });
export const advance = seconds => control('POST', '/clock/advance', { seconds });
export const resetClock = () => control('POST', '/clock/reset');
export const connectAccount = userId =>
  control('POST', `/users/${userId}/external_accounts`, {
    provider: 'google', email_address: unique('google', '@example.com'), provider_user_id: unique('google_'),
  });
export const addPasskey = userId => control('POST', `/users/${userId}/passkeys`, { name: 'Laptop' });
export const handshakeNonce = async session_id => (await control('POST', '/handshakes', { session_id })).nonce;
export const clientToken = async clientId => (await control('GET', `/clients/${clientId}/token`)).client_token;
export const oauthToken = async (application_id, user_id) =>
  (await control('POST', '/oauth_tokens', { application_id, user_id })).access_token;
export const addPlan = values => control('POST', '/billing/plans', { slug: unique('plan-'), amount: 1000, ...values });
export const checkout = (owner_id, plan) => control('POST', '/billing/checkouts', { owner_id, plan });
export const startSignUp = () => control('POST', '/sign_ups', { email_address: unique('signup', '@example.com') });
