// Sign in and out with @clerk/testing, and print what the page shows after each step as JSON.
import { chromium } from '@playwright/test';
import { clerk, clerkSetup, createAgentTestingTask, setupClerkTestingToken } from '@clerk/testing/playwright';

const { browser: launch, site, frontendApiUrl, users } = JSON.parse(process.argv[2]);
const results = {};

await clerkSetup({ frontendApiUrl, dotenv: false });

const browser = await chromium.launch(launch);
try {
  for (const [name, signInParams] of Object.entries(users)) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    page.on('console', (message) => console.error(name, message.type(), message.text()));
    await setupClerkTestingToken({ page });
    await page.goto(site);
    await clerk.signIn({ page, signInParams });
    const signedIn = await page.evaluate(() => Clerk.user.id);
    await clerk.signOut({ page });
    await page.waitForFunction(() => window.Clerk?.loaded && Clerk.user === null);
    results[name] = signedIn;
    await context.close();
  }
  if (process.argv[3]) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    const { url } = await createAgentTestingTask(JSON.parse(process.argv[3]));
    await page.goto(url);
    await page.waitForFunction(() => window.Clerk?.user);
    results.agent = await page.evaluate(() => Clerk.user.id);
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(results));
