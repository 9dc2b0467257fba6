const KEY = 'patchbay.setup-code';

/** The code of the one-time link: in this tab only and until it is used, so that a reload keeps it and the browser's history need not. */
export const firstAdminCode = {
  keep(code: string): void {
    sessionStorage.setItem(KEY, code);
  },

  find(): string {
    return sessionStorage.getItem(KEY) ?? '';
  },

  forget(): void {
    sessionStorage.removeItem(KEY);
  },
};
