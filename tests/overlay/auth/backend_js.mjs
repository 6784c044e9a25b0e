// What Clerk's JavaScript SDK makes of cases: JSON on stdin, {"sdk": its folder, "cases": [...]}; JSON on stdout.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const { sdk, cases } = JSON.parse(readFileSync(0, "utf8"));
const { createClerkClient } = createRequire(`${sdk}/`)("@clerk/backend");
console.warn = () => {};

async function outcome({ now, client, url, headers, options, asked }) {
  Date.now = () => now * 1000;
  const state = await createClerkClient(client).authenticateRequest(new Request(url, { headers }), options);
  let auth = null;
  try {
    auth = state.status === "signed-in" ? state.toAuth() : null;
  } catch {
    return { status: "raised" };
  }
  const has = (params) => {
    try {
      return auth.has(params);
    } catch (error) {
      return `raised ${error.name}`;
    }
  };
  return {
    status: state.status,
    reason: state.reason,
    token_type: state.tokenType,
    subject: auth && (auth.subject ?? auth.userId),
    scopes: (auth && auth.scopes) ?? null,
    has: auth?.sessionClaims ? asked.map(has) : null,
  };
}

const outcomes = [];
for (const one of cases) outcomes.push(await outcome(one));
console.log(JSON.stringify(outcomes));
