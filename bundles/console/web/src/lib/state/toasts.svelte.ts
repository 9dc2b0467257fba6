export interface Toast {
  id: number;
  kind: 'done' | 'failed';
  text: string;
}

const SHOWN_MS = 5_000;
const MOST = 4;

/** Short messages on what was just done; a failure stays until it is put away. */
class Toasts {
  #list = $state<Toast[]>([]);
  #next = 1;

  get list(): readonly Toast[] {
    return this.#list;
  }

  done(text: string): void {
    const id = this.#add('done', text);
    setTimeout(() => this.close(id), SHOWN_MS);
  }

  failed(text: string): void {
    this.#add('failed', text);
  }

  close(id: number): void {
    this.#list = this.#list.filter((toast) => toast.id !== id);
  }

  #add(kind: Toast['kind'], text: string): number {
    const id = this.#next++;
    this.#list = [...this.#list, { id, kind, text }].slice(-MOST);
    return id;
  }
}

export const toasts = new Toasts();
