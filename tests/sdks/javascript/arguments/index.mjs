// The arguments for each method: a function that prepares the state, and returns the list of arguments.
import billing from './billing.mjs';
import contacts from './contacts.mjs';
import enterprise from './enterprise.mjs';
import instance from './instance.mjs';
import organizations from './organizations.mjs';
import roles from './roles.mjs';
import sessions from './sessions.mjs';
import tokens from './tokens.mjs';
import users from './users.mjs';

export const argumentMakers = {
  ...billing, ...contacts, ...enterprise, ...instance, ...organizations, ...roles, ...sessions, ...tokens, ...users,
};
