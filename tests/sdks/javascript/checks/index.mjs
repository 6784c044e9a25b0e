// Checks of what is no method of a group: tokens, requests, webhooks. Each returns true, or what it found instead.
import handshakes from './handshakes.mjs';
import requests from './requests.mjs';
import tokens from './tokens.mjs';
import webhooks from './webhooks.mjs';

export const checks = { ...tokens, ...requests, ...handshakes, ...webhooks };
