// What is picked in a list, as file managers do it: one, a few, a range; by mouse and by keyboard.
export type Picks = {
  picked: ReadonlySet<string>;
  /** Where a range begins. */
  anchor: number;
  /** The row that keys act on. */
  active: number;
};

export type How = { range: boolean; toggle: boolean };

export const nothing: Picks = { picked: new Set(), anchor: 0, active: 0 };

function between(names: string[], from: number, to: number): string[] {
  return names.slice(Math.min(from, to), Math.max(from, to) + 1);
}

/** A click on a row: alone it picks that row only, with Shift up to it, with Ctrl or Cmd it turns it over. */
export function click(picks: Picks, names: string[], at: number, { range, toggle }: How): Picks {
  const name = names[at];
  if (name === undefined) return picks;
  if (range) {
    const kept = toggle ? [...picks.picked] : [];
    return { ...picks, picked: new Set([...kept, ...between(names, picks.anchor, at)]), active: at };
  }
  if (!toggle) return { picked: new Set([name]), anchor: at, active: at };
  const picked = new Set(picks.picked);
  if (!picked.delete(name)) picked.add(name);
  return { picked, anchor: at, active: at };
}

/** The active row moves; with Shift, everything from the anchor to it is picked. */
export function move(picks: Picks, names: string[], to: number, extends_: boolean): Picks {
  const active = Math.max(0, Math.min(names.length - 1, to));
  if (!extends_) return { ...picks, anchor: active, active };
  return { ...picks, picked: new Set(between(names, picks.anchor, active)), active };
}

export function all(picks: Picks, names: string[]): Picks {
  return { ...picks, picked: new Set(names) };
}
