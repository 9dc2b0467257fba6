// The last step of the build: compresses what was built and writes its table of contents, which the bundle reads.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname, join, relative, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const web = resolve(import.meta.dirname, '..');
const target = resolve(process.env.CONSOLE_TARGET ?? join(web, '../target/web'));
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

function compressed(path, bytes) {
  const forms = {
    br: ['.br', brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })],
    gzip: ['.gz', gzipSync(bytes, { level: 9 })],
  };
  const smaller = Object.entries(forms).filter(([, [, form]]) => form.length < bytes.length * 0.95);
  smaller.forEach(([, [suffix, form]]) => writeFileSync(path + suffix, form));
  return smaller.map(([name]) => name).join(',') || '-';
}

function line(path) {
  const type = types[extname(path)];
  if (!type) {
    throw new Error(`build/contents.mjs knows no content type for ${path}`);
  }
  const bytes = readFileSync(path);
  const etag = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return `file ${etag} ${compressed(path, bytes)} ${relative(target, path)} ${type}`;
}

/** What stands in the pages themselves, as the policy of the page names it. */
function inline(element) {
  const texts = files.filter((file) => file.endsWith('.html')).flatMap((file) => [...readFileSync(file, 'utf8').matchAll(new RegExp(`<${element}>(.*?)</${element}>`, 'gs'))].map((match) => match[1]));
  return [...new Set(texts)].map((text) => `inline ${element} 'sha256-${createHash('sha256').update(text).digest('base64')}'`);
}

const pages = JSON.parse(readFileSync(join(web, 'src/pages/pages.json'), 'utf8'));
const files = readdirSync(target, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .sort();
const lines = [...pages.map((page) => `page ${page.path} pages/${page.file}.html`), ...inline('script'), ...inline('style'), ...files.map(line)];
writeFileSync(join(target, 'contents.list'), lines.join('\n') + '\n');
