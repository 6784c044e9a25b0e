import { verifyToken } from '@clerk/backend';
import { control, organization, post, session, unique, user } from '../api.mjs';
import { ORIGIN, advance, resetClock, signIn } from '../control.mjs';
import { options } from '../sdk.mjs';

const reason = work => work.then(() => 'accepted', error => error.reason);
const sessionToken = async id => (await post(`/sessions/${id}/tokens`)).jwt;

export default {
  'verifyToken accepts a session token': async () => {
    const { id, user_id } = await session();
    const claims = await verifyToken(await sessionToken(id), options);
    return (claims.sid === id && claims.sub === user_id) || claims;
  },
  'verifyToken accepts the token of a sign-in to an organization': async () => {
    const { id, created_by } = await organization();
    const { session_token } = await signIn(created_by, { organization_id: id });
    const claims = await verifyToken(session_token, { ...options, authorizedParties: [ORIGIN] });
    return (claims.o?.id === id && claims.o.rol === 'admin' && claims.azp === ORIGIN) || claims;
  },
  'verifyToken accepts a token of a JWT template': async () => {
    const name = unique('template-');
    await post('/jwt_templates', { name, claims: { plan: 'pro', user: '{{user.id}}' } });
    const { id, user_id } = await session();
    const claims = await verifyToken((await post(`/sessions/${id}/tokens/${name}`)).jwt, options);
    return (claims.plan === 'pro' && claims.user === user_id) || claims;
  },
  'verifyToken accepts a session token with jwtKey, without a request': async () => {
    const { jwt_key: jwtKey } = await control('GET', '/instance');
    const { id } = await session();
    return (await verifyToken(await sessionToken(id), { jwtKey })).sid === id;
  },
  'verifyToken refuses the token of another origin': async () => {
    const { session_token } = await signIn((await user()).id, { origin: 'http://localhost:9999' });
    const found = await reason(verifyToken(session_token, { ...options, authorizedParties: [ORIGIN] }));
    return found === 'token-invalid-authorized-parties' || found;
  },
  'verifyToken refuses a changed token': async () => {
    const [header, payload, signature] = (await sessionToken((await session()).id)).split('.');
    const changed = Buffer.from(payload, 'base64url').toString().replace('"sub":"user_', '"sub":"user_x');
    const token = [header, Buffer.from(changed).toString('base64url'), signature].join('.');
    const found = await reason(verifyToken(token, options));
    return found === 'token-invalid-signature' || found;
  },
  'verifyToken refuses a token of the future': async () => {
    await advance(3600);
    const token = await sessionToken((await session()).id);
    await resetClock();
    const found = await reason(verifyToken(token, options));
    return found === 'token-not-active-yet' || found;
  },
};
