/** What a table of documents shows; it stands in the page's address. */
export interface View {
  filter: string;
  sort: string;
  /** Rows of a page. */
  size: number;
  /** From 1. */
  page: number;
}

export const PAGE_SIZES = [25, 50, 100, 200];

const DEFAULT_SIZE = 50;

/** What makes no sense there is taken as not said. */
export function readView(query: URLSearchParams): View {
  const size = Number(query.get('rows'));
  const page = Math.trunc(Number(query.get('page')));
  return {
    filter: query.get('filter') ?? '',
    sort: query.get('sort') ?? '',
    size: PAGE_SIZES.includes(size) ? size : DEFAULT_SIZE,
    page: page > 1 ? page : 1,
  };
}

/** The entries of the query; what goes without saying is empty. */
export function writeView({ filter, sort, size, page }: View): Record<string, string> {
  return { filter, sort, rows: size === DEFAULT_SIZE ? '' : String(size), page: page === 1 ? '' : String(page) };
}
