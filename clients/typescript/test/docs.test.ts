import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

it('the quick start shows the page that is tested', () => {
  const page = readFileSync(join(root, 'clients/typescript/examples/ten-lines.html'), 'utf8');
  expect(readFileSync(join(root, 'docs/quickstart.md'), 'utf8')).toContain('```html\n' + page + '```\n');
});

it('the page about clients shows the program that is tested', () => {
  const program = readFileSync(join(root, 'clients/typescript/examples/cities.ts'), 'utf8');
  expect(readFileSync(join(root, 'docs/clients.md'), 'utf8')).toContain('```ts\n' + program + '```\n');
});
