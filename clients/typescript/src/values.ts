/** A value of a document. Integers beyond ±2^53 are BigInt in both directions. */
export type Value = null | boolean | number | bigint | string | Value[] | { [field: string]: Value };

export type Data = { [field: string]: Value };

export interface PatchbayDocument<T extends Data = Data> {
  id: string;
  /** Offset of the commit that wrote it: what `ifRevision` compares with. */
  revision: number;
  /** RFC 3339. */
  updatedAt: string;
  data: T;
}

/** A place in the node's total order; opaque. */
export type Position = string;
