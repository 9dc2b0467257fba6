import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from 'playwright-core';
import { expect, inject } from 'vitest';
import { Api } from './api.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** How long a page may take to show what is awaited. */
const PATIENCE_MS = 10_000;

let browser: Promise<Browser> | undefined;

/** Someone with a browser of their own: a context apart, with what went wrong in it. */
export class Visitor {
  /** Console errors, CSP violations, exceptions and files that weren't there; refusals of the API are answers, and no faults, as is that the node is not ready. */
  readonly faults: string[] = [];
  /** Requests without an answer yet. */
  readonly #asked = new Set<Request>();

  private constructor(
    readonly page: Page,
    readonly url: string,
  ) {
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.faults.push(String(error)));
    page.on('console', (message) => {
      const apart = message.text().startsWith('Failed to load resource');
      if (!apart && ['error', 'warning'].includes(message.type())) this.faults.push(message.text());
    });
    page.on('request', (request) => this.#asked.add(request));
    page.on('requestfailed', (request) => this.#asked.delete(request));
    page.on('response', (response) => {
      this.#asked.delete(response.request());
      if (response.status() >= 400 && !/^\/(api\/|ready$)/.test(new URL(response.url()).pathname)) this.faults.push(`${response.status()} ${response.url()}`);
    });
  }

  /** @param name of the user who is logged in already; none for a stranger */
  static async arrive(name?: string, options: BrowserContextOptions = {}, url = inject('node')): Promise<Visitor> {
    const context = await (await (browser ??= chromium.connect(inject('browser')))).newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options });
    const visitor = new Visitor(await context.newPage(), url);
    if (name) {
      await visitor.keep(await Api.open(name, url));
    }
    return visitor;
  }

  /** As if they had logged in before. */
  async keep({ login }: Api): Promise<void> {
    const kept = JSON.stringify({ ...login, expiresAt: Date.now() + login.expiresIn * 1000 });
    await this.page.addInitScript((login) => {
      // Once: what the console makes of it afterwards stays.
      if (!sessionStorage.getItem('arrived')) localStorage.setItem('patchbay.login', login);
      sessionStorage.setItem('arrived', 'yes');
    }, kept);
  }

  /** Goes to a page and waits for its heading, by the app: what shows before it has come answers nobody. */
  async go(path: string): Promise<Page> {
    await this.page.goto(this.url + path);
    await this.page.locator('html:not([data-page]) h1').first().waitFor();
    return this.page;
  }

  /** Waits until the page has what it asked for, and shows it; an answer that never ends, as that of the log, counts from its beginning. */
  async settle(): Promise<void> {
    // Several times in a row: an answer often leads to the next question.
    for (let quiet = 0; quiet < 3; ) {
      await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20))));
      quiet = this.#asked.size === 0 ? quiet + 1 : 0;
    }
  }

  /** Fails with what axe finds wrong, if a person would be kept out by it. */
  async expectAccessible(what: string): Promise<void> {
    await this.page.evaluate(axe);
    const found = await this.page.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }).axe.run();
      return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
    });
    expect(found, what).toEqual([]);
  }

  async leave(): Promise<void> {
    await this.page.context().close();
    expect(this.faults).toEqual([]);
  }
}
