// Light, dark, or as the system has it; remembered by the browser and applied before the first paint by theme.js.
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'insitu.theme';

class ChosenTheme {
  #value = $state<Theme>((document.documentElement.dataset.theme as Theme | undefined) ?? 'system');

  get value() {
    return this.#value;
  }

  choose(theme: Theme) {
    this.#value = theme;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      if (theme === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // It holds for this visit.
    }
  }
}

export const theme = new ChosenTheme();
