// What this tab sends to the hub, and would be cut off if it were closed: for the jobs menu, and for whoever is about to
// leave or reload the page. Small, because every page has it.
export type Sending = {
  /** Unique in this tab. */
  readonly id: string;
  readonly name: string;
  /** How much of it is sent, from 0 to 1; none while nobody can say. */
  readonly share: number | null;
  readonly isBusy: boolean;
  /** The page on which it was begun. */
  readonly page: string;
};

class Sendings {
  #all = $state<Sending[]>([]);

  add(sending: Sending) {
    this.#all.push(sending);
  }

  get running(): Sending[] {
    return this.#all.filter(({ isBusy }) => isBusy);
  }
}

export const sendings = new Sendings();
