/** Texts, which are left alone, and numbers. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
const LONG_INTEGER = /^-?\d{16,}$/;

/** JSON with integers of 64 bits: those beyond ±2^53 are BigInt, and numbers there are doubles. */
export function parseJson(text: string): unknown {
  let mark = '';
  const marked = text.replace(TOKENS, (token) => {
    if (!LONG_INTEGER.test(token) || Number.isSafeInteger(Number(token))) {
      return token;
    }
    mark ||= newMark();
    return `"${mark}${token}"`;
  });
  return mark === ''
    ? JSON.parse(text)
    : JSON.parse(marked, (_key, value: unknown) => (typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value));
}

export function writeJson(value: unknown): string {
  let mark = '';
  const marked = JSON.stringify(value, (_key, each: unknown) => {
    // With its exponent a double stays one; as plain digits it would be an integer of the node's.
    const large = typeof each === 'number' && Number.isInteger(each) && !Number.isSafeInteger(each);
    if (typeof each !== 'bigint' && !large) {
      return each;
    }
    mark ||= newMark();
    return mark + (large ? (each as number).toExponential() : each);
  });
  return mark === '' ? marked : marked.replaceAll(new RegExp(`"${mark}([-+.e\\d]+)"`, 'g'), '$1');
}

/** Nobody can have sent a text that begins like this. */
function newMark(): string {
  return `${globalThis.crypto.getRandomValues(new Uint32Array(4)).join('-')}:`;
}
