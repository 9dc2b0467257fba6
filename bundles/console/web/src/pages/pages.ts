import type { Component } from 'svelte';
import list from './pages.json';

/**
 * A page of the app. To add one: a line in `pages.json` and `File.svelte` beside it; the bundle answers the path from then on.
 * A page gets the parameters of its path as the prop `params`.
 */
export interface Page {
  /** As in the node's routes: `/collections/{name}`. */
  path: string;
  /** Of the component beside this file, without `.svelte`. */
  file: string;
  title: string;
  /** Stands in the navigation. */
  nav?: boolean;
  /** The entry of the navigation that it belongs to. */
  section?: string;
  /** Needs no login. */
  open?: boolean;
}

export type Params = Record<string, string>;

export interface Place {
  page: Page;
  params: Params;
}

type PageComponent = Component<{ params: Params }>;

export const pages: readonly Page[] = list;

// All in one file: a page of its own would be one more way to the node and back before it shows, for a few kilobytes.
const components = import.meta.glob<PageComponent>('./*.svelte', { eager: true, import: 'default' });

export function componentOf(page: Page): PageComponent {
  const component = components[`./${page.file}.svelte`];
  if (!component) {
    throw new Error(`There is no page ${page.file}.svelte.`);
  }
  return component;
}

/** The page at a path. A part that is no valid percent-encoding is taken as it stands. */
export function findPlace(path: string): Place | undefined {
  const segments = path.split('/').slice(1);
  for (const page of pages) {
    const params = match(page.path.split('/').slice(1), segments);
    if (params) {
      return { page, params };
    }
  }
  return undefined;
}

function match(pattern: string[], segments: string[]): Params | undefined {
  if (pattern.length !== segments.length) {
    return undefined;
  }
  const params: Params = {};
  for (const [at, part] of pattern.entries()) {
    const segment = segments[at] ?? '';
    if (part.startsWith('{') && segment) {
      params[part.slice(1, -1)] = decode(segment);
    } else if (part !== segment) {
      return undefined;
    }
  }
  return params;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
