export type ThemeChoice = 'system' | 'light' | 'dark';

const KEY = 'patchbay.theme';

/** Light or dark: as the system says, or as chosen here. `public/first.js` applies the choice before the first paint. */
class Theme {
  #choice = $state<ThemeChoice>((document.documentElement.dataset['theme'] as ThemeChoice | undefined) ?? 'system');

  get choice(): ThemeChoice {
    return this.#choice;
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice;
    if (choice === 'system') {
      delete document.documentElement.dataset['theme'];
      localStorage.removeItem(KEY);
    } else {
      document.documentElement.dataset['theme'] = choice;
      localStorage.setItem(KEY, choice);
    }
  }
}

export const theme = new Theme();
