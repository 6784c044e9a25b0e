// The client, configured as applications do it.
import './recorder.mjs';
import { createClerkClient } from '@clerk/backend';

export const options = {
  secretKey: process.env.CLERK_SECRET_KEY,
  publishableKey: process.env.CLERK_PUBLISHABLE_KEY,
  apiUrl: process.env.CLERK_API_URL,
};
export const clerk = createClerkClient({ ...options, telemetry: { disabled: true } });

// The names of all methods of all groups, such as users.getUser.
export const methods = Object.entries(clerk).flatMap(([group, api]) => {
  if (typeof api !== 'object' || group === 'telemetry') return [];
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(api));
  return names.filter(name => name !== 'constructor').map(name => `${group}.${name}`);
});
