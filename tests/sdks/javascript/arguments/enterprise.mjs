import { post, unique } from '../api.mjs';

const connection = () =>
  post('/enterprise_connections', { name: 'Acme', domains: [unique('acme', '.com')], provider: 'saml_custom' });
const samlConnection = () =>
  post('/saml_connections', { name: 'Acme', domain: unique('saml', '.com'), provider: 'saml_custom' });

export default {
  'enterpriseConnections.createEnterpriseConnection': () => [
    {
      name: 'Acme', domains: [unique('acme', '.com')], provider: 'saml_custom', active: false,
      saml: { idpEntityId: 'https://idp.acme.com', idpSsoUrl: 'https://idp.acme.com/sso' },
    },
  ],
  'enterpriseConnections.getEnterpriseConnection': async () => [(await connection()).id],
  'enterpriseConnections.getEnterpriseConnectionList': () => [{ limit: 5 }],
  'enterpriseConnections.updateEnterpriseConnection': async () => [(await connection()).id, { name: 'Renamed' }],
  'enterpriseConnections.deleteEnterpriseConnection': async () => [(await connection()).id],
  'samlConnections.createSamlConnection': () => [
    {
      name: 'Acme', domain: unique('saml', '.com'), provider: 'saml_custom', idpEntityId: 'https://idp.acme.com',
      idpSsoUrl: 'https://idp.acme.com/sso',
    },
  ],
  'samlConnections.getSamlConnection': async () => [(await samlConnection()).id],
  'samlConnections.getSamlConnectionList': () => [{ limit: 5 }],
  'samlConnections.updateSamlConnection': async () => [(await samlConnection()).id, { name: 'Renamed' }],
  'samlConnections.deleteSamlConnection': async () => [(await samlConnection()).id],
};
