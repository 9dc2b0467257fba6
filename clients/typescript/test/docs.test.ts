import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

it('the quick start shows the page that is tested', () => {
  const page = readFileSync(join(root, 'clients/typescript/examples/ten-lines.html'), 'utf8');
  expect(readFileSync(join(root, 'docs/quickstart.md'), 'utf8')).toContain('```html\n' + page + '```\n');
});
