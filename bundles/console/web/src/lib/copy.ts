import { toasts } from './state/toasts.svelte';

/** To the clipboard, where the browser has one: not over plain HTTP from another machine. */
export async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toasts.done(done);
  } catch {
    toasts.failed('This browser gives no access to the clipboard here; select the text and copy it.');
  }
}
