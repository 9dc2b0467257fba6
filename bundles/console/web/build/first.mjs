// A page for each address, with what the app shows at its first moment already in it, and the sheet and the first script too: one answer of the node is all that it needs to be painted.
// The app runs here as it does in a browser, but nothing ever answers it.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const web = resolve(import.meta.dirname, '..');
const target = resolve(process.env.CONSOLE_TARGET ?? join(web, '../target/web'));
const app = pathToFileURL(resolve(target, '../web-first/first.mjs')).href;
const pages = JSON.parse(readFileSync(join(web, 'src/pages/pages.json'), 'utf8'));
const index = join(target, 'index.html');
const script = join(target, 'first.js');
/** Stands for every name that only the browser knows, and takes a line as a name does. */
const UNKNOWN = '\u00a0';
const LOGIN = { accessToken: '', refreshToken: '', expiresAt: Number.MAX_SAFE_INTEGER, user: { id: '', name: UNKNOWN, role: UNKNOWN } };

const nothing = () => undefined;
const never = () => new Promise(nothing);
function asBrowser(values) {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}

function enter(page) {
  const pathname = page.path.replace(/\{\w+\}/g, encodeURIComponent(UNKNOWN));
  asBrowser({
    location: { pathname, search: '', hash: '', host: UNKNOWN, origin: 'http://localhost' },
    history: { replaceState: nothing, pushState: nothing },
    localStorage: { getItem: (key) => (key === 'patchbay.login' && !page.open ? JSON.stringify(LOGIN) : null), setItem: nothing, removeItem: nothing },
    sessionStorage: { getItem: () => UNKNOWN, setItem: nothing, removeItem: nothing },
    document: { documentElement: { dataset: {} }, addEventListener: nothing, getElementById: () => null, createElement: () => ({}) },
    addEventListener: nothing,
    fetch: never,
    WebSocket: class {
      addEventListener() {}
      close() {}
    },
    setInterval: nothing,
    setTimeout: nothing,
  });
}

function replaced(html, what, by) {
  if (what === undefined || html.replace(what, '') === html) {
    throw new Error(`build/first.mjs finds no ${what} in index.html`);
  }
  return html.replace(what, () => by);
}

/** The page without any app in it, and nothing to wait for: the app's script is fetched at once, but runs after the first paint, unless nobody sees that. */
function frame() {
  const sheets = readdirSync(join(target, 'assets')).filter((name) => name.endsWith('.css'));
  let text = readFileSync(index, 'utf8');
  for (const sheet of sheets) {
    text = replaced(text, new RegExp(`<link rel="stylesheet"[^>]*/${sheet}">`), `<style>${readFileSync(join(target, 'assets', sheet), 'utf8').trim()}</style>`);
    rmSync(join(target, 'assets', sheet));
  }
  const [tag, app] = /<script type="module"[^>]* src="([^"]+)"><\/script>/.exec(text) ?? [];
  text = replaced(text, tag, `<link rel="modulepreload" href="${app}">`);
  text = replaced(text, '</body>', `  <script>const start = () => import('${app}'); document.hidden ? start() : requestAnimationFrame(() => setTimeout(start));</script>\n  </body>`);
  return replaced(text, '<script src="/first.js"></script>', `<script>${readFileSync(script, 'utf8').trim()}</script>`);
}

const empty = frame();
mkdirSync(join(target, 'pages'), { recursive: true });
for (const page of pages) {
  enter(page);
  const { html } = await import(`${app}?page=${page.file}`);
  let text = replaced(empty, '<html lang="en">', `<html lang="en" data-page="${page.open ? 'open' : 'closed'}">`);
  text = replaced(text, '<title>Patchbay</title>', `<title>${page.title} · Patchbay</title>`);
  text = replaced(text, '<div id="app"></div>', `<div id="app">${html}</div>`);
  writeFileSync(join(target, 'pages', `${page.file}.html`), text);
}
// For every other address: what stands there depends on who is logged in, so only the script can say.
writeFileSync(join(target, 'pages/nothing.html'), replaced(empty, '<title>Patchbay</title>', '<title>Nothing here · Patchbay</title>'));
rmSync(index);
rmSync(script);
// What nobody answers would be waited for.
process.exit(0);
