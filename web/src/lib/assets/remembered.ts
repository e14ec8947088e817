// Grid or table: whichever was chosen last on this browser.
import type { View } from './question';

const KEY = 'insitu.assets.view';

export function rememberedView(): View {
  try {
    return localStorage.getItem(KEY) === 'table' ? 'table' : 'grid';
  } catch {
    return 'grid';
  }
}

export function rememberView(view: View) {
  try {
    localStorage.setItem(KEY, view);
  } catch {
    // A convenience only.
  }
}
