import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { launchOptions } from '../../../../clients/typescript/test/chromium.ts';
import { Node } from '../../../../clients/typescript/test/node.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the browser listens for the tests. */
    browser: string;
    /** Of a node with the users `ada` (admin) and `uma` (user), whose password is {@link PASSWORD}. */
    node: string;
  }
}

export const PASSWORD = 'correct horse battery';

/** One browser and one node for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const node = new Node();
  const browser = await chromium.launchServer(launchOptions());
  await node.start();
  node.addUser('ada', 'admin', PASSWORD);
  node.addUser('uma', 'user', PASSWORD);
  project.provide('browser', browser.wsEndpoint());
  project.provide('node', node.url);
  return async () => {
    await browser.close();
    await node.stop();
  };
}
