// A list that all its readers see at once. No build: the client comes from the node, as one ES module.
import { PatchbayClient } from 'http://127.0.0.1:7420/client/patchbay.js';

const NODE = 'http://127.0.0.1:7420';
const KEPT = 'shared-list.login';

const $ = (id) => document.getElementById(id);

// The login lasts over reloads of this tab: a refresh token works once, so each new one replaces the last.
const client = new PatchbayClient({
  url: NODE,
  onStatus: showStatus,
  onTokens: (tokens) => (tokens ? sessionStorage.setItem(KEPT, tokens.refreshToken) : sessionStorage.removeItem(KEPT)),
});
const entries = client.collection('entries');
/** Who is logged in, and what ends the watching. */
let me;
let stop;
/** The lines that are shown, by the document's id: a line stays the same element when its document changes. */
const lines = new Map();

await begin();

async function begin() {
  const kept = sessionStorage.getItem(KEPT);
  if (kept) {
    try {
      return await open(await client.loginWithRefreshToken(kept));
    } catch {
      sessionStorage.removeItem(KEPT);
    }
  }
  show('login');
}

async function open(user) {
  me = user.name;
  show('board');
  stop = await entries.watch({}, { onState: showEntries, onEnd: (error) => closed(error.message) });
}

function closed(message) {
  stop?.();
  stop = undefined;
  showEntries(new Map());
  show('login');
  if (message) fail({ message });
}

function showEntries(documents) {
  const sorted = [...documents.values()].sort((a, b) => a.data.done - b.data.done || a.data.at - b.data.at);
  const list = $('entries');
  for (const [id, line] of lines) {
    if (!documents.has(id)) {
      line.remove();
      lines.delete(id);
    }
  }
  sorted.forEach((entry, place) => {
    const line = lines.get(entry.id) ?? newLine(entry.id);
    fill(line, entry.data);
    // Only what moves is moved, so that the focus stays where it is.
    if (list.children[place] !== line) list.insertBefore(line, list.children[place] ?? null);
  });
  const done = sorted.filter((entry) => entry.data.done).length;
  $('empty').hidden = sorted.length > 0;
  $('clear').hidden = done === 0;
  $('clear').onclick = () => attempt(removeAll(sorted.filter((entry) => entry.data.done)));
  $('count').textContent = sorted.length === 0 ? '' : `${sorted.length - done} open, ${done} done`;
}

function newLine(id) {
  const line = $('entry').content.firstElementChild.cloneNode(true);
  line.querySelector('input').onchange = (event) => attempt(entries.patch(id, { done: event.target.checked }));
  line.querySelector('.remove').onclick = () => attempt(entries.delete(id));
  lines.set(id, line);
  return line;
}

function fill(line, { text, done, by }) {
  line.classList.toggle('done', done);
  line.querySelector('input').checked = done;
  line.querySelector('.text').textContent = text;
  line.querySelector('.by').textContent = by === me ? 'you' : by;
  line.querySelector('.remove').setAttribute('aria-label', `Remove ${text}`);
}

/** All of them or, if somebody was faster with one, those that are still there. */
function removeAll(some) {
  return client.transaction(some.map(({ id }) => ({ op: 'delete', collection: 'entries', document: id })));
}

$('login').onsubmit = async (event) => {
  event.preventDefault();
  const { name, password } = event.target.elements;
  const user = await attempt(client.login(name.value, password.value));
  if (user) {
    event.target.reset();
    await attempt(open(user));
  }
};

$('add').onsubmit = async (event) => {
  event.preventDefault();
  const { text } = event.target.elements;
  const entry = { text: text.value.trim(), done: false, by: me, at: Date.now() };
  if (entry.text && (await attempt(entries.create(entry)))) {
    text.value = '';
    text.focus();
  }
};

$('logout').onclick = async () => {
  stop?.();
  stop = undefined;
  await attempt(client.logout());
  closed();
};

/** What the call gives; if it fails, the person reads why. */
async function attempt(call) {
  try {
    const result = await call;
    $('failure').hidden = true;
    return result ?? true;
  } catch (error) {
    fail(error);
  }
}

function fail({ message }) {
  $('failure').textContent = message;
  $('failure').hidden = false;
}

function show(part) {
  $('login').hidden = part !== 'login';
  $('board').hidden = part !== 'board';
  $('status').hidden = part !== 'board';
}

function showStatus(status) {
  $('status').dataset.state = status;
  $('status').textContent = { connecting: 'connecting…', connected: 'live', disconnected: 'not connected', closed: 'closed' }[status];
}
