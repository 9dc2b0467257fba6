import type { Data, Value } from '@patchbay/client';

/** A list of plain values that is no longer stands on one line. */
const ONE_LINE = 72;

/** JSON with the node's numbers: integers that JavaScript's own can't hold stay exact, as BigInt. */
export function write(value: Value, indent = 2, depth = 0): string {
  const line = indent ? '\n' + ' '.repeat(indent * (depth + 1)) : '';
  const end = indent ? '\n' + ' '.repeat(indent * depth) : '';
  if (Array.isArray(value)) {
    const short = `[${value.map((item) => write(item, 0)).join(', ')}]`;
    if (indent && short.length <= ONE_LINE && value.every((item) => typeof item !== 'object' || item === null)) {
      return short;
    }
    return value.length ? `[${value.map((item) => line + write(item, indent, depth + 1)).join(',')}${end}]` : '[]';
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, item]) => `${line}${JSON.stringify(name)}:${indent ? ' ' : ''}${write(item, indent, depth + 1)}`);
    return entries.length ? `{${entries.join(',')}${end}}` : '{}';
  }
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}

/** A document's data. Throws an Error with a sentence. */
export function read(text: string): Data {
  const value = JSON.parse(text, exact) as unknown;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('A document is a JSON object: it begins with { and ends with }.');
  }
  return value as Data;
}

/**
 * Where the name of a field stands in a document's text.
 *
 * @param field below others, after dots: `address.city`
 * @returns its beginning and end, with the quotes
 */
export function placeOf(field: string, text: string): [number, number] | undefined {
  const path: string[] = [];
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    const [word, colon] = token;
    if (word === '{' || word === '[') {
      path.push('');
    } else if (word === '}' || word === ']') {
      path.pop();
    } else if (colon) {
      const name = word.slice(0, -colon.length);
      path[path.length - 1] = JSON.parse(name) as string;
      if (path.join('.') === field) return [token.index, token.index + name.length];
    }
  }
  return undefined;
}

/** Browsers give a reviver the number as it was written; one that doesn't can't keep such a number, and says so. */
function exact(_name: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !Number.isInteger(value)) {
    return value;
  }
  if (context?.source === undefined) {
    throw new Error(`This browser can't hold the number ${value} exactly; use a newer one.`);
  }
  return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
}
